#!/usr/bin/env python3
"""Carries out approved actions, once each: checks the signature, claims, does, reports. See docs/executors.md."""
import argparse, datetime, hashlib, sqlite3, sys, time
from confluent_kafka import Consumer, Producer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from evenkeel.v1 import actions_pb2, common_pb2, receipts_pb2

parser = argparse.ArgumentParser(description=__doc__)
for name in ("bootstrap", "channel", "keys", "claims", "worklist"): parser.add_argument(name)
parser.add_argument("--prefix", default="evenkeel.")
parser.add_argument("--environment", default="sandbox", help="another's actions are refused")
parser.add_argument("--exit-when-idle", type=float, metavar="SECONDS", help="else it waits for ever")
options = parser.parse_args()
environment = common_pb2.Environment.Value(f"ENVIRONMENT_{options.environment.upper()}")
raw_keys = [bytes.fromhex(text) for text in (line.split("#")[0].strip() for line in open(options.keys)) if text]
keys = {hashlib.sha256(raw).hexdigest()[:16]: Ed25519PublicKey.from_public_bytes(raw) for raw in raw_keys}
claims = sqlite3.connect(options.claims, isolation_level=None)
claims.execute("CREATE TABLE IF NOT EXISTS claims (action_id TEXT PRIMARY KEY, receipt BLOB)")
consumer = Consumer({"bootstrap.servers": options.bootstrap, "group.id": f"{options.prefix}my-executor.{options.channel}",
                     "isolation.level": "read_committed", "enable.auto.commit": False, "auto.offset.reset": "earliest"})
producer = Producer({"bootstrap.servers": options.bootstrap, "enable.idempotence": True, "partitioner": "murmur2"})
consumer.subscribe([f"{options.prefix}actions.{options.channel}.v1"])
def carry_out(action):  # Here your system is called, with the action's id as its idempotency key.
    with open(options.worklist, "a") as file:
        file.write(f"{action.action} for {action.customer_id}, because of {action.cause}, until {action.send_window.end_time_ms}\n")

def receipt_of(action, payload):
    now = max(action.issued_time_ms, action.send_window.start_time_ms) if action.is_simulated else time.time_ns() // 1_000_000
    end = lambda status, reason="": receipts_pb2.Receipt(
        action_id=action.action_id, decision_id=action.decision_id, customer_id=action.customer_id, occurred_time_ms=now,
        status=f"RECEIPT_STATUS_{status}", reason=reason, executor="my-executor", environment=environment,
        attempt_count=1, action_digest=hashlib.sha256(payload).digest())
    if claims.execute("INSERT OR IGNORE INTO claims VALUES (?, NULL)", [action.action_id]).rowcount == 0:
        known = claims.execute("SELECT receipt FROM claims WHERE action_id = ?", [action.action_id]).fetchone()[0]
        return receipts_pb2.Receipt.FromString(known) if known else end("UNKNOWN", "crashed_while_doing")  # Never blindly again.
    if action.environment != environment: return end("REFUSED", "other_environment")
    if now >= action.expires_time_ms: return end("EXPIRED", "expired")
    carry_out(action)
    return end("DONE")

def report(receipt):
    claims.execute("UPDATE claims SET receipt = ? WHERE action_id = ?", [receipt.SerializeToString(), receipt.action_id])
    at = datetime.datetime.fromtimestamp(receipt.occurred_time_ms / 1000, datetime.timezone.utc).isoformat()
    producer.produce(f"{options.prefix}receipts.v1", receipt.SerializeToString(), receipt.customer_id, timestamp=receipt.occurred_time_ms,
                     headers={"ce_specversion": "1.0", "ce_id": receipt.action_id, "ce_source": "my-executor", "ce_time": at,
                              "ce_type": "evenkeel.receipt.v1", "content-type": "application/protobuf"})
    assert producer.flush(30) == 0, "the broker did not take the receipt"

while (record := consumer.poll(options.exit_when_idle or 60)) or not options.exit_when_idle:
    if record is None: continue
    assert not record.error(), record.error()
    signed = actions_pb2.SignedAction.FromString(record.value())
    try:
        keys[signed.key_id].verify(signed.signature, b"evenkeel.action.v1\0" + signed.payload)  # As stored, before it is read.
        report(receipt_of(actions_pb2.ApprovedAction.FromString(signed.payload), signed.payload))
    except (KeyError, InvalidSignature):
        print(f"{record.topic()}[{record.partition()}]@{record.offset()}: not signed by a key of {options.keys}", file=sys.stderr)
    consumer.commit(record, asynchronous=False)
consumer.close()
