"""Reads what was read back from the log: dumps of `evenkeel topics dump`, and of `kcat -J`."""

import collections
import dataclasses
import hashlib
import json


@dataclasses.dataclass
class Record:
    topic: str  # Without the deployment's prefix.
    partition: int
    offset: int
    timestamp_ms: int
    key: str | None
    headers: dict
    value: object

    @property
    def place(self):
        return self.topic, self.partition, self.offset


class DumpError(Exception):
    pass


def from_kcat(line):
    names = line.get("headers") or []
    return {
        "topic": line["topic"], "partition": line["partition"], "offset": line["offset"],
        "timestamp_ms": line.get("ts", 0), "key": line.get("key"), "value": None,
        "headers": dict(zip(names[::2], names[1::2])),
    }


def read_records(path, prefix):
    with open(path, encoding="utf-8", errors="replace") as lines:
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            try:
                line = json.loads(text)
                line = from_kcat(line) if "payload" in line or "ts" in line else line
                yield Record(line["topic"].removeprefix(prefix), int(line["partition"]),
                             int(line["offset"]), int(line.get("timestamp_ms") or 0),
                             line.get("key"), line.get("headers") or {}, line.get("value"))
            except (ValueError, KeyError, TypeError) as error:
                raise DumpError(f"{path}:{number}: not a record of a dump: {error!r}") from None


@dataclasses.dataclass
class Decision:
    record: Record
    envelope: dict
    payload: dict
    digest_ok: bool

    @property
    def id(self):
        return self.payload.get("decision_id", "")

    @property
    def verdict(self):
        return self.payload.get("verdict", "").removeprefix("DECISION_VERDICT_")


@dataclasses.dataclass
class Action:
    record: Record
    payload: dict

    @property
    def id(self):
        return self.payload.get("action_id", "")

    @property
    def customer(self):
        return self.payload.get("customer_id", "")

    @property
    def channel(self):
        return self.payload.get("channel", "")

    @property
    def action_class(self):
        """A class that is not stated has all rules."""
        name = self.payload.get("action_class", "").removeprefix("ACTION_CLASS_").lower()
        return name if name not in ("", "unspecified") else "default"

    @property
    def start_ms(self):
        """The planned time of the contact."""
        window = self.payload.get("send_window", {})
        return max(window.get("start_time_ms", 0), self.payload.get("issued_time_ms", 0))


@dataclasses.dataclass
class Log:
    """All topics, sorted by what they are for."""

    signals: list = dataclasses.field(default_factory=list)
    dead_letters: list = dataclasses.field(default_factory=list)
    decisions: list = dataclasses.field(default_factory=list)
    actions: list = dataclasses.field(default_factory=list)
    receipts: list = dataclasses.field(default_factory=list)
    requests: list = dataclasses.field(default_factory=list)
    verdicts: list = dataclasses.field(default_factory=list)
    commits: list = dataclasses.field(default_factory=list)
    places: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, record, contract):
        self.places[record.place] += 1
        topic = record.topic
        if topic.endswith(".dlq"):
            self.dead_letters.append(record)
        elif topic.startswith("signals."):
            self.signals.append(record)
        elif topic == "decisions.v1":
            self.decisions.append(decision(record, contract))
        elif topic.startswith("actions."):
            signed = contract.read("SignedAction", record.value)
            self.actions.append(Action(record, payload(signed, "ApprovedAction", contract)))
        elif topic == "approvals.requests.v1":
            self.requests.append((record, contract.read("ApprovalRequest", record.value)))
        elif topic == "approvals.verdicts.v1":
            self.verdicts.append((record, contract.read("ApprovalVerdict", record.value)))
        elif topic == "receipts.v1":
            self.receipts.append((record, contract.read("Receipt", record.value)))
        elif topic.endswith("journal.v1"):
            self.commits.append((record, contract.read("CommitRecord", record.value)))


def payload(envelope, message, contract):
    return contract.read(message, envelope.get("payload", b""))


def decision(record, contract):
    value = record.value
    if isinstance(value, dict) and isinstance(value.get("payload"), dict):
        # The dump decoded it; the stored bytes are gone, and so is what the digest is of.
        inner = contract.normal("DecisionRecord", value["payload"])
        envelope = contract.normal("DecisionEnvelope", {**value, "payload": None})
        return Decision(record, envelope, inner, True)
    envelope = contract.read("DecisionEnvelope", value)
    stored = envelope.get("payload", b"")
    fits = envelope.get("payload_digest") == hashlib.sha256(stored).digest()
    return Decision(record, envelope, payload(envelope, "DecisionRecord", contract), fits)


def read_log(paths, prefix, contract):
    log = Log()
    for path in paths:
        for record in read_records(path, prefix):
            try:
                log.add(record, contract)
            except Exception as error:  # Whatever a foreign value can do to its reader.
                raise DumpError(f"{path}: {record.place}: not what its topic promises: {error!r}") \
                    from error
    return log


def read_places(paths, prefix):
    places = collections.Counter()
    for path in paths:
        places.update(record.place for record in read_records(path, prefix))
    return places
