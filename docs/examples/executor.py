"""Carries out approved actions, once each: checks, claims, waits for its time, does, reports. See docs/executors.md."""
import argparse, datetime, hashlib, sqlite3, sys, time
from checks import Checks, trusted_keys
from confluent_kafka import Consumer, Producer
from cryptography.exceptions import InvalidSignature
from evenkeel.v1 import actions_pb2, receipts_pb2
from google.protobuf.message import DecodeError
parser = argparse.ArgumentParser(description=__doc__)
for name in ("bootstrap", "channel", "keys", "claims", "worklist"): parser.add_argument(name)
for name, default in (("prefix", "evenkeel."), ("environment", "sandbox"), ("exit-when-idle", "inf")):
    parser.add_argument(f"--{name}", default=default)
parser.add_argument("--simulated", action="store_true", help="serves a world under an event clock, and no other")
args = parser.parse_args()
keys = trusted_keys(args.keys)
db = sqlite3.connect(args.claims, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS claims (action_id PRIMARY KEY, payload, due, receipt, is_sent)")
reader = {"bootstrap.servers": args.bootstrap, "isolation.level": "read_committed", "enable.auto.commit": False}
consumer = Consumer(reader | {"group.id": f"{args.prefix}my-executor.{args.channel}", "auto.offset.reset": "earliest"})
producer = Producer({"bootstrap.servers": args.bootstrap, "enable.idempotence": True, "partitioner": "murmur2"})
checks = Checks(reader, args.prefix, args.environment, args.simulated)
consumer.subscribe([f"{args.prefix}actions.{args.channel}.v1"])
def act(payload, now):
    action = actions_pb2.ApprovedAction.FromString(payload)
    if action.is_simulated: now = max(action.issued_time_ms, action.send_window.start_time_ms)
    def end(status, reason):
        db.execute("UPDATE claims SET receipt = ? WHERE action_id = ?", [receipts_pb2.Receipt(
            action_id=action.action_id, decision_id=action.decision_id, customer_id=action.customer_id,
            occurred_time_ms=now, status=f"RECEIPT_STATUS_{status}", reason=reason, executor="my-executor",
            environment=checks.environment, attempt_count=int(status in ("DONE", "UNKNOWN")),
            action_digest=hashlib.sha256(payload).digest()).SerializeToString(), action.action_id])
    if ended := checks.end_of(action, now): return end(*ended)
    end("UNKNOWN", "crashed_while_doing")  # So it stands if we do not come back: never blindly again.
    with open(args.worklist, "a") as file:  # Here your system is called, with the action's id as its idempotency key.
        print(f"{action.action} for {action.customer_id}, because of {action.cause}", file=file)
    end("DONE", "")
def report(value):
    done = receipts_pb2.Receipt.FromString(value)
    at = datetime.datetime.fromtimestamp(done.occurred_time_ms / 1000, datetime.timezone.utc).isoformat()
    producer.produce(f"{args.prefix}receipts.v1", value, done.customer_id, timestamp=done.occurred_time_ms, headers={
        "ce_specversion": "1.0", "ce_id": done.action_id, "ce_source": "my-executor", "ce_time": at,
        "ce_type": "evenkeel.receipt.v1", "content-type": "application/protobuf"})
    assert producer.flush(30) == 0, "the broker did not take the receipt"
    db.execute("UPDATE claims SET is_sent = 1 WHERE action_id = ?", [done.action_id])
busy = time.monotonic()
while time.monotonic() < busy + float(args.exit_when_idle):
    now = time.time_ns() // 1_000_000
    for row in list(db.execute("SELECT payload FROM claims WHERE receipt IS NULL AND due <= ?", [now])): act(*row, now)
    for row in list(db.execute("SELECT receipt FROM claims WHERE receipt IS NOT NULL AND NOT is_sent")): report(*row)
    if (record := consumer.poll(1)) is None or record.error(): continue
    busy = time.monotonic()
    try:
        signed = actions_pb2.SignedAction.FromString(record.value() or b"")
        keys[signed.key_id].verify(signed.signature, b"evenkeel.action.v1\0" + signed.payload)  # Before it is read.
        action = actions_pb2.ApprovedAction.FromString(signed.payload)
        claim = action.action_id, signed.payload, 0 if action.is_simulated else action.send_window.start_time_ms
        db.execute("INSERT INTO claims VALUES (?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET is_sent = 0", claim)
    except (DecodeError, KeyError, InvalidSignature) as error:
        print(f"{record.partition()}@{record.offset()}: not signed by a key of {args.keys}: {error!r}", file=sys.stderr)
    consumer.commit(record, asynchronous=False)
consumer.close()
