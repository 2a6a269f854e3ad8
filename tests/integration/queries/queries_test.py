#!/usr/bin/env python3
"""Queries on two and three deciders: forwarding, bad questions, a rebalance, and an owner that hangs or is stopped.

Prints one JSON line. An answer is stale if an earlier answer, to a question asked before it, showed more.
"""

import json
import os
import pathlib
import signal
import socket
import sys
import threading
import time

from frozen_threads import FrozenThreads
from query_site import PARTITIONS, Failure, FreshReads, Site, wait_for

CUSTOMERS = [f"customer-{i}" for i in range(40)]


def expect(condition, text):
    if not condition:
        raise Failure(text)


def both_answer(site):
    """Every decider answers for every customer, alike, wherever the customer's task is."""
    here = {name: 0 for name in site.deciders}
    for customer in CUSTOMERS:
        answers = {}
        for name in site.deciders:
            status, answer = site.ask(name, "ScoreService/GetScore", {"customerId": customer, "withContributions": True})
            expect(status == 200, f"{name} on {customer}: {status} {answer}")
            answers[name] = answer["churn"]
            status, alone = site.ask(name, "ScoreService/GetScore", {"customerId": customer}, site.alone(name))
            here[name] += status == 200
            if status != 200:
                expect(status == 503 and alone["code"] == "unavailable", f"passed on twice: {status} {alone}")
                [detail] = [one["debug"] for one in alone["details"] if one["type"] == "google.rpc.ErrorInfo"]
                other = next(one for one in site.deciders if one != name)
                expect(detail["reason"] == "NOT_OWNER" and detail["metadata"]["owner"] == f"{other}-0"
                       and detail["metadata"]["host"] == socket.gethostname(), f"not told the owner: {alone}")
            for meant in (site.alone(f"{name}9"), site.alone(name, "another.")):
                status, refused = site.ask(name, "ScoreService/GetScore", {"customerId": customer}, meant)
                expect(status == 503 and "NOT_OWNER" in json.dumps(refused), f"{meant} answered by {name}: {refused}")
        expect(len({json.dumps(answer, sort_keys=True) for answer in answers.values()}) == 1, f"{customer}: {answers}")
    expect(sum(here.values()) == len(CUSTOMERS) and all(here.values()), f"each customer has one owner: {here}")
    for name in site.deciders:
        status, batch = site.ask(name, "ScoreService/BatchGetScores", {"customerIds": [*CUSTOMERS, "nobody"]})
        expect(status == 200, f"batch at {name}: {batch}")
        got = [entry["customerId"] for entry in batch["scores"] if "score" in entry]
        last = batch["scores"][-1]
        expect(got == CUSTOMERS and (last["errorCode"], last["errorReason"]) == (5, "CUSTOMER_UNKNOWN"),
               f"batch at {name}: {batch}")
        status, batch = site.ask(name, "ScoreService/BatchGetScores", {"customerIds": CUSTOMERS}, site.alone(name))
        others = [entry for entry in batch["scores"] if "score" not in entry]
        expect(len(others) == len(CUSTOMERS) - here[name], f"batch at {name} alone: {batch}")
        for entry in others:
            expect((entry["errorCode"], entry["errorReason"]) == (14, "NOT_OWNER") and int(entry["retryAfterMs"]) > 0
                   and entry["errorMetadata"]["owner"] in [f"{one}-0" for one in site.deciders if one != name],
                   f"batch at {name} alone: {entry}")
        status, best = site.ask(name, "DecisionService/NextBestAction", {"customerId": CUSTOMERS[0], "requestId": "r"})
        expect(status == 200 and best["isHypothetical"], f"next best action at {name}: {best}")
        candidates = best["decision"]["candidates"]
        expect(len(candidates) > 1 and all("expectedValue" in one for one in candidates), f"{candidates}")
    return here


def bad_questions(site):
    """Through the door, at both deciders: so also where the answer comes from the other one."""
    score, batch, best = "ScoreService/GetScore", "ScoreService/BatchGetScores", "DecisionService/NextBestAction"
    table = [
        (score, {}, {}, 400, "invalid_argument", "customer_id"),
        (score, {"customerId": ""}, {}, 400, "invalid_argument", "customer_id"),
        (score, {"customerId": "x" * 257}, {}, 400, "invalid_argument", "at most 256"),
        (score, {"customerId": "nobody"}, {}, 404, "not_found", "check the id"),
        (score, {"customerId": CUSTOMERS[0]}, {"connect-timeout-ms": "0"}, 504, "deadline_exceeded", ""),
        (score, {"customer": CUSTOMERS[0]}, {}, 400, "invalid_argument", "customer"),
        (batch, {"customerIds": []}, {}, 400, "invalid_argument", "1 to 1000"),
        (batch, {"customerIds": ["x"] * 1001}, {}, 400, "invalid_argument", "at most 1000"),
        (batch, {"customerIds": ["x", ""]}, {}, 400, "invalid_argument", "customer_ids[1]"),
        (best, {"customerId": CUSTOMERS[0], "rule": "no_such"}, {}, 400, "invalid_argument", "regular_review"),
        ("DecisionService/GetDecision", {"decisionId": "0" * 32}, {}, 501, "unimplemented", "evenkeel-console"),
    ]
    for name in site.deciders:
        for method, body, headers, status, code, text in table:
            got, answer = site.ask(name, method, body, headers)
            found = (got, (answer or {}).get("code"))
            expect(found == (status, code) and text in answer["message"],
                   f"{method} {str(body)[:80]} at {name}: {found} {answer}, expected {status} {code} '{text}'")
    logs = "".join((site.folder / f"{name}.log").read_text() for name in site.deciders)
    expect("customer-" not in logs, "a customer is named in a log")
    return len(table)


class Crowd:
    """Asks everybody about everybody, all the time, while events come in."""

    def __init__(self, site, reads, names):
        self.site, self.reads, self.done = site, reads, threading.Event()
        self.codes, self.threads = {}, [threading.Thread(target=self.ask, args=(name,)) for name in names]
        self.threads.append(threading.Thread(target=self.write))
        self.error = None

    def ask(self, name):
        while not self.done.is_set():
            for customer in CUSTOMERS:
                status, _ = self.reads.ask(name, customer)
                self.codes[status] = self.codes.get(status, 0) + 1

    def write(self):
        try:
            while not self.done.is_set():
                self.site.load(CUSTOMERS)
        except Failure as failure:
            self.error = failure

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()
        if self.error:
            raise self.error


def everybody_is_answered(reads, name):
    return all(reads.ask(name, customer)[0] == 200 for customer in CUSTOMERS)


def rebalance(site, reads):
    with Crowd(site, reads, ["d1", "d2"]) as crowd:
        site.start("d3")
        wait_for("d3 has tasks", lambda: site.running("d3") > 0, site.deciders.values())
        wait_for("everybody is answered", lambda: everybody_is_answered(reads, "d3"), site.deciders.values())
    expect(set(crowd.codes) <= {200, 503}, f"answers during a rebalance: {crowd.codes}")
    return crowd.codes


def hung_owner(site, reads):
    """An owner whose workers and Kafka client hang, so that it is replaced, while its doors go on answering."""
    victim, said = site.deciders["d2"], {}
    expect(site.running("d2") > 0, "d2 owns nothing that could be taken from it")

    def ask_all(counts):
        for customer in CUSTOMERS:
            status, _ = reads.ask("d2", customer, site.alone("d2"))
            counts[status] = counts.get(status, 0) + 1
        return True
    with Crowd(site, reads, ["d1"]), FrozenThreads(victim.child.pid, ("worker-", "rdk:")) as frozen:
        expect(len(frozen.tasks) > 2, f"d2 has only these threads to freeze: {frozen.tasks}")
        wait_for("d2 is replaced", lambda: ask_all(said) and site.running("d1") + site.running("d3") == PARTITIONS,
                 [site.deciders["d1"]], timeout=90)
        answered = dict(said)
        said.clear()
        for _ in range(3):
            ask_all(said)
    expect(answered.get(200), f"answers of an owner that hangs and was not replaced yet: {answered}")
    expect(set(said) == {503}, f"answers of an owner that hangs and was replaced: {said}")
    wait_for("d2 is back", lambda: any(reads.ask("d2", customer, site.alone("d2"))[0] == 200 for customer in CUSTOMERS),
             [site.deciders["d1"]], timeout=90, interval=0.01)
    return said


def stopped_owner(site, reads):
    """An owner that is stopped, replaced, and comes back believing that nothing happened."""
    victim = site.deciders["d2"]
    with Crowd(site, reads, ["d1"]):
        os.kill(victim.child.pid, signal.SIGSTOP)
        try:
            wait_for("d2 is replaced", lambda: everybody_is_answered(reads, "d1"), [site.deciders["d1"]], timeout=90)
            # Questions that wait at the door of the process that is stopped are its first work when it wakes.
            late = [threading.Thread(target=reads.ask, args=("d2", customer, site.alone("d2"))) for customer in CUSTOMERS]
            for thread in late:
                thread.start()
            time.sleep(1)  # Not for luck: more of them may arrive, fewer would make the test weaker, not wrong.
        finally:
            os.kill(victim.child.pid, signal.SIGCONT)
        for thread in late:
            thread.join()
        wait_for("d2 is back", lambda: any(reads.ask("d2", customer, site.alone("d2"))[0] == 200 for customer in CUSTOMERS),
                 [site.deciders["d1"]], timeout=90, interval=0.01)


def main(binaries, folder):
    site = Site(folder, binaries)
    try:
        site.start("d1")
        site.load(CUSTOMERS)
        site.start("d2")
        site.wait_running({"d1": PARTITIONS // 2, "d2": PARTITIONS // 2})
        reads = FreshReads(site)
        wait_for("everybody is known", lambda: everybody_is_answered(reads, "d1"), site.deciders.values())
        owned = both_answer(site)
        rows = bad_questions(site)
        codes = rebalance(site, reads)
        hung = hung_owner(site, reads)
        stopped_owner(site, reads)
        expect(not reads.stale, "stale answers: " + "; ".join(reads.stale[:5]))
    finally:
        site.stop()
    print(json.dumps({"customers_here": owned, "bad_questions": rows, "answers": reads.answers, "stale": 0, "while_hung": hung,
                      "during_rebalance": {str(code): count for code, count in sorted(codes.items())}}))


if __name__ == "__main__":
    try:
        main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except Failure as failure:
        sys.exit(f"queries_test: {failure}")
