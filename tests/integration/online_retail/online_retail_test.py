#!/usr/bin/env python3
"""Online Retail end to end, on the local log and on a real Kafka, against figures counted elsewhere.

usage: online_retail_test.py BIN WORK [--rate N]

Fills each log with all 541,909 lines first and then lets the deciders run; no executor does. On
Kafka two deciders with two workers each are killed with -9 at five places. Compares every customer
with tools/retail_reference to the thousandth, and both logs with each other: decisions and actions
by id and payload, and the states of all customers. Prints one JSON line; exits 1 if anything differs.
"""

import argparse
import csv
import decimal
import json
import os
import pathlib
import shutil
import sys
import time

from retail_site import ACTIONS, BUNDLE, CHANGELOG, DECISIONS, INPUT, ROOT, Failure, KafkaSite, LocalSite
from retail_site import run as command

ROWS = 541_909
KILLS = (0.10, 0.25, 0.40, 0.60, 0.80)
LATE_MAX = 0.05  # A kill lands at most so much of the way after its place.
LEFT_MIN = 3  # Kills that must leave records of a transaction that nobody will commit.


class Reference:
    """What another program, which reads the same file and nothing of ours, says."""

    def __init__(self, file, folder):
        customers = folder / "reference.jsonl"
        self.figures = json.loads(command([ROOT / "tools" / "retail_reference", file, "--verify", "--customers", customers]))
        with open(customers) as lines:
            self.customers = {one["customer"]: one for one in map(json.loads, lines)}


class Differences:
    """What was not as it should be; told in full, up to a bound."""

    def __init__(self):
        self.found = 0

    def expect(self, what, actual, expected):
        if actual == expected:
            return
        self.found += 1
        if self.found <= 20:
            print(f"DIFFERENT: {what}: {actual}, not {expected}", file=sys.stderr)


def dead_letters(site):
    """How many, and what they add to the totals of the file: lines without a customer count there."""
    count = cancellations = 0
    total = decimal.Decimal(0)
    reasons = {}
    for record in site.lines("dlq", "list", "--limit", "1000000"):
        count += 1
        reason = next(v for k, v in record["headers"].items() if k.endswith("errors.reason"))
        reasons[reason] = reasons.get(reason, 0) + 1
        row = next(csv.reader([record["value"]]))
        cancellations += row[0].startswith("C")
        total += decimal.Decimal(row[3]) * decimal.Decimal(row[5])
    return {"count": count, "reasons": reasons, "cancellations": cancellations, "total": total}


def compare_customers(site, reference, wrong):
    """Every customer, to the thousandth. Returns the sums."""
    sums = {"customers": 0, "applied": 0, "repeats": 0, "cancellations": 0, "total": decimal.Decimal(0)}
    for one in site.lines("customers", "dump", "--bundle", BUNDLE):
        name, features = one["customer"], one["features"]
        expected = reference.customers.get(name, {})
        wrong.expect(f"spend of {name}", features["spend"], expected.get("spend"))
        wrong.expect(f"lines of {name}", features["lines"], expected.get("lines"))
        wrong.expect(f"cancellations of {name}", features["cancellations"], expected.get("cancellations"))
        wrong.expect(f"signals of {name}", one["signals"]["applied"], expected.get("lines"))
        sums["customers"] += 1
        sums["applied"] += one["signals"]["applied"]
        sums["repeats"] += one["signals"]["repeats"]
        sums["cancellations"] += features["cancellations"]
        sums["total"] += decimal.Decimal(features["spend"])
    return sums


def judge(site, reference, wrong):
    """Compares one log with the reference. Returns its figures, and what the other log must have too."""
    dead, sums = dead_letters(site), compare_customers(site, reference, wrong)
    wrong.expect("applied + dead-lettered", sums["applied"] + dead["count"], ROWS)
    wrong.expect("dead letters", dead["reasons"], {"no_customer": reference.figures["without_customer"]})
    wrong.expect("customers", sums["customers"], reference.figures["customers"])
    wrong.expect("repeats dropped", sums["repeats"], 0)
    wrong.expect("cancellations", sums["cancellations"] + dead["cancellations"], reference.figures["cancellations"])
    wrong.expect("total", str(sums["total"] + dead["total"]), reference.figures["total"])
    wrong.expect("total of customers", str(sums["total"]), reference.figures["total_of_customers"])
    decisions, actions = site.payloads([DECISIONS]), site.payloads(ACTIONS)
    wrong.expect("decisions that are there twice", sum(decisions.values()) - len(decisions), 0)
    wrong.expect("actions that are there twice", sum(actions.values()) - len(actions), 0)
    state = json.loads(site.command("customers", "digest"))
    figures = {
        "applied": sums["applied"], "dead_lettered": dead["count"], "customers": sums["customers"],
        "cancellations": sums["cancellations"] + dead["cancellations"], "total": str(sums["total"] + dead["total"]),
        "total_of_customers": str(sums["total"]), "decisions": len(decisions), "actions": len(actions),
        "state_digest": state["digest"],
    }
    return figures, (decisions, actions, state["digest"])


def run_local(site, file):
    site.fill(file)
    site.start()
    site.wait_idle()
    site.stop()
    return {}


def run_with_kills(site, file):
    """Kills everybody at each place, and remembers where the topics ended then: for all, and for what is committed."""
    site.fill(file)
    end = sum(site.ends(INPUT, "committed").values())
    site.start()
    tails, landed = [], []
    for share in KILLS:
        site.wait_until(share * end)
        at = site.applied()
        site.kill()
        landed.append(round(at / end, 4))
        tails.append({topic: (site.ends(topic, "committed"), site.ends(topic, "uncommitted"))
                      for topic in (DECISIONS, CHANGELOG)})
        site.restart()
    site.wait_idle()
    site.stop_deciders()
    return {"kills_at": landed, **left_behind(site, tails)}


def left_behind(site, tails):
    """Records that stand in the topics and were never committed, by the kill that left them."""
    left = [0] * len(tails)
    total = 0
    for topic in (DECISIONS, CHANGELOG):
        aborted = site.offsets(topic, "uncommitted") - site.offsets(topic, "committed")
        total += len(aborted)
        for i, tail in enumerate(tails):
            committed, everything = tail[topic]
            left[i] += sum(committed[row] <= offset < everything[row] for row, offset in aborted)
    return {"never_committed": total, "never_committed_by_kill": left}


def compare_all(options, file):
    begun = time.monotonic()
    folder = options.work
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    reference, wrong = Reference(file, folder), Differences()
    out, results = {"rows": ROWS, "repeated_lines": reference.figures["repeated_lines"]}, {}
    for name, kind, drive in (("local", LocalSite, run_local),
                              ("kafka", lambda *parts: KafkaSite(*parts, rate=options.rate), run_with_kills)):
        site, started = kind(folder / name, options.bin), time.monotonic()
        try:
            extra = drive(site, file)
            out[name], results[name] = judge(site, reference, wrong)
            out[name].update(extra, seconds=round(time.monotonic() - started, 1))
        finally:
            site.stop()
    for what, one, other in zip(("decisions", "actions", "state digest"), results["local"], results["kafka"]):
        out[f"same_{what.replace(' ', '_')}"] = one == other
        wrong.expect(f"{what} are the same on both logs", one == other, True)
    left = sum(count > 0 for count in out["kafka"]["never_committed_by_kill"])
    out["kafka"]["kills_that_left_records"] = left
    wrong.expect(f"at least {LEFT_MIN} kills left records behind", left >= LEFT_MIN, True)
    for share, landed in zip(KILLS, out["kafka"]["kills_at"]):
        wrong.expect(f"the kill at {share} landed there, at {landed}", share <= landed <= share + LATE_MAX, True)
    out["differences"] = wrong.found
    out["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(out))
    if wrong.found:
        print(f"logs, configurations and topics are left in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path, help="folder of evenkeel and evenkeel-decider")
    parser.add_argument("work", type=pathlib.Path, help="emptied at the start")
    parser.add_argument("--rate", type=int, default=3500, help="records a second and decider on Kafka, so that kills land")
    options = parser.parse_args()
    data = os.environ.get("EVENKEEL_DATA")
    if not data:
        print(f"{__file__}:1: Skipped\nskipped: no data (EVENKEEL_DATA is not set): {ROWS} rows")
        return 77
    try:
        return compare_all(options, pathlib.Path(data) / "online_retail" / "online_retail.csv.gz")
    except Failure as failure:
        print(f"online_retail: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
