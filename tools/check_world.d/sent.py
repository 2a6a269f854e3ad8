"""What was sent (the simulator's file and manifest), and what the target says it did."""

import bisect
import collections
import dataclasses
import datetime
import hashlib
import json


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


def read_target(paths):
    journal = TargetJournal()
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    continue  # Torn by a crash of the target.
                entry = json.loads(line)
                name = entry["webhook_id"]
                if entry["outcome"] == "refused":
                    journal.refused += 1
                    continue
                if entry["outcome"] == "hung":
                    continue
                journal.calls[name] += 1
                journal.conflicts += entry["outcome"] == "conflict"
                journal.applied[name] += entry["outcome"] == "applied"
    journal.applied = +journal.applied
    return journal
