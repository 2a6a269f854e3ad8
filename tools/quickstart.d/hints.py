"""Commands to paste into another terminal, about customers for whom they show what they promise."""

import json
import os
import pathlib

import story

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACTING = {"execute", "task", "ask_approval", "released", "held", "withheld"}
DAY_MS = 86_400_000
NO_OFFER = {"not_eligible", "consent_refused", "no_consent"}
OFFER_FALLS = NO_OFFER | {"not_applicable", "cool_down", "cap", "approval_open"}
CALL_FALLS = {"not_suitable", "not_applicable", "not_eligible"}
# Micros. For whoever is worth less, an offer or a call costs more than it brings.
OFFER_VALUE, CALL_VALUE = 110_000_000, 170_000_000
CANCEL = {"source": "support", "event": "contact", "channel": "chat", "direction": "inbound", "intent": "cancel",
          "intent_confidence": 0.9, "sentiment": -0.5, "turns": 4, "handle_seconds": 120, "reopened": False}


def short(path):
    """As it is typed in the folder in which the quickstart was started."""
    return min(str(path), os.path.relpath(path), key=len)


def gone(doors):
    """Customers who have left: nothing is decided about them any more."""
    with open(doors.events) as file:
        return {json.loads(line)["customer"] for line in file if '"subscription_ended"' in line}


class Known:
    """What the decisions so far say of a customer."""

    def __init__(self):
        self.last = self.offers = None
        self.acted_ms = self.called_ms = self.reviewed_ms = 0
        self.has_reviewed = False

    def take(self, decision):
        self.last = decision
        verdict, at = story.verdict_of(decision), int(decision["as_of_time_ms"])
        if decision["rule"] == "regular_review":
            self.reviewed_ms = at
        if verdict in ACTING:
            self.acted_ms = at
        if verdict == "task":
            self.called_ms = at
            self.has_reviewed |= story.chosen_of(decision)["action"] == "plan_review_call"
        if any(candidate["action"] == "discount_10" for candidate in decision["candidates"]):
            self.offers = decision

    def reasons(self, action):
        """(code, rule) of all that spoke against an action when it was last thought of."""
        return {(reason["code"].removeprefix("REASON_CODE_").lower(), reason.get("rule", ""))
                for candidate in self.offers["candidates"] if candidate["action"] == action
                for reason in candidate.get("reasons", [])}

    @property
    def value(self):
        return int(self.last.get("value_micros", 0))

    def can_play(self):
        """Awake when tools/try lets things happen, and not held out."""
        return (self.offers is not None and self.last.get("time_zone", "").startswith("Europe/") and
                self.last.get("arm", {}).get("arm") == "ARM_TREATED")

    def could_get_discount(self):
        """Would be offered money if they wanted to leave, were it not for the person who is asked first."""
        if not self.can_play() or self.acted_ms >= int(self.offers["as_of_time_ms"]) or self.value < OFFER_VALUE:
            return False
        return not OFFER_FALLS & {code for code, _ in self.reasons("discount_10")}

    def misses_a_call(self, now_ms):
        """Would be called if they wanted to leave, were it not for the cap: somebody called not long ago."""
        if not self.can_play() or self.has_reviewed or self.called_ms < now_ms - 40 * DAY_MS or self.value < CALL_VALUE:
            return False
        return (not CALL_FALLS & {code for code, _ in self.reasons("plan_review_call")} and
                bool(NO_OFFER & {code for code, _ in self.reasons("discount_10")}))


class Cast:
    """Who plays in which hint: customers who have not left, each in one."""

    def __init__(self, doors):
        left, known = gone(doors), {}
        self.told, self.now_ms = None, 0
        for decision in story.decisions(doors):
            known.setdefault(decision["customer_id"], Known()).take(decision)
            self.now_ms = max(self.now_ms, int(decision["as_of_time_ms"]))
            if decision["verdict"] in story.INTERESTING and decision["customer_id"] not in left:
                self.told = max(self.told or decision, decision, key=story.gap_of)
        self.free = [(name, one) for name, one in sorted(known.items()) if name not in left]

    def take(self, fits=lambda one: True):
        """Of those who fit (else of all: then the hint shows what stands against it) whose own review is the farthest away:
        it must not come in between."""
        found = max([item for item in self.free if fits(item[1])] or self.free, default=None, key=lambda item: item[1].reviewed_ms)
        if found is None:
            return "C000001"
        self.free.remove(found)
        return found[0]


def hints(doors, cast):
    evenkeel, bundle = short(doors.evenkeel), short(doors.bundle)
    told = cast.told["customer_id"] if cast.told else cast.take()
    called = cast.take(lambda one: one.misses_a_call(cast.now_ms))
    offered, own = (cast.take(Known.could_get_discount) for _ in range(2))
    tool = short(ROOT / "tools" / "try")
    if doors.folder.resolve() != (ROOT / "var" / "quickstart").resolve():
        tool += f" --dir {short(doors.folder)}"
    event = json.dumps({"event_id": "'$ID'", "customer": own, **CANCEL})
    victims = " ".join(f"$(cat {short(doors.pid_file(name))})" for name in doors.service_names() if name[-1] != "b" and
                       name.split("-")[0] in ("standalone", "decider", "executor"))
    return f"""
=== Your turn: everything goes on running until Ctrl-C here. Paste into another terminal, in {os.getcwd()} ===

1. The story of a customer; of any, by their name:
   {tool} story {told}

2. An event of your own, on another day (without a time it gets the world's), and what is decided about it:
   {tool} tick && SENT=$(date +%s%N) && ID=mine-$SENT
   curl -s http://127.0.0.1:{doors.events_port()}/v1/events/simulator -H 'content-type: application/json' -d '{event}'
   {tool} decision {own} --event $ID --sent $SENT

3. A cap of the policy: one call in 60 days becomes five. What is decided about the same words before, and after:
   {tool} say-cancel {called}
   sed -i 's/calls: {{contacts_max: 1/calls: {{contacts_max: 5/' {bundle}/policy.yaml
   {evenkeel} bundle lint {bundle} && {evenkeel} --config {short(doors.config)} bundle publish {bundle}
   {tool} say-cancel {called}

4. Who wants to leave is offered money if a person agrees: a request, a yes by the approver, and the action carried out:
   {tool} say-cancel {offered}
   {tool} approve {offered} --as approver

5. A crash in the middle of work. What ended is started again here; nothing is lost or done twice:
   {tool} fail-payments 200 && kill -9 {victims}
   {tool} doubled

6. What each policy is truly worth in this world:
   {short(doors.bin / "evenkeel-simulator")} value --journal {short(doors.journal)}
"""
