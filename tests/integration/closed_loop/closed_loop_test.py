#!/usr/bin/env python3
"""A simulated month in lockstep, once undisturbed and once with kill -9s on the way: everything is equal.

usage: closed_loop_test.py BUILD WORK
"""

import pathlib
import shutil
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "simulator" / "loop"))
from closed_loop import ClosedLoop, binaries_of, make_keys  # noqa: E402

BINARIES, WORK = binaries_of(sys.argv[1]), pathlib.Path(sys.argv[2])
WORLD = {"seed": 7, "customers": 200, "days": 20}
KILLS = [("tick", 1), ("call", 3), ("tick", 6), ("call", 20), ("tick", 12), ("call", 45), ("call", 60)]


class ClosedLoopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        cls.keys = make_keys(WORK / "keys", BINARIES / "evenkeel")

    def lived(self, name, kill_at=()):
        loop = ClosedLoop(WORK / name, BINARIES, ROOT / "deploy" / "bundles" / "demo", self.keys, **WORLD)
        summary = loop.run(kill_at)
        self.addCleanup(loop.stop)
        print(name, {k: summary[k] for k in ("lines", "actions", "by_action", "repeats", "retries", "digest")}, flush=True)
        return loop, summary, loop.digests()

    def test_a_killed_loop_ends_as_an_undisturbed_one(self):
        calm, calm_summary, calm_digests = self.lived("calm")
        self.assertGreater(calm_summary["actions"], 30)
        self.assertEqual(calm_summary["repeats"], 0)
        for topic in ("decisions.v1", "receipts.v1", "actions.email.v1"):
            self.assertGreater(calm_digests["evenkeel." + topic][0], 10, topic)
        killed, summary, digests = self.lived("killed", KILLS)
        self.assertEqual(killed.kills, len(KILLS))
        self.assertEqual(digests, calm_digests)
        self.assertEqual(summary["digest"], calm_summary["digest"])
        self.assertEqual(summary["worth"], calm_summary["worth"])
        # What came of it is what the actions of the journal explain.
        self.assertEqual(calm.value(["evenkeel"])["evenkeel"], {**calm_summary["worth"], "policy": "evenkeel"})
        # Nobody was contacted who did not want to be.
        self.assertEqual(calm_summary["worth"]["against_consent"], 0)
        for name in ("conflicts", "refused", "unreadable", "unknown_actions"):
            self.assertEqual(summary[name], 0, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
