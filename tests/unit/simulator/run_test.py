#!/usr/bin/env python3
"""evenkeel-simulator run and value, against a company that is made of nothing but its doors."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from fake_company import Company, action_body, call, secret_file

PROGRAM = sys.argv.pop(1)
WORLD = {"--seed": "5", "--customers": "60", "--days": "25"}


def nothing(_line):
    return None


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.secret = secret_file(self.folder)

    def start(self, company, name, *options, lockstep=True):
        """Starts a run and waits until it can be called."""
        url_file = self.folder / f"{name}.url"
        url_file.unlink(missing_ok=True)
        command = [PROGRAM, "run", *[part for pair in WORLD.items() for part in pair],
                   "--events-url", company.url + "/v1/events/simulator", "--ticks-url", company.url + "/v1/ticks",
                   "--progress-url", company.url + "/progress", "--webhook-url-file", url_file,
                   "--secret-file", self.secret, "--journal", self.folder / f"{name}.journal", *options]
        process = subprocess.Popen([str(part) for part in command + (["--lockstep"] if lockstep else [])],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        while not url_file.exists() and process.poll() is None:
            time.sleep(0.005)
        if url_file.exists():
            company.webhook_url = url_file.read_text().strip()
        return process

    def finish(self, process):
        out, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 0, errors)
        return json.loads(out)

    def company(self, decide=None, chaos=None):
        company = Company(**({"decide": decide} if decide else {}), chaos=chaos)
        self.addCleanup(company.close)
        return company

    def run_with(self, name, *options, decide=None, chaos=None, lockstep=True):
        company = self.company(decide, chaos)
        return self.finish(self.start(company, name, *options, lockstep=lockstep)), company

    def value(self, *options):
        done = subprocess.run([PROGRAM, "value", "--json", *map(str, options)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["policy"]: row for row in map(json.loads, done.stdout.splitlines())}

    def test_a_company_that_does_nothing_sees_the_generated_world(self):
        summary, company = self.run_with("nothing", decide=nothing)
        world = self.folder / "world.jsonl"
        subprocess.run([PROGRAM, "generate", *[part for pair in WORLD.items() for part in pair], "--out", str(world)],
                       check=True, capture_output=True)
        manifest = json.loads(pathlib.Path(f"{world}.manifest.json").read_text())
        poison = {number for numbers in manifest["poison"].values() for number in numbers}
        generated = [line for number, line in enumerate(world.read_bytes().splitlines(), 1) if number not in poison]
        self.assertEqual(sorted(set(generated)), sorted(company.lines.values()))
        self.assertEqual(summary["lines"], len(generated))
        self.assertEqual(summary["actions"], 0)
        nothing_row = self.value(*[part for pair in WORLD.items() for part in pair], "--policies", "nothing")["nothing"]
        self.assertEqual({**summary["worth"], "policy": "nothing"}, nothing_row)

    def test_the_same_seed_gives_the_same_digest_whatever_happens_on_the_way(self):
        calm, company = self.run_with("calm")
        self.assertGreater(calm["actions"], 20)
        self.assertEqual(calm["retries"], 0)
        self.assertEqual(calm["repeats"], 0)
        self.assertTrue(any("-R" in event_id for event_id in company.lines), "nobody reacted")
        wild, other = self.run_with("wild", "--batch", "37", "--fail-share", "0.1", "--busy-share", "0.1",
                                    "--slow-share", "0.02", "--slow-ms", "5", chaos=3)
        self.assertGreater(other.refusals, 5)
        self.assertGreater(wild["repeats"], 5)
        self.assertIn(500, other.statuses)
        self.assertIn(429, other.statuses)
        self.assertEqual(wild["digest"], calm["digest"])
        self.assertEqual(wild["worth"], calm["worth"])
        self.assertEqual(company.lines, other.lines)
        fewer, _ = self.run_with("fewer", decide=nothing)
        self.assertNotEqual(fewer["digest"], calm["digest"])

    def test_a_run_that_was_killed_goes_on_from_its_journal(self):
        whole, _ = self.run_with("whole")
        company = self.company()
        for lines in (40, 90):
            process = self.start(company, "killed")
            journal = self.folder / "killed.journal"
            while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < lines):
                time.sleep(0.002)
            process.kill()
            process.communicate()
        with open(journal, "ab") as torn:
            torn.write(b'{"kind":"call","day":9,"outc')
        again = self.finish(self.start(company, "killed"))
        self.assertEqual(again["digest"], whole["digest"])
        self.assertEqual(again["worth"], whole["worth"])

    def test_its_value_is_that_of_its_journal(self):
        summary, _ = self.run_with("valued")
        rows = self.value("--journal", self.folder / "valued.journal", "--by-action", "--policies",
                          "nothing,evenkeel,only_payment_method_update,only_support_callback")
        alone = [rows["only_payment_method_update"], rows["only_support_callback"]]
        self.assertTrue(all(0 < row["contacts"] < rows["evenkeel"]["contacts"] for row in alone), rows)
        self.assertEqual(rows["evenkeel"], {**summary["worth"], "policy": "evenkeel"})
        self.assertNotEqual(rows["nothing"]["value"], rows["evenkeel"]["value"])

    def test_more_ticks_a_day_send_the_same_lines(self):
        one, _ = self.run_with("one", decide=nothing)
        four, company = self.run_with("four", "--ticks-per-day", "4", decide=nothing)
        self.assertEqual(four["lines"], one["lines"])
        self.assertEqual(four["ticks"], 4 * 25 + 1)
        self.assertEqual(company.ticks, sorted(company.ticks))
        self.assertEqual(company.ticks[3], "2026-01-05T18:00:00.000+00:00")

    def test_without_lockstep_the_days_pass(self):
        summary, company = self.run_with("paced", "--days-per-second", "25", lockstep=False)
        self.assertGreater(summary["actions"], 10)
        self.assertEqual(summary["ticks"], 25 * 24 + 1)
        self.assertEqual(company.ticks, sorted(company.ticks))

    def test_calls_that_it_does_not_take(self):
        company = self.company(nothing)
        process = self.start(company, "calls", "--days-per-second", "8", lockstep=False)
        url, body = company.webhook_url, action_body("discount_10", "C000001")
        cases = [("good", body, None, 200), ("good", body, None, 200),
                 ("good", action_body("discount_25", "C000001"), None, 409),
                 ("forged", body, "v1,AAAA", 401), ("broken", b"{", None, 400), ("bare", b"{}", None, 400),
                 ("stranger", action_body("discount_10", "C999999"), None, 400),
                 ("unnamed", action_body("", "C000001"), None, 400), ("new", action_body("sing", "C000002"), None, 200)]
        for webhook_id, sent, signature, status in cases:
            with self.subTest(webhook_id):
                self.assertEqual(call(url, webhook_id, sent, signature)[0], status)
        self.assertEqual(call(url, "good", body)[2].get("idempotent-replayed"), "true")
        summary = self.finish(process)
        self.assertEqual({name: summary[name] for name in ("actions", "unknown_actions", "repeats", "conflicts", "refused",
                                                           "unreadable")},
                         {"actions": 2, "unknown_actions": 1, "repeats": 2, "conflicts": 1, "refused": 1, "unreadable": 4})

    def test_says_what_is_wrong(self):
        company = self.company(nothing)
        world = [part for pair in WORLD.items() for part in pair]
        base = ["run", *world, "--journal", self.folder / "j", "--secret-file", self.secret]
        bad_secret, other = self.folder / "bad", self.folder / "other.journal"
        bad_secret.write_text("secret\n")
        other.write_text('{"kind":"run","seed":6,"customers":60,"days":25,"start":"2026-01-05","ticks_per_day":1}\n')
        (self.folder / "garbage").write_text("garbage\n")
        events = ["--events-url", company.url + "/v1/events/simulator"]
        doors = [*events, "--ticks-url", company.url + "/v1/ticks", "--progress-url", company.url + "/progress", "--lockstep"]
        desk = ["--approvals-url", company.url + "/evenkeel.v1.ApprovalService"]
        cases = [
            ([*base, "--events-url", "ftp://x"], "--events-url 'ftp://x' is not http://host[:port]/path"),
            ([*base, *events, "--lockstep"], "--lockstep needs --ticks-url and --progress-url"),
            ([*base, *events, *desk], "--approvals-url needs --lockstep"),
            ([*base, *doors, *desk], "--approvals-url needs --tokens-file"),
            ([*base, *doors, *desk, "--tokens-file", self.folder / "t", "--yes-share", "0.6", "--no-share", "0.6"], "more than 1 together"),
            ([*base, *doors, "--approvals-url", "x"], "--approvals-url 'x/ListApprovals' is not http://"),
            ([*base, *events, "--start", "soon"], "--start 'soon' is not a date"),
            (["run", *world, *events, "--journal", self.folder / "j", "--secret-file", bad_secret], "make one with"),
            (["run", *world, *events, "--journal", other, "--secret-file", self.secret], "is of another run"),
            (["run", *world, *events, "--journal", self.folder / "garbage", "--secret-file", self.secret],
             "garbage:1: not a line of a journal"),
            ([*base, "--events-url", "http://127.0.0.1:1/x", "--patience", "0"], "events: http://127.0.0.1:1/x: no answer"),
            (["value", "--journal", other], "the run is not finished, 0 of 25 days"),
            (["value", "--policies", "wishes"], "--policies: 'wishes' is none of nothing random"),
        ]
        for command, message in cases:
            with self.subTest(message):
                done = subprocess.run([PROGRAM, *map(str, command)], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
