"""What is checked just before an action is carried out: is it for us, may it still be done? See docs/executors.md."""
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from evenkeel.v1 import common_pb2, globals_pb2

KINDS = ("domain", "action", "channel", "proposer")


class Checks:
    def __init__(self, reader, prefix, environment, is_simulated):
        self.environment, self.is_simulated = common_pb2.Environment.Value(f"ENVIRONMENT_{environment.upper()}"), is_simulated
        self.consumer = Consumer(reader | {"group.id": f"{prefix}my-executor.control", "enable.partition.eof": True})
        self.control = TopicPartition(f"{prefix}control.v1", 0, OFFSET_BEGINNING)

    def refusal_of(self, action):
        """Why it must not be carried out here and now, or nothing."""
        if action.format != 1: return "other_format"
        if action.environment != self.environment: return "other_environment"
        if action.is_simulated != self.is_simulated: return "other_clock"
        return self.refusal_by_people(action)

    def refusal_by_people(self, action):
        """A kill switch, or a level that was lowered. A scope that we do not know stops everything, as "all" does."""
        entries = self.control_entries()
        own = [f"{kind}:{getattr(action, kind)}" for kind in KINDS]
        for scope in (entry.kill_switch.scope for entry in entries if entry.kill_switch.is_engaged):
            if scope in own or scope.split(":")[0] not in KINDS: return "kill_switch"
        levels = [entry.autonomy for entry in entries if entry.HasField("autonomy") and entry.autonomy.domain in ("", action.domain)]
        of = [one.level for one in levels if one.action == action.action] or [one.level for one in levels if not one.action]
        needed = min(action.autonomy_level, common_pb2.AUTONOMY_LEVEL_L2)  # Less, for what was only recommended to people.
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
