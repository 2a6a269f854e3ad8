#!/usr/bin/env python3
"""A console beside running services, killed and robbed of its view: the same answers, each verdict once.

usage: console_test.py local|kafka BINARIES FOLDER
"""

import base64
import hashlib
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from config import CHANNELS  # noqa: E402
from processes import Failure, Process, get, read_port, run, wait_for  # noqa: E402

PREFIX = "ask."
PARTITIONS = 4
REQUESTS = 24
KILLS = 5
# A view that is behind is not another answer.
LAG = "lag"


def expect(is_so, what):
    if not is_so:
        raise Failure(what)


class Answer(Exception):
    """A call that was refused."""

    def __init__(self, problem):
        super().__init__(f"{problem['code']}: {problem['message']}")
        self.code, self.message = problem["code"], problem["message"]
        self.reason = next((detail["debug"]["reason"] for detail in problem.get("details", ())
                            if "reason" in detail["debug"]), "")


class Site:
    """Services with a console among them, asked as people ask."""

    def __init__(self, binaries, folder):
        self.bin, self.folder = binaries, folder
        self.processes = {}
        shutil.copytree(ROOT / "deploy" / "bundles" / "demo", folder / "bundle")
        shutil.copy(ROOT / "tests" / "integration" / "console" / "sources.yaml", folder / "bundle" / "sources.yaml")
        # The clock of this test is the wall's, and it may be run at night.
        policy = folder / "bundle" / "policy.yaml"
        rules, removed = re.subn(r"(?m)^quiet_hours:\n(  .*\n)+", "", policy.read_text())
        expect(removed == 1, f"{policy} has no quiet hours to take away")
        policy.write_text(rules)

    def write(self, name, content):
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps(content, indent=2))
        return path

    def start(self, name, program, config):
        process = Process(name, [self.bin / program, "--config", config], self.folder / f"{name}.log")
        self.processes[name] = process.start()

    def command(self, *arguments):
        return run([self.bin / "evenkeel", "--config", self.config, *arguments])

    def url(self):
        port = read_port(self.door / "http.port")
        return f"http://127.0.0.1:{port}" if port else None

    def tokens(self):
        return dict(line.split(":", 1) for line in (self.door / "people.tokens").read_text().split())

    def call(self, method, request, person=None, url=None):
        """What the method answers; nothing while nobody does."""
        headers = {"content-type": "application/json"}
        if person:
            headers["authorization"] = f"Bearer {self.tokens()[person]}"
        call = urllib.request.Request(f"{url or self.url()}/evenkeel.v1.{method}", json.dumps(request).encode(), headers)
        try:
            with urllib.request.urlopen(call, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Answer(json.load(error)) from None
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def progress(self):
        page = get(f"{self.url()}/progress", timeout=20) if self.url() else None
        return json.loads(page) if page else None

    def until_idle(self):
        page = {}

        def is_idle():
            page["last"] = self.progress()
            return page["last"] and page["last"]["idle"]
        try:
            wait_for("idle", is_idle, self.processes.values(), timeout=120)
        except Failure as failure:
            left = [row for row in (page["last"] or {}).get("topics", []) if row["applied"] != row["end"]]
            raise Failure(f"{failure}; not applied: {left}; {page['last'] and page['last']['lag']}") from None
        return page["last"]

    def connector(self):
        return {"name": "nowhere", "channels": CHANNELS, "sandbox": {"file": str(self.folder / "actions.jsonl")}}

    def kill_console(self):
        self.processes[self.console].kill()
        for port in ("http.port", "grpc.port"):
            (self.door / port).unlink(missing_ok=True)

    def restart_console(self):
        self.processes[self.console].start()
        wait_for("the console's port", self.url, [self.processes[self.console]], timeout=60)

    def load(self):
        """Failed payments of a few customers, from now on back."""
        now = datetime.now(timezone.utc) - timedelta(minutes=5)
        with open(self.folder / "events.jsonl", "w") as out:
            for i in range(12):
                for j, what in enumerate(("joined", "billed", "declined", "declined")):
                    when = (now + timedelta(seconds=j)).isoformat(timespec="milliseconds")
                    out.write(json.dumps({"id": f"{i}-{j}", "who": f"customer-{i}", "what": what, "plan": "basic",
                                          "when": when.replace("+00:00", "Z"), "amount": "19.90"}) + "\n")
        self.command("signals", "load", self.folder / "events.jsonl", "--bundle", self.folder / "bundle")

    def stop(self):
        for process in self.processes.values():
            process.stop()


class Local(Site):
    console = "standalone"

    def __init__(self, binaries, folder):
        super().__init__(binaries, folder)
        self.door, self.view = folder / "data", folder / "data" / "console" / "view"
        self.config = self.write("standalone", {
            "directory": str(folder / "data"), "log": {"partition_count": PARTITIONS},
            "deployment": {"prefix": PREFIX}, "api": {}, "console": {},
            "decider": {"channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}, "engine": {"workers": 1}},
            "executor": {"actions": {"is_unsigned_allowed": True}, "engine": {"workers": 1},
                         "connectors": [self.connector()]},
        })
        self.door.mkdir()
        self.command("topics", "create")
        self.command("bundle", "publish", folder / "bundle")
        self.start("standalone", "evenkeel-standalone", self.config)
        wait_for("the console's port", self.url, self.processes.values(), timeout=60)


class Kafka(Site):
    console = "console"

    def __init__(self, binaries, folder):
        super().__init__(binaries, folder)
        self.broker = folder / "kafka"
        self.bootstrap = run([ROOT / "tools" / "kafka", "start", "-d", self.broker]).strip()
        self.door, self.view = folder / "console", folder / "console" / "view"
        shared = {"deployment": {"prefix": PREFIX},
                  "log": {"kafka": {"bootstrap_servers": self.bootstrap}, "partition_count": PARTITIONS}}

        def engine(name):
            return {"instance": name, "workers": 1, "state": {"directory": str(folder / name)}}
        self.config = self.write("decider", {**shared, "channels": CHANNELS, "bundles": {"is_unsigned_allowed": True},
                                             "engine": engine("decider"), "api": {}})
        self.command("topics", "create")
        self.command("bundle", "publish", folder / "bundle")
        self.start("decider", "evenkeel-decider", self.config)
        self.start("executor", "evenkeel-executor", self.write("executor", {
            **shared, "actions": {"is_unsigned_allowed": True}, "engine": engine("executor"),
            "connectors": [self.connector()]}))
        self.console_config = {**shared, "channels": CHANNELS, "view_directory": str(self.door)}
        self.start("console", "evenkeel-console", self.write("console", self.console_config))
        wait_for("the console's port", self.url, self.processes.values(), timeout=60)

    def protoc(self, how, message, data):
        done = subprocess.run(["protoc", f"--{how}=evenkeel.v1.{message}", "-I", ROOT / "proto",
                               ROOT / "proto/evenkeel/v1/approvals.proto"], input=data, capture_output=True, check=True)
        return done.stdout

    def add_requests(self):
        """Requests for approval, as a decider would write them: the action is empty, its digest is not."""
        digest = "".join(f"\\{byte:03o}" for byte in hashlib.sha256(b"").digest())
        expires = int((time.time() + 3600) * 1000)
        for number in range(REQUESTS):
            text = (f'format: 1 approval_id: "{number:032x}" state: APPROVAL_STATE_OPEN customer_id: "person-{number}" '
                    f'action_id: "{number:032x}" action_digest: "{digest}" proposer: "retention/1" '
                    f'required_role: "approver" expires_time_ms: {expires}')
            value = self.folder / "request"
            value.write_bytes(self.protoc("encode", "ApprovalRequest", text.encode()))
            run(["kcat", "-b", self.bootstrap, "-P", "-t", f"{PREFIX}approvals.requests.v1", "-k", f"person-{number}",
                 "-X", "partitioner=murmur2_random", value])

    def verdicts(self):
        """Approval id of every verdict on the log, as a read-committed reader sees it."""
        out = subprocess.run(["kcat", "-b", self.bootstrap, "-C", "-e", "-q", "-o", "beginning", "-X",
                              "isolation.level=read_committed", "-t", f"{PREFIX}approvals.verdicts.v1", "-f", "%S\n%s"],
                             capture_output=True, check=True).stdout
        found = []
        while out:
            size, _, rest = out.partition(b"\n")
            text = self.protoc("decode", "ApprovalVerdict", rest[:int(size)]).decode()
            found.append(next(line.split('"')[1] for line in text.splitlines() if line.startswith("approval_id")))
            out = rest[int(size):]
        return found

    def stop(self):
        super().stop()
        run([ROOT / "tools" / "kafka", "clean", "-d", self.broker])


def everything(site):
    """All that the lists say, page by page, without how far they are."""
    answers, request = [], {"pageSize": 7}
    while True:
        page = site.call("DecisionService/ListDecisions", request)
        answers += page.get("decisions", [])
        request["pageToken"] = page.get("nextPageToken", "")
        if not request["pageToken"]:
            break
    for row in list(answers):
        one = site.call("DecisionService/GetDecision", {"decisionId": row["decisionId"]})
        answers.append({key: value for key, value in one.items() if key != LAG})
    controls = site.call("ControlService/ListControls", {})
    answers.append({key: value for key, value in controls.items() if key != LAG})
    return answers


def check_lists(site):
    site.load()
    site.call("ControlService/SetKillSwitch", {"scope": "channel:push", "isEngaged": True, "reason": "a test"}, "operator")
    page = site.until_idle()
    expect(page["open_actions"] == 0, f"{page['open_actions']} actions are open where all is idle")
    before = everything(site)
    released = [row for row in before if row.get("progress", {}).get("receiptStatus")]
    expect(len(released) >= 12, f"only {len(released)} decisions have a receipt")
    site.kill_console()
    site.restart_console()
    site.until_idle()
    expect(everything(site) == before, "after a kill -9 the lists are others")
    site.kill_console()
    shutil.rmtree(site.view)
    site.restart_console()
    site.until_idle()
    expect(everything(site) == before, "made again from the log, the lists are others")
    return len(before)


def check_verdicts(site):
    """Whoever asks again until there is an answer has given exactly one."""
    site.add_requests()
    digest = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    given, asked = {}, [0]

    def give_all():
        for number in range(REQUESTS):
            request = {"approvalId": f"{number:032x}", "actionDigest": digest, "requestId": f"mine-{number}"}
            while number not in given:
                asked[0] += 1
                try:
                    answer = site.call("ApprovalService/Approve", request, "approver") if site.url() else None
                except Answer as refusal:
                    if refusal.code not in ("unavailable", "deadline_exceeded", "not_found"):
                        given[number] = str(refusal)
                    answer = None
                if answer:
                    given[number] = answer["verdict"]["verdictId"]
                elif number not in given:
                    time.sleep(0.05)

    giver = threading.Thread(target=give_all, daemon=True)
    giver.start()
    dice = random.Random(5)
    for kill in range(KILLS):
        wait_for(f"answers before kill {kill}", lambda k=kill: len(given) >= REQUESTS * k // KILLS, [], timeout=180)
        time.sleep(dice.uniform(0, 0.15))  # Anywhere in an answer.
        site.kill_console()
        site.restart_console()
    giver.join(240)
    expect(not giver.is_alive(), f"only {len(given)} of {REQUESTS} requests were answered")
    wrong = [text for text in given.values() if len(text) != 32]
    expect(not wrong, f"answers that are none: {wrong}")
    found = site.verdicts()
    expect(sorted(found) == [f"{number:032x}" for number in range(REQUESTS)],
           f"{len(found)} verdicts for {REQUESTS} requests: {sorted(found)}")
    return asked[0]


def check(site):
    result = {"answers_equal": check_lists(site)}
    if isinstance(site, Kafka):
        result.update(verdicts=REQUESTS, kills=KILLS, asked=check_verdicts(site))
    return result


def run_test(sites, check_site):
    """On the kind of site that the command line names."""
    where, binaries, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = None
    try:
        site = sites[where](binaries, folder)
        print(json.dumps({"log": where, **check_site(site)}))
    except Failure as failure:
        raise SystemExit(f"{failure}\n" + "".join(f"--- {name}\n{process.tail()}\n" for name, process in
                                                 (site.processes if site else {}).items())) from None
    finally:
        if site:
            site.stop()


if __name__ == "__main__":
    run_test({"local": Local, "kafka": Kafka}, check)
