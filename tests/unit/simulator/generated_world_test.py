"""Reads a world of the quickstart's size as a stranger would and compares it with its manifest."""

import collections
import datetime
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zoneinfo

PROGRAM = sys.argv.pop(1)
COMMON = ["event_id", "source", "event", "customer", "at", "delivered_at"]


class GeneratedWorldTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        out = pathlib.Path(cls.folder.name, "world.jsonl")
        command = [PROGRAM, "generate", "--seed", "7", "--customers", "3000", "--days", "90",
                   "--start", "2026-01-05", "--out", out, "--truth", out.with_name("truth.jsonl")]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        cls.manifest = json.loads(printed)
        cls.beside = json.loads(pathlib.Path(f"{out}.manifest.json").read_text())
        truth = out.with_name("truth.jsonl").read_text()
        cls.truth = [json.loads(line) for line in truth.splitlines()]
        cls.bytes = out.read_bytes()
        cls.lines = cls.bytes.decode().splitlines()
        poison = {n for numbers in cls.manifest["poison"].values() for n in numbers}
        cls.good = [json.loads(line) for n, line in enumerate(cls.lines, 1) if n not in poison]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_manifest_counts_what_is_in_the_file(self):
        self.assertEqual(self.manifest, self.beside)
        self.assertEqual(self.manifest["lines"], len(self.lines))
        self.assertEqual(self.manifest["sha256"], hashlib.sha256(self.bytes).hexdigest())
        unique = {event["event_id"]: event for event in self.good}
        self.assertEqual(self.manifest["events"], len(unique))
        self.assertEqual(self.manifest["repeats"], len(self.good) - len(unique))
        kinds = collections.Counter(event["event"] for event in unique.values())
        self.assertEqual(self.manifest["by_event"], kinds)
        self.assertEqual(self.manifest["customers"], len({e["customer"] for e in self.good}))
        times = [datetime.datetime.fromisoformat(event["at"]) for event in self.good]
        self.assertEqual(datetime.datetime.fromisoformat(self.manifest["first_at"]), min(times))
        self.assertEqual(datetime.datetime.fromisoformat(self.manifest["last_at"]), max(times))

    def test_is_large_enough_for_the_quickstart(self):
        self.assertGreaterEqual(self.manifest["events"], 100_000)
        self.assertGreaterEqual(len(self.manifest["by_event"]), 19)

    def test_repeats_are_between_one_and_two_percent_and_to_the_letter(self):
        share = self.manifest["repeats"] / self.manifest["events"]
        self.assertTrue(0.01 <= share <= 0.02, share)
        first = {}
        for event in self.good:
            self.assertEqual(first.setdefault(event["event_id"], event), event)

    def test_every_line_says_who_when_and_what(self):
        for event in self.good:
            self.assertEqual(list(event)[:6], COMMON)
            self.assertRegex(event["customer"], r"^C\d{6}$")

    def test_offsets_are_those_of_the_time_zone_data_base(self):
        zones = {e["customer"]: zoneinfo.ZoneInfo(e["time_zone"])
                 for e in self.good if e["event"] == "profile"}
        self.assertGreaterEqual(len(set(zones.values())), 8)
        offsets = collections.defaultdict(set)
        for event in self.good:
            at = datetime.datetime.fromisoformat(event["at"])
            zone = zones[event["customer"]]
            if event["source"] != "app":  # A device's clock may be wrong across the change.
                self.assertEqual(at.utcoffset(), at.astimezone(zone).utcoffset(), event)
            offsets[zone.key].add(at.utcoffset())
        self.assertEqual(len(offsets["Europe/Berlin"]), 2, "summer begins within the 90 days")

    def test_delivery_is_late_and_out_of_order(self):
        late = []
        happened = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
        backward = 0
        for event in self.good:
            at = datetime.datetime.fromisoformat(event["at"])
            late.append((datetime.datetime.fromisoformat(event["delivered_at"]) - at).total_seconds())
            backward += at < happened
            happened = max(happened, at)
        late.sort()
        self.assertTrue(0.5 <= late[len(late) // 2] <= 5, "median delay in seconds")
        self.assertGreater(sum(delay > 3600 for delay in late) / len(late), 0.003)
        self.assertLess(late[-1], 4 * 86400)
        self.assertLess(late[0], -60, "some clocks are fast")
        self.assertGreater(backward / len(late), 0.01)

    def test_poison_is_where_the_manifest_says_and_only_there(self):
        first = {event["event_id"]: event for event in reversed(self.good)}
        for kind, numbers in self.manifest["poison"].items():
            self.assertEqual(len(numbers), 8, kind)
            for number in numbers:
                self.assertTrue(self.is_poison(kind, self.lines[number - 1], number, first), kind)
        self.assertEqual(self.manifest["poison_total"], 40)

    def is_poison(self, kind, line, number, first):
        if kind == "broken_json":
            self.assertRaises(json.JSONDecodeError, json.loads, line)
            return True
        event = json.loads(line)
        if kind == "no_customer":
            return not event.get("customer")
        if kind == "absurd_time":
            return event["at"][:4] in ("1970", "2199")
        if kind == "nan_value":
            return event["event"] == "session" and event["minutes"] == "NaN"
        if kind == "other_content":
            original = first[event["event_id"]]
            rendered = json.dumps(original, separators=(",", ":"))
            self.assertLess(self.lines.index(rendered) + 1, number, "the original came first")
            same = all(event[name] == original[name] for name in ("source", "customer", "event"))
            return same and event != original
        return False

    def test_invoices_are_paid_or_end_the_subscription(self):
        attempts = collections.defaultdict(list)
        for event in {e["event_id"]: e for e in self.good}.values():
            if event["event"] == "payment_attempt":
                attempts[event["invoice"]].append(event)
        ended = {e["customer"]: e for e in self.good if e["event"] == "subscription_ended"}
        unpaid = 0
        for tries in attempts.values():
            tries.sort(key=lambda e: e["attempt"])
            self.assertEqual([e["attempt"] for e in tries], list(range(1, len(tries) + 1)))
            self.assertEqual([e["final"] for e in tries[:-1]], [False] * (len(tries) - 1))
            self.assertTrue(all(e["result"] == "failed" for e in tries[:-1]))
            last = tries[-1]
            if last["final"] and last["result"] == "failed":
                unpaid += 1
                self.assertEqual(ended[last["customer"]]["cause"], "unpaid")
        self.assertEqual(unpaid, self.manifest["statistics"]["unpaid"])
        self.assertGreater(unpaid, 20)

    def test_truth_is_kept_apart(self):
        self.assertEqual(len(self.truth), self.manifest["customers"])
        self.assertTrue(any(min(t["effects_at_start"].values()) < -0.3 for t in self.truth))
        self.assertTrue(any(max(t["effects_at_start"].values()) > 0.3 for t in self.truth), "harm")


if __name__ == "__main__":
    unittest.main(verbosity=2)
