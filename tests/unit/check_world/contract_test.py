"""The reader of the contract against protoc, which knows better."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
PROTOC = sys.argv.pop(1)
sys.path.insert(0, str(ROOT / "tools/check_world.d"))

import contract as contracts  # noqa: E402
import wire  # noqa: E402

SOURCE = 'package evenkeel.v1; syntax = "proto3"; '


class ContractTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = contracts.Contract(ROOT / "proto/evenkeel/v1")

    def protoc(self, how, message, file, data):
        done = subprocess.run(
            [PROTOC, f"--{how}=evenkeel.v1.{message}", "-I", ROOT / "proto",
             ROOT / "proto/evenkeel/v1" / file], input=data, capture_output=True, check=True)
        return done.stdout

    def test_reads_what_protoc_wrote(self):
        text = b"""
          action_id: "a1" customer_id: "C1" environment: ENVIRONMENT_SANDBOX is_simulated: true
          task_epoch: 18446744073709551615 amount { units: -1250 scale: 2 currency: "EUR" }
          issued_time_ms: 1767600000123 send_window { start_time_ms: 5 end_time_ms: 9 }
          parameters { name: "n" integer: -7 } parameters { name: "t" text: "\\303\\251" }
          decision_digest: "\\000\\377" action_class: ACTION_CLASS_REMEDIAL"""
        data = self.protoc("encode", "ApprovedAction", "actions.proto", text)
        value = self.contract.decode("ApprovedAction", data)
        self.assertEqual(value, {
            "action_id": "a1", "customer_id": "C1", "environment": "ENVIRONMENT_SANDBOX",
            "is_simulated": True, "task_epoch": 2**64 - 1,
            "amount": {"units": -1250, "scale": 2, "currency": "EUR"},
            "issued_time_ms": 1767600000123, "send_window": {"start_time_ms": 5, "end_time_ms": 9},
            "parameters": [{"name": "n", "integer": -7}, {"name": "t", "text": "é"}],
            "decision_digest": b"\0\xff", "action_class": "ACTION_CLASS_REMEDIAL"})
        self.assertEqual(wire.encode(self.contract, "ApprovedAction", value), data,
                         "what the other tests write is what protoc writes")

    def test_reads_doubles_and_unknown_enum_values(self):
        data = self.protoc("encode", "MeteredUsage", "usage.proto", b'meter: "m" quantity: -0.125')
        self.assertEqual(self.contract.decode("MeteredUsage", data), {"meter": "m", "quantity": -0.125})
        unknown = wire.tag(4, 0) + wire.varint(99)
        self.assertEqual(self.contract.decode("Receipt", unknown), {"status": 99})

    def test_skips_fields_it_does_not_know(self):
        data = (wire.tag(999, 2) + wire.varint(3) + b"abc" + wire.tag(998, 5) + b"1234" +
                wire.encode(self.contract, "Receipt", {"action_id": "a1"}))
        self.assertEqual(self.contract.decode("Receipt", data), {"action_id": "a1"})

    def test_refuses_bytes_that_are_cut_off(self):
        data = wire.encode(self.contract, "Receipt", {"action_id": "a" * 32})
        for size in range(1, len(data)):
            self.assertRaises(contracts.ContractError, self.contract.decode, "Receipt", data[:size])

    def test_reads_proto_json_with_numbers_as_text(self):
        self.assertEqual(
            self.contract.read("Receipt", {"action_id": "a1", "occurred_time_ms": "17", "later": 1,
                                           "action_digest": "AP8="}),
            {"action_id": "a1", "occurred_time_ms": 17, "action_digest": b"\0\xff"})

    def test_knows_every_type_of_every_field(self):
        known = set(self.contract.messages) | set(self.contract.enums) | contracts.VARINTS | set(
            contracts.FIXED) | {"string", "bytes", "map"}
        used = {field.kind for fields in self.contract.messages.values() for field in fields.values()}
        self.assertLessEqual(used, known)
        self.assertGreater(len(self.contract.messages), 100)


if __name__ == "__main__":
    unittest.main(verbosity=2)
