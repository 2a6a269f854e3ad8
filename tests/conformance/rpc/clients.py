"""The clients of other people: each makes a call and says what came of it."""
import json
import re
import subprocess
import urllib.parse

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
        # The names in a map are nobody's but ours.
        return {re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name):
                inner if name == "metadata" else camel(inner) for name, inner in value.items()}
    return [camel(inner) for inner in value] if isinstance(value, list) else value


def curl(*options, body=None):
    made = subprocess.run(("curl", "-sS", "-m", "20", "-w", "\n%{http_code} %{content_type}", *options),
                          input=body, capture_output=True, text=True, check=True, timeout=60)
    text, _, last = made.stdout.rpartition("\n")
    status, _, content_type = last.partition(" ")
    return int(status), content_type, json.loads(text)


class Clients:
    """Of one server; `server` has http, grpc: its addresses."""

    def __init__(self, folder, grpcurl, server):
        self.folder, self.grpcurl, self.server = folder, grpcurl, server

    def by_grpcurl(self, name, request, headers):
        options = [part for header in headers.items() for part in ("-H", ": ".join(header))]
        made = subprocess.run((self.grpcurl, "-plaintext", "-max-time", "20", "-format-error", *options, "-d", "@",
                               self.server.grpc, name),
                              input=json.dumps(request), capture_output=True, text=True, timeout=60)
        if made.returncode == 0:
            return {"answer": camel(json.loads(made.stdout))}
        error = json.loads(made.stderr)
        details = {detail.pop("@type").rpartition("/")[2]: camel(detail) for detail in error["details"]}
        return {"error": {"code": CODES[error["code"]][0], "message": error["message"], "details": details}}

    def by_curl(self, name, request, headers, get=False):
        options = [part for header in headers.items() for part in ("-H", ": ".join(header))]
        url = f"http://{self.server.http}/{name}"
        if get:
            message = urllib.parse.quote(json.dumps(request), safe="")
            status, content_type, said = curl(*options, f"{url}?connect=v1&encoding=json&message={message}")
        else:
            status, content_type, said = curl(*options, "-H", "content-type: application/json", "--data-binary", "@-",
                                              url, body=json.dumps(request))
        if content_type != "application/json":
            raise AssertionError(f"{name}: content type {content_type}")
        if status == 200:
            return {"answer": said}
        if (said["code"], status) not in CODES.values():
            raise AssertionError(f"{name}: {said['code']} with HTTP status {status}")
        details = {detail["type"]: detail["debug"] for detail in said["details"]}
        return {"error": {"code": said["code"], "message": said["message"], "details": details}}

    def by_typescript(self, calls):
        """Outcomes of (how, method, request, headers), in order, each with the HTTP verb."""
        listed = [{"how": how, "http": f"http://{self.server.http}", "grpc": f"http://{self.server.grpc}",
                   "method": name, "request": request, "headers": headers} for how, name, request, headers in calls]
        made = subprocess.run(("node", self.folder / "client/out/client.js"), input=json.dumps(listed),
                              stdout=subprocess.PIPE, text=True, check=True, timeout=120)
        return json.loads(made.stdout)

    def compare(self, test, cases, normal=lambda outcome: outcome):
        """`cases`: (method, headers). Returns the outcomes that all clients agree on, each as `normal` makes it."""
        ways = [(method, how) for method, _ in cases for how in TYPESCRIPT]
        outcomes = self.by_typescript([(how, method["method"], method["request"], headers)
                                       for method, headers in cases for how in TYPESCRIPT])
        for (method, how), outcome in zip(ways, outcomes, strict=True):
            is_get = how == "connect-get" and method["is_get_allowed"]
            test.assertEqual(outcome.pop("verb"), "GET" if is_get else "POST", (method["method"], how))
        agreed = []
        for index, (method, headers) in enumerate(cases):
            name, request = method["method"], method["request"]
            got = dict(zip(TYPESCRIPT, outcomes[index * len(TYPESCRIPT):]))
            got["grpcurl"] = self.by_grpcurl(name, request, headers)
            got["curl"] = self.by_curl(name, request, headers)
            if method["is_get_allowed"]:
                got["curl-get"] = self.by_curl(name, request, headers, get=True)
            for how, outcome in got.items():
                test.assertEqual(normal(outcome), normal(got["curl"]), f"{name}: {how} is not what curl got")
            agreed.append(normal(got["curl"]))
        return agreed
