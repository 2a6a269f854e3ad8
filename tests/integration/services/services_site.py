"""Services as a user runs them, on one of the two logs, and a target that does as each test says."""

import http.server
import json
import os
import pathlib
import secrets
import shutil
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from config import CHANNELS  # noqa: E402
from processes import Process, get, metrics, progress, read_port, run, secret_file, wait_for  # noqa: E402

START = "2026-03-02T09:00:00Z"
SOURCES = """sources:
  shop:
    format: json_lines
    source: {constant: "urn:shop"}
    customer: {field: who}
    id: {fields: [id]}
    time: {field: when}
    signals:
      - type: profile.updated
        when: {what: joined}
        values:
          kind: {constant: person}
          time_zone: {constant: Europe/Berlin}
          attributes.plan: {constant: basic}
        consents:
          - {purpose: service, granted: {constant: "true"}, since: {field: when}, method: contract_terms}
      - type: billing.invoice
        when: {what: billed}
        values:
          invoice_id: {field: id}
          amount: {constant: "19.90", as: money, scale: 2, currency: EUR}
          status: {constant: open}
      - type: billing.payment_attempt
        when: {what: declined}
        values:
          invoice_id: {field: id}
          amount: {constant: "19.90", as: money, scale: 2, currency: EUR}
          status: {constant: failed}
"""


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def events(customers):
    """A failed payment of each, after which the demo bundle has something to say to most."""
    rows = []
    for name in customers:
        for what, when in (("joined", START), ("billed", "2026-03-02T09:00:05Z"),
                           ("declined", "2026-03-02T09:00:09Z"), ("declined", "2026-03-04T10:00:00Z")):
            rows.append({"id": f"{name}-{len(rows)}", "who": name, "what": what, "when": when})
    return sorted(rows, key=lambda row: row["when"])


class Site:
    """One deployment on the local log ("local") or on the shared broker ("kafka")."""

    def __init__(self, log, folder, binaries, bootstrap=None):
        self.log, self.bin = log, pathlib.Path(binaries)
        self.folder = pathlib.Path(folder) / secrets.token_hex(4)
        (self.folder / "data").mkdir(parents=True)
        self.prefix = f"p{secrets.token_hex(6)}."
        if log == "kafka":
            self.bootstrap = bootstrap or pathlib.Path(os.environ["EVENKEEL_KAFKA_BOOTSTRAP_FILE"]).read_text().strip()
        self.bundle = self.folder / "bundle"
        shutil.copytree(ROOT / "deploy" / "bundles" / "demo", self.bundle)
        (self.bundle / "sources.yaml").write_text(SOURCES)
        secret_file(self.folder / "webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        self.processes, self.configs = {}, {}
        self.configure()

    # --- configuration ---

    def connector(self, url, **settings):
        return {"name": "target", "channels": CHANNELS,
                "webhook": {"url": url, "secret_file": str(self.folder / "webhook.secret"), "is_private_allowed": True,
                            **settings}}

    def configure(self, connector=None, clock="event", drain="10s"):
        """Writes the configuration of each process; without a connector nothing is sent."""
        connectors = [connector or {"name": "nowhere", "channels": CHANNELS, "sandbox": {}}]
        decider = {"channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}}
        executor = {"actions": {"is_unsigned_allowed": True}, "connectors": connectors}
        shared = {"deployment": {"prefix": self.prefix}, "clock": {"mode": clock}}
        def engine(name):
            return {"instance": name, "workers": 1, "drain_timeout_ms": drain}
        if self.log == "local":
            self.write("standalone", {
                **shared, "directory": str(self.folder / "data"), "log": {"partition_count": 4},
                "decider": {**decider, "engine": engine("decider")}, "executor": {**executor, "engine": engine("executor")}})
            return
        kafka = {"log": {"kafka": {"bootstrap_servers": self.bootstrap}, "partition_count": 4}}
        for name, parts in (("decider", decider), ("executor", executor)):
            self.write(name, {**shared, **kafka, **parts, "engine": {
                **engine(name), "state": {"directory": str(self.folder / name)}}})

    def write(self, name, content):
        self.configs[name] = self.folder / f"{name}.yaml"
        self.configs[name].write_text(json.dumps(content, indent=2))

    def main(self):
        """Whoever decides."""
        return "standalone" if self.log == "local" else "decider"

    def sender(self):
        """Whoever calls targets."""
        return "standalone" if self.log == "local" else "executor"

    # --- processes ---

    def command(self, *arguments):
        return run([self.bin / "evenkeel", "--config", self.configs[self.main()], *arguments])

    def prepare(self):
        self.command("topics", "create")
        self.command("bundle", "publish", self.bundle)
        return self

    def launch(self, name, *arguments):
        """Starts it, and does not wait for anything."""
        if name not in self.processes:
            self.processes[name] = Process(name, [self.bin / f"evenkeel-{name}", "--config", self.configs[name], *arguments],
                                           self.folder / f"{name}.log")
        return self.processes[name].start()

    def start(self, *names):
        for name in names or self.configs:
            self.launch(name)
        self.wait_ready()

    def stop(self):
        for process in self.processes.values():
            process.stop()

    def port_of(self, name):
        return read_port(self.folder / {"standalone": "data"}.get(name, name) / "metrics.port")

    def pages(self):
        found = []
        for name, process in self.processes.items():
            if process.child.poll() is not None:
                continue
            port = self.port_of(name)
            page = progress(port) if port else None
            if page is None:
                return None
            found += page
        return found

    def wait_ready(self):
        wait_for("tasks that run", lambda: (pages := self.pages()) and all(page["ready"] for page in pages),
                 self.processes.values(), 90)

    def wait_log(self, name, text):
        wait_for(f"{name} to say {text!r}", lambda: text in self.log_of(name), self.processes.values(), 90)

    def log_of(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    # --- what goes in and comes out ---

    def load(self, rows, name="events"):
        file = self.folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return json.loads(self.command("signals", "load", file, "--bundle", self.bundle, "--tick-after-hours", "96"))

    def dump(self, topic):
        return [json.loads(line) for line in self.command("topics", "dump", "--topic", self.prefix + topic).splitlines()]

    def actions(self):
        """By id, as executors get them."""
        found = [record["value"]["decoded"] for channel in CHANNELS for record in self.dump(f"actions.{channel}.v1")]
        return {action["action_id"]: action for action in found}

    def page_of(self, application):
        return next((page for page in self.pages() or [] if page["application"] == application), None)

    def wait_page(self, application, what, condition):
        wait_for(f"the {application}: {what}", lambda: (page := self.page_of(application)) and condition(page),
                 self.processes.values(), 90)

    def receipts(self):
        return {record["value"]["action_id"]: record["value"] for record in self.dump("receipts.v1")}

    def wait_receipts(self, count):
        wait_for(f"{count} receipts", lambda: len(self.receipts()) >= count, self.processes.values(), 90, 0.3)
        return self.receipts()


class Target:
    """An HTTP target. `answer(call)` says what comes of each call; it may take as long as it likes."""

    def __init__(self, answer, port=0):
        self.calls, self._lock = [], threading.Lock()
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                call = {"id": self.headers["webhook-id"], "body": body, "at": time.monotonic(), "http": self,
                        "path": self.path}
                with target._lock:
                    call["attempt"] = 1 + sum(one["id"] == call["id"] for one in target.calls)
                    target.calls.append(call)
                try:
                    answer(call)
                except OSError:  # Whoever called has given up.
                    self.close_connection = True

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def of(self, action_id):
        with self._lock:
            return [call for call in self.calls if call["id"] == action_id]

    def count(self):
        with self._lock:
            return len(self.calls)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def answer(call, status, headers=(), body=b"{}"):
    page = call["http"]
    page.send_response(status)
    for name, value in headers:
        page.send_header(name, value)
    page.send_header("content-length", str(len(body)))
    page.end_headers()
    page.wfile.write(body)
