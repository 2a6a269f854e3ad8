"""What the quickstart shows of a running world: figures as they rise, one customer's story, what to try next."""

import datetime
import json
import subprocess
import sys
import time

from world import PREFIX

PARTS = ["survival", "resolution", "complaint", "incentive", "contact", "fatigue", "risk"]
# In the order in which a decision's own customer would be asked about.
INTERESTING = ("DECISION_VERDICT_EXECUTE", "DECISION_VERDICT_TASK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def by_label(samples, name, label):
    """Sums of a counter by one of its labels."""
    found = {}
    for sample, value in samples.items():
        if sample.startswith(name + "{"):
            labels = dict(part.split("=", 1) for part in sample[len(name) + 1:-1].split(","))
            key = labels[label].strip('"')
            found[key] = found.get(key, 0) + int(value)
    return found


class Summary:
    """One line of figures, drawn over itself on a terminal, else now and then."""

    def __init__(self, world):
        self.world, self.terminal = world, sys.stderr.isatty()
        self.interval = 0.5 if self.terminal else 10
        self.next = time.monotonic()

    def __call__(self):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.interval
        self.draw("\r\033[K" if self.terminal else "", "" if self.terminal else "\n")

    def last(self):
        self.draw("\r\033[K" if self.terminal else "", "\n")

    def draw(self, before, after):
        samples = self.world.samples()
        signals = by_label(samples, "evenkeel_signals_total", "result")
        verdicts = by_label(samples, "evenkeel_decisions_total", "verdict")
        calls = by_label(samples, "evenkeel_executor_calls_total", "outcome")
        value = sum(by_label(samples, "evenkeel_expected_value_total", "verdict").values())
        line = (f"day {self.world.day()} | {signals.get('applied', 0):,} signals | "
                f"{sum(verdicts.values()):,} decisions: {verdicts.get('execute', 0):,} act, {verdicts.get('task', 0):,} tasks, "
                f"{verdicts.get('no_action', 0):,} nothing, {verdicts.get('blocked', 0):,} blocked, "
                f"{verdicts.get('withheld', 0):,} held out; worth {value:+,} EUR | "
                f"{self.world.whole_progress().get('open_approvals', 0):,} wait for approval | {calls.get('done', 0):,} carried out")
        print(before + line, end=after, file=sys.stderr, flush=True)


def money(micros, currency):
    return f"{int(micros) / 1e6:+.2f} {currency}"


def when(time_ms):
    return datetime.datetime.fromtimestamp(int(time_ms) / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def expected(candidate):
    return int(candidate.get("expected_value", {}).get("total_micros", 0))


def is_modelled(candidate):
    return candidate["expected_value"]["contact"].get("basis") == "EV_PART_BASIS_MODELLED"


def decisions(world):
    with open(world.dump("evenkeel.decisions.v1")) as file:
        for line in file:
            yield json.loads(line)["value"]["decoded"]


def pick(world):
    """A decision that acted although another candidate looked better; else one that acted."""
    best, best_gap = None, -1
    for decision in decisions(world):
        if decision.get("verdict") not in INTERESTING:
            continue
        chosen = decision["candidates"][decision.get("chosen", 0)]
        losers = [c for c in decision["candidates"] if c is not chosen and c["action"] != "NO_ACTION" and is_modelled(c)]
        gap = max((expected(c) - expected(chosen) for c in losers), default=-1)
        if best is None or gap > best_gap:
            best, best_gap = decision, gap
    return best


def signals_of(world, customer, until_ms, count=8):
    """The customer's last events before the decision, as the company's systems reported them."""
    found = {}
    with open(world.events) as file:
        for line in file:
            if f'"{customer}"' not in line:
                continue
            try:
                event = json.loads(line)
                at = datetime.datetime.fromisoformat(event["at"])
            except (ValueError, KeyError):
                continue  # One of the lines that are broken on purpose.
            if event.get("customer") == customer and at.timestamp() * 1000 <= until_ms:
                found[event["event_id"]] = (at, event)
    return sorted(found.values(), key=lambda item: item[0])[-count:]


def reason_text(candidate):
    return ", ".join(reason["code"].removeprefix("REASON_CODE_").lower() + (f" ({reason['rule']})" if reason.get("rule") else "")
                     for reason in candidate.get("reasons", []))


def print_churn(decision):
    churn = decision["churn"]
    print(f"\nChance to leave within {churn['horizon_periods']} months: {int(churn.get('churn_ppb', 0)) / 1e7:.1f} %")
    for hazard in churn["hazards"]:
        parts = sorted(((int(c.get("micros", 0)), c["feature"]) for c in hazard["contributions"]), key=lambda c: -abs(c[0]))
        text = ", ".join(f"{feature} {micros / 1e6:+.2f}" for micros, feature in parts if micros) or "nothing stands out"
        cause = hazard["cause"].removeprefix("CHURN_CAUSE_").lower()
        print(f"  {cause}: {int(hazard.get('churn_ppb', 0)) / 1e7:.1f} %  (log-hazard: {text})")


def print_candidates(decision):
    currency, chosen = decision["currency"], decision.get("chosen", 0)
    print("\nCandidates, by what they are expected to be worth (uplifts are assumed, and say so):")
    ranked = sorted(enumerate(decision["candidates"]), key=lambda item: (not is_modelled(item[1]), -expected(item[1])))
    for index, candidate in ranked:
        name = candidate["action"] + (f" by {candidate['channel']}" if candidate.get("channel") else "")
        if not is_modelled(candidate):
            print(f"     {name:36}            {reason_text(candidate)}")
            continue
        ev = candidate["expected_value"]
        parts = " ".join(f"{part} {money(ev[part].get('micros', 0), '').strip()}" for part in PARTS if int(ev[part].get("micros", 0)))
        mark = "-->" if index == chosen else "   "
        print(f" {mark} {name:36} {money(expected(candidate), currency):>12}  {parts or 'doing nothing'}")
        if index != chosen:
            print(f"     {'':36}              not chosen: {reason_text(candidate)}")


def story(world):
    decision = pick(world)
    if decision is None:
        say("no decision to act yet")
        return
    customer, as_of = decision["customer_id"], int(decision["as_of_time_ms"])
    print(f"\n=== One customer: {customer}, decided {when(as_of)} UTC ({decision['rule']}) ===\nWhat had happened last:")
    for at, event in signals_of(world, customer, as_of):
        facts = ", ".join(f"{key} {value}" for key, value in event.items()
                          if key not in ("event_id", "source", "event", "customer", "at", "delivered_at"))
        print(f"  {at:%Y-%m-%d %H:%M}  {event['event']:16} {facts[:100]}")
    print_churn(decision)
    print_candidates(decision)
    verdict = decision["verdict"].removeprefix("DECISION_VERDICT_").lower()
    print(f"\nVerdict: {verdict}. The whole record: evenkeel --config {world.config} decisions --customer {customer} --last 1")
    loser = max((c for c in decision["candidates"] if is_modelled(c)), key=expected)
    if loser is not decision["candidates"][decision.get("chosen", 0)]:
        print(f"{loser['action']} looked better by {money(expected(loser) - expected(decision['candidates'][decision.get('chosen', 0)]), decision['currency'])}, "
              f"and was not allowed: {reason_text(loser)}.")


def value(world):
    """What all this was worth, by the one who knows the truth; the losses, too."""
    print("\n=== What it was worth, by the simulator, which knows what each customer would have done without ===")
    done = subprocess.run([str(world.bin / "evenkeel-simulator"), "value", "--journal", str(world.journal)],
                          capture_output=True, text=True, check=False)
    print(done.stdout.strip() or done.stderr.strip())


def hints(world):
    """Commands to paste into another terminal. Everything goes on running meanwhile."""
    evenkeel, api = f"{world.evenkeel} --config {world.config}", f"http://127.0.0.1:{world.api_port()}"
    events, tokens = f"http://127.0.0.1:{world.events_port()}", world.people_file().with_name("people.tokens")
    customer = (pick(world) or {}).get("customer_id", "C000001")
    victim = world.victims()[0]
    kill = f"kill -9 {victim.child.pid}; {' '.join(victim.command)} 2>> {victim.log} &"
    waiting = world.waiting_approvals()
    approval = waiting[0] if waiting else {"approvalId": "<approvalId>", "actionDigest": "<actionDigest>", "actionId": "<actionId>"}
    answer = json.dumps({"approvalId": approval["approvalId"], "actionDigest": approval["actionDigest"], "comment": "go ahead"})
    event = json.dumps({"event_id": "mine-1", "source": "support", "event": "contact", "customer": customer, "channel": "chat",
                        "direction": "inbound", "intent": "cancel", "intent_confidence": 0.9, "sentiment": -0.5, "turns": 4,
                        "handle_seconds": 120, "reopened": False})
    print(f"""
=== Your turn: everything goes on running until Ctrl-C here. Paste into another terminal ===

1. The story of a customer, as JSON:
   curl -s {api}/evenkeel.v1.DecisionService/ListDecisions -H 'content-type: application/json' \\
     -d '{{"customerId": "{customer}", "pageSize": 3}}'

2. An event of your own (without a time it gets the world's), and what is decided about it:
   curl -s {events}/v1/events/simulator -H 'content-type: application/json' -d '{event}'
   {evenkeel} decisions --customer {customer} --last 1

3. Another rule: contacts_max under caps.week, and the next decision is made by it:
   sed -i 's/week: {{contacts_max: 2/week: {{contacts_max: 1/' {world.bundle}/policy.yaml
   {evenkeel} bundle lint {world.bundle} && {evenkeel} bundle publish {world.bundle}

4. Requests that wait for a person ({len(waiting)} now), and a yes in the approver's name:
   curl -s {api}/evenkeel.v1.ApprovalService/ListApprovals -H 'content-type: application/json' \\
     -H "authorization: Bearer $(sed -n s/^approver://p {tokens})" -d '{{"pageSize": 3}}'
   curl -s {api}/evenkeel.v1.ApprovalService/Approve -H 'content-type: application/json' \\
     -H "authorization: Bearer $(sed -n s/^approver://p {tokens})" -d '{answer}'
   {evenkeel} topics dump --topic {PREFIX}receipts.v1 | grep {approval["actionId"]}

5. A crash, and a new start; nothing is lost or done twice:
   {kill}

6. What each policy is truly worth in this world:
   {world.bin}/evenkeel-simulator value --journal {world.journal}
""", flush=True)
