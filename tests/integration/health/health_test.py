#!/usr/bin/env python3
"""gRPC health and /readyz of real processes: before they are ready, when they are, in a restart, and when they end.

usage: health_test.py BIN WORK local|kafka

On Kafka a foreign transaction, left open on one partition, keeps a restore from ending for as long as the test likes.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from config import CHANNELS  # noqa: E402
from processes import Process, get, progress, read_port, run, wait_for  # noqa: E402

BIN, WORK, LOG = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
HERE = pathlib.Path(__file__).resolve().parent
GRPCURL = run(["bash", "-c", f"source {ROOT}/tools/lib.sh; echo -n $EVENKEEL_CACHE/$(grpcurl_name)/grpcurl"])
UP, DOWN = "SERVING", "NOT_SERVING"
SOURCES = {"sources": {"shop": {
    "format": "json_lines", "source": {"constant": "urn:shop"}, "customer": {"field": "who"}, "id": {"fields": ["who"]},
    "time": {"constant": "2026-03-02T09:00:00Z"},
    "signals": [{"type": "billing.payment_attempt", "when": {"what": "declined"}, "values": {
        "invoice_id": {"field": "who"}, "status": {"constant": "failed"},
        "amount": {"constant": "9.90", "as": "money", "scale": 2, "currency": "EUR"}}}]}}}


class Watch:
    """Everything that a process says of its health on one stream."""

    def __init__(self, service, port):
        self.said = []
        self.child = subprocess.Popen(
            [GRPCURL, "-plaintext", "-import-path", HERE, "-proto", "health.proto", "-d", json.dumps({"service": service}),
             f"127.0.0.1:{port}", "grpc.health.v1.Health/Watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.child.stdout:
            self.said += re.findall(r'"status": "(\w+)"', line)

    def end(self):
        """All that was said until the process went away."""
        self.thread.join(60)
        self.child.kill()
        self.child.communicate()
        return self.said


class Service:
    """One process and its doors."""

    def __init__(self, test, name, program, config, folder, services):
        self.folder, self.services, self.test = folder, ["", *services], test
        self.process = Process(name, [BIN / program, "--config", config], WORK / f"{name}.log")
        test.addCleanup(self.process.stop)
        self.watches = {}

    def start(self):
        for name in ("grpc.port", "http.port", "metrics.port"):
            (self.folder / name).unlink(missing_ok=True)
        self.process.start()
        self.metrics = wait_for("the port", lambda: read_port(self.folder / "metrics.port"), [self.process])
        self.watches = {name: Watch(name, read_port(self.folder / "grpc.port")) for name in self.services}
        return self

    def readyz(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/readyz", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def check(self, service):
        out = run([GRPCURL, "-plaintext", "-import-path", HERE, "-proto", "health.proto", "-d", json.dumps({"service": service}),
                   f"127.0.0.1:{read_port(self.folder / 'grpc.port')}", "grpc.health.v1.Health/Check"])
        return json.loads(out)["status"]

    def is_up(self):
        states = {self.check(service) for service in self.services}
        return states == {UP}

    def expect_down(self, part):
        for service in self.services:
            self.test.assertEqual(self.check(service), DOWN, f"{self.process.name}: health of '{service}'")
        self.test.assertEqual(self.readyz(), (503, f"{part}: not ready yet\n"))

    def wait_up(self):
        wait_for(f"health of {self.process.name}", self.is_up, [self.process])
        self.test.assertEqual(self.readyz()[0], 200)
        return self

    def said(self, expected):
        for service, watch in self.watches.items():
            self.test.assertEqual(watch.end(), expected, f"{self.process.name}: watch of '{service}'")

    def crash(self, expected):
        self.process.kill()
        self.said(expected)

    def terminate(self):
        """Ends it in order: whoever watches hears of it before the door closes."""
        self.process.child.terminate()
        self.test.assertEqual(self.process.child.wait(20), 0, self.process.tail())
        self.said([DOWN, UP, DOWN])

    def http(self, path):
        return get(f"http://127.0.0.1:{read_port(self.folder / 'http.port')}/{path}", timeout=20)


class Hold:
    """A transaction of somebody else, open on partition 0 until it is given up."""

    def __init__(self, test, bootstrap, topic):
        self.producer = ["kcat", "-b", bootstrap, "-P", "-t", topic, "-p", "0", "-k", "k", "-X", f"transactional.id=hold-{topic}"]
        self.reader = ["kcat", "-b", bootstrap, "-C", "-e", "-q", "-o", "beginning", "-X", "isolation.level=read_uncommitted",
                       "-t", topic, "-p", "0"]
        message, never = WORK / "message", WORK / "never"
        message.write_text("held")
        if not never.exists():
            os.mkfifo(never)
        before = self.written()
        # It sends the one file, and then waits for somebody to write to the other.
        self.child = subprocess.Popen([*self.producer, message, never], stderr=subprocess.DEVNULL)
        test.addCleanup(self.release)
        wait_for("an open transaction", lambda: self.written() > before, [], timeout=60)

    def written(self):
        return run(self.reader, errors="replace").count("held")

    def release(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
            run(self.producer, input="")  # Whoever takes the id over aborts what is open under it.


class HealthTest(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        self.bundle = WORK / "bundle"
        shutil.copytree(ROOT / "deploy" / "bundles" / "demo", self.bundle)
        (self.bundle / "sources.yaml").write_text(json.dumps(SOURCES))

    def write(self, name, content):
        path = WORK / f"{name}.yaml"
        path.write_text(json.dumps(content))
        return path

    def command(self, *arguments):
        return run([BIN / "evenkeel", "--config", self.config, *arguments])

    def load(self, count):
        file = WORK / "events.jsonl"
        file.write_text("".join(json.dumps({"who": f"customer-{i}", "what": "declined"}) + "\n" for i in range(count)))
        self.command("signals", "load", file, "--bundle", self.bundle)


class LocalTest(HealthTest):
    def test_all_parts_count(self):
        self.config = self.write("standalone", {
            "directory": str(WORK / "data"), "log": {"partition_count": 2}, "clock": {"mode": "event"},
            "api": {}, "console": {}, "ingest": {},
            "decider": {"channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}, "engine": {"workers": 1}},
            "executor": {"actions": {"is_unsigned_allowed": True}, "engine": {"workers": 1},
                         "connectors": [{"name": "nowhere", "channels": CHANNELS, "sandbox": {}}]}})
        (WORK / "data").mkdir()
        self.command("topics", "create")
        service = Service(self, "standalone", "evenkeel-standalone", self.config, WORK / "data",
                          ["evenkeel.v1.ScoreService", "evenkeel.v1.ApprovalService"]).start()
        # Without a bundle nobody can decide.
        wait_for("the other parts", lambda: progress(service.metrics)[1]["ready"], [service.process])
        service.expect_down("decider")
        self.command("bundle", "publish", self.bundle)
        service.wait_up()
        self.load(3000)
        def idle():
            return json.loads(service.http("progress"))["idle"]
        wait_for("idle", idle, [service.process])
        newest = self.decisions(service)
        self.assertEqual(len(newest), 10)
        service.crash([DOWN, UP])

        # The decider is back at once; the view is made again from nothing.
        shutil.rmtree(WORK / "data" / "console" / "view")
        service.start()
        wait_for("ready", lambda: service.readyz()[0] == 200, [service.process], interval=0.001)
        self.assertEqual(self.decisions(service), newest, "it called itself ready with half a view")
        service.wait_up().terminate()

    def decisions(self, service):
        call = urllib.request.Request(f"http://127.0.0.1:{read_port(WORK / 'data' / 'http.port')}"
                                      "/evenkeel.v1.DecisionService/ListDecisions", b'{"pageSize": 10}',
                                      {"content-type": "application/json"})
        with urllib.request.urlopen(call, timeout=20) as answer:
            return [one["decisionId"] for one in json.load(answer).get("decisions", [])]


class KafkaTest(HealthTest):
    @classmethod
    def setUpClass(cls):
        cls.broker = WORK.parent / f"{WORK.name}-broker"
        cls.bootstrap = run([ROOT / "tools" / "kafka", "start", "-d", cls.broker]).strip()
        cls.addClassCleanup(run, [ROOT / "tools" / "kafka", "clean", "-d", cls.broker])

    def setUp(self):
        super().setUp()
        self.prefix = self.id().rpartition("test_")[2].replace("_", "-") + "."
        self.shared = {"deployment": {"prefix": self.prefix},
                       "log": {"kafka": {"bootstrap_servers": self.bootstrap}, "partition_count": 4}}
        self.config = self.write("decider", {
            **self.shared, "channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}, "api": {},
            "engine": {"instance": "decider", "workers": 1, "state": {"directory": str(WORK / "decider")}}})
        self.command("topics", "create")
        self.command("bundle", "publish", self.bundle)

    def hold(self, topic):
        return Hold(self, self.bootstrap, f"{self.prefix}{topic}")

    def through_a_life(self, service, topic, part, is_held, before_restart=lambda: None):
        """`is_held`: it has come as far as it can while somebody's transaction is open on `topic`."""
        for turn in range(2):
            hold = self.hold(topic)
            service.start()
            wait_for("as far as it comes", is_held, [service.process])
            service.expect_down(part)
            hold.release()
            service.wait_up()
            if turn == 0:
                service.crash([DOWN, UP])
                before_restart()
        service.terminate()

    def test_decider(self):
        service = Service(self, "decider", "evenkeel-decider", self.config, WORK / "decider",
                          ["evenkeel.v1.ScoreService", "evenkeel.v1.DecisionService"])

        def is_held():
            page = progress(service.metrics)
            return page and page[0]["tasks"].get("running") == 3
        self.through_a_life(service, "decider.changelog.v1", "decider", is_held)

    def test_ingest(self):
        config = self.write("ingest", {**self.shared, "directory": str(WORK / "ingest"), "api": {}})
        service = Service(self, "ingest", "evenkeel-ingest", config, WORK / "ingest", [])
        self.through_a_life(service, "signals.usage.v1", "ingest", lambda: True)

    def test_console(self):
        config = self.write("console", {**self.shared, "channels": CHANNELS, "api": {}, "view_directory": str(WORK / "console")})
        service = Service(self, "console", "evenkeel-console", config, WORK / "console",
                          ["evenkeel.v1.ApprovalService", "evenkeel.v1.ControlService"])

        def is_held():
            page = service.http("progress")
            return page and json.loads(page)["lag"]["records"] == 1
        self.through_a_life(service, "receipts.v1", "console", is_held,
                            lambda: shutil.rmtree(WORK / "console" / "view"))

    def test_a_console_whose_log_is_gone(self):
        config = self.write("console", {**self.shared, "channels": CHANNELS, "api": {}, "view_directory": str(WORK / "console")})
        service = Service(self, "console", "evenkeel-console", config, WORK / "console", []).start().wait_up()
        tool = [ROOT / "tools" / "kafka"]
        run([*tool, "kill", "-d", self.broker])
        wait_for("the log to be missed", lambda: service.check("") == DOWN, [service.process])
        service.expect_down("console")
        run([*tool, "start", "-d", self.broker])
        service.wait_up()
        service.process.child.terminate()
        self.assertEqual(service.process.child.wait(20), 0, service.process.tail())
        service.said([DOWN, UP, DOWN, UP, DOWN])

    def test_executor(self):
        config = self.write("executor", {
            **self.shared, "actions": {"is_unsigned_allowed": True},
            "engine": {"instance": "executor", "workers": 1, "state": {"directory": str(WORK / "executor")}},
            "connectors": [{"name": "nowhere", "channels": CHANNELS, "sandbox": {}}]})
        hold = self.hold("executor.changelog.v1")
        process = Process("executor", [BIN / "evenkeel-executor", "--config", config], WORK / "executor.log").start()
        self.addCleanup(process.stop)
        port = wait_for("the port", lambda: read_port(WORK / "executor" / "metrics.port"), [process])
        wait_for("three of four tasks", lambda: (page := progress(port)) and page[0]["tasks"].get("running") == 3, [process])
        self.assertIsNone(get(f"http://127.0.0.1:{port}/readyz"))
        self.assertEqual(get(f"http://127.0.0.1:{port}/healthz"), "ok\n")
        hold.release()
        wait_for("readyz", lambda: get(f"http://127.0.0.1:{port}/readyz"), [process])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], defaultTest={"local": "LocalTest", "kafka": "KafkaTest"}[LOG])
