"""A closed loop of a simulated world and Evenkeel: one process each, the world in lockstep, over the public doors.

The embedded log, `clock: event` and `advance: to_tick`: the whole run is a function of the seed, the bundle and the
signing key, however often the process is killed on the way.
"""

import base64
import hashlib
import json
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))
from processes import Failure, Process, run, secret_file, wait_for  # noqa: E402

CHANNELS = ["email", "sms", "push", "task"]
KEPT = ("decisions.v1", "actions.", "receipts.v1", "approvals.requests.v1")


def make_keys(folder, evenkeel):
    """The same for all loops that are to be compared: actions are signed."""
    folder.mkdir(parents=True, exist_ok=True)
    run([evenkeel, "key", "create", "--private", folder / "signing.key", "--public", folder / "signing.pub"])
    secret_file(folder / "webhook.secret", "whsec_" + base64.b64encode(bytes(range(32))).decode() + "\n")
    return folder


class ClosedLoop:
    """One run, in a folder of its own."""

    def __init__(self, folder, binaries, bundle, keys, seed=7, customers=300, days=30):
        self.folder, self.bin, self.bundle, self.keys = pathlib.Path(folder), pathlib.Path(binaries), bundle, keys
        self.data, self.journal = self.folder / "data", self.folder / "journal.jsonl"
        self.world = {"--seed": seed, "--customers": customers, "--days": days}
        self.config = self.folder / "standalone.json"
        self.kills = 0

    def command(self, *arguments):
        return run([self.bin / "evenkeel", "--config", self.config, *arguments])

    def start_simulator(self, options):
        url_file, port_file = self.folder / "webhook.url", self.data / "http.port"
        command = [self.bin / "evenkeel-simulator", "run", "--lockstep", "--journal", self.journal,
                   *[part for pair in self.world.items() for part in pair],
                   "--events-url", "http://127.0.0.1/v1/events/simulator", "--ticks-url", "http://127.0.0.1/v1/ticks",
                   "--progress-url", "http://127.0.0.1/progress", "--port-file", port_file,
                   "--webhook-url-file", url_file, "--secret-file", self.keys / "webhook.secret", *options]
        self.simulator = Process("simulator", command, self.folder / "simulator.log").start()
        return wait_for("webhook URL", lambda: url_file.exists() and url_file.read_text().strip(), [self.simulator], 30)

    def configure(self, url):
        self.config.write_text(json.dumps({
            "directory": str(self.data),
            "log": {"partition_count": 8},
            "clock": {"mode": "event", "advance": "to_tick"},
            "decider": {"channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}, "engine": {"workers": 1},
                        "signing": {"key_file": str(self.keys / "signing.key")}},
            "executor": {
                "actions": {"public_keys_file": str(self.keys / "signing.pub")}, "engine": {"workers": 1},
                "connectors": [{"name": "world", "channels": CHANNELS, "webhook": {
                    "url": url, "is_private_allowed": True, "secret_file": str(self.keys / "webhook.secret"), "timeout_ms": "30s",
                    "concurrency": 8, "attempts_max": 12, "backoff_ms": "20ms", "backoff_max_ms": "1s"}}]},
            "ingest": {}, "console": {},
        }, indent=2) + "\n")

    def journaled(self, kind):
        return self.journal.read_bytes().count(f'"kind":"{kind}"'.encode()) if self.journal.exists() else 0

    def run(self, kill_at=(), options=()):
        """Runs to the end; `kill -9` of Evenkeel as soon as the journal has so many of a kind: ("tick", 3) is when it has
        just taken a tick and decides, ("call", 20) when it has just called and does not know it yet. Returns the summary."""
        self.data.mkdir(parents=True)
        self.configure(self.start_simulator(options))
        try:
            self.command("topics", "create")
            self.command("bundle", "publish", self.bundle)
            self.standalone = Process("standalone", [self.bin / "evenkeel-standalone", "--config", self.config],
                                      self.folder / "standalone.log").start()
            self.watch(list(kill_at))
            last = self.simulator.log.read_text().splitlines()[-1]
            if self.simulator.child.returncode != 0:
                raise Failure(f"simulator: {last}; standalone's last words:\n{self.standalone.tail(5)}")
            return json.loads(last)
        finally:
            self.simulator.stop()
            if hasattr(self, "standalone") and sys.exc_info()[0]:
                self.standalone.stop()

    def watch(self, kill_at):
        while self.simulator.child.poll() is None:
            self.standalone.check()
            if kill_at and self.journaled(kill_at[0][0]) >= kill_at[0][1]:
                kill_at.pop(0)
                self.standalone.kill()
                self.kills += 1
                for port in ("http.port", "grpc.port", "metrics.port", "log.port"):
                    (self.data / port).unlink(missing_ok=True)
                self.standalone.start()
            time.sleep(0.002)

    def digests(self):
        """By topic: how many records, and a digest of them that knows nothing of offsets and of when they were written."""
        found = {}
        for topic in (line.split(":")[0] for line in self.command("topics", "list").splitlines()):
            if not any(part in topic for part in KEPT) or topic.endswith(".dlq"):
                continue
            records = []
            for line in self.command("topics", "dump", "--topic", topic).splitlines():
                record = json.loads(line)
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
        self.standalone.stop()


def binaries_of(build):
    found = pathlib.Path(build) / "bin"
    for name in ("evenkeel", "evenkeel-standalone", "evenkeel-simulator"):
        if not (found / name).exists():
            raise Failure(f"{found / name} is not there; build it: cmake --build {build} --target {name}")
    return found


__all__ = ["ClosedLoop", "Failure", "ROOT", "binaries_of", "make_keys"]
