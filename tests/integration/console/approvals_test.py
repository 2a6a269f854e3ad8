#!/usr/bin/env python3
"""Answers that must not count, by HTTP, as people give them to running services.

usage: approvals_test.py local|kafka BINARIES FOLDER
"""

import base64
import hashlib
import json
import pathlib
import secrets
import sys
import threading
from datetime import datetime, timezone

import console_test
from console_test import Answer, expect, read_port, wait_for

RACES = 6
# What the rows need, and who may turn out to be held out.
LEAVERS = 30
PEOPLE = {"ann": "approver", "ben": "approver", "retention": "approver", "otto": "operator", "aude": "auditor"}


class Asked:
    """A site with requests for approval, and people who answer them."""

    def hire(self):
        tokens = {name: secrets.token_hex(16) for name in PEOPLE}
        (self.door / "people").write_text("".join(
            f"{name}:{role}:{hashlib.sha256(tokens[name].encode()).hexdigest()}\n" for name, role in PEOPLE.items()))
        (self.door / "people.tokens").write_text("".join(f"{name}:{token}\n" for name, token in tokens.items()))

    def tokens(self):
        return {**super().tokens(), "of nobody": "0" * 32}

    def change_policy(self, old, new):
        """Deciders have adopted it when this returns."""
        policy = self.folder / "bundle" / "policy.yaml"
        text = policy.read_text()
        expect(text.count(old) == 1, f"{policy} has {old!r} {text.count(old)} times")
        policy.write_text(text.replace(old, new))
        before = self.preview()["versions"]["bundle"]
        self.command("bundle", "publish", self.folder / "bundle")
        self.wait("the bundle adopted", lambda: self.preview()["versions"]["bundle"] != before)

    def wait(self, what, condition):
        return wait_for(what, condition, self.processes.values(), timeout=120)

    def preview(self):
        """What the decider thinks of somebody about whom nothing was decided yet."""
        answer = self.call("DecisionService/NextBestAction", {"customerId": "stays-0"}, url=self.decider_url())
        return answer["decision"]

    def join(self, prefix, count):
        self.send(prefix, count, "enrolled", "billed")
        self.until_idle()

    def leave(self, prefix, count):
        """Customers who pay much and want to leave: a large discount is worth asking for."""
        self.join(prefix, count)
        self.send(prefix, count, "cancels")

    def send(self, prefix, count, *events):
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        rows = [{"id": f"{prefix}-{i}-{event}", "who": f"{prefix}-{i}", "what": event, "when": now, "term": "monthly",
                 "amount": "120.00"} for i in range(count) for event in events]
        file = self.folder / f"{prefix}-{events[0]}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.command("signals", "load", file, "--bundle", self.folder / "bundle")

    def requests(self, prefix, state="OPEN"):
        page = self.call("ApprovalService/ListApprovals", {"state": f"APPROVAL_STATE_{state}", "pageSize": 1000})
        return [row for row in page.get("approvals", ()) if row["customerId"].startswith(prefix)]

    def look(self, request):
        return self.call("ApprovalService/GetApproval", {"approvalId": request["approvalId"]})

    def stands(self, request, state):
        """The request, once it stands at `state`."""
        def look():
            seen = self.look(request)
            return seen if seen["approval"]["state"] == f"APPROVAL_STATE_{state}" else None
        return self.wait(f"{request['approvalId']} {state}", look)

    def answer(self, method, request, person, url=None, **other):
        """Nothing if it counts, else why not."""
        said = {"approvalId": request["approvalId"], "actionDigest": request["actionDigest"], **other}
        try:
            answer = self.call(f"ApprovalService/{method}", said, person, url)
        except Answer as refusal:
            return refusal
        expect(answer["verdict"]["approver"] == person, f"{person} said so, the log says {answer['verdict']}")
        return None

    def refused(self, name, answer, code, reason, *words):
        expect(answer is not None, f"{name}: it counts")
        expect((answer.code, answer.reason) == (code, reason), f"{name}: {answer.code}, {answer.reason}: {answer}")
        for word in words:
            expect(word in answer.message, f"{name}: {word!r} is not in {answer.message!r}")

    def executed(self):
        lines = (self.folder / "actions.jsonl").read_text().splitlines()
        return {json.loads(line)["action_id"] for line in lines}


class Local(Asked, console_test.Local):
    def decider_url(self):
        return self.url()

    def urls(self):
        return [self.url()]


class Kafka(Asked, console_test.Kafka):
    """With two consoles: people do not all use the same one."""

    def decider_url(self):
        return f"http://127.0.0.1:{self.wait('the decider door', lambda: read_port(self.folder / 'decider/http.port'))}"

    def urls(self):
        folder = self.folder / "other"
        if "other" not in self.processes:
            self.start("other", "evenkeel-console", self.write("other", {
                **self.console_config, "view_directory": str(folder), "instance": "other",
                "api": {"people_file": str(self.door / "people")}}))
        port = self.wait("the other console", lambda: read_port(folder / "http.port"))
        return [self.url(), f"http://127.0.0.1:{port}"]


def ask_shortly(site):
    """A request that soon expires."""
    site.change_policy("expires_after: 3d", "expires_after: 1min")
    site.leave("late", LEAVERS // 3)
    late = site.wait("a request", lambda: site.requests("late"))[0]
    site.change_policy("expires_after: 1min", "expires_after: 3d")
    return late


def check_expired(site, late):
    site.stands(late, "EXPIRED")
    for method in ("Approve", "Reject"):
        site.refused(f"{method} of what expired", site.answer(method, late, "ann"), "failed_precondition", "EXPIRED")
    expect(not site.look(late).get("verdicts"), "an answer after the end is on the log")


def check_refusals(site, request):
    """Nothing of this is an answer."""
    other = base64.b64encode(hashlib.sha256(b"something else").digest()).decode()
    rows = [
        ("no token", None, {}, "unauthenticated", "UNAUTHENTICATED"),
        ("nobody's token", "of nobody", {}, "unauthenticated", "UNAUTHENTICATED"),
        ("an auditor", "aude", {}, "permission_denied", "ROLE"),
        ("an operator", "otto", {}, "permission_denied", "ROLE"),
        ("who proposed it", "retention", {}, "permission_denied", "OWN_PROPOSAL"),
        ("an unknown request", "ann", {"approvalId": "f" * 32}, "not_found", "UNKNOWN_APPROVAL"),
        ("another digest", "ann", {"actionDigest": other}, "failed_precondition", "OTHER_DIGEST"),
        ("no digest", "ann", {"actionDigest": ""}, "invalid_argument", "INVALID_ARGUMENT"),
    ]
    for name, person, changed, code, reason in rows:
        for method in ("Approve", "Reject"):
            site.refused(f"{method} by {name}", site.answer(method, request, person, **changed), code, reason)
    seen = site.look(request)
    expect(seen["approval"]["state"] == "APPROVAL_STATE_OPEN" and not seen.get("verdicts"),
           f"after answers that are none it stands at {seen}")


def check_twice(site, request):
    expect(site.answer("Approve", request, "ann") is None, "a good answer is refused")
    for person in ("ann", "ben"):
        for method in ("Approve", "Reject"):
            site.refused(f"{method} again by {person}", site.answer(method, request, person), "already_exists",
                         "ALREADY_ANSWERED", "approved by ann")
    seen = site.stands(request, "RELEASED")
    site.refused("No after it went out", site.answer("Reject", request, "ben"), "already_exists", "ALREADY_ANSWERED",
                 "by ann")
    expect((seen["approval"]["approver"], len(seen["verdicts"])) == ("ann", 1), f"twice: {seen}")


def check_races(site, requests):
    """Yes and no at the same moment: one counts, the other is told whose. Returns those that went out."""
    urls, released = site.urls(), []
    for number, request in enumerate(requests):
        start, said = threading.Barrier(2), {}

        def give(person, method, url, request=request, start=start, said=said):
            start.wait(30)
            said[person] = site.answer(method, request, person, url)
        givers = [threading.Thread(target=give, args=row, daemon=True) for row in
                  (("ann", "Approve", urls[0]), ("ben", "Reject", urls[number % len(urls)]))]
        for giver in givers:
            giver.start()
        for giver in givers:
            giver.join(60)
        winners = [person for person, refusal in said.items() if refusal is None]
        expect(len(said) == 2 and len(winners) == 1, f"race {number}: {said}")
        loser = "ben" if winners == ["ann"] else "ann"
        site.refused(f"race {number}, {loser}", said[loser], "already_exists", "ALREADY_ANSWERED", f"by {winners[0]}")
        seen = site.stands(request, "RELEASED" if winners == ["ann"] else "REJECTED")
        expect(seen["approval"]["approver"] == winners[0], f"race {number}: {winners[0]} won, {seen['approval']} says")
        if winners == ["ann"]:
            released.append(request)
    return released


def check_not_released(site, request, reason):
    """A yes that the decider does not go by: the caller has said it, and everybody can see what became of it."""
    refusal = site.answer("Approve", request, "ann")
    expect(refusal is None, f"{reason}: {refusal}")
    approval = site.stands(request, "NOT_RELEASED")["approval"]
    expect((approval["closedReason"], approval["approver"]) == (reason, "ann"), f"not {reason}: {approval}")


def stop_email(site, is_engaged):
    site.call("ControlService/SetKillSwitch", {"scope": "channel:email", "isEngaged": is_engaged, "reason": "a test"},
              "otto")
    site.wait("the switch in force", lambda: ("KILL_SWITCH" in json.dumps(site.preview())) == is_engaged)


def check(site):
    site.hire()
    site.join("stays", 1)
    late = ask_shortly(site)
    site.leave("asks", LEAVERS)
    site.until_idle()
    requests = site.requests("asks")
    expect(len(requests) >= RACES + 3, f"only {len(requests)} requests")
    once, stopped, changed, *others = requests
    check_refusals(site, once)
    check_twice(site, once)
    out = [once, *check_races(site, others[:RACES])]
    stop_email(site, True)
    check_not_released(site, stopped, "kill_switch")
    stop_email(site, False)
    site.change_policy("role: approver", "role: risk_officer")
    check_not_released(site, changed, "role_not_allowed")
    check_expired(site, late)
    site.until_idle()
    executed = site.executed() & {request["actionId"] for request in [late, *requests]}
    expect(executed == {request["actionId"] for request in out}, f"executed {executed}, not {out}")
    return {"requests": len(requests), "races": RACES, "released": len(out)}


if __name__ == "__main__":
    console_test.run_test({"local": Local, "kafka": Kafka}, check)
