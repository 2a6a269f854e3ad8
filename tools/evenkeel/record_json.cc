#include "record_json.h"

#include <optional>

#include <sodium.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/dump.h"

namespace evenkeel {
namespace {

using Json = nlohmann::ordered_json;

std::string Base64(const std::string& bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.find('\0'));
  return text;
}

bool StartsWith(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

std::optional<TopicKind> KindOf(const Deployment& deployment, const OwnedRecord& record) {
  const TopicNames names = deployment.names();
  const std::string& topic = record.topic;
  if (topic.ends_with(".dlq")) return std::nullopt;
  if (topic == names.Decisions()) return TopicKind::kDecision;
  if (topic == names.Bundles()) {
    return record.key == "active" ? TopicKind::kActiveBundle : TopicKind::kBundleChunk;
  }
  if (topic == names.Control()) return TopicKind::kControl;
  if (topic == names.Context()) return TopicKind::kContext;
  if (topic == names.ApprovalRequests()) return TopicKind::kApprovalRequest;
  if (StartsWith(topic, names.prefix() + "actions.")) return TopicKind::kAction;
  if (topic.find(".journal.") != std::string::npos) return TopicKind::kCommitRecord;
  if (topic.find(".changelog.") != std::string::npos) return std::nullopt;
  return TopicKind::kSignal;
}

std::string HeaderOf(const OwnedRecord& record, const std::string& name) {
  for (const auto& [header, value] : record.headers) {
    if (header == name) return value;
  }
  return {};
}

/// Text as it is if it is UTF-8, else in base64 under another name.
void PutText(Json& out, const std::string& name, const std::string& bytes) {
  try {
    Json text = bytes;
    (void)text.dump();
    out[name] = std::move(text);
  } catch (const Json::exception&) {
    out[name + "_base64"] = Base64(bytes);
  }
}

std::optional<std::string> PayloadOf(std::optional<TopicKind> kind, std::string_view value) {
  if (kind == TopicKind::kDecision) {
    Result<DecisionEnvelope> envelope = DecodeDecisionEnvelope(value);
    if (envelope.ok()) return std::move(envelope->payload);
  }
  if (kind == TopicKind::kAction) {
    Result<SignedAction> action = DecodeSignedAction(value);
    if (action.ok()) return std::move(action->payload);
  }
  return std::nullopt;
}

Json Coordinates(const OwnedRecord& record) {
  Json out;
  out["topic"] = record.topic;
  out["partition"] = record.partition;
  out["offset"] = record.offset;
  out["timestamp_ms"] = record.timestamp ? record.timestamp->value : -1;
  if (record.key) {
    PutText(out, "key", *record.key);
  } else {
    out["key"] = nullptr;
  }
  Json headers = Json::object();
  for (const auto& [name, value] : record.headers) PutText(headers, name, value);
  out["headers"] = std::move(headers);
  return out;
}

}  // namespace

Json RecordJson(const Deployment& deployment, const OwnedRecord& record) {
  Json out = Coordinates(record);
  if (!record.value) {
    out["value"] = nullptr;
    return out;
  }
  if (const auto kind = KindOf(deployment, record)) {
    const auto text = DumpValue(*kind, HeaderOf(record, "ce_type"), *record.value);
    if (text.ok()) {
      out["value"] = Json::parse(*text);
      return out;
    }
  }
  out["value_base64"] = Base64(*record.value);
  return out;
}

Json DigestJson(const Deployment& deployment, const OwnedRecord& record) {
  Json out = Coordinates(record);
  if (!record.value) {
    out["value_sha256"] = nullptr;
    return out;
  }
  out["value_sha256"] = ToHex(Sha256(*record.value));
  if (const auto payload = PayloadOf(KindOf(deployment, record), *record.value)) {
    out["payload_sha256"] = ToHex(Sha256(*payload));
  }
  return out;
}

Json DeadLetterJson(const OwnedRecord& record) {
  Json out = Coordinates(record);
  if (record.value) PutText(out, "value", *record.value);
  return out;
}

std::vector<std::string> DeadLetterTopics(const Deployment& deployment) {
  std::vector<std::string> topics;
  for (const TopicSpec& spec : PlanTopics(deployment.topic_plan())) {
    if (spec.name.ends_with(".dlq")) topics.push_back(spec.name);
  }
  return topics;
}

}  // namespace evenkeel
