#!/usr/bin/env python3
"""The benchmarks of the doors measure what they say, in little: tools/bench/queries/run and evenkeel-bench-ingest.

usage: door_bench_test.py BIN QUERIES INGEST
"""
import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN, QUERIES, INGEST = sys.argv[1:4]


def lines_of(*command):
    done = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, text=True, timeout=400)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


class DoorBench(unittest.TestCase):
    def test_queries_beside_events(self):
        rate = 3000
        code, lines = lines_of(ROOT / "tools/bench/queries/run", "--bin", BIN, "--program", QUERIES, "--seconds", 1,
                               "--warm-up", 1, "--customers", 2000, "--events", 300_000, "--rate", rate)
        self.assertEqual((code, [line["clients"] for line in lines]), (0, [1, 8, 64]), lines)
        for line in lines:
            self.assertEqual(line["errors"], {}, line)
            # What was saved up may come at once, on top of the rate.
            self.assertTrue(0 < line["events_per_second"] < 3 * rate, line)
            for figure in ("calls", "p50_us", "empty_p50_us", "p50_ratio", "p99_ratio"):
                self.assertGreater(line[figure], 0, line)

    def test_ingest_beside_its_peers(self):
        code, lines = lines_of(INGEST, 20_000, 4)
        self.assertEqual(code, 0)
        self.assertEqual([line["what"] for line in lines],
                         ["ingest", "empty_handler", "raw_transactions_of_500", "raw_transactions_of_5000"])
        for line in lines:
            self.assertEqual((line["events"], line["batch"], line["clients"]), (20_000, 500, 4), line)
            self.assertGreater(line["events_per_second"], 0, line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
