#!/usr/bin/env python3
"""Everything that can be wrong with a webhook target, met by an executor as it runs.

usage: targets_test.py local|kafka BIN WORK

One row of the table for each action, in the order in which their ids first come. Every row says what
the target does, and what the receipt and the calls must then be.
"""

import collections
import select
import sys
import time
import unittest

from services_site import Site, Target, answer, events, free_port, wait_for

LOG, BIN, WORK = sys.argv[1:4]
TIMEOUT = 1.0  # Of a call.
ANSWER_MAX = 64 << 10  # Bytes of an answer that the executor reads.


def server_error(call, row):
    answer(call, 500 if call["attempt"] == 1 else 200)


def busy(call, row):
    if call["attempt"] == 1:
        answer(call, 429, [("retry-after", "2")])
    else:
        answer(call, 200)


def redirect(call, row):
    port = call["http"].server.server_address[1]
    answer(call, 302, [("location", f"http://127.0.0.1:{port}/elsewhere?token=secret")])


def hang_after_applying(call, row):
    if call["id"] in row.applied:
        return answer(call, 200)
    row.applied.append(call["id"])
    select.select([call["http"].connection], [], [], 60)  # Readable: the caller gave up.
    call["http"].close_connection = True


def slow(call, row):
    """A byte now and then: never silent for long, and never done in time."""
    page = call["http"]
    if call["attempt"] > 1:
        return answer(call, 200)
    for byte in b"HTTP/1.1 200 OK\r\nx-slow: ":
        page.wfile.write(bytes([byte]))
        if select.select([page.connection], [], [], TIMEOUT / 5)[0]:
            break
    page.close_connection = True


def endless(call, row):
    page = call["http"]
    page.send_response(200)
    page.send_header("content-length", str(1 << 40))
    page.end_headers()
    page.close_connection = True
    while row.sent < (256 << 20):  # Or until nobody reads any more.
        page.wfile.write(b"x" * 65536)
        row.sent += 65536


class Row:
    def __init__(self, name, does, status, calls, reason="", says="", check=None):
        self.name, self.does, self.status, self.calls, self.reason, self.says = name, does, status, calls, reason, says
        self.check = check or (lambda row, calls: None)
        self.applied, self.sent = [], 0


def waited(row, calls):
    assert calls[1]["at"] - calls[0]["at"] >= 2, "Retry-After was not honoured"


def applied_once(row, calls):
    assert len(row.applied) == 1, row.applied


def bounded(row, calls):
    # What is on its way in the sockets' buffers counts, too.
    assert row.sent < (64 << 20), f"{row.sent} bytes of an answer were taken"


DONE, FAILED = "RECEIPT_STATUS_DONE", "RECEIPT_STATUS_FAILED"


def rows():
    return [
        Row("500", server_error, DONE, 2),
        Row("429 with Retry-After", busy, DONE, 2, check=waited),
        Row("redirect", redirect, FAILED, 1, "http_302", "redirects are not followed"),
        Row("hang after applying", hang_after_applying, DONE, 2, check=applied_once),
        Row("slow", slow, DONE, 2),
        Row("answer too large", endless, DONE, 1, check=bounded),
    ]


class TargetsTest(unittest.TestCase):
    def run_site(self, target_or_none, port, **settings):
        site = Site(LOG, WORK, BIN)
        self.addCleanup(site.stop)
        url = f"http://127.0.0.1:{port}/hook"
        site.configure(site.connector(url, timeout_ms=f"{int(TIMEOUT * 1000)}ms", backoff_ms="100ms",
                                      backoff_max_ms="500ms", concurrency=8, **settings))
        site.prepare().start()
        return site

    def test_every_row(self):
        table, of_id = rows(), {}
        unused = list(table)

        def on_call(call):
            row = of_id.get(call["id"])
            if row is None:
                row = of_id[call["id"]] = unused.pop(0) if unused else Row("good", lambda c, r: answer(c, 200), DONE, 1)
            row.does(call, row)

        target = Target(on_call)
        self.addCleanup(target.close)
        site = self.run_site(target, target.server.server_address[1])
        site.load(events([f"customer-{i}" for i in range(20)]))
        site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        wait_for("a receipt of every call", lambda: not unused and set(of_id) <= set(site.receipts()),
                 site.processes.values(), 90, 0.3)
        receipts = site.wait_receipts(len(site.actions()))
        self.assertEqual(unused, [], "fewer actions than rows")
        for action, row in of_id.items():
            with self.subTest(row.name):
                calls, receipt = target.of(action), receipts[action]
                self.assertEqual(len(calls), row.calls)
                self.assertEqual({call["body"] for call in calls}, {calls[0]["body"]})
                self.assertEqual(receipt["status"], row.status)
                self.assertEqual(receipt.get("reason", ""), row.reason)
                self.assertIn(row.says, receipt.get("detail", ""))
                self.assertNotIn("secret", receipt.get("detail", ""))
                row.check(row, calls)
        self.assertEqual({call["path"] for call in target.calls}, {"/hook"}, "a redirect was followed")
        statuses = collections.Counter(receipt["status"] for receipt in receipts.values())
        self.assertEqual(statuses[FAILED], 1)

    def test_down(self):
        port = free_port()
        site = self.run_site(None, port, attempts_max=1000)
        site.load(events(["ada", "bob", "cyd"]))
        site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        site.wait_page("executor", "calls that nobody takes", lambda page: page["open_effects"] > 0)
        actions = site.actions()
        deadline = time.monotonic() + 2 * TIMEOUT
        while time.monotonic() < deadline:
            self.assertEqual(site.receipts(), {}, "a receipt for what nobody can have taken")
        target = Target(lambda call: answer(call, 200), port)
        self.addCleanup(target.close)
        receipts = site.wait_receipts(len(actions))
        for action in actions:
            self.assertEqual(receipts[action]["status"], DONE)
            self.assertEqual(len(target.of(action)), 1)

    def test_private_address(self):
        target = Target(lambda call: answer(call, 200))
        self.addCleanup(target.close)
        port = target.server.server_address[1]
        site = Site(LOG, WORK, BIN)
        self.addCleanup(site.stop)
        connector = site.connector(f"http://localhost:{port}/hook")
        del connector["webhook"]["is_private_allowed"]
        site.configure(connector)
        site.prepare().start()
        site.load(events([f"customer-{i}" for i in range(5)]))
        site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        actions = site.actions()
        self.assertGreater(len(actions), 0)
        for receipt in site.wait_receipts(len(actions)).values():
            self.assertEqual((receipt["status"], receipt["reason"]), (FAILED, "not_sent"))
            self.assertIn("is not a public address", receipt["detail"])
        self.assertEqual(target.count(), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
