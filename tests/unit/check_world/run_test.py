"""A world in a loop: the simulator's journal says what was sent and what was called."""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
sys.argv.pop(1)
sys.path.insert(0, str(ROOT / "tools/check_world.d"))

import contract as contracts  # noqa: E402
from tiny_world import TinyWorld  # noqa: E402

CONTRACT = contracts.Contract(ROOT / "proto/evenkeel/v1")


class CleanWorld(TinyWorld):
    """No poison: `run` sends none."""

    def spoil(self, kind, text):
        pass

    def dead_letter(self, reason, topic=""):
        pass

    def signal(self, event):
        if self.lines and json.loads(self.lines[-1]) == event:  # Not the forged copy, which was never sent.
            super().signal(event)

    def write(self, folder):
        super().write(folder)
        folder = pathlib.Path(folder)
        lines = (folder / "world.jsonl").read_bytes().splitlines(keepends=True)
        journal = [{"kind": "run", "seed": 1}]
        for body in (b"".join(lines[:4]), b"".join(lines[4:])):
            journal.append({"kind": "batch", "day": 0, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})
        journal += [{"kind": "call", "day": 0, "id": call["webhook_id"], "outcome": call["outcome"]} for call in self.target]
        journal.append({"kind": "summary", "digest": "x"})
        self._write_lines(folder / "run.jsonl", journal)


class RunTest(unittest.TestCase):
    def check(self, world, *options, spoil=lambda folder: None):
        with tempfile.TemporaryDirectory() as folder:
            world.write(folder)
            spoil(pathlib.Path(folder))
            return subprocess.run(
                [sys.executable, ROOT / "tools/check_world", "--events", f"{folder}/world.jsonl", "--run", f"{folder}/run.jsonl",
                 "--dump", f"{folder}/dump.jsonl", "--policy", f"{folder}/policy.json", *options],
                capture_output=True, text=True, check=False)

    def expect(self, world, *failed, options=()):
        done = self.check(world, *options)
        figures = json.loads(done.stdout or "{}")
        self.assertEqual(figures.get("failed"), list(failed), done.stderr)
        self.assertEqual(done.returncode, 1 if failed else 0)
        return figures

    def test_passes_a_world_that_kept_its_promises(self):
        figures = self.expect(CleanWorld(CONTRACT))
        self.assertEqual((figures["signals"], figures["applied_at_target"], figures["executed"]), (10, 3, 3))

    def test_finds_a_sent_line_that_is_not_on_the_log(self):
        world = CleanWorld(CONTRACT)
        world.line(world.event("C4-9", "session", "C4", minutes=1.0))
        self.expect(world, "lost_signals")

    def test_finds_what_the_simulator_applied_twice(self):
        world = CleanWorld(CONTRACT)
        world.call("a1")
        self.expect(world, "doubled")

    def test_prints_retried_calls_apart(self):
        world = CleanWorld(CONTRACT)
        world.call("a1", "failed")
        self.assertEqual(self.expect(world)["retried_calls"], 1)

    def test_refuses_lines_that_are_not_those_of_the_journal(self):
        for change in (lambda text: text + "{}\n", lambda text: text.replace("3.5", "3.6", 1)):
            def spoil(folder, change=change):
                path = folder / "world.jsonl"
                path.write_text(change(path.read_text()))
            done = self.check(CleanWorld(CONTRACT), spoil=spoil)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("run.jsonl says was sent", done.stderr)


if __name__ == "__main__":
    unittest.main()
