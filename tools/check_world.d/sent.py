"""What was sent (the simulator's file and manifest), and what the target says it did."""

import bisect
import collections
import dataclasses
import datetime
import hashlib
import json
import signal


class SentError(Exception):
    pass


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


@dataclasses.dataclass
class Sent:
    kinds: dict = dataclasses.field(default_factory=dict)  # event_id -> event, of good lines
    copies: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    customers: set = dataclasses.field(default_factory=set)
    zones: dict = dataclasses.field(default_factory=dict)
    refused: dict = dataclasses.field(default_factory=dict)  # (customer, channel) -> since, ms
    poison: dict = dataclasses.field(default_factory=dict)  # kind -> count
    poison_ids: set = dataclasses.field(default_factory=set)  # of lines with an id of their own
    forged: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    repeats: int = 0

    def take(self, event):
        event_id = event["event_id"]
        self.copies[event_id] += 1
        if event_id in self.kinds:
            return
        self.kinds[event_id] = event["event"]
        self.customers.add(event["customer"])
        if event["event"] == "profile":
            self.zones[event["customer"]] = event["time_zone"]
            for name, value in event.items():
                if name.startswith("optin_") and not value:
                    self.refused[event["customer"], name.removeprefix("optin_")] = 0
        elif event["event"] == "opt_out":
            place = event["customer"], event["channel"]
            at = max(milliseconds(event["at"]), milliseconds(event["delivered_at"]))
            self.refused[place] = min(at, self.refused.get(place, at))


def read_sent(events_path, manifest_path):
    with open(manifest_path, encoding="utf-8") as file:
        manifest = json.load(file)
    sent = Sent(poison={kind: len(lines) for kind, lines in manifest["poison"].items()})
    poison = sorted(line for lines in manifest["poison"].values() for line in lines)
    digest = hashlib.sha256()
    with open(events_path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            digest.update(line)
            at = bisect.bisect_left(poison, number)
            if at < len(poison) and poison[at] == number:
                take_poison(sent, line)
            else:
                sent.take(json.loads(line))
    if digest.hexdigest() != manifest["sha256"]:
        raise SentError(f"{events_path} is not the file that {manifest_path} describes")
    sent.repeats = sum(sent.copies.values()) - len(sent.copies)
    return sent


def journal_lines(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):  # Else it was torn by a crash.
                yield json.loads(line)


def read_run(events_path, journal_path):
    """What `evenkeel-simulator run` sent: the file of its lines, which must be the batches of its journal."""
    sent = Sent()
    with open(events_path, "rb") as file:
        for entry in journal_lines(journal_path):
            if entry["kind"] != "batch":
                continue
            body = file.read(entry["bytes"])
            if hashlib.sha256(body).hexdigest() != entry["sha256"]:
                raise SentError(f"{events_path} is not what {journal_path} says was sent on day {entry['day']}")
            for line in body.splitlines():
                sent.take(json.loads(line))
        if file.read(1):
            raise SentError(f"{events_path} has more in it than {journal_path} says was sent")
    sent.repeats = sum(sent.copies.values()) - len(sent.copies)
    return sent


def take_poison(sent, line):
    try:
        event = json.loads(line)
    except ValueError:
        return
    if event.get("event_id") in sent.kinds:
        sent.forged[event["event_id"]] += 1
    else:
        sent.poison_ids.add(event.get("event_id"))


@dataclasses.dataclass
class TargetJournal:
    applied: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    calls: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    refused: int = 0
    conflicts: int = 0

    @property
    def retried(self):
        return sum(self.calls.values()) - len(self.calls)

    def take(self, name, outcome):
        if outcome == "refused":
            self.refused += 1
        elif outcome != "hung":
            self.calls[name] += 1
            self.conflicts += outcome == "conflict"
            self.applied[name] += outcome == "applied"


def read_target(paths):
    """Journals of tools/webhook-target, and of `evenkeel-simulator run`, which is a target, too."""
    journal = TargetJournal()
    for path in paths:
        for entry in journal_lines(path):
            if entry.get("kind", "call") == "call":
                journal.take(entry["id"] if "kind" in entry else entry["webhook_id"], entry["outcome"])
    journal.applied = +journal.applied
    return journal


def read_kills(path):
    """How often each kind of process (its name before the dash) ended by SIGKILL and was started again."""
    kills = collections.Counter()
    for entry in journal_lines(path):
        if entry["ended"] == -signal.SIGKILL and entry["again"] not in (None, entry["pid"]):
            kills[entry["name"].split("-")[0]] += 1
    return dict(sorted(kills.items()))
