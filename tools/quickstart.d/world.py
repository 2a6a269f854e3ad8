"""A running Evenkeel with a simulated customer base: on the embedded log, or on Kafka."""

import pathlib
import subprocess
import time

import config
from processes import Failure, Process, metrics, progress, read_port, run, wait_for

TOOLS = pathlib.Path(__file__).resolve().parent.parent
# After the last event the world goes on for so long, so that planned sends and reviews come due.
TICK_AFTER_HOURS = 96


class World:
    def __init__(self, folder, binaries, bundle, options):
        self.folder, self.bin, self.bundle, self.options = folder, binaries, bundle, options
        self.evenkeel = binaries / "evenkeel"
        self.events = folder / "world.jsonl"
        self.journal = folder / "target.jsonl"
        self.started, self.config = [], None
        for part in ("logs", "dumps"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    # --- the parts ---

    def generate(self):
        o = self.options
        return run([self.bin / "evenkeel-simulator", "generate", "--seed", o.seed, "--customers", o.customers,
                    "--days", o.days, "--start", "2026-01-05", "--out", self.events])

    def start(self, name, *command):
        process = Process(name, command, self.folder / "logs" / f"{name}.log").start()
        self.started.append(process)
        return process

    def start_target(self):
        url = self.folder / "target.url"
        url.unlink(missing_ok=True)
        self.target = self.start(
            "webhook-target", TOOLS / "webhook-target", "--port", 0, "--journal", self.journal, "--secret-file",
            self.secret.webhook, "--url-file", url, "--fail-rate", self.options.fail_rate, "--seed", self.options.seed)
        return wait_for("webhook target", lambda: url.exists() and url.read_text().strip(), [self.target], 20)

    def command(self, *arguments):
        return run([self.evenkeel, "--config", self.config, *arguments])

    def prepare(self):
        self.secret = config.Secrets(self.folder, self.evenkeel)
        self.configure(self.start_target())
        self.command("topics", "create")
        self.command("bundle", "publish", self.bundle)
        self.start_services()

    def wait_ready(self, services):
        def ready():
            pages = [self.progress_of(service) for service in services]
            return all(page and all(part["ready"] for part in page) for page in pages)
        wait_for("start of the services", ready, services, 120)

    # --- what it does ---

    def begin_load(self):
        log = open(self.folder / "logs" / "load.log", "ab")
        return subprocess.Popen(
            [self.evenkeel, "--config", self.config, "signals", "load", self.events, "--bundle", self.bundle,
             "--batch", "2000", "--tick-after-hours", str(TICK_AFTER_HOURS)], stdout=log, stderr=log)

    def load(self, meanwhile):
        """Loads the whole world, again and again until nothing is left: a load goes on where it stopped."""
        deadline = time.monotonic() + 900
        loader = self.begin_load()
        while True:
            meanwhile()
            if loader.poll() == 0:
                return
            if loader.returncode is not None:
                if time.monotonic() > deadline:
                    raise Failure(f"the load does not get through; see {self.folder}/logs/load.log")
                time.sleep(0.3)
                loader = self.begin_load()
            time.sleep(0.05)

    def is_idle(self):
        pages = [self.progress_of(service) for service in self.services]
        return all(page and all(part["idle"] for part in page) for page in pages)

    def wait_idle(self, meanwhile, timeout=900):
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
        """The figures of all services, added up."""
        total = {}
        for service in self.services:
            port = self.metrics_port(service)
            for name, value in (metrics(port) if port else {}).items():
                total[name] = total.get(name, 0) + value
        return total

    def progress_of(self, service):
        port = self.metrics_port(service)
        return progress(port) if port else None

    def dump(self, topic):
        out = self.folder / "dumps" / f"{topic}.jsonl"
        with open(out, "w") as file:
            done = subprocess.run([self.evenkeel, "--config", self.config, "topics", "dump", "--topic", topic],
                                  stdout=file, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"dump of {topic}: {done.stderr.strip()}")
        return out

    def restart(self, service):
        """kill -9, and a new start: as after a crash."""
        service.kill()
        self.forget_port(service)
        service.start()

    def stop(self):
        for process in reversed(self.started):
            process.stop()


class EmbeddedWorld(World):
    """One process on a log of its own."""

    def configure(self, url):
        self.config = config.standalone(self.folder, self.secret, url)
        (self.folder / "data").mkdir(exist_ok=True)

    def start_services(self):
        self.services = [self.start("standalone", self.bin / "evenkeel-standalone", "--config", self.config)]
        self.wait_ready(self.services)

    def port_file(self, _service):
        return self.folder / "data" / "metrics.port"

    def metrics_port(self, service):
        return read_port(self.port_file(service))

    def forget_port(self, service):
        self.port_file(service).unlink(missing_ok=True)
        (self.folder / "data" / "log.port").unlink(missing_ok=True)

    def victims(self):
        return [self.services[0]]


class KafkaWorld(World):
    """Two deciders and an executor as processes of their own, on a real Apache Kafka."""

    def configure(self, url):
        bootstrap = run([TOOLS / "kafka", "start", "-d", self.folder / "kafka"]).strip()
        self.bootstrap = bootstrap
        decider = config.decider(self.secret)
        self.configs = {name: config.on_kafka(self.folder, bootstrap, name, "decider", decider, 1)
                        for name in ("decider-a", "decider-b")}
        self.configs["executor-a"] = config.on_kafka(
            self.folder, bootstrap, "executor-a", "executor", config.executor(self.secret, url), 1)
        self.config = self.configs["decider-a"]

    def start_services(self):
        self.services = [
            self.start(name, self.bin / f"evenkeel-{name.split('-')[0]}", "--config", path)
            for name, path in self.configs.items()]
        self.wait_ready(self.services)

    def metrics_port(self, service):
        return read_port(self.folder / "state" / service.name / "metrics.port")

    def forget_port(self, service):
        (self.folder / "state" / service.name / "metrics.port").unlink(missing_ok=True)

    def victims(self):
        return [self.services[0], self.services[2]]

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
        run([TOOLS / "kafka", "stop", "-d", self.folder / "kafka"])
