#include "executor/action_reader.h"

#include <array>
#include <ctime>

#include <google/protobuf/util/json_util.h>

#include "evenkeel/codec/action_codec.h"
#include "evenkeel/v1/actions.pb.h"

namespace evenkeel {
namespace {

Status CheckSignature(const SignedAction& signed_action, const ActionTrust& trust) {
  if (signed_action.key_id.empty()) {
    if (trust.is_unsigned_allowed) return {};
    return {StatusCode::kPermissionDenied, "the action is not signed"};
  }
  return trust.keys.Verify({signed_action.key_id, signed_action.signature},
                           ActionSigningBytes(signed_action.payload));
}

std::string Rfc3339(TimeMs time) {
  const auto seconds = static_cast<std::time_t>(time.value / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), length};
}

}  // namespace

Result<ReceivedAction> ReadAction(std::string_view value, const ActionTrust& trust) {
  EVENKEEL_ASSIGN_OR_RETURN(SignedAction signed_action, DecodeSignedAction(value));
  EVENKEEL_RETURN_IF_ERROR(CheckSignature(signed_action, trust));
  return ReadPayload(std::move(signed_action.payload));
}

Result<ReceivedAction> ReadPayload(std::string payload) {
  EVENKEEL_ASSIGN_OR_RETURN(ApprovedAction action, DecodeApprovedAction(payload));
  const Sha256Digest digest = Sha256(payload);
  return ReceivedAction{std::move(action), std::move(payload), digest};
}

Result<std::string> BodyOf(const ReceivedAction& received) {
  v1::ApprovedAction message;
  if (!message.ParseFromString(received.payload)) return InvalidArgument("not an action");
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string data;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &data, options);
  if (!printed.ok()) return InvalidArgument("action: " + printed.ToString());
  return R"({"type":"evenkeel.action.)" + received.action.planned.channel +
         R"(.v1","timestamp":")" + Rfc3339(received.action.issued) + R"(","data":)" + data + "}";
}

}  // namespace evenkeel
