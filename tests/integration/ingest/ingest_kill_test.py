#!/usr/bin/env python3
"""20,000 events over HTTP, while connections are cut and the process is killed.

usage: ingest_kill_test.py BIN WORK local|kafka [--seed N]

Four clients send batches of 50. Fifty times a connection is cut: in the middle of the request, or after it
and before the answer. Five times the process is killed with -9. A client sends again what was not answered
with 202, to whatever process there is then. At the end every event is on the log exactly once, and
where its answer said; an answer that calls an event repeated names the place of the original. On Kafka
the broker is the one of EVENKEEL_KAFKA_BOOTSTRAP_FILE. Prints one JSON line; exits 1 if anything differs.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from processes import Failure, Process, read_port, run, wait_for  # noqa: E402

EVENTS, BATCH, CLIENTS, CUTS, KILLS = 20_000, 50, 4, 50, 5
TOPIC = "signals.usage.v1"


class Site:
    """The process that is killed, and its log."""

    def __init__(self, binaries, work, kind):
        self.bin, self.work, self.kind = binaries, work, kind
        self.prefix = f"ingest{os.getpid()}-{int(time.time())}."
        self.config = work / "config.yaml"
        log = {"partition_count": 4}
        if kind == "kafka":
            bootstrap = pathlib.Path(os.environ["EVENKEEL_KAFKA_BOOTSTRAP_FILE"]).read_text().strip()
            log["kafka"] = {"bootstrap_servers": bootstrap}
        base = {"deployment": {"prefix": self.prefix}, "log": log}
        if kind == "kafka":
            (work / "decider.yaml").write_text(json.dumps(
                {**base, "engine": {"instance": "1", "state": {"directory": str(work / "state")}}}))
            self.config.write_text(json.dumps({**base, "directory": str(work / "data")}))
            self.tools, program = work / "decider.yaml", "evenkeel-ingest"
        else:
            self.config.write_text(json.dumps({
                **base, "directory": str(work / "data"), "ingest": {},
                "executor": {"actions": {"is_unsigned_allowed": True}, "connectors": [{"name": "none", "channels": ["email", "task"], "sandbox": {}}]}}))
            self.tools, program = self.config, "evenkeel-standalone"
        (work / "data").mkdir()
        run([self.bin / "evenkeel", "--config", self.tools, "topics", "create"])
        self.process = Process(program, [self.bin / program, "--config", self.config], work / "log")
        self.port_file = work / "data" / "http.port"

    def start(self):
        self.port_file.unlink(missing_ok=True)
        self.process.start()
        wait_for("ingest", lambda: read_port(self.port_file), [self.process], interval=0.02)

    def kill_and_start(self):
        self.process.kill()
        self.start()

    def written(self):
        """Where each event is on the log: {id: [(partition, offset)]}."""
        found = collections.defaultdict(list)
        dump = run([self.bin / "evenkeel", "--config", self.tools, "topics", "dump", "--topic", f"{self.prefix}{TOPIC}"])
        for line in dump.splitlines():
            record = json.loads(line)
            found[record["headers"]["ce_id"]].append((record["partition"], record["offset"]))
        return found


def event(number):
    return {"specversion": "1.0", "id": f"e{number}", "source": "urn:kill", "subject": f"c{number % 997}",
            "type": "evenkeel.signal.usage.session.v1", "time": "2026-03-04T10:00:00Z",
            "data": {"duration_s": number % 3600}}


def request_of(numbers):
    body = json.dumps([event(n) for n in numbers]).encode()
    head = ("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents-batch+json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    return head.encode() + body


def cut(port, beginning):
    """Sends the beginning of a request, or all of it, and cuts the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as connection:
        connection.sendall(beginning)
        # A reset, as when a machine goes away, not a polite end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def ask(port, request):
    """The answer (status, body), or None if there is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    if not length or len(body) != int(length[0].split(b":")[1]):
        return None
    return int(head.split()[1]), json.loads(body)


class Clients:
    """Send everything, until all of it was answered with 202."""

    def __init__(self, site, seed):
        self.site, self.lock = site, threading.Lock()
        batches = [list(range(first, first + BATCH)) for first in range(0, EVENTS, BATCH)]
        draw = random.Random(seed)
        self.cuts = {n: draw.random() for n in draw.sample(range(len(batches)), CUTS)}
        self.batches = collections.deque(enumerate(batches))
        self.answers = {}  # Of each event, as told with 202.
        self.moved = []  # Told two places.
        self.repeated = self.retries = self.cuts_done = self.done = 0

    def run(self):
        threads = [threading.Thread(target=self.work, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def work(self):
        while True:
            with self.lock:
                if not self.batches:
                    return
                number, batch = self.batches.popleft()
            request = request_of(batch)
            if number in self.cuts:
                share = self.cuts[number]
                # Half of them after the whole request: then it may well be written.
                self.cut(request[:len(request) if share < 0.5 else int(len(request) * (share - 0.5) * 2)])
            while (answer := self.attempt(request)) is None or answer[0] != 202:
                if answer is not None and answer[0] not in (429, 503):
                    raise Failure(f"answered {answer}")
                with self.lock:
                    self.retries += 1
                time.sleep(0.02)
            self.note(answer[1]["accepted"])

    def cut(self, beginning):
        """Until a connection was cut by us: where there is no process, or it is killed meanwhile, there was none to cut."""
        while True:
            port = read_port(self.site.port_file)
            try:
                if port is not None:
                    cut(port, beginning)
                    break
            except OSError:
                pass
            time.sleep(0.02)
        with self.lock:
            self.cuts_done += 1

    def attempt(self, request):
        port = read_port(self.site.port_file)
        if port is None:
            return None
        try:
            return ask(port, request)
        except OSError:
            return None

    def note(self, accepted):
        with self.lock:
            self.done += 1
            for one in accepted:
                place = (one["partition"], one["offset"])
                if self.answers.setdefault(one["id"], place) != place:
                    self.moved.append(one["id"])
                self.repeated += one["repeated"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("kind", choices=("local", "kafka"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    site = Site(options.bin.resolve(), work, options.kind)
    began = time.monotonic()
    site.start()
    try:
        clients = Clients(site, options.seed)
        threads = clients.run()
        total = EVENTS // BATCH
        for kill in range(KILLS):
            place = total * (kill + 1) // (KILLS + 1)
            wait_for(f"kill {kill}", lambda place=place: clients.done >= place, [site.process], interval=0.002)
            site.kill_and_start()
        for thread in threads:
            thread.join(120)
        # Once more, all of it: nothing is new.
        before = clients.repeated
        for first in range(0, EVENTS, 500):
            status, body = ask(read_port(site.port_file), request_of(range(first, first + 500)))
            if status != 202:
                raise Failure(f"the second time: {status} {body}")
            clients.note(body["accepted"])
        site.process.stop()
        written = site.written()
    finally:
        site.process.stop()
    wrong = {
        "lost": sum(f"e{n}" not in written for n in range(EVENTS)),
        "doubled": sum(len(places) > 1 for places in written.values()),
        "misplaced": sum(place not in written[id_] for id_, place in clients.answers.items()),
        "moved": len(clients.moved),
        "unanswered": EVENTS - len(clients.answers),
        "written_again": EVENTS - (clients.repeated - before),
    }
    print(json.dumps({"log": options.kind, "events": EVENTS, "cuts": clients.cuts_done, "kills": KILLS,
                      "retries": clients.retries, "repeats_told_in_the_storm": before, **wrong,
                      "seconds": round(time.monotonic() - began, 1)}))
    return 1 if any(wrong.values()) or clients.cuts_done != CUTS else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(str(failure))
