"""What is checked just before an action is carried out: is it for us, may it still be done? See docs/executors.md."""
import hashlib

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from evenkeel.v1 import common_pb2, globals_pb2

KINDS = ("domain", "action", "channel", "proposer")


def trusted_keys(path):
    """The public keys of a file, one a line in hexadecimal, by the id that a signed action names."""
    with open(path) as file:
        keys = [bytes.fromhex(line.split("#")[0]) for line in file]
    return {hashlib.sha256(key).hexdigest()[:16]: Ed25519PublicKey.from_public_bytes(key) for key in keys if key}


class Checks:
    def __init__(self, reader, prefix, environment, is_simulated):
        self.environment = common_pb2.Environment.Value(f"ENVIRONMENT_{environment.upper()}")
        self.is_simulated = is_simulated
        self.consumer = Consumer(reader | {"group.id": f"{prefix}my-executor.control", "enable.partition.eof": True})
        self.control = TopicPartition(f"{prefix}control.v1", 0, OFFSET_BEGINNING)

    def end_of(self, action, now):
        """How it ends without being carried out, as status and reason, or nothing: then it may be done now."""
        if now >= action.expires_time_ms:
            return "EXPIRED", "expired"
        reason = self.refusal_of(action)
        return ("REFUSED", reason) if reason else None

    def refusal_of(self, action):
        if action.format != 1:
            return "other_format"
        if action.environment != self.environment:
            return "other_environment"
        if action.is_simulated != self.is_simulated:
            return "other_clock"
        return self.refusal_by_people(action)

    def refusal_by_people(self, action):
        """A kill switch, or a level that was lowered. A scope that we do not know stops everything, as "all" does."""
        entries = self.control_entries()
        own = [f"{kind}:{getattr(action, kind)}" for kind in KINDS]
        for scope in (entry.kill_switch.scope for entry in entries if entry.kill_switch.is_engaged):
            if scope in own or scope.split(":")[0] not in KINDS:
                return "kill_switch"
        levels = [entry.autonomy for entry in entries if entry.HasField("autonomy")]
        levels = [one for one in levels if one.domain in ("", action.domain) and one.action in ("", action.action)]
        of_action = [one.level for one in levels if one.action]
        of = of_action or [one.level for one in levels]
        needed = min(action.autonomy_level, common_pb2.AUTONOMY_LEVEL_L2)  # Less, for what was only recommended.
        return "autonomy_level" if of and min(of) < needed else None

    def control_entries(self):
        """All that is set now. control.v1 is compacted and small, so it is read whole each time: nothing is fresher."""
        self.consumer.assign([self.control])
        entries = {}
        while (record := self.consumer.poll(30)) is not None and not record.error():
            entries[record.key()] = globals_pb2.ControlEntry.FromString(record.value() or b"")
        if record is None or record.error().code() != KafkaError._PARTITION_EOF:
            raise SystemExit(f"{self.control.topic} cannot be read, so nothing may be done")
        return entries.values()
