#include "evenkeel/codec/scores_codec.h"

#include "candidate_messages.h"
#include "messages.h"
#include "strict.h"

#include "evenkeel/v1/scores.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kWhat = "a customer's scores";

/// Another for every record: a score is written again only once it moved.
std::string IdOf(const CustomerScores& scores) {
  Sha256Stream id;
  id.UpdateField("evenkeel.scores.v1");
  id.UpdateField(scores.customer.value());
  id.UpdateField(std::to_string(scores.task_sequence));
  id.UpdateField(std::to_string(scores.as_of.value));
  id.UpdateField(std::to_string(scores.churn.churn_ppb));
  return ToHex(AsBytes(id.Finish()).substr(0, 16));
}

}  // namespace

std::string EncodeCustomerScores(const CustomerScores& scores) {
  v1::CustomerScores message;
  message.set_format(1);
  message.set_customer_id(scores.customer.value());
  message.set_as_of_time_ms(scores.as_of.value);
  internal::ToMessage(scores.churn, *message.add_churn());
  v1::VersionedName& bundle = *message.mutable_bundle();
  bundle.set_name(scores.bundle);
  bundle.set_version(scores.bundle_version);
  bundle.set_digest(std::string(AsBytes(scores.bundle_digest)));
  message.set_environment(static_cast<v1::Environment>(scores.environment));
  message.set_task_sequence(static_cast<std::int64_t>(scores.task_sequence));
  return internal::CanonicalBytes(message);
}

Result<CustomerScores> DecodeCustomerScores(std::string_view value) {
  v1::CustomerScores message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kWhat, message.format()));
  if (message.environment() == v1::ENVIRONMENT_UNSPECIFIED) {
    return internal::Damaged(kWhat, "environment");
  }
  const auto digest = internal::DigestFrom(message.bundle().digest());
  if (!digest) return internal::Damaged(kWhat, "bundle digest");
  if (message.churn_size() != 1) return internal::Damaged(kWhat, "churn");
  CustomerScores scores{.customer = CustomerId(message.customer_id()),
                        .as_of = {message.as_of_time_ms()},
                        .churn = {},
                        .bundle = message.bundle().name(),
                        .bundle_version = message.bundle().version(),
                        .bundle_digest = *digest,
                        .environment = internal::EnumCast<Environment>(message.environment()),
                        .task_sequence = static_cast<std::uint64_t>(message.task_sequence())};
  EVENKEEL_ASSIGN_OR_RETURN(scores.churn, internal::FromMessage(message.churn(0)));
  return scores;
}

EncodedRecord ScoresRecordOf(const CustomerScores& scores, std::string_view deployment) {
  EncodedRecord record;
  record.key = scores.customer.value();
  record.value = EncodeCustomerScores(scores);
  record.headers = internal::CloudEventHeaders({.id = IdOf(scores),
                                                .deployment = deployment,
                                                .type = "evenkeel.scores.v1",
                                                .time = scores.as_of});
  return record;
}

void ToMessage(const ChurnScore& score, v1::ChurnScore& message) {
  internal::ToMessage(score, message);
}

void ToMessage(const UsedFeature& feature, v1::FeatureValue& message) {
  internal::ToMessage(feature, message);
}

}  // namespace evenkeel
