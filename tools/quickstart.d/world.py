"""A running Evenkeel with a simulated customer base in a loop with it: on the embedded log, or on Kafka."""

import json
import pathlib
import subprocess
import time

import config
from doors import PREFIX, Doors
from processes import Failure, Process, end_leftovers, free_port, hold, run, wait_for

TOOLS = pathlib.Path(__file__).resolve().parent.parent


class World(Doors):
    """What both kinds have: the simulator, the services, and how they end."""

    def __init__(self, folder, binaries, bundle, options):
        super().__init__(folder, binaries, options.kafka)
        self.options, self.template = options, bundle
        self.started, self.services, self.gone = [], [], {}
        for part in ("logs", "dumps", "pids"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    # --- the parts ---

    def start(self, name, *command):
        process = Process(name, command, self.folder / "logs" / f"{name}.log", self.pid_file(name)).start()
        self.started.append(process)
        return process

    def start_simulator(self):
        """It takes calls at once, and sends as soon as somebody answers at the ports that the files name."""
        o, url = self.options, self.folder / "webhook.url"
        url.unlink(missing_ok=True)
        door = "http://127.0.0.1:1"
        pace = ["--lockstep"] if o.check else ["--days-per-second", o.days_per_second]
        self.simulator = self.start(
            "simulator", self.bin / "evenkeel-simulator", "run", "--seed", o.seed, "--customers", o.customers, "--days", o.days,
            "--start", "2026-01-05", "--events-url", f"{door}/v1/events/simulator", "--ticks-url", f"{door}/v1/ticks",
            "--progress-url", f"{door}/progress", "--port-file", self.events_port_file(), "--progress-port-file", self.api_port_file(),
            "--webhook-url-file", url, "--secret-file", self.secret.webhook, "--fail-share", o.fail_share,
            "--journal", self.journal, "--events-file", self.events, "--patience", 300, "--stay", *pace)
        return wait_for("the simulator", lambda: url.exists() and url.read_text().strip(), [self.simulator], 20)

    def api(self):
        """A process that is shown keeps its ports when it comes back: people have its address. With --check it comes back
        elsewhere, and the simulator must find it."""
        port = (lambda: 0) if self.options.check else free_port
        return {"http": {"port": port()}, "grpc": {"port": port()}}

    def prepare(self):
        self.secret = config.Secrets(self.folder, self.evenkeel)
        run(["cp", "-r", self.template, self.bundle])
        self.configure(self.start_simulator())
        self.command("topics", "create")
        self.command("bundle", "publish", self.bundle)
        self.start_services()
        self.wait_ready()

    def wait_ready(self):
        def ready():
            pages = [self.progress_of(service.name) for service in self.engines()]
            return all(page and all(part["ready"] for part in page) for page in pages) and self.api_port()
        wait_for("start of the services", ready, self.services, 120)

    # --- how far it is ---

    def summary(self):
        """The simulator's last word, once every day is over."""
        return next((line for line in self.journal_tail() if line["kind"] == "summary"), None)

    def day(self):
        return max((line["day"] for line in self.journal_tail() if "day" in line), default=0)

    def journal_tail(self):
        """The last lines of the journal, the newest first."""
        try:
            with open(self.journal, "rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - 65536))
                lines = file.read().split(b"\n")[:-1]
        except OSError:
            return []
        found = []
        for line in reversed(lines):
            try:
                found.append(json.loads(line))
            except ValueError:
                break  # Cut by the beginning of what was read.
        return found

    def run_to_the_end(self, meanwhile, timeout=900):
        deadline = time.monotonic() + timeout
        while not self.summary():
            meanwhile()
            for process in self.started:
                process.check()
            if time.monotonic() > deadline:
                raise Failure(f"the world did not come to its end; see {self.folder}/logs")
            time.sleep(0.1)

    def engines(self):
        """Services that run tasks."""
        return [service for service in self.services if service.name.split("-")[0] in ("standalone", "decider", "executor")]

    def wait_idle(self, meanwhile, timeout=300):
        """Until nothing has been left to do for a while: deciders and executors pass work to and fro."""
        deadline, quiet_since = time.monotonic() + timeout, None
        while quiet_since is None or time.monotonic() - quiet_since < 2:
            meanwhile()
            for service in self.services:
                service.check()
            if not self.is_idle():
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            if time.monotonic() > deadline:
                raise Failure("the services did not come to rest")
            time.sleep(0.2)

    def samples(self):
        """The figures of all services, added up, with what processes had counted that are gone."""
        total = dict(self.gone)
        for name in self.service_names():
            for sample, value in self.samples_of(name).items():
                total[sample] = total.get(sample, 0) + value
        return total

    # --- crashes ---

    def kill(self, service):
        """kill -9, noted once it is dead, and a new start."""
        day = self.day()
        for sample, value in self.samples_of(service.name).items():
            if sample.split("{")[0].endswith("_total"):
                self.gone[sample] = self.gone.get(sample, 0) + value
        killed = service.kill()
        self.again(service)
        with open(self.kills, "a") as file:
            file.write(json.dumps({"name": service.name, "day": day, "pid": killed, "ended": service.ended,
                                   "again": service.child.pid}) + "\n")

    def again(self, service):
        """Starts what has ended; nobody may find the doors it had."""
        for door in ("metrics", "http", "grpc", "log"):
            self.port_file(service.name, door).unlink(missing_ok=True)
        service.start()

    def stop(self):
        self.untell()
        for process in reversed(self.started):
            process.stop()


class EmbeddedWorld(World):
    """One process on a log of its own."""

    def configure(self, url):
        (self.folder / "data").mkdir(exist_ok=True)
        config.standalone(self.folder, self.secret, url, self.options.check, self.api())

    def start_services(self):
        self.services = [self.start("standalone", self.bin / "evenkeel-standalone", "--config", self.config)]

    def victims(self):
        return [self.services[0]]


class KafkaWorld(World):
    """Ingest, two deciders, executor and console as processes of their own, on a real Apache Kafka."""

    def configure(self, url):
        self.bootstrap = run([TOOLS / "kafka", "start", "-d", self.folder / "kafka"]).strip()
        self.configs = config.kafka_services(self.folder, self.bootstrap, self.secret, url, self.options.check, self.api)

    def start_services(self):
        self.services = [self.start(name, self.bin / f"evenkeel-{name.split('-')[0]}", "--config", path)
                         for name, path in self.configs.items()]

    def victims(self):
        by_name = {service.name: service for service in self.services}
        return [by_name[name] for name in ("decider-a", "ingest-a", "executor-a", "console-a")]

    def kcat(self, topic):
        """The topic as a reader that is none of ours sees it."""
        out = self.folder / "dumps" / f"{topic}.kcat.jsonl"
        with open(out, "w") as file:
            done = subprocess.run(["kcat", "-b", self.bootstrap, "-X", "isolation.level=read_committed", "-C", "-J", "-e",
                                   "-q", "-o", "beginning", "-t", topic], stdout=file, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"kcat of {topic}: {done.stderr.strip()}")
        return out

    def stop(self):
        super().stop()
        stop_kafka(self.folder)


def stop_kafka(folder):
    run([TOOLS / "kafka", "stop", "-d", folder / "kafka"])


def clear(folder):
    """Takes the folder for this process alone, ends what an earlier quickstart has left there, had it no time to do so
    itself, and takes its files away. Returns what holds the folder."""
    held = hold(folder.with_name(folder.name + ".lock"))
    if held is None:
        raise Failure(f"a quickstart runs in {folder}: end it with Ctrl-C, or say --dir for another place")
    end_leftovers(folder / "pids", folder)
    if (folder / "kafka").exists():
        stop_kafka(folder)
    run(["rm", "-rf", folder])
    folder.mkdir(parents=True)
    return held


__all__ = ["PREFIX", "EmbeddedWorld", "KafkaWorld", "clear"]
