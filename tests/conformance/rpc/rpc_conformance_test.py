#!/usr/bin/env python3
"""grpcurl, curl and a generated TypeScript client get equal answers for every method and every error.

usage: run FOLDER rpc_conformance_test.py SERVER
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

from clients import CODES, Clients

GRPCURL = sys.argv.pop()
FOLDER = pathlib.Path(sys.argv.pop())
SERVER = sys.argv.pop()

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


class RpcConformance(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.clients = Clients(FOLDER, GRPCURL, cls.server)

    @classmethod
    def tearDownClass(cls):
        if cls.server.close() != 0:
            raise AssertionError("the server did not end well")

    def test_the_server_has_every_method_of_the_contracts(self):
        image = json.loads((FOLDER / "client/contracts.json").read_text())
        contracts = {f"{file['package']}.{service['name']}/{method['name']}" for file in image["file"]
                     for service in file.get("service", ()) for method in service["method"]}
        self.assertEqual({method["method"] for method in self.server.methods}, contracts)

    def test_every_method_answers_all_clients_alike(self):
        agreed = self.clients.compare(self, [(method, self.server.headers(method)) for method in self.server.methods])
        digests = {re.search(r"[0-9a-f]{64}", json.dumps(outcome["answer"]))[0] for outcome in agreed}
        # The answer follows from the request.
        self.assertEqual(len(digests), len({json.dumps(method["request"]) for method in self.server.methods}))

    def test_every_code_comes_to_all_clients_alike(self):
        method = next(method for method in self.server.methods if method["method"].endswith("/GetScore"))
        agreed = self.clients.compare(self, [(method, {"x-answer": f"error:{code}"}) for code in CODES])
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
            agreed = self.clients.compare(self, [(method, headers) for method in guarded])
            self.assertEqual({outcome["error"]["code"] for outcome in agreed}, {code})


if __name__ == "__main__":
    unittest.main()
