#!/usr/bin/env python3
"""The checks of the house find what is planted, and pass what is right."""
import copy
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "checks"))
import proto_comments  # noqa: E402
import size  # noqa: E402
import suite_times  # noqa: E402

PROTO = """syntax = "proto3";
// The package.
package evenkeel.v1;

// A thing.
message Thing {
  // When it happened, ms since 1970.
  int64 at_ms = 1;
  // Its kind.
  Kind kind = 2;
  optional string name = 3; // May be absent.
  // By name.
  map<string, string> notes = 4;
  // One of two.
  oneof body {
    // The first.
    string first = 5;
    // The second.
    string second = 6;
  }
}

// What kinds there are.
enum Kind {
  // Not said.
  KIND_UNSPECIFIED = 0;
  // Good.
  KIND_GOOD = 1;
}

// Asks for a thing.
message GetThingRequest {}

// The thing.
message GetThingResponse {}

// Gives things.
service ThingService {
  // Gives one.
  rpc GetThing(GetThingRequest) returns (GetThingResponse);
}
"""


class Checkout(unittest.TestCase):
    """Runs the real scripts in a small checkout of their own, with its own history."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("tools/lib.sh", "tools/requirements.txt", "tools/buf/package-lock.json", "proto/buf.yaml",
                     "tools/checks/proto_lint", "tools/checks/proto_breaking", "tools/checks/proto_comments.py"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes((ROOT / name).read_bytes())
        self.git("init", "-q", "-b", "main")
        self.commit("the tools")

    def git(self, *command):
        identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        subprocess.run(("git", *identity, *command), cwd=self.root, check=True)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def write(self, text):
        path = self.root / "proto" / "evenkeel" / "v1" / "thing.proto"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, name):
        environment = {key: value for key, value in os.environ.items() if key != "EVENKEEL_BASE"}
        done = subprocess.run(("bash", f"tools/checks/{name}"), cwd=self.root, env=environment, capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class Contracts(Checkout):
    def test_documented_contracts_pass(self):
        self.write(PROTO)
        code, said = self.check("proto_lint")
        self.assertEqual(code, 0, said)

    def test_each_missing_comment_is_named(self):
        planted = {
            "  // When it happened, ms since 1970.\n": "field evenkeel.v1.Thing.at_ms",
            " // May be absent.": "field evenkeel.v1.Thing.name",
            "// A thing.\n": "message evenkeel.v1.Thing ",
            "  // One of two.\n": "oneof evenkeel.v1.Thing.body",
            "    // The second.\n": "field evenkeel.v1.Thing.second",
            "// What kinds there are.\n": "enum evenkeel.v1.Kind ",
            "  // Good.\n": "value evenkeel.v1.Kind.KIND_GOOD",
            "// Gives things.\n": "service evenkeel.v1.ThingService",
            "  // Gives one.\n": "call evenkeel.v1.ThingService.GetThing",
        }
        for comment, name in planted.items():
            with self.subTest(name):
                self.write(PROTO.replace(comment, "\n" if comment.endswith("\n") else ""))
                code, said = self.check("proto_lint")
                self.assertNotEqual(code, 0)
                self.assertIn(name, said + " ")
                self.assertEqual(said.count("has no comment"), 1, said)

    def test_bad_style_fails(self):
        self.write(PROTO.replace("at_ms", "AtMs"))
        code, said = self.check("proto_lint")
        self.assertNotEqual(code, 0)
        self.assertIn("AtMs", said)

    def test_without_landed_contracts_it_says_so(self):
        self.write(PROTO)
        self.commit("contracts")
        code, said = self.check("proto_breaking")
        self.assertEqual(code, 0, said)
        self.assertIn("has no contracts", said)

    def test_a_changed_type_breaks(self):
        self.write(PROTO)
        self.commit("contracts")
        self.write(PROTO.replace("int64 at_ms", "string at_ms"))
        self.commit("a break")
        code, said = self.check("proto_breaking")
        self.assertNotEqual(code, 0)
        self.assertIn("at_ms", said)

    def test_a_new_field_does_not_break(self):
        self.write(PROTO)
        self.commit("contracts")
        self.write(PROTO.replace("  // Its kind.", "  // New.\n  string more = 9;\n  // Its kind."))
        self.commit("more")
        code, said = self.check("proto_breaking")
        self.assertEqual(code, 0, said)
        self.assertIn("compared with", said)

    def test_comments_are_read_by_path_not_by_name(self):
        message = {"name": "M", "field": [{"name": "a"}, {"name": "b"}]}
        file = {"name": "f", "package": "p", "messageType": [message], "sourceCodeInfo": {"location": [
            {"path": [4, 0], "leadingComments": " M.\n"}, {"path": [4, 0, 2, 0], "leadingComments": " a.\n"}]}}
        self.assertEqual(list(proto_comments.problems({"file": [file]})), ["f: field p.M.b has no comment"])
        blank = copy.deepcopy(file)
        blank["sourceCodeInfo"]["location"].append({"path": [4, 0, 2, 1], "leadingComments": " \n"})
        self.assertEqual(len(list(proto_comments.problems({"file": [blank]}))), 1)


class Tree(Checkout):
    def test_a_stray_file_at_the_top_and_a_large_file_are_named(self):
        (self.root / "tools" / "checks" / "tree").write_bytes((ROOT / "tools" / "checks" / "tree").read_bytes())
        self.commit("the check")
        code, said = self.check("tree")
        self.assertEqual(code, 0, said)
        (self.root / "scratch.cc").write_text("int main() {}\n")
        (self.root / "tools" / "large").write_text("x" * 1_000_001)
        self.commit("strays")
        code, said = self.check("tree")
        self.assertNotEqual(code, 0)
        self.assertIn("scratch.cc: does not belong", said)
        self.assertIn("tools/large: more than", said)


class Size(unittest.TestCase):
    @staticmethod
    def row(length):
        return ["1", "1", "1", "1", str(length), "x", "a.cc", "F", "F()", "10", "20"]

    def test_short_functions_pass(self):
        self.assertEqual(list(size.problems([self.row(70), self.row(15), self.row(3)], {"a.cc": 400})), [])

    def test_a_long_function_a_long_median_a_long_file_and_nothing_at_all_fail(self):
        for rows, lines, word in (
            ([self.row(71), self.row(1), self.row(1)], {"a.cc": 80}, "71 lines"),
            ([self.row(16), self.row(16), self.row(1)], {"a.cc": 80}, "median"),
            ([self.row(1)], {"a.cc": 401}, "401 lines"),
            ([], {}, "no function"),
        ):
            found = list(size.problems(rows, lines))
            self.assertEqual(len(found), 1, found)
            self.assertIn(word, found[0])

    def test_lizard_sees_a_planted_function(self):
        with tempfile.TemporaryDirectory() as folder:
            body = "".join(f"  total += {number};\n" for number in range(80))
            pathlib.Path(folder, "a.cc").write_text(f"int Long(int total) {{\n{body}  return total;\n}}\n")
            done = subprocess.run(
                ("bash", "-c", 'source tools/lib.sh; lizard --csv -i -1 -l cpp "$0" | python3 tools/checks/size.py',
                 folder), cwd=ROOT, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("Long has 83 lines", done.stdout)


class SuiteTimes(unittest.TestCase):
    def test_counts_outcomes_and_reasons(self):
        cases = list(xml.etree.ElementTree.fromstring("""<testsuite>
          <testcase name="a" time="1.5" status="run"/>
          <testcase name="b" time="2" status="fail"><failure message=""/></testcase>
          <testcase name="c" time="0" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
            <system-out>x_test.cc:7: Skipped&#10;no data&#10;</system-out></testcase>
        </testsuite>""").iter("testcase"))
        table = suite_times.suites({"a": ["unit"], "b": ["unit", "kafka"], "c": ["unit"]}, cases)
        self.assertEqual(table["unit"], {"tests": 3, "passed": 1, "failed": 1, "skipped": 1, "seconds": 3.5})
        self.assertEqual(table["kafka"]["failed"], 1)
        self.assertEqual(suite_times.skips(cases), {"no data": 1})


class AsyncApi(unittest.TestCase):
    """Reads a copy of the document, with one thing in it changed."""

    def read(self, old="", new=""):
        text = (ROOT / "docs" / "asyncapi.yaml").read_text()
        self.assertIn(old, text)
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "docs" / "asyncapi.yaml"
            document.parent.mkdir()
            document.write_text(text.replace(old, new, 1))
            (pathlib.Path(folder) / "proto").symlink_to(ROOT / "proto")
            modules = subprocess.run(["bash", "-c", 'source tools/lib.sh && echo "$EVENKEEL_CACHE/$(asyncapi_name)/node_modules"'],
                                     cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
            return subprocess.run(["node", ROOT / "tools" / "checks" / "asyncapi.mjs", modules, document],
                                  capture_output=True, text=True, check=False)

    def test_the_document_is_valid_and_names_topics_with_their_parameters_filled_in(self):
        done = self.read()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("evenkeel.actions.task.v1.dlq: 64 partitions\n", done.stdout)
        self.assertIn("evenkeel.bundles.v1: 1 partitions, compacted\n", done.stdout)

    def test_finds_what_is_no_asyncapi(self):
        done = self.read("takeSignals: {action: receive", "takeSignals: {action: get")
        self.assertEqual(done.returncode, 1)
        self.assertIn("operations.takeSignals", done.stderr)

    def test_finds_a_message_that_no_contract_has(self):
        done = self.read("x-protobuf-message: [Receipt]", "x-protobuf-message: [Reciept]")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no message Reciept", done.stderr)


if __name__ == "__main__":
    unittest.main()
