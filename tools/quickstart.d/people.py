"""The people of a running Evenkeel: calls with their tokens, and a reviewer who answers requests for approval."""

import collections
import hashlib
import json
import threading
import urllib.error
import urllib.request


class CallError(Exception):
    """The door said no, or nobody answered."""


def tokens(people_file):
    """name -> token, as they were handed out at the first start."""
    lines = people_file.with_name(people_file.name + ".tokens").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if line)


def call(port, method, request, token=None, timeout=10):
    """A unary call of the Connect protocol: JSON over HTTP, nothing else needed."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    query = urllib.request.Request(f"http://127.0.0.1:{port}/evenkeel.v1.{method}", json.dumps(request).encode(), headers)
    try:
        with urllib.request.urlopen(query, timeout=timeout) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise CallError(error.read().decode(errors="replace")) from None
    except (OSError, ValueError) as error:
        raise CallError(str(error)) from None


class Reviewer:
    """Answers requests while the world goes on: one of three with yes, one with no, one never. Which, follows from its id."""

    def __init__(self, port_of, people_file):
        self.port_of, self.people_file = port_of, people_file
        self.answered, self.errors = {}, collections.Counter()
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.ends.set()
        self.thread.join()

    def work(self):
        while not self.ends.wait(0.05):
            try:
                self.turn()
            except (CallError, OSError) as error:  # A process is down for a moment: that is part of the play.
                self.errors[str(error)[:200]] += 1

    def turn(self):
        port = self.port_of()
        if port is None:
            return
        token = tokens(self.people_file)["approver"]
        page = call(port, "ApprovalService/ListApprovals", {"state": "APPROVAL_STATE_OPEN", "pageSize": 1000}, token)
        for request in page.get("approvals", []):
            approval = request["approvalId"]
            answer = int(hashlib.sha256(approval.encode()).hexdigest(), 16) % 3
            if approval in self.answered or answer == 2:
                continue
            method = "ApprovalService/Approve" if answer == 0 else "ApprovalService/Reject"
            try:
                call(port, method, {"approvalId": approval, "actionDigest": request["actionDigest"],
                                    "comment": "by the quickstart", "requestId": f"quickstart-{approval}"}, token)
            except CallError as error:
                self.errors[str(error)[:200]] += 1
                if "unavailable" in str(error) or "refused" in str(error):
                    continue
            self.answered[approval] = method
