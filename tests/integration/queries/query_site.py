"""Deciders on Kafka, and questions to them as any program asks: Connect, JSON over HTTP."""

import json
import os
import pathlib
import re
import shutil
import sys
import threading
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from processes import Failure, Process, progress, read_port, run, wait_for  # noqa: E402

PARTITIONS = 4
SOURCES = {"sources": {"shop": {
    "format": "json_lines", "source": {"constant": "urn:shop"}, "customer": {"field": "who"}, "id": {"fields": ["id"]},
    "time": {"constant": "2026-03-02T09:00:00Z"},
    "signals": [{"type": "billing.payment_attempt", "when": {"what": "declined"}, "values": {
        "invoice_id": {"field": "id"}, "status": {"constant": "failed"},
        "amount": {"field": "amount", "as": "money", "scale": 2, "currency": "EUR"}}}]}}}


class Site:
    """One deployment under a prefix of its own, on the tests' broker."""

    def __init__(self, folder, binaries):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.bin = folder, binaries
        self.prefix = f"queries-{os.getpid()}."
        bootstrap = pathlib.Path(os.environ["EVENKEEL_KAFKA_BOOTSTRAP_FILE"])
        self.bootstrap = bootstrap.read_text().strip()
        self.log = re.search(r"cluster\.id=(\S+)", next(bootstrap.parent.rglob("meta.properties")).read_text())[1]
        self.bundle = folder / "bundle"
        shutil.copytree(ROOT / "deploy" / "bundles" / "demo", self.bundle)
        (self.bundle / "sources.yaml").write_text(json.dumps(SOURCES))
        self.deciders, self.loads = {}, 0
        self.config = self.configure("d1")
        self.command("topics", "create")
        self.command("bundle", "publish", self.bundle)

    def configure(self, name):
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps({
            "deployment": {"prefix": self.prefix},
            "log": {"kafka": {"bootstrap_servers": self.bootstrap}, "partition_count": PARTITIONS},
            "channels": ["email", "push", "sms", "task"],
            "bundles": {"is_unsigned_allowed": True},
            "engine": {"instance": name, "workers": 1, "state": {"directory": str(self.folder / name)}},
            "api": {"http": {"port": 0}, "grpc": {"port": 0}},
        }))
        return path

    def command(self, *arguments):
        return run([self.bin / "evenkeel", "--config", self.config, *arguments])

    def load(self, customers):
        """One more declined payment of everybody."""
        self.loads += 1
        file = self.folder / f"load-{self.loads}.jsonl"
        file.write_text("".join(json.dumps({"id": f"{self.loads}-{who}", "who": who, "what": "declined", "amount": "9.90"}) + "\n"
                                for who in customers))
        self.command("signals", "load", file, "--bundle", self.bundle)

    def start(self, name):
        path = self.configure(name)
        process = Process(name, [self.bin / "evenkeel-decider", "--config", path], self.folder / f"{name}.log")
        self.deciders[name] = process.start()
        wait_for(f"the doors of {name}", lambda: read_port(self.folder / name / "http.port"), [process])
        return process

    def running(self, name):
        """How many tasks run there."""
        port = read_port(self.folder / name / "metrics.port")
        page = progress(port) if port else None
        return page[0]["tasks"].get("running", 0) if page else 0

    def wait_running(self, expected):
        wait_for(f"tasks {expected}", lambda: {name: self.running(name) for name in expected} == expected,
                 [self.deciders[name] for name in expected])

    def alone(self, name, prefix=None):
        """As from another decider of that deployment: not passed on again."""
        return {"evenkeel-forwarded": f"{self.log}/{prefix or self.prefix}decider/{name}-0"}

    def ask(self, name, method, body, headers=None, timeout=10):
        """(HTTP status, answer) of one call; (0, None) if there was no answer."""
        url = f"http://127.0.0.1:{read_port(self.folder / name / 'http.port')}/evenkeel.v1.{method}"
        request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, None

    def stop(self):
        for process in self.deciders.values():
            process.stop()


class FreshReads:
    """Asks, and complains of every answer older than one that was given before it was asked for."""

    def __init__(self, site):
        self.site, self.lock = site, threading.Lock()
        self.newest, self.answers, self.stale = {}, 0, []

    def ask(self, name, customer, headers=None, timeout=10):
        with self.lock:
            before = dict(self.newest)
        status, answer = self.site.ask(name, "ScoreService/GetScore", {"customerId": customer}, headers, timeout)
        if status == 200:
            fresh = answer["freshness"]
            task, sequence = fresh.get("task", 0), int(fresh.get("taskSequence", 0))
            with self.lock:
                self.answers += 1
                if sequence < before.get(task, 0):
                    self.stale.append(f"{name}: task {task} at {sequence} after {before[task]} was seen")
                self.newest[task] = max(sequence, self.newest.get(task, 0))
        return status, answer
