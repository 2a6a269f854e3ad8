#!/usr/bin/env python3
"""A simulated month in lockstep, its people asked for approval: undisturbed, and with kill -9s on the way; on Kafka, too.

Everything is equal. usage: closed_loop_test.py BUILD WORK
"""

import pathlib
import shutil
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "simulator" / "loop"))
from closed_loop import REVIEWED, ClosedLoop, KafkaLoop, Keys, binaries_of  # noqa: E402

BINARIES, WORK = binaries_of(sys.argv[1]), pathlib.Path(sys.argv[2])
WORLD = {"seed": 7, "customers": 300, "days": 25}
KILLS = [("tick", 1), ("call", 3), ("verdict", 1), ("tick", 6), ("verdict", 3), ("call", 20), ("tick", 12), ("verdict", 5),
         ("call", 45), ("call", 60)]


class UncachedLoop(ClosedLoop):
    """Keeps no state decoded over a transaction: each is read from its bytes."""
    ENGINE = {"workers": 1, "state": {"cache_bytes": 0}}


class ClosedLoopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        cls.keys = Keys(WORK / "keys", BINARIES / "evenkeel")
        cls.calm = cls.lived("calm", UncachedLoop)
        cls.addClassCleanup(cls.calm[0].stop)

    @classmethod
    def lived(cls, name, kind, kill_at=()):
        loop = kind(WORK / name, BINARIES, ROOT / "deploy" / "bundles" / "demo", cls.keys, **WORLD)
        summary = loop.run(kill_at, REVIEWED)
        print(name, {k: summary[k] for k in ("lines", "actions", "by_action", "approved", "rejected", "repeats", "retries", "digest")},
              flush=True)
        return loop, summary

    def expect_as_calm(self, name, kind, of_any_log=False):
        calm, calm_summary = self.calm
        loop, summary = self.lived(name, kind, KILLS)
        self.addCleanup(loop.stop)
        self.assertEqual(len(loop.kills), len(KILLS))
        self.assertEqual(loop.digests(of_any_log), calm.digests(of_any_log))
        for what in ("digest", "worth", "approved", "rejected", "answers_refused"):
            self.assertEqual(summary[what], calm_summary[what], what)
        for what in ("conflicts", "refused", "unreadable", "unknown_actions"):
            self.assertEqual(summary[what], 0, what)
        return loop

    def test_the_calm_one_is_worth_looking_at(self):
        loop, summary = self.calm
        digests = loop.digests()
        self.assertGreater(summary["actions"], 30)
        self.assertGreater(min(summary["approved"], summary["rejected"]), 2)
        self.assertEqual((summary["repeats"], summary["answers_refused"]), (0, 0))
        for topic in ("decisions.v1", "receipts.v1", "actions.email.v1"):
            self.assertGreater(digests["evenkeel." + topic][0], 10, topic)
        self.assertEqual(digests["evenkeel.approvals.verdicts.v1"][0], summary["approved"] + summary["rejected"])
        # What came of it is what the actions of the journal explain.
        self.assertEqual(loop.value(["evenkeel"])["evenkeel"], {**summary["worth"], "policy": "evenkeel"})
        # Nobody was contacted who did not want to be.
        self.assertEqual(summary["worth"]["against_consent"], 0)

    def test_a_killed_loop_ends_as_an_undisturbed_one(self):
        self.expect_as_calm("killed", ClosedLoop)

    def test_on_kafka_each_process_killed_it_ends_so_too(self):
        loop = self.expect_as_calm("kafka", KafkaLoop, of_any_log=True)
        self.assertEqual(set(loop.kills), set(loop.services))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
