"""A company for the simulator to talk to: takes lines and ticks, and answers some lines with actions by webhook.

What it does is a pure function of the lines, so that a run can be compared with another; how it does it (the
order of calls, repeats, refusals, crashes) is the test's to choose.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import pathlib
import random
import threading
import urllib.parse

SECRET = bytes(range(32))


def sign(webhook_id, timestamp, body, secret=SECRET):
    mac = hmac.new(secret, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def action_body(action, customer, channel="email", purpose="marketing", **more):
    data = {"customer_id": customer, "action": action, "channel": channel, "purpose": purpose, **more}
    return json.dumps({"type": f"evenkeel.action.{channel}.v1", "timestamp": "2026-01-05T00:00:00Z", "data": data}).encode()


def call(url, webhook_id, body, signature=None, timestamp="1767600000"):
    """Status and answer of one webhook call."""
    where = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    try:
        connection.request("POST", "/actions", body, {
            "webhook-id": webhook_id, "webhook-timestamp": timestamp,
            "webhook-signature": signature or sign(webhook_id, timestamp, body)})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def discounts(line):
    """Who asks how to cancel gets 25 % off, who opens a ticket a call."""
    if line["event"] == "contact" and line["intent"] == "cancel":
        return action_body("discount_25", line["customer"])
    if line["event"] == "ticket_opened":
        return action_body("support_callback", line["customer"], "task", "service")
    if line["event"] == "payment_attempt" and line["result"] == "failed":
        return action_body("payment_method_update", line["customer"], "email", "service")
    return None


class Company:
    """Idle once every action of the lines so far has been answered with 2xx."""

    def __init__(self, decide=discounts, chaos=None):
        self.decide, self.chaos = decide, chaos and random.Random(chaos)
        self.lines, self.ticks, self.statuses = {}, [], []
        self.done, self.refusals, self.webhook_url = set(), 0, None
        self._lock = threading.Lock()
        company = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                company.take(self, body)

            def do_GET(self):
                company.answer(self, 200, {"idle": True})

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, handler, status, content, headers=()):
        body = json.dumps(content).encode()
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def take(self, handler, body):
        with self._lock:
            drawn = self.chaos.random() if self.chaos else 1
            if drawn < 0.06:  # Nothing was taken, and it says so.
                self.refusals += 1
                status = self.chaos.choice((429, 503))
                return self.answer(handler, status, {}, [("Retry-After", "0")])
            if handler.path == "/v1/ticks":
                self.ticks.append(json.loads(body)["time"])
                self.carry_out()
                return self.answer(handler, 202, {})
            accepted = []
            for text in body.splitlines():
                line = json.loads(text)
                accepted.append({"id": line["event_id"], "repeated": line["event_id"] in self.lines})
                self.lines.setdefault(line["event_id"], text)
            if drawn < 0.12:  # Taken, but the answer is lost.
                self.refusals += 1
                handler.close_connection = True
                return None
            return self.answer(handler, 202, {"accepted": accepted})

    def carry_out(self):
        """Calls for every line that asks for an action and has none yet, in an order of no meaning. What is cut off (the
        simulator was killed) is called again at the next tick."""
        due = []
        for event_id, text in self.lines.items():
            webhook_id = hashlib.sha256(event_id.encode()).hexdigest()[:32]
            if webhook_id not in self.done:
                body = self.decide(json.loads(text))
                if body:
                    due.append((webhook_id, body))
                else:
                    self.done.add(webhook_id)
        if self.chaos:
            self.chaos.shuffle(due)
        for webhook_id, body in due:
            for _ in range(1 if not self.chaos or self.chaos.random() < 0.7 else 2):
                status = 0
                while status not in (200, 409):
                    status, _, _ = call(self.webhook_url, webhook_id, body)
                    self.statuses.append(status)
            self.done.add(webhook_id)


def secret_file(folder):
    path = pathlib.Path(folder, "secret")
    path.write_text("whsec_" + base64.b64encode(SECRET).decode() + "\n")
    return path
