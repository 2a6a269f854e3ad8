#!/usr/bin/env python3
"""The clients of `rpc_conformance_test.py` on a deployment: what they ask of evenkeel-standalone has equal answers.

usage: run FOLDER standalone_conformance_test.py BIN    (BIN: the folder of our programs)
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

from clients import Clients, curl

GRPCURL = sys.argv.pop()
FOLDER = pathlib.Path(sys.argv.pop())
BIN = pathlib.Path(sys.argv.pop())
ROOT = pathlib.Path(__file__).resolve().parents[3]
# Differ from one call to the next because the calls before were made, or because time goes on.
MOVING = {"revision", "contextRevision", "lag", "freshness", "appliedOffset", "endOffset", "timeMs", "updatedTimeMs"}

CONFIG = """directory: {folder}/data
log: {{partition_count: 2}}
clock: {{mode: event}}
api: {{}}
console: {{}}
decider:
  channels: [email, sms, push, task]
  bundles: {{is_unsigned_allowed: true}}
executor:
  actions: {{is_unsigned_allowed: true}}
  connectors:
    - {{name: nowhere, channels: [email, sms, push, task], sandbox: {{file: {folder}/actions.jsonl}}}}
"""
SOURCES = """sources:
  shop:
    format: json_lines
    source: {constant: "urn:shop"}
    customer: {field: who}
    id: {fields: [id]}
    time: {field: when}
    signals:
      - type: profile.updated
        when: {what: joined}
        values:
          kind: {constant: person}
          time_zone: {constant: Europe/Berlin}
          attributes.contract: {constant: monthly}
          attributes.tenure_months: {constant: "14", as: integer}
        consents:
          - {purpose: service, granted: {constant: "true"}, since: {field: when}, method: contract_terms}
          - {purpose: marketing, channel: email, granted: {constant: "true"}, since: {field: when}}
      - type: billing.invoice
        when: {what: billed}
        values:
          invoice_id: {field: id}
          amount: {field: amount, as: money, scale: 2, currency: EUR}
          status: {constant: open}
          plan: {constant: monthly}
      - type: interaction.conversation
        when: {what: cancels}
        values: {conversation_id: {field: id}, channel: {constant: chat}, intent: {constant: cancel}}
      - type: billing.payment_attempt
        when: {what: declined}
        values:
          invoice_id: {field: id}
          amount: {field: amount, as: money, scale: 2, currency: EUR}
          status: {constant: failed}
"""
EVENTS = [{"id": "1", "who": "ada", "what": "joined", "when": "2026-03-02T09:00:00Z"},
          {"id": "2", "who": "ada", "what": "declined", "when": "2026-03-02T09:00:09Z", "amount": "19.90"},
          {"id": "3", "who": "ada", "what": "declined", "when": "2026-03-04T10:00:00Z", "amount": "19.90"}]

# They want to leave, and a person is asked about those who are not held out.
EVENTS += [{"id": f"{who}-{what}", "who": who, "what": what, "when": when, "amount": "120.00"}
           for who in (f"leaver-{number}" for number in range(8))
           for what, when in (("joined", "2026-03-02T09:00:00Z"), ("billed", "2026-03-02T10:00:00Z"),
                              ("cancels", "2026-03-04T09:00:00Z"))]
EVENTS.sort(key=lambda event: event["when"])


class Deployment:
    """evenkeel-standalone with a few decisions about one customer."""

    def __init__(self):
        self.folder = FOLDER / "deployment"
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "evenkeel.yaml").write_text(CONFIG.format(folder=self.folder))
        (self.folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
        bundle = self.folder / "bundle"
        shutil.copytree(ROOT / "deploy/bundles/demo", bundle)
        (bundle / "sources.yaml").write_text(SOURCES)
        self.evenkeel("topics", "create")
        self.evenkeel("bundle", "publish", bundle)
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen((BIN / "evenkeel-standalone", "--config", self.folder / "evenkeel.yaml"),
                                            stderr=log)
        self.http, self.grpc = (f"127.0.0.1:{self.read(name)}" for name in ("data/http.port", "data/grpc.port"))
        self.tokens = dict(line.split(":") for line in self.read("data/people.tokens").split())
        self.read("data/metrics.port")  # Written last.
        self.evenkeel("signals", "load", self.folder / "events.jsonl", "--bundle", bundle, "--tick-after-hours", "24")
        self.wait(lambda: curl(f"http://{self.http}/progress")[2]["idle"], "idle")

    def wait(self, is_there, what):
        deadline = time.monotonic() + 120
        while not is_there():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"not {what}; it says: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def read(self, name):
        self.wait((self.folder / name).exists, f"{name} there")
        return (self.folder / name).read_text().strip()

    def evenkeel(self, *arguments):
        subprocess.run((BIN / "evenkeel", "--config", self.folder / "evenkeel.yaml", *arguments), check=True,
                       stdout=subprocess.DEVNULL, timeout=120)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def still(value):
    """The same without what moves."""
    if isinstance(value, dict):
        return {name: still(inner) for name, inner in value.items() if name not in MOVING}
    return [still(inner) for inner in value] if isinstance(value, list) else value


class StandaloneConformance(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment()
        cls.clients = Clients(FOLDER, GRPCURL, cls.deployment)

    @classmethod
    def tearDownClass(cls):
        if cls.deployment.close() != 0:
            raise AssertionError("evenkeel-standalone did not end well")

    def ask(self, method, request):
        return self.clients.by_curl(f"evenkeel.v1.{method}", request, {})["answer"]

    def answers(self):
        """Requests to give one answer and the other. The same request_id is the same answer, whoever asks last."""
        waiting = self.ask("ApprovalService/ListApprovals", {})["approvals"]
        self.assertGreater(len(waiting), 2, "nobody is asked")
        return [{"approvalId": one["approvalId"], "actionDigest": one["actionDigest"], "requestId": f"mine-{index}"}
                for index, one in enumerate(waiting[:2])]

    def cases(self):
        """(method, request, role of the caller)."""
        yes, no = self.answers()
        listed = self.ask("DecisionService/ListDecisions", {"customerId": "ada"})["decisions"]
        self.assertGreater(len(listed), 0)
        none, reason = "0" * 32, {"reason": "a test"}
        return [
            ("ScoreService/GetScore", {"customerId": "ada", "withContributions": True, "withFeatures": True}, ""),
            ("ScoreService/GetScore", {"customerId": "nobody"}, ""),
            ("ScoreService/GetScore", {}, ""),
            ("ScoreService/BatchGetScores", {"customerIds": ["ada", "nobody"]}, ""),
            ("DecisionService/NextBestAction", {"customerId": "ada"}, ""),
            ("DecisionService/NextBestAction", {"customerId": "nobody"}, ""),
            ("DecisionService/ListDecisions", {"customerId": "ada", "pageSize": 1}, ""),
            ("DecisionService/ListDecisions", {"pageToken": "of nothing"}, ""),
            ("DecisionService/GetDecision", {"decisionId": listed[0]["decisionId"]}, ""),
            ("DecisionService/GetDecision", {"decisionId": none}, ""),
            ("DecisionService/GetDecision", {}, ""),
            ("ApprovalService/ListApprovals", {}, ""),
            ("ApprovalService/GetApproval", {"approvalId": none}, ""),
            ("ApprovalService/Approve", yes, "approver"),
            ("ApprovalService/Reject", no, "approver"),
            ("ApprovalService/Approve", {**yes, "requestId": "another"}, "approver"),
            ("ApprovalService/GetApproval", {"approvalId": yes["approvalId"]}, ""),
            ("ApprovalService/GetApproval", {"approvalId": no["approvalId"]}, ""),
            ("ApprovalService/Approve", {"approvalId": none}, "approver"),
            ("ApprovalService/Approve", {"approvalId": none}, "auditor"),
            ("ApprovalService/Reject", {"approvalId": none}, "approver"),
            ("ApprovalService/Reject", {"approvalId": none}, ""),
            ("ControlService/SetKillSwitch", {"scope": "channel:sms", "isEngaged": True, **reason}, "operator"),
            ("ControlService/SetKillSwitch", {"scope": "moon", "isEngaged": True, **reason}, "operator"),
            ("ControlService/SetAutonomyLevel", {"domain": "retention", "level": "AUTONOMY_LEVEL_L2", **reason},
             "operator"),
            ("ControlService/SetAutonomyLevel", {"domain": "retention", **reason}, "operator"),
            ("ControlService/ListControls", {}, ""),
            ("ControlService/GetProgress", {}, ""),
        ]

    def contracts(self):
        """Method -> whether it may be called by GET."""
        image = json.loads((FOLDER / "client/contracts.json").read_text())
        return {f"{service['name']}/{method['name']}":
                method.get("options", {}).get("idempotencyLevel") == "NO_SIDE_EFFECTS"
                for file in image["file"] for service in file.get("service", ()) for method in service["method"]}

    def is_absent(self, method):
        status, _, _ = curl("-H", "content-type: application/json", "-d", "[]",
                            f"http://{self.deployment.http}/evenkeel.v1.{method}")
        return status == 404

    def await_end(self, case):
        """Of the request that is answered, if it is an answer."""
        state = {"evenkeel.v1.ApprovalService/Approve": "RELEASED",
                 "evenkeel.v1.ApprovalService/Reject": "REJECTED"}.get(case["method"])
        request = {"approvalId": case["request"].get("approvalId")}
        self.deployment.wait(lambda: not state or self.ask("ApprovalService/GetApproval", request)["approval"]["state"]
                             == f"APPROVAL_STATE_{state}", state)

    def take_effect(self, served):
        """What the cases set is in force before they are compared: else a preview depends on who asked first."""
        for case, headers in served:
            if "ControlService/Set" in case["method"] or "requestId" in case["request"]:
                self.clients.by_curl(case["method"], case["request"], headers)
                self.await_end(case)
        self.deployment.wait(lambda: curl(f"http://{self.deployment.http}/progress")[2]["idle"], "idle")
        self.deployment.wait(lambda: "REASON_CODE_KILL_SWITCH" in json.dumps(
            self.ask("DecisionService/NextBestAction", {"customerId": "ada"})), "the kill switch in force")

    def test_every_method_has_equal_answers_for_all_clients(self):
        contracts, cases = self.contracts(), self.cases()
        self.assertEqual({method for method, _, _ in cases}, set(contracts))
        self.assertEqual([method for method in contracts if self.is_absent(method)], [], "not served")
        served = []
        for method, request, role in cases:
            headers = {"authorization": f"Bearer {self.deployment.tokens[role]}"} if role else {}
            served.append(({"method": f"evenkeel.v1.{method}", "request": request,
                            "is_get_allowed": contracts[method]}, headers))
        self.take_effect(served)
        agreed = self.clients.compare(self, served, still)
        answered = {method for (method, _, _), outcome in zip(cases, agreed) if "answer" in outcome}
        self.assertEqual(set(contracts) - answered, set(), "only errors")


if __name__ == "__main__":
    unittest.main()
