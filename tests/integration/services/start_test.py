#!/usr/bin/env python3
"""What a process says that cannot start, or not yet; and a line of a file that names nobody.

usage: start_test.py local|kafka BIN WORK
"""

import json
import re
import shlex
import subprocess
import sys
import unittest

from services_site import ROOT, START, Site, events, metrics, run, secrets, wait_for

LOG, BIN, WORK = sys.argv[1:4]

# key (of the engine of whoever decides, or of the whole), value, words of the message
BAD = [
    ("engine.wrokers", 2, ["engine.wrokers", "unknown key"]),
    ("engine.workers", "two", ["engine.workers", "two"]),
    ("engine.workers", 0, ["engine.workers: 0", "between 1 and 64"]),
    ("engine.limits.read_ahead_bytes", 1, ["engine.limits.read_ahead_bytes: 1", "raise it"]),
    ("engine.state.cache_bytes", -1, ["engine.state.cache_bytes", "is not a size"]),
    ("engine.commit.interval_ms", 24, ["engine.commit.interval_ms: 24", "between 25 and 5000"]),
    ("engine.commit.backlog_interval_ms", 99, ["engine.commit.backlog_interval_ms: 99", "between 100 and 5000"]),
    ("channels", ["E-Mail"], ["channels: \"E-Mail\"", "a-z"]),
    ("/deployment.prefix", "Prod_", ["deployment.prefix: \"Prod_\"", "a-z"]),
    ("/log.partition_count", 0, ["log.partition_count: 0", "1024"]),
    ("/clock", {"advance": "to_tick"}, ["clock.advance: to_tick", "clock.mode: event"]),
]
BAD_ON = {
    "local": [("/log.kafka.bootstrap_servers", "127.0.0.1:9092", ["log.kafka", "log of its own"]),
              ("/directory", "", ["directory is not set", "name a folder"])],
    "kafka": [("/log.kafka.properties", {"isolation.level": "read_uncommitted"}, ["isolation.level"]),
              ("engine.state.directory", "", ["state.directory", "name a folder"])],
}


def commands_in(text):
    """The commands of a message, each on a line of its own or after a colon."""
    return re.findall(r"(evenkeel --config \S+ topics create|kafka-configs\.sh [^\n]+)", text)


class StartTest(unittest.TestCase):
    def setUp(self):
        self.site = Site(LOG, WORK, BIN)
        self.addCleanup(self.site.stop)

    def refused(self, name):
        """What it says as it ends with an error."""
        process = self.site.launch(name)
        code = process.child.wait(60)
        text = self.site.log_of(name)
        self.assertNotEqual(code, 0, text)
        (self.site.folder / f"{name}.log").write_text("")
        return text

    def paste(self, command):
        """As an operator does who reads the message."""
        words = shlex.split(command)
        if words[0] == "evenkeel":
            return run([self.site.bin / "evenkeel", *words[1:]])
        words[words.index("--bootstrap-server") + 1] = self.site.bootstrap
        return run([ROOT / "tools" / "kafka", "tool", "kafka.admin.ConfigCommand", *words[1:]])

    # --- configuration ---

    def test_bad_configuration(self):
        main = self.site.main()
        good = json.loads(self.site.configs[main].read_text())
        for key, value, words in BAD + BAD_ON[LOG]:
            with self.subTest(key):
                config = json.loads(json.dumps(good))
                place = config
                if LOG == "local" and not key.startswith("/"):
                    place = config["decider"]
                *path, last = key.lstrip("/").split(".") if "properties" not in key else ["log", "kafka", "properties"]
                for part in path:
                    place = place.setdefault(part, {})
                place[last] = value
                self.site.write("bad", config)
                done = subprocess.run([self.site.bin / f"evenkeel-{main}", "--config", self.site.configs.pop("bad"),
                                       "--check-config"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)

    # --- topics ---

    def test_missing_topics_and_the_command_that_makes_them(self):
        for name in self.site.configs:
            text = self.refused(name)
            self.assertIn(f"{self.site.prefix}ticks.v1: does not exist", text)
            self.assertEqual(len(commands_in(text.replace("<configuration of the decider>", "decider.yaml"))), 1, text)
        text = self.refused(self.site.main())
        for command in commands_in(text):
            self.paste(command)
        self.site.command("bundle", "publish", self.site.bundle)
        self.site.start()

    def test_wrong_topics_and_the_commands_that_mend_them(self):
        # Made for the wall clock, and now everything shall run under the event clock.
        self.site.configure(clock="wall")
        self.site.prepare()
        self.site.configure(clock="event")
        text = self.refused(self.site.main())
        self.assertIn("message.timestamp.type is LogAppendTime, must be CreateTime", text)
        commands = commands_in(text)
        self.assertGreater(len(commands), 0)
        if LOG == "local":
            self.assertIn("on the embedded log: set another deployment.prefix", text)
            self.site.prefix = f"q{secrets.token_hex(4)}."
            self.site.configure()
            self.site.prepare()
        else:
            # One command a topic and setting; a virtual machine for each of them would take minutes.
            settings = {}
            for command in commands:
                words = shlex.split(command)
                settings.setdefault(words[words.index("--add-config") + 1], []).append(command)
            for of_one in settings.values():
                self.paste(of_one[0])
            done = self.refused(self.site.main())
            self.assertEqual(len(commands_in(done)), len(commands) - len(settings), done)
            return
        self.site.start()

    # --- the log is not there ---

    def test_a_broker_that_is_down_at_start_and_later(self):
        if LOG == "local":
            print("the embedded log is in the process: it cannot be down")
            return
        broker = self.site.folder / "broker"
        tool = [ROOT / "tools" / "kafka"]
        self.addCleanup(lambda: run([*tool, "clean", "-d", broker]))
        bootstrap = run([*tool, "start", "-d", broker]).strip()
        site = self.site = Site(LOG, WORK, BIN, bootstrap)
        self.addCleanup(site.stop)
        site.prepare()
        run([*tool, "kill", "-d", broker])
        waiting, back = "the log is not reachable; waiting for it", "the log is reachable"
        for name in site.configs:
            site.launch(name)
        for name in site.configs:
            site.wait_log(name, waiting)
        run([*tool, "start", "-d", broker])
        site.wait_ready()
        for name in site.configs:
            self.assertEqual((site.log_of(name).count(waiting), site.log_of(name).count(back)), (1, 1))
        site.load(events(["ada"]))
        site.wait_receipts(1)

        run([*tool, "kill", "-d", broker])
        for name in site.configs:
            site.wait_log(name, "nothing is processed for now")
        run([*tool, "start", "-d", broker])
        for name in site.configs:
            site.wait_log(name, "going on")
        site.wait_ready()
        site.load(events(["bob"]), "more")
        before = len(site.receipts())
        site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        self.assertGreaterEqual(len(site.wait_receipts(len(site.actions()))), max(before, 2))
        for name in site.configs:
            self.assertEqual(site.log_of(name).count("nothing is processed for now"), 1, site.log_of(name))

    # --- figures ---

    def test_figures_of_stores_and_lag(self):
        self.site.prepare().start()
        self.site.load(events(["ada"]))
        self.site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        of = '{application="decider"}'
        figures, lags = {}, {}

        def has_caught_up():
            figures.update(metrics(self.site.port_of(self.site.main())) or {})
            lags.update((name, value) for name, value in figures.items() if name.startswith("evenkeel_engine_lag_records{"))
            return lags and set(lags.values()) == {0.0}
        wait_for("figures without lag", has_caught_up, self.site.processes.values(), 90)
        for name in ("memtable_bytes", "table_bytes", "pending_compaction_bytes", "stalled_stores"):
            self.assertIn(f"evenkeel_store_{name}{of}", figures)
        self.assertGreater(figures["evenkeel_store_memtable_bytes" + of], 0)
        self.assertIn("evenkeel_store_block_cache_bytes", figures)
        self.assertIn(f'evenkeel_engine_lag_records{{application="decider",topic="{self.site.prefix}ticks.v1"}}', lags)

    # --- lines of a file ---

    def test_a_line_that_names_nobody(self):
        self.site.prepare().start()
        nobody = {"id": "x", "who": "", "what": "declined", "when": START}
        figures = self.site.load([nobody, *events(["ada"]), {**nobody, "id": "y"}])
        self.assertEqual(figures["dead_letters"], 2)
        letters = [json.loads(line) for line in self.site.command("dlq", "list").splitlines()]
        self.assertEqual(sorted(json.loads(letter["value"])["id"] for letter in letters), ["x", "y"])
        for letter in letters:
            self.assertEqual(letter["headers"]["evenkeel.errors.reason"], "no_customer")
            self.assertNotEqual(letter["headers"]["evenkeel.errors.detail"], "")
        self.site.wait_receipts(1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
