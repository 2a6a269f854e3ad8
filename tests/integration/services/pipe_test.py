#!/usr/bin/env python3
"""`evenkeel signals load -`: what comes through a pipe is on the log while the pipe is open.

usage: pipe_test.py local|kafka BIN WORK
"""

import json
import secrets
import subprocess
import sys
import unittest

from services_site import ROOT, Site, run, wait_for

LOG, BIN, WORK = sys.argv[1:4]


def row(number, who="ada"):
    return json.dumps({"id": str(number), "who": who, "what": "billed", "when": "2026-03-02T09:00:05Z"})


class Pipe(unittest.TestCase):
    def setUp(self):
        self.site = Site(LOG, WORK, BIN)
        self.addCleanup(self.site.stop)
        self.site.prepare()
        if LOG == "local":
            self.site.start()  # The log is its own.

    def follow(self, **streams):
        site = self.site
        follower = subprocess.Popen(
            [site.bin / "evenkeel", "--config", site.configs[site.main()], "signals", "load", "-", "--bundle", site.bundle],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **streams)
        self.addCleanup(follower.communicate)
        self.addCleanup(follower.kill)
        return follower

    def ids(self):
        return [record["headers"]["ce_id"] for record in self.site.dump("signals.billing.v1")]

    def wait_ids(self, follower, ids):
        """They are on the topic, and the pipe is open."""
        wait_for(f"{ids} on the topic", lambda: sorted(self.ids()) == ids or follower.poll() is not None, [], 60)
        self.assertIsNone(follower.poll(), "it ended before the pipe did")
        self.assertEqual(sorted(self.ids()), ids)

    def dead(self):
        letters = [json.loads(line) for line in self.site.command("dlq", "list").splitlines()]
        return [letter["headers"]["evenkeel.errors.reason"] for letter in letters]

    def ends(self, follower, **figures):
        said, complaints = follower.communicate(timeout=60)
        self.assertEqual(follower.returncode, 0, complaints)
        self.assertEqual(json.loads(said), {"skipped": 0, "resumed_from": 0, **figures})


class PipeTest(Pipe):
    def test_rows_are_on_the_topic_before_the_pipe_ends(self):
        follower = self.follow(stdin=subprocess.PIPE, bufsize=1)
        follower.stdin.write(f"{row(1)}\n{row(2)}\n")
        follower.stdin.flush()
        self.wait_ids(follower, ["1", "2"])
        # A row and a half at once: when the one is there, the half was read, too.
        half, rest = row(4)[:20], row(4)[20:]
        follower.stdin.write(f"{row(3)}\n{half}")
        follower.stdin.flush()
        self.wait_ids(follower, ["1", "2", "3"])
        follower.stdin.write(f"{rest}\n")
        follower.stdin.flush()
        self.wait_ids(follower, ["1", "2", "3", "4"])
        self.assertEqual(self.dead(), [])
        follower.stdin.write(f"{row(5, who='')}\n{row(6)}")  # The last line has no end.
        self.ends(follower, rows=6, signals=5, dead_letters=1)
        self.assertEqual(sorted(self.ids()), ["1", "2", "3", "4", "6"])
        self.assertEqual(self.dead(), ["no_customer"])

    def test_a_pipe_that_breaks_within_a_row(self):
        follower = self.follow(stdin=subprocess.PIPE)
        follower.stdin.write(f"{row(1)}\n{row(2)[:20]}")
        self.ends(follower, rows=2, signals=1, dead_letters=1)
        self.assertEqual((self.ids(), self.dead()), (["1"], ["malformed_row"]))

    def test_a_source_without_an_id_is_refused(self):
        sources = self.site.bundle / "sources.yaml"
        text = sources.read_text()
        sources.write_text(text.replace("    id: {fields: [id]}\n", ""))
        follower = self.follow(stdin=subprocess.PIPE)
        _, complaints = follower.communicate(f"{row(1)}\n", timeout=60)
        self.assertNotEqual(follower.returncode, 0)
        for words in ("shop", "no id", "id: {fields: [...]}"):
            self.assertIn(words, complaints)
        self.assertEqual(self.ids(), [])


class TopicTest(Pipe):
    def test_a_topic_of_another_system(self):
        topic = f"other-{secrets.token_hex(4)}"
        broker = ["kcat", "-b", self.site.bootstrap]
        run([ROOT / "tools" / "kafka", "tool", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.site.bootstrap,
             "--create", "--topic", topic])
        run([*broker, "-P", "-t", topic], input=f"{row(1)}\n{row(2, who='bob')}\n")
        kcat = subprocess.Popen([*broker, "-G", f"{topic}-follower", "-X", "auto.offset.reset=earliest", "-q", "-u", topic],
                                stdout=subprocess.PIPE)
        self.addCleanup(kcat.wait)
        self.addCleanup(kcat.kill)
        follower = self.follow(stdin=kcat.stdout)
        kcat.stdout.close()
        self.wait_ids(follower, ["1", "2"])
        run([*broker, "-P", "-t", topic], input=f"{row(3)}\n")
        self.wait_ids(follower, ["1", "2", "3"])
        kcat.terminate()
        self.ends(follower, rows=3, signals=3, dead_letters=0)


if __name__ == "__main__":
    if LOG != "kafka":
        del TopicTest  # A log of its own has no topics of others.
    unittest.main(argv=sys.argv[:1])
