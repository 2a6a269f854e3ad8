"""A world of four customers in which every promise is kept, to be spoilt by tests."""

import base64
import datetime
import hashlib
import json
import pathlib

import wire

UTC = datetime.timezone.utc
T0 = round(datetime.datetime(2026, 1, 7, 11, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
DAY = 24 * HOUR
PREFIX = "evenkeel."
POLICY = {
    "caps": [{"name": "week", "limit": 2, "window_hours": 168}],
    "cool_downs": [{"name": "offers", "hours": 720, "actions": ["discount_10", "discount_25"],
                    "per_action": False}],
    "quiet_hours": {"from": "21:00", "to": "08:00", "channels": ["sms", "push", "phone"]},
    "consent": {"purposes": ["marketing"]},
    "approvals": {"actions": ["credit"], "risk": ["high"], "money_above": 8.0, "role": "approver"},
}


def iso(at_ms):
    return datetime.datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


class TinyWorld:
    """Customers: C1 and C2 are treated, C3 is held out, C4 is never decided for. All in partition 0.

    `raw` writes values as base64 of their bytes instead of proto JSON.
    """

    def __init__(self, contract, raw=False):
        self.contract, self.raw = contract, raw
        self.lines, self.poison = [], {}
        self.records, self.target = [], []
        self.offsets = {}
        self.chain = self.transactions = 0
        self._send()
        self._decide()

    # --- what was sent ---

    def event(self, name, kind, customer, at_ms=T0, **facts):
        return {"event_id": name, "source": "app", "event": kind, "customer": customer,
                "at": iso(at_ms), "delivered_at": iso(at_ms + 1000), **facts}

    def line(self, event):
        self.lines.append(json.dumps(event))
        return event

    def spoil(self, kind, text):
        self.lines.append(text)
        self.poison.setdefault(kind, []).append(len(self.lines))

    def signal(self, event):
        self.record("signals.all.v1", None, key=event["customer"],
                    headers={"ce_id": event["event_id"]})

    def dead_letter(self, reason, topic="signals.all.v1.dlq"):
        self.record(topic, None, headers={"evenkeel.errors.reason": reason})

    def _send(self):
        for n in range(1, 5):
            customer = f"C{n}"
            optins = {f"optin_{channel}": n != 2 or channel != "push"
                      for channel in ("email", "sms", "push", "phone")}
            self.signal(self.line(self.event(f"{customer}-1", "profile", customer,
                                             time_zone="Europe/Berlin", **optins)))
            self.signal(self.line(self.event(f"{customer}-2", "session", customer, minutes=3.5)))
        opt_out = self.event("C1-3", "opt_out", "C1", channel="phone", purpose="marketing")
        self.signal(self.line(opt_out))
        repeat = self.event("C1-2", "session", "C1", minutes=3.5)
        self.signal(self.line(repeat))
        self.spoil("broken_json", '{"event_id": "P-1", "cust')
        self.dead_letter("undecodable", "signals.unreadable.dlq")
        self.spoil("no_customer", json.dumps(self.event("P-2", "session", "")))
        self.dead_letter("missing_customer", "signals.unreadable.dlq")
        self.spoil("absurd_time", json.dumps(self.event("P-3", "session", "C2", at_ms=0)))
        self.dead_letter("absurd_time")
        self.spoil("nan_value", json.dumps(self.event("P-4", "session", "C2", minutes="NaN")))
        self.dead_letter("invalid_field")
        other = self.event("C2-2", "session", "C2", minutes=900)
        self.spoil("other_content", json.dumps(other))
        self.signal(other)
        self.dead_letter("id_reused")

    # --- what became of it ---

    def _decide(self):
        self.act("a1", "C1", channel="sms")
        self.act("a2", "C1", channel="email", action="tips", at_ms=T0 + DAY)
        self.act("a3", "C2", channel="sms", action="discount_10")
        self.decide("d-hold", "C3", "WITHHELD", arm="HOLDOUT", action_id="ghost")
        self.decide("d-no", "C2", "NO_ACTION")
        self.commit(T0 + 2 * DAY)

    def value(self, message, value):
        data = wire.encode(self.contract, message, value)
        if self.raw:
            return base64.b64encode(data).decode()
        return {name: base64.b64encode(one).decode() if isinstance(one, bytes) else
                str(one) if isinstance(one, int) else one for name, one in value.items()}

    def record(self, topic, value, key=None, headers=None, timestamp_ms=T0):
        offset = self.offsets.setdefault(topic, 0)
        self.offsets[topic] += 1
        self.records.append({
            "topic": PREFIX + topic, "partition": 0, "offset": offset, "timestamp_ms": timestamp_ms,
            "key": key, "headers": headers or {}, "value": value})

    def decide(self, name, customer, verdict, arm="TREATED", action_id=None):
        record = {"decision_id": name, "customer_id": customer, "arm": {"arm": f"ARM_{arm}"},
                  "verdict": f"DECISION_VERDICT_{verdict}", "as_of_time_ms": T0}
        if action_id:
            record["action"] = {"action_id": action_id}
        payload = wire.encode(self.contract, "DecisionRecord", record)
        self.chain += 1
        self.record("decisions.v1", self.value("DecisionEnvelope", {
            "sequence": self.chain, "payload": payload,
            "payload_digest": hashlib.sha256(payload).digest()}), key=customer)

    def approve(self, name, customer, channel="sms", at_ms=T0, action="education",
                action_class="DEFAULT", purpose="marketing", issued_ms=None):
        payload = wire.encode(self.contract, "ApprovedAction", {
            "action_id": name, "customer_id": customer, "action": action, "channel": channel,
            "proposer": "retention/1", "purpose": purpose, "action_class": f"ACTION_CLASS_{action_class}",
            "issued_time_ms": issued_ms or at_ms, "expires_time_ms": at_ms + 2 * DAY,
            "send_window": {"start_time_ms": at_ms, "end_time_ms": at_ms + 6 * HOUR}})
        self.record(f"actions.{channel}.v1", self.value("SignedAction", {"payload": payload}),
                    key=customer)

    def ask(self, name, customer="C4", verdict=None, request=None, action=None, release=True):
        """A person is asked and says yes; `verdict`, `request`, `action`: what is otherwise."""
        payload = {
            "action_id": name, "customer_id": customer, "action": "credit", "channel": "email",
            "purpose": "service", "action_class": "ACTION_CLASS_DEFAULT", "approval_id": f"ask-{name}",
            "approval_basis": "APPROVAL_BASIS_PERSON", "issued_time_ms": T0,
            "expires_time_ms": T0 + 2 * DAY, "risk_class": "RISK_CLASS_LOW",
            "send_window": {"start_time_ms": T0, "end_time_ms": T0 + 6 * HOUR}}
        asked = wire.encode(self.contract, "ApprovedAction", payload)
        open_request = {
            "approval_id": f"ask-{name}", "state": "APPROVAL_STATE_OPEN", "action_id": name,
            "action": asked, "action_digest": hashlib.sha256(asked).digest(),
            "proposer": "retention/1", "required_role": "approver", "expires_time_ms": T0 + DAY}
        self.decide(f"d-{name}", customer, "ASK_APPROVAL", action_id=name)
        self.record("approvals.requests.v1", self.value("ApprovalRequest", open_request))
        self.record("approvals.verdicts.v1", self.value("ApprovalVerdict", {
            "verdict_id": f"v-{name}", "approval_id": f"ask-{name}", "action_id": name,
            "action_digest": open_request["action_digest"], "verdict": "VERDICT_APPROVED",
            "approver": "ann", "approver_role": "approver", **(verdict or {})}))
        if not release:
            return
        self.close(name, {**open_request, **(request or {})})
        self.decide(f"r-{name}", customer, "RELEASED", action_id=name)
        signed = wire.encode(self.contract, "ApprovedAction",
                             {**payload, "approver": "ann", **(action or {})})
        self.record("actions.email.v1", self.value("SignedAction", {"payload": signed}),
                    key=customer)
        self.call(name)
        self.receipt(name, at_ms=T0 + HOUR)

    def close(self, name, request):
        self.record("approvals.requests.v1", self.value("ApprovalRequest", {
            "state": "APPROVAL_STATE_RELEASED", **request, "verdict_id": f"v-{name}",
            **({"state": "APPROVAL_STATE_RELEASED"} if request["state"].endswith("OPEN") else {})}))

    def receipt(self, name, status="DONE", at_ms=T0):
        self.record("receipts.v1", self.value("Receipt", {
            "action_id": name, "status": f"RECEIPT_STATUS_{status}", "occurred_time_ms": at_ms}))

    def call(self, name, outcome="applied"):
        self.target.append({"number": len(self.target) + 1, "webhook_id": name, "attempt": 1,
                            "outcome": outcome, "status": 200, "body_sha256": "x"})

    def act(self, name, customer, at_ms=T0, **how):
        """Decided, approved, called, applied, reported."""
        self.decide("d-" + name, customer, "EXECUTE", action_id=name)
        self.approve(name, customer, at_ms=at_ms, **how)
        self.call(name)
        self.receipt(name, at_ms=at_ms + HOUR)

    def commit(self, as_of_ms):
        self.transactions += 1
        commit = {"changelog_topic": PREFIX + "decider.changelog.v1", "sequence": self.transactions,
                  "as_of_time_ms": as_of_ms,
                  "inputs": [{"topic": PREFIX + "signals.all.v1",
                              "next": self.offsets["signals.all.v1"]}]}
        data = wire.encode(self.contract, "CommitRecord", commit)
        self.record("decider.journal.v1",
                    base64.b64encode(data).decode() if self.raw else commit)

    def forget(self, topic, which):
        """Takes a record back, as if it had never been written."""
        of_topic = [r for r in self.records if r["topic"] == PREFIX + topic]
        self.records.remove(of_topic[which])

    # --- files ---

    def write(self, folder):
        folder = pathlib.Path(folder)
        text = "".join(line + "\n" for line in self.lines)
        (folder / "world.jsonl").write_text(text)
        (folder / "world.jsonl.manifest.json").write_text(json.dumps({
            "sha256": hashlib.sha256(text.encode()).hexdigest(), "poison": self.poison}))
        (folder / "policy.json").write_text(json.dumps(POLICY))
        self._write_lines(folder / "dump.jsonl", self.records)
        self._write_lines(folder / "target.jsonl", self.target)

    @staticmethod
    def _write_lines(path, values):
        path.write_text("".join(json.dumps(value) + "\n" for value in values))
