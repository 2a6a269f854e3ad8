"""A closed loop of a simulated world and Evenkeel, the world in lockstep, over the public doors.

On the embedded log in one process, or on Kafka in five. `clock: event` and `advance: to_tick`: the whole run is a
function of the seed, the bundle and the signing key, wherever it runs and however often processes are killed.
"""

import base64
import hashlib
import json
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))
import config  # noqa: E402
from processes import Failure, Process, run, secret_file, wait_for  # noqa: E402

KEPT = ("decisions.v1", "actions.", "receipts.v1", "approvals.requests.v1", "approvals.verdicts.v1")
# A person answers most requests.
REVIEWED = ("--yes-share", "0.45", "--no-share", "0.4")


class Keys:
    """The same for all loops that are to be compared: actions are signed."""

    def __init__(self, folder, evenkeel):
        folder.mkdir(parents=True, exist_ok=True)
        self.signing, self.trusted, self.webhook = (folder / name for name in ("signing.key", "signing.pub", "webhook.secret"))
        run([evenkeel, "key", "create", "--private", self.signing, "--public", self.trusted])
        secret_file(self.webhook, "whsec_" + base64.b64encode(bytes(range(32))).decode() + "\n")


class ClosedLoop:
    """One run on the embedded log, in a folder of its own."""

    ENGINE = {"workers": 1}

    def __init__(self, folder, binaries, bundle, keys, seed=7, customers=300, days=30):
        self.folder, self.bin, self.bundle, self.keys = pathlib.Path(folder), pathlib.Path(binaries), bundle, keys
        self.journal = self.folder / "journal.jsonl"
        self.world = {"--seed": seed, "--customers": customers, "--days": days}
        self.services, self.victims, self.kills = {}, [], []
        # Where each kind of door says its port; whose ports are forgotten when it is killed.
        self.events_door = self.console_door = self.folder / "data"

    def command(self, *arguments):
        return run([self.bin / "evenkeel", "--config", self.config, *arguments])

    def start_simulator(self, options):
        url_file = self.folder / "webhook.url"
        door = "http://127.0.0.1:1"
        command = [self.bin / "evenkeel-simulator", "run", "--lockstep", "--journal", self.journal,
                   *[part for pair in self.world.items() for part in pair],
                   "--events-url", f"{door}/v1/events/simulator", "--ticks-url", f"{door}/v1/ticks",
                   "--port-file", self.events_door / "http.port", "--progress-url", f"{door}/progress",
                   "--progress-port-file", self.console_door / "http.port",
                   "--approvals-url", f"{door}/evenkeel.v1.ApprovalService", "--tokens-file", self.console_door / "people.tokens",
                   "--webhook-url-file", url_file, "--secret-file", self.keys.webhook, *options]
        self.simulator = Process("simulator", command, self.folder / "simulator.log").start()
        return wait_for("webhook URL", lambda: url_file.exists() and url_file.read_text().strip(), [self.simulator], 30)

    def connector(self, url):
        executor = config.executor(self.keys, url)
        executor["connectors"][0]["webhook"].update(timeout_ms="30s", backoff_ms="20ms", backoff_max_ms="1s")
        return executor

    def configure(self, url):
        """Writes the configuration of each process, and starts what they need."""
        (self.folder / "data").mkdir(parents=True)
        self.config = config.write(self.folder / "standalone.yaml", {
            "directory": str(self.folder / "data"),
            "log": {"partition_count": config.PARTITIONS},
            "clock": config.clock(True),
            "decider": {**config.decider(self.keys), "engine": self.ENGINE},
            "executor": {**self.connector(url), "engine": self.ENGINE},
            "ingest": {}, "console": {},
        })
        self.add("standalone", self.config, self.folder / "data")

    def add(self, name, file, door):
        program = self.bin / f"evenkeel-{name.split('-')[0]}"
        self.services[name] = Process(name, [program, "--config", file], self.folder / f"{name}.log")
        self.victims.append((name, door))

    def journaled(self, kind):
        return self.journal.read_bytes().count(f'"kind":"{kind}"'.encode()) if self.journal.exists() else 0

    def run(self, kill_at=(), options=()):
        """Runs to the end; `kill -9` of the next process in turn as soon as the journal has so many of a kind: ("tick", 3)
        is when a tick was just taken and deciders decide, ("call", 20) when the executor has just called and does not
        know it yet, ("verdict", 2) when somebody has just answered. Returns the summary."""
        self.folder.mkdir(parents=True)
        self.configure(self.start_simulator(options))
        try:
            self.command("topics", "create")
            self.command("bundle", "publish", self.bundle)
            for service in self.services.values():
                service.start()
            self.watch(list(kill_at))
            last = self.simulator.log.read_text().splitlines()[-1]
            if self.simulator.child.returncode != 0:
                raise Failure(f"simulator: {last}; last words:\n" + "\n".join(
                    f"--- {name}\n{service.tail(5)}" for name, service in self.services.items()))
            return json.loads(last)
        finally:
            self.simulator.stop()
            if sys.exc_info()[0]:
                self.stop()

    def watch(self, kill_at):
        while self.simulator.child.poll() is None:
            for service in self.services.values():
                service.check()
            if kill_at and self.journaled(kill_at[0][0]) >= kill_at[0][1]:
                kill_at.pop(0)
                name, door = self.victims[len(self.kills) % len(self.victims)]
                self.services[name].kill()
                self.kills.append(name)
                for port in ("http.port", "grpc.port", "metrics.port", "log.port"):
                    (door / port).unlink(missing_ok=True)
                self.services[name].start()
            time.sleep(0.002)

    def digests(self, of_any_log=False):
        """By topic: how many records, and a digest of them that knows nothing of their offsets and of when they were written.
        Of any log: nor of the offsets of their inputs, which ends of transactions take up on Kafka."""
        found = {}
        for topic in (line.split(":")[0] for line in self.command("topics", "list").splitlines()):
            if not any(part in topic for part in KEPT) or topic.endswith(".dlq"):
                continue
            records = []
            for line in self.command("topics", "dump", "--topic", topic).splitlines():
                record = json.loads(line)
                if of_any_log and topic.endswith("decisions.v1"):
                    record["value"].pop("previous_hash", None)  # Over the record before, offsets and all.
                    record["value"].get("trigger_position", {}).pop("offset", None)
                records.append(json.dumps({name: value for name, value in record.items()
                                           if name not in ("offset", "timestamp_ms")}, sort_keys=True))
            records.sort()
            found[topic] = (len(records), hashlib.sha256("\n".join(records).encode()).hexdigest())
        return found

    def value(self, policies=()):
        """What each policy was worth in this world, by name; the loop's own is "evenkeel"."""
        command = [self.bin / "evenkeel-simulator", "value", "--journal", self.journal, "--json"]
        if policies:
            command += ["--policies", ",".join(policies)]
        return {row["policy"]: row for row in map(json.loads, run(command).splitlines())}

    def stop(self):
        for service in self.services.values():
            service.stop()


class KafkaLoop(ClosedLoop):
    """The same on a broker of its own: two deciders, ingest, executor and console as processes."""

    def __init__(self, *arguments, **world):
        super().__init__(*arguments, **world)
        self.broker = self.folder / "broker"
        self.events_door, self.console_door = (self.folder / "state" / name for name in ("ingest-a", "console-a"))

    def configure(self, url):
        bootstrap = run([ROOT / "tools" / "kafka", "start", "-d", self.broker]).strip()
        files = config.kafka_services(self.folder, bootstrap, self.keys, url, True)
        config.write(files["executor-a"], {**json.loads(files["executor-a"].read_text()), **self.connector(url)})
        self.config = files["decider-a"]
        for name, file in files.items():
            self.add(name, file, self.folder / "state" / name)

    def stop(self):
        super().stop()
        run([ROOT / "tools" / "kafka", "clean", "-d", self.broker])


def binaries_of(build):
    found = pathlib.Path(build) / "bin"
    for name in ("evenkeel", "evenkeel-standalone", "evenkeel-simulator"):
        if not (found / name).exists():
            raise Failure(f"{found / name} is not there; build it: cmake --build {build} --target {name}")
    return found


__all__ = ["ClosedLoop", "Failure", "KafkaLoop", "Keys", "REVIEWED", "ROOT", "binaries_of"]
