"""The independent count of Online Retail: on a few lines, and on the whole set where it is."""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = [
    '1,A,"ONE, TWO",6,2010-12-01 08:26:00,2.55,17850.0,UK\n',
    '1,A,"ONE, TWO",6,2010-12-01 08:26:00,2.55,17850.0,UK\n',
    "C2,A,BACK,-6,2010-12-01 09:00:00,2.55,17850.0,UK\n",
    "3,B,,10,2010-12-01 09:01:00,0.001,,UK\n",
    "4,B,X,3,2010-12-01 09:02:00,0.1,9.0,UK\n",
]


class RetailReferenceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_on(self, path, *options):
        done = subprocess.run([sys.executable, PROGRAM, path, *options], capture_output=True,
                              text=True, check=False)
        self.errors = done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else None

    def write(self, lines):
        pathlib.Path(self.path("few.csv")).write_text(HEADER + "".join(lines))
        return self.path("few.csv")

    def test_counts_a_few_lines_exactly(self):
        code, figures = self.run_on(self.write(LINES), "--customers", self.path("c"))
        self.assertEqual(code, 0)
        self.assertEqual(figures, {
            "lines": 5, "without_customer": 1, "customers": 2, "cancellations": 1,
            "total": "15.610", "repeated_lines": 1, "cancellations_of_customers": 1,
            "total_of_customers": "15.600"})
        customers = [json.loads(line) for line in pathlib.Path(self.path("c")).read_text().splitlines()]
        self.assertEqual(customers, [
            {"customer": "17850", "lines": 3, "cancellations": 1, "spend": "15.300"},
            {"customer": "9", "lines": 1, "cancellations": 0, "spend": "0.300"}])

    def test_notices_figures_that_are_not_the_published_ones(self):
        self.assertEqual(self.run_on(self.write(LINES), "--verify")[0], 1)
        self.assertIn("541909", self.errors)

    def test_refuses_what_it_cannot_count_exactly(self):
        for line in ("1,A,X,six,2010-12-01,2.55,1.0,UK\n", "1,A,X,1,2010-12-01,2.5555,1.0,UK\n",
                     "1,A,X,6,2010-12-01,2.55,1.5,UK\n", "1,A\n"):
            code, _ = self.run_on(self.write([line]))
            self.assertNotEqual(code, 0, line)
        cut = pathlib.Path(self.path("cut.csv.gz"))
        cut.write_bytes(gzip.compress((HEADER + "".join(LINES)).encode())[:-12])
        self.assertEqual(self.run_on(str(cut))[0], 2)

    def test_agrees_with_what_is_published_for_the_whole_set(self):
        data = os.environ.get("EVENKEEL_DATA")
        if not data:
            print(f"{__file__}:1: Skipped\nskipped: no data (EVENKEEL_DATA is not set): 1 case")
            self.skipTest("no data")
        path = os.path.join(data, "online_retail/online_retail.csv.gz")
        code, figures = self.run_on(path, "--verify", "--customers", self.path("c"))
        print(json.dumps(figures))
        self.assertEqual(code, 0, self.errors)
        lines = pathlib.Path(self.path("c")).read_text().splitlines()
        self.assertEqual(len(lines), figures["customers"])
        self.assertEqual(sum(json.loads(line)["lines"] for line in lines),
                         figures["lines"] - figures["without_customer"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
