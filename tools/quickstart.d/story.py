"""Decisions as people read them: one customer's story, and one decision in short."""

import base64
import datetime
import json

PARTS = ["survival", "resolution", "complaint", "incentive", "contact", "fatigue", "risk"]
# In the order in which a decision's own customer would be asked about.
INTERESTING = ("DECISION_VERDICT_EXECUTE", "DECISION_VERDICT_TASK")
# Hexadecimal digits of a bundle's digest that are shown.
DIGITS = 12


def money(micros, currency):
    return f"{int(micros) / 1e6:+.2f} {currency}"


def when(time_ms):
    return datetime.datetime.fromtimestamp(int(time_ms) / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def expected(candidate):
    return int(candidate.get("expected_value", {}).get("total_micros", 0))


def is_modelled(candidate):
    return candidate["expected_value"]["contact"].get("basis") == "EV_PART_BASIS_MODELLED"


def chosen_of(decision):
    return decision["candidates"][decision.get("chosen", 0)]


def verdict_of(decision):
    return decision["verdict"].removeprefix("DECISION_VERDICT_").lower()


def bundle_of(decision):
    """name@digest, as `evenkeel bundle publish` says it, the digest cut short."""
    bundle = decision["versions"]["bundle"]
    return f"{bundle['name']}@{base64.b64decode(bundle['digest']).hex()[:DIGITS]}"


def decisions(doors):
    with open(doors.dump("evenkeel.decisions.v1")) as file:
        for line in file:
            yield json.loads(line)["value"]["decoded"]


def gap_of(decision):
    """By how much the best of those that fell looked better; below 0: none did."""
    chosen = chosen_of(decision)
    losers = [c for c in decision["candidates"] if c is not chosen and c["action"] != "NO_ACTION" and is_modelled(c)]
    return max((expected(c) - expected(chosen) for c in losers), default=-1)


def pick(found):
    """A decision that acted although another candidate looked better; else one that acted; else any."""
    found = list(found)
    acted = [d for d in found if d.get("verdict") in INTERESTING]
    return max(acted, key=gap_of, default=found[-1] if found else None)


def events_of(doors, customer, until_ms, count=8):
    """The customer's last events before the decision, as the company's systems reported them."""
    found = {}
    with open(doors.events) as file:
        for line in file:
            if f'"{customer}"' not in line:
                continue
            try:
                event = json.loads(line)
                at = datetime.datetime.fromisoformat(event["at"])
            except (ValueError, KeyError):
                continue  # The last line may be half written.
            if event.get("customer") == customer and at.timestamp() * 1000 <= until_ms:
                found[event["event_id"]] = (at, event)
    return sorted(found.values(), key=lambda item: item[0])[-count:]


def reason_text(candidate):
    return ", ".join(reason["code"].removeprefix("REASON_CODE_").lower() + (f" ({reason['rule']})" if reason.get("rule") else "")
                     for reason in candidate.get("reasons", []))


def name_of(candidate):
    return candidate["action"] + (f" by {candidate['channel']}" if candidate.get("channel") else "")


def print_churn(decision):
    churn = decision["churn"]
    print(f"\nChance to leave within {churn['horizon_periods']} months: {int(churn.get('churn_ppb', 0)) / 1e7:.1f} %")
    for hazard in churn["hazards"]:
        parts = sorted(((int(c.get("micros", 0)), c["feature"]) for c in hazard["contributions"]), key=lambda c: -abs(c[0]))
        text = ", ".join(f"{feature} {micros / 1e6:+.2f}" for micros, feature in parts if micros) or "nothing stands out"
        cause = hazard["cause"].removeprefix("CHURN_CAUSE_").lower()
        print(f"  {cause}: {int(hazard.get('churn_ppb', 0)) / 1e7:.1f} %  (log-hazard: {text})")


def print_candidates(decision):
    currency, chosen = decision["currency"], chosen_of(decision)
    print("\nCandidates, by what they are expected to be worth (uplifts are assumed, and say so):")
    for candidate in sorted(decision["candidates"], key=lambda c: (not is_modelled(c), -expected(c))):
        if not is_modelled(candidate):
            print(f"     {name_of(candidate):36} {'':>12}  {reason_text(candidate)}")
            continue
        ev = candidate["expected_value"]
        parts = " ".join(f"{part} {money(ev[part].get('micros', 0), '').strip()}" for part in PARTS if int(ev[part].get("micros", 0)))
        mark = "-->" if candidate is chosen else "   "
        print(f" {mark} {name_of(candidate):36} {money(expected(candidate), currency):>12}  {parts or 'doing nothing'}")
        if candidate is not chosen:
            print(f"     {'':36}              not chosen: {reason_text(candidate)}")


def story(doors, decision):
    """All there is to say about one decision."""
    customer, as_of = decision["customer_id"], int(decision["as_of_time_ms"])
    print(f"\n=== One customer: {customer}, decided {when(as_of)} UTC ({decision['rule']}) ===\nWhat had happened last:")
    for at, event in events_of(doors, customer, as_of):
        facts = ", ".join(f"{key} {value}" for key, value in event.items()
                          if key not in ("event_id", "source", "event", "customer", "at", "delivered_at"))
        print(f"  {at:%Y-%m-%d %H:%M}  {event['event']:16} {facts[:100]}")
    print_churn(decision)
    print_candidates(decision)
    print(f"\nVerdict: {verdict_of(decision)}, by {bundle_of(decision)}.")
    print_loser(decision)


def print_loser(decision):
    chosen = chosen_of(decision)
    loser = max((c for c in decision["candidates"] if is_modelled(c)), key=expected)
    if loser is not chosen:
        print(f"{name_of(loser)} looked better by {money(expected(loser) - expected(chosen), decision['currency'])}, "
              f"and was not allowed: {reason_text(loser)}.")


def in_short(decision):
    """One decision in a few lines."""
    chosen = chosen_of(decision)
    print(f"decided {when(decision['as_of_time_ms'])} UTC ({decision['rule']}) by {bundle_of(decision)}: {name_of(chosen)} "
          f"({money(expected(chosen), decision['currency'])}), verdict {verdict_of(decision)}")
    for fallen in sorted((c for c in decision["candidates"] if c is not chosen and is_modelled(c) and expected(c) > 0),
                         key=expected, reverse=True)[:4]:
        print(f"  not {name_of(fallen)} ({money(expected(fallen), decision['currency'])}): {reason_text(fallen)}")
