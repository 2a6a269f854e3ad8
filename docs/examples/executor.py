#!/usr/bin/env python3
"""Carries out approved actions, once each: checks the signature, claims, waits for its time, does, reports. See docs/executors.md."""
import argparse, datetime, hashlib, sqlite3, sys, time
from checks import Checks
from confluent_kafka import Consumer, Producer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from evenkeel.v1 import actions_pb2, receipts_pb2
parser = argparse.ArgumentParser(description=__doc__)
for name in ("bootstrap", "channel", "keys", "claims", "worklist"): parser.add_argument(name)
for name, default in (("prefix", "evenkeel."), ("environment", "sandbox"), ("exit-when-idle", "inf")): parser.add_argument(f"--{name}", default=default)
parser.add_argument("--simulated", action="store_true", help="serves a world under an event clock, and no other")
options = parser.parse_args()
raw_keys = [bytes.fromhex(line.split("#")[0]) for line in open(options.keys)]
keys = {hashlib.sha256(raw).hexdigest()[:16]: Ed25519PublicKey.from_public_bytes(raw) for raw in raw_keys if raw}
db = sqlite3.connect(options.claims, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS claims (action_id TEXT PRIMARY KEY, payload BLOB, due INTEGER, receipt BLOB, is_sent INTEGER)")
reader = {"bootstrap.servers": options.bootstrap, "isolation.level": "read_committed", "enable.auto.commit": False}
consumer = Consumer(reader | {"group.id": f"{options.prefix}my-executor.{options.channel}", "auto.offset.reset": "earliest"})
producer = Producer({"bootstrap.servers": options.bootstrap, "enable.idempotence": True, "partitioner": "murmur2"})
checks = Checks(reader, options.prefix, options.environment, options.simulated)
consumer.subscribe([f"{options.prefix}actions.{options.channel}.v1"])
def carry_out(action):  # Here your system is called, with the action's id as its idempotency key.
    with open(options.worklist, "a") as file: print(f"{action.action} for {action.customer_id}, because of {action.cause}", file=file)
def work_off(payload, now):
    action = actions_pb2.ApprovedAction.FromString(payload)
    if action.is_simulated: now = max(action.issued_time_ms, action.send_window.start_time_ms)
    end = lambda status, reason="": db.execute("UPDATE claims SET receipt = ? WHERE action_id = ?", [receipts_pb2.Receipt(
        action_id=action.action_id, decision_id=action.decision_id, customer_id=action.customer_id, occurred_time_ms=now,
        status=f"RECEIPT_STATUS_{status}", reason=reason, executor="my-executor", environment=checks.environment,
        attempt_count=int(status in ("DONE", "UNKNOWN")), action_digest=hashlib.sha256(payload).digest()).SerializeToString(), action.action_id])
    if now >= action.expires_time_ms: return end("EXPIRED", "expired")
    if reason := checks.refusal_of(action): return end("REFUSED", reason)
    end("UNKNOWN", "crashed_while_doing")  # So it stands if we do not come back: never blindly again.
    carry_out(action)
    end("DONE")
def report(receipt):
    at = datetime.datetime.fromtimestamp(receipt.occurred_time_ms / 1000, datetime.timezone.utc).isoformat()
    producer.produce(f"{options.prefix}receipts.v1", receipt.SerializeToString(), receipt.customer_id, timestamp=receipt.occurred_time_ms,
                     headers={"ce_specversion": "1.0", "ce_id": receipt.action_id, "ce_source": "my-executor", "ce_time": at,
                              "ce_type": "evenkeel.receipt.v1", "content-type": "application/protobuf"})
    assert producer.flush(30) == 0, "the broker did not take the receipt"
    db.execute("UPDATE claims SET is_sent = 1 WHERE action_id = ?", [receipt.action_id])

busy = time.monotonic()
while time.monotonic() < busy + float(options.exit_when_idle):
    now = time.time_ns() // 1_000_000
    for row in db.execute("SELECT payload FROM claims WHERE receipt IS NULL AND due <= ?", [now]).fetchall(): work_off(*row, now)
    for row in db.execute("SELECT receipt FROM claims WHERE receipt IS NOT NULL AND NOT is_sent").fetchall(): report(receipts_pb2.Receipt.FromString(*row))
    if (record := consumer.poll(1)) is None or record.error(): continue
    busy, signed = time.monotonic(), actions_pb2.SignedAction.FromString(record.value() or b"")
    try:
        keys[signed.key_id].verify(signed.signature, b"evenkeel.action.v1\0" + signed.payload)  # As stored, before it is read.
        action = actions_pb2.ApprovedAction.FromString(signed.payload)
        db.execute("INSERT INTO claims VALUES (?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET is_sent = 0",  # Again: the same receipt again.
                   [action.action_id, signed.payload, 0 if action.is_simulated else action.send_window.start_time_ms])
    except (KeyError, InvalidSignature):
        print(f"{record.topic()}[{record.partition()}]@{record.offset()}: not signed by a key of {options.keys}", file=sys.stderr)
    consumer.commit(record, asynchronous=False)
consumer.close()
