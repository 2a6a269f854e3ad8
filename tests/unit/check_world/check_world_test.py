"""Plants one broken promise at a time; each must be found, and nothing else."""

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
from tiny_world import DAY, HOUR, PREFIX, T0, TinyWorld  # noqa: E402

CONTRACT = contracts.Contract(ROOT / "proto/evenkeel/v1")


class CheckWorldTest(unittest.TestCase):
    def run_check(self, world, *options):
        with tempfile.TemporaryDirectory() as folder:
            world.write(folder)
            if getattr(self, "spoil_files", None):
                self.spoil_files(pathlib.Path(folder))
            done = subprocess.run(
                [sys.executable, ROOT / "tools/check_world", "--events", f"{folder}/world.jsonl",
                 "--dump", f"{folder}/dump.jsonl", "--journal", f"{folder}/target.jsonl",
                 "--policy", f"{folder}/policy.json", *(o.format(folder=folder) for o in options)],
                capture_output=True, text=True, check=False)
        self.errors = done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else None

    def expect(self, world, *failed, options=()):
        code, figures = self.run_check(world, *options)
        self.assertEqual(figures["failed"], list(failed), self.errors)
        self.assertEqual(code, 1 if failed else 0)
        return figures

    # --- the clean world ---

    def test_passes_a_world_that_kept_its_promises(self):
        for raw in (False, True):
            figures = self.expect(TinyWorld(CONTRACT, raw))
            wanted = {
                "ok": True, "signals": 11, "duplicates": 1, "customers": 4, "decisions": 5,
                "no_action_share": 0.2, "executed": 3, "receipts": 3, "lost": 0, "doubled": 0,
                "actions": {"discount_10/sms": 1, "education/sms": 1, "tips/email": 1},
                "holdout_contacts": 0, "cap_violations": 0, "quiet_hour_violations": 0,
                "applied_at_target": 3, "retried_calls": 0, "held_out": 1, "loaded_again": 0,
                "dead_letters": {"absurd_time": 1, "id_reused": 1, "invalid_field": 1,
                                 "missing_customer": 1, "undecodable": 1}}
            self.assertEqual({name: figures[name] for name in wanted}, wanted)

    def test_prints_retried_calls_apart(self):
        world = TinyWorld(CONTRACT)
        world.call("a1", "failed")
        world.call("a1", "repeat")
        world.call("a1", "hung")
        self.assertEqual(self.expect(world)["retried_calls"], 2)

    def test_does_not_check_what_nobody_stated(self):
        self.spoil_files = lambda folder: (folder / "policy.json").write_text("{}")
        figures = self.expect(TinyWorld(CONTRACT))
        self.assertIsNone(figures["cap_violations"])
        self.assertIsNone(figures["quiet_hour_violations"])
        self.assertIsNone(figures["consent_violations"])
        self.expect(TinyWorld(CONTRACT), *(f"{name} was not checked" for name in (
            "cap_violations", "cool_down_violations", "quiet_hour_violations", "consent_violations",
            "unasked_actions")), options=["--complete"])

    def test_checks_everything_where_it_has_everything(self):
        self.expect(TinyWorld(CONTRACT), options=["--complete"])
        world = TinyWorld(CONTRACT)
        world.forget("decider.journal.v1", 0)
        self.expect(world, "unprocessed_signals was not checked", "journal_gaps was not checked",
                    options=["--complete"])

    # --- signals ---

    def test_finds_a_signal_that_never_reached_the_log(self):
        world = TinyWorld(CONTRACT)
        world.forget("signals.all.v1", 3)
        self.expect(world, "lost_signals")
        self.assertIn("C2-2", self.errors)

    def test_finds_a_signal_that_nobody_sent(self):
        world = TinyWorld(CONTRACT)
        world.signal(world.event("C9-9", "session", "C9"))
        world.commit(T0 + 2 * DAY)
        self.expect(world, "invented_signals")

    def test_finds_a_signal_on_the_log_that_no_commit_covers(self):
        world = TinyWorld(CONTRACT)
        world.signal(world.line(world.event("C4-3", "session", "C4")))
        self.expect(world, "unprocessed_signals")

    def test_knows_events_that_are_not_mapped(self):
        world = TinyWorld(CONTRACT)
        world.line(world.event("C4-3", "weather", "C4"))
        self.expect(world, "lost_signals")
        self.expect(world, options=["--unmapped", "weather"])

    def test_finds_a_missing_dead_letter_of_each_kind(self):
        for which in range(3):
            world = TinyWorld(CONTRACT)
            world.forget("signals.all.v1.dlq", which)
            self.expect(world, "missing_dead_letters")
        for which in range(2):
            world = TinyWorld(CONTRACT)
            world.forget("signals.unreadable.dlq", which)
            self.expect(world, "missing_dead_letters")

    def test_finds_a_dead_letter_too_many(self):
        for reason in ("undecodable", "too_large"):
            world = TinyWorld(CONTRACT)
            world.dead_letter(reason)
            self.expect(world, "unexpected_dead_letters")
            self.assertIn(reason, self.errors)

    # --- decisions ---

    def test_finds_a_gap_in_a_chain_and_in_the_journal(self):
        world = TinyWorld(CONTRACT)
        world.forget("decisions.v1", -2)
        self.expect(world, "chain_gaps")
        world = TinyWorld(CONTRACT)
        world.commit(T0 + 2 * DAY)
        world.forget("decider.journal.v1", 0)
        self.expect(world, "journal_gaps")

    def test_finds_a_decision_written_twice(self):
        world = TinyWorld(CONTRACT)
        world.decide("d-no", "C2", "NO_ACTION")
        self.expect(world, "doubled_decisions")

    def test_finds_a_record_that_is_not_what_was_signed(self):
        world = TinyWorld(CONTRACT)
        record = next(r for r in world.records if r["topic"] == PREFIX + "decisions.v1")
        record["value"]["payload_digest"] = "AAAA"
        self.expect(world, "bad_digests")

    def test_finds_an_action_without_leave(self):
        for verdict in ("WITHHELD", "NO_ACTION", "ASK_APPROVAL", "RECOMMEND", "BLOCKED"):
            world = TinyWorld(CONTRACT)
            world.decide("d9", "C4", verdict, action_id="a9")
            world.approve("a9", "C4", channel="task")
            world.receipt("a9")
            self.expect(world, "actions_without_decision")

    def test_finds_a_decided_action_that_was_never_emitted(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C4", "EXECUTE", action_id="a9")
        self.expect(world, "actions_not_emitted")

    # --- asked before ---

    def test_passes_what_a_person_approved(self):
        for raw in (False, True):
            world = TinyWorld(CONTRACT, raw)
            world.ask("a9")
            figures = self.expect(world, options=["--complete", "--min-released", "1"])
            self.assertEqual(figures["approvals"], {"RELEASED": 1})
        self.expect(world, "expired < 1", options=["--min-expired", "1"])

    def test_finds_an_action_that_nobody_was_asked_about(self):
        for how in ({"action": "credit"}, {"risk_class": "RISK_CLASS_HIGH"},
                    {"amount": {"units": 801, "scale": 2, "currency": "EUR"}}):
            world = TinyWorld(CONTRACT)
            world.ask("a9", action={"action": "tips", "approval_basis": "APPROVAL_BASIS_AUTONOMY", **how})
            self.expect(world, "unasked_actions")

    def test_finds_an_approval_that_is_none(self):
        for name, spoiled in {
                "a no": {"verdict": {"verdict": "VERDICT_REJECTED"}},
                "another's verdict": {"verdict": {"verdict_id": "v-other"}},
                "of another action": {"verdict": {"action_digest": b"0" * 32}},
                "by who proposed it": {"verdict": {"approver": "retention/1"},
                                       "action": {"approver": "retention/1"}},
                "by another than it says": {"verdict": {"approver": "bob"}},
                "in another role": {"verdict": {"approver_role": "auditor"}},
                "too late": {"action": {"issued_time_ms": T0 + DAY}},
                "of another request": {"action": {"approval_id": "ask-other"}},
                "that was rejected": {"request": {"state": "APPROVAL_STATE_REJECTED"}},
        }.items():
            with self.subTest(name):
                world = TinyWorld(CONTRACT)
                world.ask("a9", **spoiled)
                self.expect(world, "unasked_actions", "forged_approvals")

    def test_finds_a_release_without_its_action(self):
        world = TinyWorld(CONTRACT)
        world.ask("a9", release=False)
        world.close("a9", {"approval_id": "ask-a9", "action_id": "a9", "state": "APPROVAL_STATE_OPEN"})
        self.expect(world, "released_not_emitted")

    def test_finds_a_request_that_ended_twice(self):
        world = TinyWorld(CONTRACT)
        world.ask("a9")
        world.close("a9", {"approval_id": "ask-a9", "action_id": "a9", "state": "APPROVAL_STATE_EXPIRED"})
        figures = self.expect(world, "approvals_closed_twice", "unasked_actions", "forged_approvals")
        self.assertEqual(figures["approvals"], {"EXPIRED": 1})

    # --- executed once ---

    def test_finds_a_lost_action(self):
        world = TinyWorld(CONTRACT)
        world.forget("receipts.v1", 1)
        self.assertEqual(self.expect(world, "lost")["lost"], 1)
        self.assertIn("a2", self.errors)

    def test_an_accepted_action_is_not_yet_carried_out(self):
        world = TinyWorld(CONTRACT)
        world.forget("receipts.v1", 1)
        world.receipt("a2", "ACCEPTED")
        self.expect(world, "lost")

    def test_does_not_call_lost_what_is_not_yet_due(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C4", "EXECUTE", action_id="a9")
        world.approve("a9", "C4", at_ms=T0 + 5 * DAY)
        figures = self.expect(world)
        self.assertEqual(figures["waiting"], 1)
        self.expect(world, "lost", options=["--until-ms", str(T0 + 6 * DAY)])
        self.expect(world, "waiting > 0", options=["--max-waiting", "0"])

    def test_leaves_people_their_time(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C4", "TASK", action_id="a9")
        world.approve("a9", "C4", channel="task")
        self.expect(world, "lost")
        self.assertEqual(self.expect(world, options=["--by-people", "task"])["waiting"], 1)

    def test_finds_an_action_applied_twice_at_the_target(self):
        world = TinyWorld(CONTRACT)
        world.call("a1")
        self.assertEqual(self.expect(world, "doubled")["doubled"], 1)

    def test_finds_an_action_with_two_terminal_receipts(self):
        for status in ("DONE", "FAILED", "UNKNOWN"):
            world = TinyWorld(CONTRACT)
            world.receipt("a3", status, at_ms=T0 + HOUR)
            code, figures = self.run_check(world)
            self.assertEqual(code, 1)
            self.assertIn("doubled", figures["failed"])

    def test_finds_an_action_written_twice(self):
        world = TinyWorld(CONTRACT)
        world.approve("a3", "C2", action="discount_10")
        self.expect(world, "doubled")

    def test_finds_an_effect_of_an_action_that_was_never_committed(self):
        world = TinyWorld(CONTRACT)
        world.call("nobody-decided-this")
        self.expect(world, "applied_without_action")

    def test_finds_a_receipt_that_denies_what_was_done(self):
        world = TinyWorld(CONTRACT)
        world.forget("receipts.v1", 1)
        world.receipt("a2", "FAILED")
        self.expect(world, "applied_but_denied")

    def test_finds_a_receipt_that_claims_what_was_not_done(self):
        world = TinyWorld(CONTRACT)
        del world.target[1]
        self.expect(world, "claimed_but_not_applied")

    def test_finds_calls_that_the_target_refused(self):
        world = TinyWorld(CONTRACT)
        world.call("a1", "refused")
        self.expect(world, "refused_calls")
        world = TinyWorld(CONTRACT)
        world.call("a1", "conflict")
        self.expect(world, "conflicting_calls")

    def test_finds_a_receipt_for_nothing(self):
        world = TinyWorld(CONTRACT)
        world.receipt("a77", "FAILED")
        self.expect(world, "receipts_without_action")

    # --- policy ---

    def test_finds_a_contact_over_a_cap(self):
        world = TinyWorld(CONTRACT)
        world.act("a4", "C1", at_ms=T0 + 2 * DAY)
        figures = self.expect(world, "cap_violations")
        self.assertEqual(figures["cap_violations"], 1)
        self.assertIn("a4", self.errors)

    def test_counts_in_a_rolling_window(self):
        world = TinyWorld(CONTRACT)
        world.act("a4", "C1", at_ms=T0 + 7 * DAY)
        self.expect(world)

    def test_blames_the_later_decision_for_a_window_that_is_too_full(self):
        world = TinyWorld(CONTRACT)  # Decided later, but planned for a time before the others.
        world.decide("d9", "C1", "EXECUTE", action_id="a9")
        world.approve("a9", "C1", at_ms=T0 - DAY, issued_ms=T0 + 2 * DAY)
        world.call("a9")
        world.receipt("a9", at_ms=T0 - DAY)
        figures = self.expect(world, "cap_violations")
        self.assertEqual(figures["cap_violations"], 1)
        self.assertIn("a9", self.errors)

    def test_does_not_count_what_never_reached_the_customer(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C1", "EXECUTE", action_id="a9")
        world.approve("a9", "C1", at_ms=T0 + DAY)
        world.receipt("a9", "EXPIRED")
        self.expect(world)

    def test_does_not_count_what_is_exempt(self):
        world = TinyWorld(CONTRACT)
        world.act("a4", "C1", at_ms=T0 + 2 * DAY, action_class="TRANSACTIONAL")
        self.expect(world)

    def test_finds_an_offer_within_its_cool_down(self):
        for action in ("discount_10", "discount_25"):
            world = TinyWorld(CONTRACT)
            world.act("a4", "C2", at_ms=T0 + 20 * DAY, action=action, channel="email")
            self.expect(world, "cool_down_violations")
        for action, days in (("discount_25", 30), ("education", 20)):
            world = TinyWorld(CONTRACT)
            world.act("a4", "C2", at_ms=T0 + days * DAY, action=action, channel="email")
            self.expect(world)

    def test_finds_a_contact_of_a_customer_held_out(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C3", "EXECUTE", arm="HOLDOUT", action_id="a9")
        world.approve("a9", "C3")
        world.call("a9")
        world.receipt("a9")
        self.expect(world, "holdout_contacts")

    def test_allows_remedies_for_customers_held_out(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C3", "EXECUTE", arm="HOLDOUT", action_id="a9")
        world.approve("a9", "C3", action_class="REMEDIAL")
        world.call("a9")
        world.receipt("a9")
        self.expect(world)

    def test_finds_a_customer_in_two_arms(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C3", "NO_ACTION", arm="TREATED")
        self.expect(world, "two_arms")

    def test_finds_a_contact_planned_in_quiet_hours_of_the_customer(self):
        # 20:30 UTC is half past nine in the evening in Berlin.
        world = TinyWorld(CONTRACT)
        world.act("a4", "C4", at_ms=T0 + 9 * HOUR + HOUR // 2)
        self.expect(world, "quiet_hour_violations")
        world = TinyWorld(CONTRACT)
        world.act("a4", "C4", at_ms=T0 + 9 * HOUR + HOUR // 2, channel="email")
        self.expect(world)

    def test_finds_a_contact_carried_out_in_quiet_hours(self):
        world = TinyWorld(CONTRACT)  # Planned at 17:00 in Berlin, done at 21:00.
        world.decide("d9", "C4", "EXECUTE", action_id="a9")
        world.approve("a9", "C4", at_ms=T0 + 5 * HOUR)
        world.call("a9")
        world.receipt("a9", at_ms=T0 + 9 * HOUR)
        self.expect(world, "quiet_hour_violations")

    def test_finds_a_contact_outside_its_send_window(self):
        world = TinyWorld(CONTRACT)
        world.decide("d9", "C4", "EXECUTE", action_id="a9")
        world.approve("a9", "C4", at_ms=T0 - 2 * HOUR)
        world.call("a9")
        world.receipt("a9", at_ms=T0 + 4 * HOUR)
        self.expect(world, "outside_send_window")

    def test_finds_a_contact_that_the_customer_had_refused(self):
        world = TinyWorld(CONTRACT)
        world.act("a4", "C1", at_ms=T0 + 8 * DAY, channel="phone")
        self.expect(world, "consent_violations")
        world = TinyWorld(CONTRACT)
        world.act("a4", "C2", at_ms=T0 + 8 * DAY, channel="push")
        self.expect(world, "consent_violations")
        world = TinyWorld(CONTRACT)
        world.act("a4", "C2", at_ms=T0 + 8 * DAY, channel="push", purpose="service")
        self.expect(world)

    # --- bounds, kcat, bad input ---

    def test_fails_when_a_figure_is_out_of_its_bounds(self):
        world = TinyWorld(CONTRACT)
        self.expect(world, options=["--min-signals", "11", "--min-no-action", "0.2",
                                    "--max-no-action", "0.2", "--min-executed", "3"])
        self.expect(world, "signals < 12", options=["--min-signals", "12"])
        self.expect(world, "executed < 500", options=["--min-executed", "500"])
        self.expect(world, "no_action_share < 0.3", options=["--min-no-action", "0.3"])
        self.expect(world, "no_action_share > 0.1", options=["--max-no-action", "0.1"])
        self.expect(world, "held_out < 2", options=["--min-holdouts", "2"])

    def test_finds_what_kcat_reads_otherwise(self):
        world = TinyWorld(CONTRACT)
        lines = [{"topic": r["topic"], "partition": 0, "offset": r["offset"], "ts": T0,
                  "headers": [x for pair in r["headers"].items() for x in pair],
                  "key": r["key"], "payload": "\ufffd"}
                 for r in world.records if "signals" in r["topic"]]
        self.spoil_files = lambda folder: (folder / "kcat.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in lines))
        options = ["--kcat", "{folder}/kcat.jsonl"]
        self.assertEqual(self.expect(world, options=options)["kcat_records"], len(lines))
        lines[2]["offset"] += 1000
        self.expect(world, "kcat_differs", options=options)

    def test_finds_a_record_dumped_twice(self):
        world = TinyWorld(CONTRACT)
        world.records.append(next(r for r in world.records if "dlq" in r["topic"]))
        code, figures = self.run_check(world)
        self.assertEqual(code, 1)
        self.assertIn("read_twice", figures["failed"])

    def test_reads_every_policy_that_is_shipped(self):
        shipped = list((ROOT / "tools/check_world.d/policies").glob("*.json"))
        self.assertTrue(shipped)
        for path in shipped:
            self.spoil_files = lambda folder, path=path: (folder / "policy.json").write_text(
                path.read_text())
            # The world gives a discount unasked, which the demo does not.
            figures = self.expect(TinyWorld(CONTRACT), "unasked_actions", options=["--complete"])
            self.assertEqual(figures["cap_violations"], 0)

    def test_says_what_it_cannot_read(self):
        def expect(why, spoil, *options):
            self.spoil_files = spoil
            code, _ = self.run_check(TinyWorld(CONTRACT), *options)
            self.assertEqual(code, 2)
            self.assertIn(why, self.errors)

        def add(name, text):
            def spoil(folder):
                with (folder / name).open("a") as file:
                    file.write(text)
            return spoil

        next_line = len(TinyWorld(CONTRACT).records) + 1
        expect(f"dump.jsonl:{next_line}: not a record", add("dump.jsonl", "{}\n"))
        expect("not the file that", add("world.jsonl", '{"event_id":"x","event":"e","customer":"C1"}\n'))
        expect("unknown key 'cap'", lambda folder: (folder / "policy.json").write_text('{"cap":1}'))
        expect("not what its topic promises", add("dump.jsonl", json.dumps({
            "topic": PREFIX + "receipts.v1", "partition": 0, "offset": 9, "value": "gA=="}) + "\n"))
        expect("No such file", None, "--journal", "{folder}/none.jsonl")


if __name__ == "__main__":
    unittest.main(verbosity=2)
