"""The doors of a running quickstart, for whoever knows its folder: the quickstart itself, and tools/try."""

import datetime
import json
import pathlib
import subprocess

import people
from processes import Failure, get, metrics, progress, read_port, run

PREFIX = "evenkeel."
ABOUT = "quickstart.json"
SERVICES = {False: ["standalone"], True: ["decider-a", "decider-b", "executor-a", "ingest-a", "console-a"]}


class Doors:
    """Where everything of one run is, and how it is asked."""

    def __init__(self, folder, binaries, is_kafka):
        self.folder, self.bin, self.is_kafka = pathlib.Path(folder), pathlib.Path(binaries), is_kafka
        self.evenkeel, self.bundle = self.bin / "evenkeel", self.folder / "bundle"
        self.events, self.journal, self.kills = (self.folder / name for name in ("world.jsonl", "run.jsonl", "kills.jsonl"))
        self.config = self.folder / f"{'decider-a' if is_kafka else 'standalone'}.yaml"

    @classmethod
    def of(cls, folder):
        """Of the quickstart that runs there, and has played its world to the end."""
        try:
            about = json.loads((pathlib.Path(folder) / ABOUT).read_text())
        except (OSError, ValueError):
            raise Failure(f"no quickstart in {folder} waits for you: start tools/quickstart until it says what to paste, "
                          "or say --dir where it is") from None
        return cls(folder, about["bin"], about["kafka"])

    def tell(self):
        """So that of() finds it."""
        (self.folder / ABOUT).write_text(json.dumps({"bin": str(self.bin.resolve()), "kafka": self.is_kafka}) + "\n")

    def untell(self):
        (self.folder / ABOUT).unlink(missing_ok=True)

    # --- where what is ---

    def service_names(self):
        return SERVICES[self.is_kafka]

    def home(self, name):
        return self.folder / "state" / name if self.is_kafka else self.folder / "data"

    def pid_file(self, name):
        return self.folder / "pids" / name

    def port_file(self, name, door="http"):
        return self.home(name) / f"{door}.port"

    def api_port_file(self):
        return self.port_file("console-a")

    def events_port_file(self):
        return self.port_file("ingest-a")

    def people_file(self):
        return self.home("console-a") / "people"

    def api_port(self):
        return read_port(self.api_port_file())

    def events_port(self):
        return read_port(self.events_port_file())

    # --- asked ---

    def command(self, *arguments):
        return run([self.evenkeel, "--config", self.config, *arguments])

    def call(self, method, request, person=None, at="console-a"):
        known = people.tokens(self.people_file()) if person else {}
        if person and person not in known:
            raise Failure(f"there is no person {person}; there are: {', '.join(known)}")
        port = read_port(self.port_file(at))
        if port is None:
            raise people.CallError(f"{at} is not up")
        return people.call(port, method, request, known.get(person))

    def topics(self):
        return [line.split(":")[0] for line in self.command("topics", "list").splitlines()]

    def dump(self, topic, how="json"):
        """The topic's committed records, or with "digests" what is around their values."""
        out = self.folder / "dumps" / f"{topic}.{how}l"
        with open(out, "w") as file:
            done = subprocess.run([self.evenkeel, "--config", self.config, "topics", "dump", "--topic", topic, "--format", how],
                                  stdout=file, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"dump of {topic}: {done.stderr.strip()}")
        return out

    def waiting_approvals(self):
        try:
            return self.call("ApprovalService/ListApprovals", {"state": "APPROVAL_STATE_OPEN", "pageSize": 1000},
                             "auditor").get("approvals", [])
        except (people.CallError, OSError):
            return []

    def is_ready(self):
        return all(port and get(f"http://127.0.0.1:{port}/readyz") for port in self.metric_ports())

    def metric_ports(self):
        return [read_port(self.port_file(name, "metrics")) for name in self.service_names()]

    def samples_of(self, name):
        port = read_port(self.port_file(name, "metrics"))
        return metrics(port) if port else {}

    def progress_of(self, name):
        port = read_port(self.port_file(name, "metrics"))
        return progress(port) if port else None

    def whole_progress(self):
        """What the console says of all processes together; empty while it says nothing."""
        port = self.api_port()
        return (progress(port) if port else None) or {}

    def is_idle(self):
        """All there is was processed, everywhere, and nothing is on its way."""
        return self.whole_progress().get("idle", False)

    def stream_time(self):
        """How far the time of the world is."""
        text = self.whole_progress().get("stream_time")
        if not text:
            raise Failure("the console does not say how far the time of the world is")
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
