"""Every bound that check_world has holds where it is met, and fails the run by its name where it is not."""

import importlib.machinery
import importlib.util
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
from tiny_world import DAY, HOUR, T0, TinyWorld  # noqa: E402

CONTRACT = contracts.Contract(ROOT / "proto/evenkeel/v1")
DEMO = (ROOT / "tools/check_world.d/policies/demo.json").read_text()
# Of each bound: its figure, how it is called where it fails, and the least step beyond it. Not in
# here: those that take names.
PLAIN = {
    "--min-signals": ("signals", "signals", 1), "--min-decisions": ("decisions", "decisions", 1),
    "--min-executed": ("executed", "executed", 1), "--min-tasks": ("tasks", "tasks", 1),
    "--min-no-action": ("no_action_share", "no_action_share", 0.01),
    "--max-no-action": ("no_action_share", "no_action_share", 0.01),
    "--min-retried-calls": ("retried_calls", "retried_calls", 1), "--min-holdouts": ("held_out", "held_out", 1),
    "--min-released": ("RELEASED", "released", 1), "--min-rejected": ("REJECTED", "rejected", 1),
    "--min-expired": ("EXPIRED", "expired", 1), "--max-waiting": ("waiting", "waiting", 1),
}
NAMED = {"--min-proposer", "--min-kills"}


def check_world():
    loader = importlib.machinery.SourceFileLoader("check_world", str(ROOT / "tools/check_world"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_world", loader))
    loader.exec_module(module)
    return module


def full_world():
    """One in which no figure with a bound is 0."""
    world = TinyWorld(CONTRACT)
    world.act("t1", "C4", channel="task", action="plan_review_call")
    world.call("a1", "failed")
    world.decide("d-later", "C4", "EXECUTE", action_id="later")
    world.approve("later", "C4", at_ms=T0 + 5 * DAY)
    world.ask("yes")
    for name, state in (("refused", "REJECTED"), ("lapsed", "EXPIRED")):
        world.ask(name, release=False)
        world.close(name, {"approval_id": f"ask-{name}", "action_id": name, "state": f"APPROVAL_STATE_{state}"})
    return world


class BoundsTest(unittest.TestCase):
    def check(self, world, *options, kills=(), policy=None):
        with tempfile.TemporaryDirectory() as folder:
            world.write(folder)
            (pathlib.Path(folder) / "kills.jsonl").write_text("".join(json.dumps(kill) + "\n" for kill in kills))
            if policy:
                (pathlib.Path(folder) / "policy.json").write_text(policy)
            done = subprocess.run(
                [sys.executable, ROOT / "tools/check_world", "--events", f"{folder}/world.jsonl", "--dump", f"{folder}/dump.jsonl",
                 "--journal", f"{folder}/target.jsonl", "--policy", f"{folder}/policy.json",
                 *(str(option).format(folder=folder) for option in options)], capture_output=True, text=True, check=False)
        self.assertTrue(done.stdout, done.stderr)
        figures = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if figures["failed"] else 0)
        return figures

    def test_every_bound_is_in_the_table(self):
        parser = check_world().parser_of_options()
        bounds = {text for action in parser._actions for text in action.option_strings  # pylint: disable=protected-access
                  if text.startswith(("--min-", "--max-"))}
        self.assertEqual(bounds, set(PLAIN) | NAMED)

    def test_every_bound_holds_and_fails(self):
        figures = self.check(full_world())
        self.assertEqual(figures["failed"], [])
        for option, (figure, name, step) in PLAIN.items():
            with self.subTest(option):
                value = figures["approvals"][figure] if figure.isupper() else figures[figure]
                self.assertGreater(value, 0)
                self.assertEqual(self.check(full_world(), option, value)["failed"], [])
                beyond = value + step if option.startswith("--min") else value - step
                sign = "<" if option.startswith("--min") else ">"
                self.assertEqual(self.check(full_world(), option, beyond)["failed"], [f"{name} {sign} {beyond:g}"])

    def test_what_could_not_be_had_is_out_of_bounds(self):
        world = full_world()
        world.records = [record for record in world.records if "decisions" not in record["topic"]]
        self.assertIn("no_action_share < 0.1", self.check(world, "--min-no-action", "0.1")["failed"])
        self.assertEqual(self.check(full_world(), "--min-kills", "decider=1")["failed"], ["kills of decider < 1"])

    def test_wants_actions_of_each_proposer(self):
        options = ["--proposers", "retention/1", "--min-proposer"]
        figures = self.check(full_world(), *options, 5)
        self.assertEqual((figures["failed"], figures["actions_by_proposer"]["retention/1"]), ([], 5))
        self.assertEqual(self.check(full_world(), *options, 6)["failed"], ["actions of retention/1 < 6"])
        self.assertEqual(self.check(full_world(), "--proposers", "other/1", "--min-proposer", 1)["failed"], ["actions of other/1 < 1"])

    def test_counts_kills_of_each_kind_of_process(self):
        killed = {"name": "decider-a", "pid": 7, "ended": -9, "again": 9}
        options = ["--kills", "{folder}/kills.jsonl", "--min-kills", "decider=2", "executor=1"]
        kills = [killed, {**killed, "name": "decider-b"}, {**killed, "name": "executor-a"}]
        figures = self.check(full_world(), *options, kills=kills)
        self.assertEqual((figures["failed"], figures["kills"]), ([], {"decider": 2, "executor": 1}))
        for name, spoiled in {"missing": kills[:2], "of another kind": [*kills[:2], {**killed, "name": "console-a"}],
                              "ended by itself": [*kills[:2], {**kills[2], "ended": -15}],
                              "not started again": [*kills[:2], {**kills[2], "again": None}],
                              "never hit": [*kills[:2], {**kills[2], "again": 7}]}.items():
            with self.subTest(name):
                self.assertEqual(self.check(full_world(), *options, kills=spoiled)["failed"], ["kills of executor < 1"])

    # --- the demo's own rules ---

    def demo(self, world):
        # Its world gives discounts unasked, which the demo does not.
        world.records = [record for record in world.records if record["key"] != "C2" or "actions" not in record["topic"]]
        return {name for name in self.check(world, policy=DEMO)["failed"]} & {"unasked_actions", "cap_violations"}

    def test_the_demo_asks_before_it_gives_a_credit(self):
        world = TinyWorld(CONTRACT)
        world.ask("a9", action={"action": "apology_credit", "action_class": "ACTION_CLASS_REMEDIAL"})
        self.assertEqual(self.demo(world), set())
        world = TinyWorld(CONTRACT)
        world.act("a9", "C4", channel="email", action="apology_credit", action_class="REMEDIAL")
        self.assertEqual(self.demo(world), {"unasked_actions"})

    def test_the_demo_calls_once_in_sixty_days(self):
        def called(*calls):
            world = TinyWorld(CONTRACT)
            for index, (action, kind, days) in enumerate(calls):
                world.act(f"c{index}", "C4", channel="task", action=action, action_class=kind, at_ms=T0 + days * DAY + 2 * HOUR)
            return self.demo(world)
        review, callback = ("plan_review_call", "DEFAULT"), ("callback", "REMEDIAL")
        self.assertEqual(called((*review, 0)), set())
        self.assertEqual(called((*callback, 0), (*review, 59)), {"cap_violations"})
        self.assertEqual(called((*review, 0), (*review, 59)), {"cap_violations"})
        self.assertEqual(called((*callback, 0), (*review, 61)), set())
        # What puts right what we did wrong is never too much, and calls do not use up mails.
        self.assertEqual(called((*review, 0), (*callback, 10), (*callback, 20)), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
