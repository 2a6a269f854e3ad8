#!/usr/bin/env python3
"""An executor that is told to end waits for the calls under way, and begins no others.

usage: drain_test.py local|kafka BIN WORK

The target promises to know no id again, so whatever is called twice, or forgotten as "perhaps
called", shows: every action must be called once, and every receipt must say done.
"""

import sys
import threading
import time
import unittest

from services_site import Site, Target, answer, events, get, wait_for

LOG, BIN, WORK = sys.argv[1:4]
CUSTOMERS = [f"customer-{i}" for i in range(40)]
CONCURRENCY = 4


class DrainTest(unittest.TestCase):
    def setUp(self):
        self.open = threading.Event()
        self.target = Target(self.on_call)
        self.site = Site(LOG, WORK, BIN)
        self.addCleanup(self.target.close)
        self.addCleanup(self.site.stop)
        self.addCleanup(self.open.set)

    def on_call(self, call):
        self.open.wait(60)
        answer(call, 200)

    def test_no_call_is_lost_or_made_twice(self):
        site, target = self.site, self.target
        site.configure(site.connector(target.url, concurrency=CONCURRENCY, idempotency_window_s=0))
        site.prepare().start()
        site.load(events(CUSTOMERS))
        site.wait_page("decider", "nothing left to decide", lambda page: page["idle"])
        site.wait_page("executor", "more calls than it may make at a time", lambda page: page["open_effects"] > CONCURRENCY)
        wait_for("calls under way", lambda: target.count() == CONCURRENCY, site.processes.values(), 60)
        process = site.processes[site.sender()]
        process.child.terminate()
        time.sleep(0.5)  # Whenever the answers come, they count; soon after is the hardest to get right.
        self.assertIsNone(process.child.poll(), "it did not wait for the calls under way")
        page = f"http://127.0.0.1:{site.port_of(site.sender())}"
        self.assertEqual((get(f"{page}/healthz"), get(f"{page}/readyz")), ("ok\n", None), "it asks for work while it ends")
        self.open.set()
        self.assertEqual(process.child.wait(20), 0, process.tail())
        self.assertEqual(target.count(), CONCURRENCY, "a call was begun after the end had been asked for")

        site.start(site.sender())
        actions = site.actions()
        self.assertGreater(len(actions), CONCURRENCY * 2)
        receipts = site.wait_receipts(len(actions))
        self.assertEqual({receipt["status"] for receipt in receipts.values()}, {"RECEIPT_STATUS_DONE"})
        for action in actions:
            self.assertEqual(len(target.of(action)), 1, action)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
