"""Calls the webhook target as an executor would, well and badly."""

import base64
import collections
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM = sys.argv.pop(1)
SECRET = bytes(range(32))


def sign(webhook_id, timestamp, body, secret=SECRET):
    mac = hmac.new(secret, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


class WebhookTargetTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.journal_path = pathlib.Path(self.folder.name, "journal.jsonl")
        self.secret_path = pathlib.Path(self.folder.name, "secret")
        self.secret_path.write_text("whsec_" + base64.b64encode(SECRET).decode() + "\n")
        self.process = None
        self.addCleanup(self.stop)

    def start(self, *options):
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, "--journal", self.journal_path, "--secret-file",
             self.secret_path, *options], stdout=subprocess.PIPE, text=True)
        self.url = urllib.parse.urlsplit(self.process.stdout.readline().strip())
        self.assertEqual(self.url.hostname, "127.0.0.1")

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            code = self.process.wait(10)
            self.process.stdout.close()
            self.process = None
            return code
        return None

    def post(self, webhook_id, body=b'{"type":"action"}', timestamp="1767600000", signatures=None,
             timeout=10):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)
        headers = {"webhook-id": webhook_id, "webhook-timestamp": timestamp,
                   "webhook-signature": signatures or sign(webhook_id, timestamp, body)}
        try:
            connection.request("POST", "/hook", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read()), response.headers
        finally:
            connection.close()

    def journal(self):
        return [json.loads(line) for line in self.journal_path.read_text().splitlines()]

    def outcomes(self):
        return collections.Counter(entry["outcome"] for entry in self.journal())

    def test_applies_once_and_answers_a_repeat_the_same(self):
        self.start()
        first = self.post("a1")
        again = self.post("a1")
        self.assertEqual((first[0], again[0]), (200, 200))
        self.assertEqual(first[1], again[1])
        self.assertIsNone(first[2]["idempotent-replayed"])
        self.assertEqual(again[2]["idempotent-replayed"], "true")
        entries = self.journal()
        self.assertEqual([e["outcome"] for e in entries], ["applied", "repeat"])
        self.assertEqual([e["attempt"] for e in entries], [1, 2])
        self.assertEqual(json.loads(entries[0]["body"]), {"type": "action"})

    def test_refuses_and_writes_down_what_is_not_signed(self):
        self.start("--tolerance", "300")
        now = "1767600000"
        self.assertEqual(self.post("a1", timestamp=now)[1], {"error": "timestamp_out_of_tolerance"})
        self.stop()
        self.start()
        self.assertEqual(self.post("a1", signatures="v1,AAAA")[0], 401)
        self.assertEqual(self.post("a1", signatures=sign("a1", now, b"other"))[0], 401)
        self.assertEqual(self.post("a1", signatures=sign("a2", now, b'{"type":"action"}'))[0], 401)
        self.assertEqual(self.post("a1", signatures=sign("a1", now, b"{}", b"x" * 32))[0], 401)
        self.assertEqual(self.post("a1", timestamp="soon")[0], 401)
        self.assertEqual(self.outcomes(), {"refused": 6})
        self.assertEqual(self.post("a1")[0], 200, "a refused call binds nothing")

    def test_takes_any_of_several_signatures(self):
        self.start()
        good = sign("a1", "1767600000", b'{"type":"action"}')
        self.assertEqual(self.post("a1", signatures=f"v1a,AAAA v1,BBBB {good}")[0], 200)

    def test_takes_two_secrets_while_one_is_being_changed(self):
        new = b"n" * 24
        with self.secret_path.open("a") as secrets:
            secrets.write("whsec_" + base64.b64encode(new).decode() + "\n")
        self.start()
        body = b'{"type":"action"}'
        self.assertEqual(self.post("a1", signatures=sign("a1", "1767600000", body, new))[0], 200)
        self.assertEqual(self.post("a2", signatures=sign("a2", "1767600000", body))[0], 200)

    def test_refuses_an_id_with_another_body(self):
        self.start()
        self.assertEqual(self.post("a1", b'{"n":1}')[0], 200)
        self.assertEqual(self.post("a1", b'{"n":2}')[0], 409)
        self.assertEqual(self.post("a1", b'{"n":1}')[0], 200)
        self.assertEqual(self.outcomes(), {"applied": 1, "conflict": 1, "repeat": 1})

    def test_remembers_across_a_crash(self):
        self.start()
        for n in range(20):
            self.assertEqual(self.post(f"a{n}")[0], 200)
        self.stop(signal.SIGKILL)
        with self.journal_path.open("ab") as journal:
            journal.write(b'{"number":21,"outcome":"app')  # Torn by the crash.
        self.start()
        self.assertEqual(self.post("a7")[2]["idempotent-replayed"], "true")
        self.assertEqual(self.post("a20")[0], 200)
        entries = self.journal()
        self.assertEqual([e["number"] for e in entries], list(range(1, 23)))
        self.assertEqual(entries[20]["attempt"], 2)

    def test_hangs_after_it_has_applied(self):
        self.start("--hang-after-apply", "1")
        with self.assertRaises((socket.timeout, TimeoutError)):
            self.post("a1", timeout=0.3)
        self.assertEqual(self.post("a1")[0], 200, "the retry is answered")
        self.assertEqual(self.outcomes(), {"applied": 1, "hung": 1, "repeat": 1})

    def test_cuts_a_hanging_call_after_a_while(self):
        self.start("--hang-after-apply", "1", "--hang-seconds", "0.05")
        self.assertRaises(http.client.RemoteDisconnected, self.post, "a1")

    def statuses(self, count=200):
        found = []
        for n in range(count):
            try:
                found.append(self.post(f"a{n}")[0])
            except http.client.RemoteDisconnected:
                found.append(0)
        return found

    def test_fails_by_seed_id_and_attempt_alone(self):
        self.start("--fail-rate", "0.3", "--seed", "5")
        first = self.statuses()
        self.stop()
        counts = collections.Counter(first)
        print("statuses at a fail rate of 0.3:", dict(counts))
        self.assertTrue(100 < counts[200] < 180, counts)
        self.assertEqual(set(counts), {200, 500, 503, 429, 0})
        second = {e["webhook_id"]: e["status"] for e in self.journal()}
        self.assertEqual([second[f"a{n}"] for n in range(200)], first)
        self.journal_path.unlink()
        self.start("--fail-rate", "0.3", "--seed", "5")
        self.assertEqual(self.statuses(), first)
        self.stop()
        self.journal_path.unlink()
        self.start("--fail-rate", "0.3", "--seed", "6")
        self.assertNotEqual(self.statuses(), first)

    def test_what_failed_was_not_applied(self):
        self.start("--fail-rate", "1")
        self.statuses(30)
        self.assertEqual(self.outcomes(), {"failed": 30})
        self.stop()
        self.start()
        self.assertIsNone(self.post("a0")[2]["idempotent-replayed"])
        self.assertEqual(self.journal()[-1]["attempt"], 2)

    def test_applies_once_however_many_call_at_the_same_time(self):
        self.start()
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda n: self.post(f"a{n % 25}"), range(400)))
        self.assertEqual({status for status, _, _ in answers}, {200})
        entries = self.journal()
        self.assertEqual(self.outcomes(), {"applied": 25, "repeat": 375})
        self.assertEqual([e["number"] for e in entries], list(range(1, 401)))

    def test_counts_for_who_looks(self):
        self.start()
        self.post("a1")
        self.post("a1")
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        connection.request("GET", "/")
        self.assertEqual(json.loads(connection.getresponse().read()),
                         {"ids_applied": 1, "applied": 1, "repeat": 1})
        connection.close()

    def test_refuses_a_body_without_end(self):
        self.start()
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        connection.request("POST", "/", headers={"content-length": str(1 << 30)})
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()

    def test_ends_cleanly_and_says_what_is_wrong_with_a_secret(self):
        self.start()
        self.assertEqual(self.stop(), 0)
        for text, why in (("whsec_AAAA", "3 bytes, not 24 to 64"), ("abc", "does not begin with"),
                          ("", "no secret in it")):
            self.secret_path.write_text(text)
            done = subprocess.run(
                [sys.executable, PROGRAM, "--journal", self.journal_path, "--secret-file",
                 self.secret_path], capture_output=True, text=True, timeout=10, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
