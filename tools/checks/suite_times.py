#!/usr/bin/env python3
"""Prints the time and the outcome per suite (ctest label) of a run, and what was skipped and why.

usage: suite_times.py TESTS.json TESTS.xml      (ctest --show-only=json-v1, ctest --output-junit)
"""
import collections
import json
import re
import sys
import xml.etree.ElementTree

# What GoogleTest prints for GTEST_SKIP() << "reason".
REASON = re.compile(r"^\S+:\d+: Skipped\n(.*?)$", re.M)


def labels_of(listing):
    labels = {}
    for test in listing["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", ())}
        labels[test["name"]] = properties.get("LABELS") or ["no label"]
    return labels


def outcome(case):
    if case.get("status") == "fail" or case.find("failure") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def suites(labels, cases):
    """Label -> counts by outcome, and seconds. A test of two suites counts in both."""
    table = collections.defaultdict(collections.Counter)
    for case in cases:
        for label in labels.get(case.get("name"), ["no label"]):
            table[label]["tests"] += 1
            table[label][outcome(case)] += 1
            table[label]["seconds"] += float(case.get("time") or 0)
    return table


def skips(cases):
    """Reason -> how often. Looks into every output: one test program may skip some of its cases."""
    reasons = collections.Counter()
    for case in cases:
        output = case.findtext("system-out") or ""
        found = REASON.findall(output)
        if not found and outcome(case) == "skipped":
            found = [case.find("skipped").get("message") or "no reason given"]
        reasons.update(reason.strip() or "no reason given" for reason in found)
    return reasons


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        labels = labels_of(json.load(file))
    cases = list(xml.etree.ElementTree.parse(sys.argv[2]).getroot().iter("testcase"))
    print(f"\n{'suite':<16}{'tests':>7}{'failed':>8}{'skipped':>9}{'seconds':>10}")
    for label, row in sorted(suites(labels, cases).items()):
        print(f"{label:<16}{row['tests']:>7}{row['failed']:>8}{row['skipped']:>9}{row['seconds']:>10.1f}")
    for reason, count in skips(cases).most_common():
        print(f"skipped {count}: {reason}")
    print(flush=True)


if __name__ == "__main__":
    main()
