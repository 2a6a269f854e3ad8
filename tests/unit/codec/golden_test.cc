#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "payload_samples.h"
#include "record_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/globals_codec.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"

// golden/v1.txt holds, one a line, the name and the bytes of one message of each kind, as version 1
// writes them. A line never changes and is never dropped: what was written must be readable, and
// must be written again the same. New kinds are appended by running this test with
// EVENKEEL_ADD_GOLDEN=1.

namespace evenkeel {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the samples

const std::string kFile = std::string(EVENKEEL_GOLDEN_DIR) + "/v1.txt";

/// Writes a sample, and reads bytes: true if they are the sample.
struct Kind {
  std::function<std::string()> write;
  std::function<bool(const std::string&)> reads_as_sample;
};

EncodedRecord WithValue(const Signal& signal, const SignalPayload& payload, std::string value) {
  EncodedRecord record = *EncodeSignal(signal, payload);
  record.value = std::move(value);
  return record;
}

Kind SignalKind(Signal signal, SignalPayload payload) {
  const auto decode = [signal, payload](const std::string& value) {
    const EncodedRecord record = WithValue(signal, payload, value);
    const auto headers = HeaderViews(record);
    DecodedSignal out;
    if (SignalDecoder({}).Decode(AsRead(record, headers), out).has_value()) return false;
    const bool is_flat = std::holds_alternative<std::monostate>(payload);
    return out.payload == payload && (!is_flat || out.signal.fields == signal.fields);
  };
  return {.write = [signal, payload] { return EncodeSignal(signal, payload)->value; },
          .reads_as_sample = decode};
}

template <typename T, typename Encode, typename Decode>
Kind RecordKind(T sample, Encode encode, Decode decode) {
  return {.write = [=] { return encode(sample); },
          .reads_as_sample =
              [=](const std::string& bytes) {
                const auto back = decode(bytes);
                return back.ok() && *back == sample;
              }};
}

std::map<std::string, Kind> SignalKinds() {
  std::map<std::string, Kind> kinds;
  for (const SignalTypeInfo& type : SignalTypes()) {
    if (type.family < SignalFamily::kProfile) {
      kinds["signal/" + type.type] = SignalKind(SampleSignal(type, 1, false), {});
    }
  }
  for (const auto& [type, payload] : SamplePayloads()) {
    Signal around = SampleSignal(*FindSignalType(type), 1, false);
    around.fields.clear();
    kinds["signal/" + type] = SignalKind(around, payload);
  }
  return kinds;
}

std::map<std::string, Kind> AllKinds() {
  std::map<std::string, Kind> kinds = SignalKinds();
  kinds["decision"] = {.write = [] { return EncodeDecision(SampleDecision(), SampleOrigin()); },
                       .reads_as_sample =
                           [](const std::string& bytes) {
                             const auto back = DecodeDecision(bytes);
                             return back.ok() && back->decision == SampleDecision() &&
                                    back->origin == SampleOrigin();
                           }};
  kinds["decision_envelope"] =
      RecordKind(SampleEnvelope("payload"), EncodeDecisionEnvelope, DecodeDecisionEnvelope);
  kinds["approved_action"] =
      RecordKind(SampleApprovedAction(), EncodeApprovedAction, DecodeApprovedAction);
  SignedAction signed_action{.payload = "p", .key_id = "0123456789abcdef", .signature = {}};
  signed_action.signature.fill(3);
  kinds["signed_action"] = RecordKind(
      signed_action,
      [](const SignedAction& sample) {
        return ActionRecordOf(SampleApprovedAction(), sample).value;
      },
      DecodeSignedAction);
  kinds["approval_request"] = RecordKind(
      SampleApprovalRequest("action"),
      [](const ApprovalRequest& sample) { return ApprovalRequestRecordOf(sample, "e.").value; },
      DecodeApprovalRequest);
  kinds["approval_request_held"] = RecordKind(
      SampleHeldRequest("action"),
      [](const ApprovalRequest& sample) { return ApprovalRequestRecordOf(sample, "e.").value; },
      DecodeApprovalRequest);
  kinds["decision_after_answer"] = {
      .write = [] { return EncodeDecision(SampleRelease(), SampleOrigin()); },
      .reads_as_sample =
          [](const std::string& bytes) {
            const auto back = DecodeDecision(bytes);
            return back.ok() && back->decision == SampleRelease();
          }};
  kinds["commit_record"] = RecordKind(SampleCommitRecord(), EncodeCommitRecord, DecodeCommitRecord);
  kinds["bundle_chunk"] = RecordKind(SampleBundleChunk(), EncodeBundleChunk, DecodeBundleChunk);
  kinds["active_bundle"] = RecordKind(SampleActiveBundle(), EncodeActiveBundle, DecodeActiveBundle);
  kinds["control_entry"] = RecordKind(SampleControlEntry(), EncodeControlEntry, DecodeControlEntry);
  return kinds;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::map<std::string, std::string> ReadGolden() {
  std::map<std::string, std::string> golden;
  std::ifstream in(kFile);
  std::string name;
  std::string hex;
  while (in >> name >> hex) golden[name] = FromHex(hex);
  return golden;
}

TEST(Golden, EveryKindIsWrittenAndReadAsVersionOneDid) {
  const auto golden = ReadGolden();
  const auto kinds = AllKinds();
  ASSERT_GE(kinds.size(), 40U);
  for (const auto& [name, kind] : kinds) {
    SCOPED_TRACE(name);
    const auto it = golden.find(name);
    if (it == golden.end() && std::getenv("EVENKEEL_ADD_GOLDEN") != nullptr) {
      std::ofstream(kFile, std::ios::app) << name << ' ' << ToHex(kind.write()) << '\n';
      continue;
    }
    ASSERT_NE(it, golden.end()) << "no bytes in " << kFile;
    EXPECT_EQ(ToHex(kind.write()), ToHex(it->second));
    EXPECT_TRUE(kind.reads_as_sample(it->second));
  }
}

TEST(Golden, NothingInTheFileIsForgotten) {
  const auto kinds = AllKinds();
  for (const auto& [name, bytes] : ReadGolden()) EXPECT_TRUE(kinds.contains(name)) << name;
}

}  // namespace
}  // namespace evenkeel
