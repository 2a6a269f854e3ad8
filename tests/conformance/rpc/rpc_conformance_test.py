#!/usr/bin/env python3
"""grpcurl, curl and a generated TypeScript client get equal answers for every method and every error.

usage: rpc_conformance_test.py SERVER FOLDER GRPCURL    (by `run`, which makes the client in FOLDER)
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse

GRPCURL = sys.argv.pop()
FOLDER = pathlib.Path(sys.argv.pop())
SERVER = sys.argv.pop()

# By number of google.rpc.Code: the name and the HTTP status that Connect gives it.
CODES = {1: ("canceled", 499), 2: ("unknown", 500), 3: ("invalid_argument", 400), 4: ("deadline_exceeded", 504),
         5: ("not_found", 404), 6: ("already_exists", 409), 7: ("permission_denied", 403),
         8: ("resource_exhausted", 429), 9: ("failed_precondition", 400), 10: ("aborted", 409),
         11: ("out_of_range", 400), 12: ("unimplemented", 501), 13: ("internal", 500), 14: ("unavailable", 503),
         15: ("data_loss", 500), 16: ("unauthenticated", 401)}
TYPESCRIPT = ("connect-json", "connect-proto", "connect-get", "grpc")


def camel(value):
    """grpcurl writes the names of fields as the contract has them, the others in lowerCamelCase."""
    if isinstance(value, dict):
        return {re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name): camel(inner)
                for name, inner in value.items()}
    return [camel(inner) for inner in value] if isinstance(value, list) else value


class Server:
    """rpc_test_server, and who may call what."""

    def __init__(self):
        folder = FOLDER / "server"
        self.process = subprocess.Popen((SERVER, folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{SERVER} did not start")
        self.methods = json.loads((folder / "methods.json").read_text())
        self.http = f"127.0.0.1:{(folder / 'http.port').read_text().strip()}"
        self.grpc = f"127.0.0.1:{(folder / 'grpc.port').read_text().strip()}"
        self.tokens = dict(line.split(":") for line in (folder / "people.tokens").read_text().split())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=30)

    def headers(self, method):
        return {"authorization": f"Bearer {self.tokens[method['role']]}"} if method["role"] else {}


def by_grpcurl(server, name, request, headers):
    options = [part for header in headers.items() for part in ("-H", ": ".join(header))]
    made = subprocess.run((GRPCURL, "-plaintext", "-max-time", "20", "-format-error", *options, "-d", "@", server.grpc,
                           name), input=json.dumps(request), capture_output=True, text=True, timeout=60)
    if made.returncode == 0:
        return {"answer": camel(json.loads(made.stdout))}
    error = json.loads(made.stderr)
    details = {detail.pop("@type").rpartition("/")[2]: camel(detail) for detail in error["details"]}
    return {"error": {"code": CODES[error["code"]][0], "message": error["message"], "details": details}}


def curl(*options, body=None):
    made = subprocess.run(("curl", "-sS", "-m", "20", "-w", "\n%{http_code} %{content_type}", *options),
                          input=body, capture_output=True, text=True, check=True, timeout=60)
    text, _, last = made.stdout.rpartition("\n")
    status, _, content_type = last.partition(" ")
    return int(status), content_type, json.loads(text)


def by_curl(server, name, request, headers, get=False):
    options = [part for header in headers.items() for part in ("-H", ": ".join(header))]
    url = f"http://{server.http}/{name}"
    if get:
        message = urllib.parse.quote(json.dumps(request), safe="")
        status, content_type, said = curl(*options, f"{url}?connect=v1&encoding=json&message={message}")
    else:
        status, content_type, said = curl(*options, "-H", "content-type: application/json", "--data-binary", "@-", url,
                                          body=json.dumps(request))
    if content_type != "application/json":
        raise AssertionError(f"{name}: content type {content_type}")
    if status == 200:
        return {"answer": said}
    if (said["code"], status) not in CODES.values():
        raise AssertionError(f"{name}: {said['code']} with HTTP status {status}")
    details = {detail["type"]: detail["debug"] for detail in said["details"]}
    return {"error": {"code": said["code"], "message": said["message"], "details": details}}


def by_typescript(server, calls):
    """Outcomes of (how, method, request, headers), in order, each with the HTTP verb."""
    listed = [{"how": how, "http": f"http://{server.http}", "grpc": f"http://{server.grpc}", "method": name,
               "request": request, "headers": headers} for how, name, request, headers in calls]
    made = subprocess.run(("node", FOLDER / "client/out/client.js"), input=json.dumps(listed), stdout=subprocess.PIPE,
                          text=True, check=True, timeout=120)
    return json.loads(made.stdout)


class RpcConformance(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        if cls.server.close() != 0:
            raise AssertionError("the server did not end well")

    def compare(self, cases):
        """`cases`: (method, headers). Returns the outcomes that all clients agree on."""
        ways = [(method, how) for method, _ in cases for how in TYPESCRIPT]
        outcomes = by_typescript(self.server, [(how, method["method"], method["request"], headers)
                                               for method, headers in cases for how in TYPESCRIPT])
        for (method, how), outcome in zip(ways, outcomes, strict=True):
            is_get = how == "connect-get" and method["is_get_allowed"]
            self.assertEqual(outcome.pop("verb"), "GET" if is_get else "POST", (method["method"], how))
        agreed = []
        for index, (method, headers) in enumerate(cases):
            name, request = method["method"], method["request"]
            got = dict(zip(TYPESCRIPT, outcomes[index * len(TYPESCRIPT):]))
            got["grpcurl"] = by_grpcurl(self.server, name, request, headers)
            got["curl"] = by_curl(self.server, name, request, headers)
            if method["is_get_allowed"]:
                got["curl-get"] = by_curl(self.server, name, request, headers, get=True)
            for how, outcome in got.items():
                self.assertEqual(outcome, got["curl"], f"{name}: {how} is not what curl got")
            agreed.append(got["curl"])
        return agreed

    def test_the_server_has_every_method_of_the_contracts(self):
        image = json.loads((FOLDER / "client/contracts.json").read_text())
        contracts = {f"{file['package']}.{service['name']}/{method['name']}" for file in image["file"]
                     for service in file.get("service", ()) for method in service["method"]}
        self.assertEqual({method["method"] for method in self.server.methods}, contracts)

    def test_every_method_answers_all_clients_alike(self):
        agreed = self.compare([(method, self.server.headers(method)) for method in self.server.methods])
        digests = {re.search(r"[0-9a-f]{64}", json.dumps(outcome["answer"]))[0] for outcome in agreed}
        # The answer follows from the request.
        self.assertEqual(len(digests), len({json.dumps(method["request"]) for method in self.server.methods}))

    def test_every_code_comes_to_all_clients_alike(self):
        method = next(method for method in self.server.methods if method["method"].endswith("/GetScore"))
        agreed = self.compare([(method, {"x-answer": f"error:{code}"}) for code in CODES])
        self.assertEqual([outcome["error"]["code"] for outcome in agreed], [name for name, _ in CODES.values()])
        for outcome in agreed:
            self.assertEqual(set(outcome["error"]["details"]),
                             {"google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo"})

    def test_every_method_for_people_refuses_others_alike(self):
        guarded = [method for method in self.server.methods if method["role"]]
        self.assertEqual(len(guarded), sum(not method["is_get_allowed"] for method in self.server.methods))
        auditor = {"authorization": f"Bearer {self.server.tokens['auditor']}"}
        for headers, code in (({}, "unauthenticated"), ({"authorization": "Bearer x"}, "unauthenticated"),
                              (auditor, "permission_denied")):
            agreed = self.compare([(method, headers) for method in guarded])
            self.assertEqual({outcome["error"]["code"] for outcome in agreed}, {code})


if __name__ == "__main__":
    unittest.main()
