#include "evenkeel/codec/dump.h"

#include <memory>

#include "message_plan.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "evenkeel/v1/actions.pb.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/budgets.pb.h"
#include "evenkeel/v1/commit_record.pb.h"
#include "evenkeel/v1/decisions.pb.h"
#include "evenkeel/v1/escalations.pb.h"
#include "evenkeel/v1/globals.pb.h"
#include "evenkeel/v1/scores.pb.h"

namespace evenkeel {
namespace {

namespace pb = google::protobuf;

Result<std::string> ToJson(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = false;
  std::string json;
  const auto status = pb::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return DataLoss("the value has no JSON form: " + status.message().ToString());
  return json;
}

Status Parse(std::string_view bytes, pb::Message& message) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return DataLoss("these bytes are not " + message.GetDescriptor()->full_name());
}

Result<std::string> Dump(std::string_view value, pb::Message&& message) {
  EVENKEEL_RETURN_IF_ERROR(Parse(value, message));
  return ToJson(message);
}

/// `outer` with its stored bytes, for who checks digests, and `inner` under the name "decoded".
template <typename Inner, typename Outer, typename Get>
Result<std::string> DumpNested(std::string_view value, Get get) {
  Outer outer;
  EVENKEEL_RETURN_IF_ERROR(Parse(value, outer));
  Inner inner;
  EVENKEEL_RETURN_IF_ERROR(Parse(get(outer), inner));
  EVENKEEL_ASSIGN_OR_RETURN(std::string json, ToJson(outer));
  EVENKEEL_ASSIGN_OR_RETURN(const std::string decoded, ToJson(inner));
  json.pop_back();
  if (json.size() > 1) json += ",";
  return json + "\"decoded\":" + decoded + "}";
}

Result<std::string> DumpSignal(std::string_view ce_type, std::string_view value) {
  const internal::MessagePlan* plan = internal::FindPlanByCeType(ce_type);
  if (plan == nullptr) {
    return InvalidArgument("there is no type of signal " + std::string(ce_type));
  }
  const std::unique_ptr<pb::Message> message(
      pb::MessageFactory::generated_factory()->GetPrototype(plan->descriptor)->New());
  return Dump(value, std::move(*message));
}

}  // namespace

Result<std::string> DumpValue(TopicKind kind, std::string_view ce_type, std::string_view value) {
  switch (kind) {
    case TopicKind::kSignal:
      return DumpSignal(ce_type, value);
    case TopicKind::kScores:
      return Dump(value, v1::CustomerScores());
    case TopicKind::kDecision:
      return DumpNested<v1::DecisionRecord, v1::DecisionEnvelope>(
          value, [](const auto& outer) { return outer.payload(); });
    case TopicKind::kAction:
      return DumpNested<v1::ApprovedAction, v1::SignedAction>(
          value, [](const auto& outer) { return outer.payload(); });
    case TopicKind::kApprovalRequest:
      return DumpNested<v1::ApprovedAction, v1::ApprovalRequest>(
          value, [](const auto& outer) { return outer.action(); });
    case TopicKind::kEscalation:
      return Dump(value, v1::ContextPacket());
    case TopicKind::kCommitRecord:
      return Dump(value, v1::CommitRecord());
    case TopicKind::kBundleChunk:
      return Dump(value, v1::BundleChunk());
    case TopicKind::kActiveBundle:
      return Dump(value, v1::ActiveBundle());
    case TopicKind::kControl:
      return Dump(value, v1::ControlEntry());
    case TopicKind::kContext:
      return Dump(value, v1::ContextEntry());
    case TopicKind::kBudgetRequest:
      return Dump(value, v1::BudgetRequest());
    case TopicKind::kBudgetGrant:
      return Dump(value, v1::BudgetGrant());
  }
  return InvalidArgument("there is no such kind of topic");
}

}  // namespace evenkeel
