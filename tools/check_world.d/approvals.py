"""What persons were asked, what they said, and whether anything went out without them."""

import collections
import hashlib

CLOSED_ONCE = {"WITHDRAWN", "EXPIRED", "RELEASED", "REJECTED", "NOT_RELEASED"}


def state_of(request):
    return request.get("state", "").removeprefix("APPROVAL_STATE_")


def amount_of(action):
    """In the currency itself."""
    amount = action.payload.get("amount", {})
    return amount.get("units", 0) / 10 ** amount.get("scale", 0)


def wants_a_person(rules, action):
    risk = action.payload.get("risk_class", "").removeprefix("RISK_CLASS_").lower()
    return (action.payload.get("action") in rules.get("actions", []) or
            risk in rules.get("risk", []) or
            amount_of(action) > rules.get("money_above", float("inf")))


class Approvals:
    def __init__(self, log):
        self.requests, self.ends = {}, collections.defaultdict(list)
        for _, request in log.requests:
            name = request.get("approval_id", "")
            self.requests[name] = request
            if state_of(request) in CLOSED_ONCE:
                self.ends[name].append(state_of(request))
        self.verdicts = {verdict.get("verdict_id"): verdict for _, verdict in log.verdicts}

    def states(self):
        return dict(sorted(collections.Counter(map(state_of, self.requests.values())).items()))

    def is_released(self, action, rules):
        """A person said yes to exactly this, in time, in the role, and did not propose it."""
        request = self.requests.get(action.payload.get("approval_id"), {})
        verdict = self.verdicts.get(request.get("verdict_id"), {})
        asked = request.get("action", b"")
        return (state_of(request) == "RELEASED" and
                request.get("action_id") == action.id and
                action.payload.get("approval_basis") == "APPROVAL_BASIS_PERSON" and
                hashlib.sha256(asked).digest() == request.get("action_digest") and
                verdict.get("action_digest") == request.get("action_digest") and
                verdict.get("verdict") == "VERDICT_APPROVED" and
                verdict.get("approver") == action.payload.get("approver") and
                # "retention" proposes as "retention/1".
                verdict.get("approver") not in (request.get("proposer"), request.get("proposer", "").partition("/")[0]) and
                verdict.get("approver_role") == rules.get("role", verdict.get("approver_role")) and
                action.payload.get("issued_time_ms", 0) < request.get("expires_time_ms", 0))


def check_approvals(world, report):
    approvals, rules = Approvals(world.log), world.policy.approvals
    actions = list(world.actions.values())
    report.figure("approvals", approvals.states())
    report.promise("approvals_closed_twice", {
        name for name, ends in approvals.ends.items() if len(ends) > 1})
    released = {request.get("action_id") for request in approvals.requests.values()
                if state_of(request) == "RELEASED"}
    report.promise("released_not_emitted", released - set(world.actions))
    report.promise("unasked_actions", None if rules is None else {
        action.id for action in actions
        if wants_a_person(rules, action) and not approvals.is_released(action, rules)})
    # Whatever a person is said to have approved must have been, by whatever rule it was asked.
    report.promise("forged_approvals", {
        action.id for action in actions
        if action.payload.get("approval_basis") == "APPROVAL_BASIS_PERSON" and
        not approvals.is_released(action, rules or {})})
