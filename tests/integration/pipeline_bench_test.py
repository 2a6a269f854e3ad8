#!/usr/bin/env python3
"""tools/bench/pipeline/run measures on a broker of its own, and calls a run with a wrong result void.

usage: pipeline_bench_test.py PROGRAM
"""
import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv.pop()


def run(*options):
    bench = subprocess.Popen((ROOT / "tools/bench/pipeline/run", "--program", PROGRAM, *options),
                             stdout=subprocess.PIPE, text=True)
    try:
        out, _ = bench.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        bench.terminate()  # It ends its broker.
        bench.communicate()
        raise
    return bench.returncode, [json.loads(line) for line in out.splitlines()]


class PipelineBench(unittest.TestCase):
    def test_a_right_result_counts(self):
        code, lines = run("--events", "200000", "--customers", "20000")
        self.assertEqual((code, len(lines)), (0, 1), lines)
        line = lines[0]
        self.assertIs(line["void"], False, line)
        self.assertIs(line["digest_equal"], True, line)
        self.assertEqual((line["events"], line["outputs"], line["dead_letters"]), (200_000, 200_000, 0), line)
        # Nobody of 20,000 is missed in 200,000 draws but a few: e^-10 of them.
        self.assertTrue(19_980 <= line["customers"] <= 20_000, line)
        self.assertEqual(line["commit_interval_ms"], 100, line)
        for figure in ("events_per_second", "worker_cpu_s_per_million", "broker_cpu_s_per_million", "commits"):
            self.assertGreater(line[figure], 0, line)

    def test_a_result_that_differs_by_one_event_is_void(self):
        code, lines = run("--events", "20000", "--plant", "wrong-fold")
        self.assertEqual((code, len(lines)), (1, 1), lines)
        self.assertIs(lines[0]["void"], True, lines)
        self.assertIs(lines[0]["digest_equal"], False, lines)
        self.assertEqual(lines[0]["customers_that_differ"], 1, lines)

    def test_without_a_worker_that_can_begin_it_is_void(self):
        # The folder of the stores is a file.
        code, lines = run("--events", "1000", "--directory", __file__)
        self.assertEqual((code, lines), (1, [{"bench": "pipeline", "void": True}]))


if __name__ == "__main__":
    unittest.main()
