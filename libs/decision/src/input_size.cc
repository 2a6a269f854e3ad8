#include "input_size.h"

#include <algorithm>
#include <variant>

namespace evenkeel::internal {
namespace {

// A number of 64 bits takes at most 10 bytes.
constexpr std::int64_t kNumber = 10;
constexpr std::int64_t kStamp = 2 * kNumber;
constexpr std::int64_t kSeenId = kNumber + 8 + 4;
// The lengths of lists.
constexpr std::int64_t kFixed = 5 * kNumber;

std::int64_t SizeOf(const std::string& text) {
  return static_cast<std::int64_t>(text.size()) + kNumber;
}

std::int64_t SizeOf(const FieldValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return 2 * kNumber + 5 + (text == nullptr ? 0 : SizeOf(*text));
}

std::int64_t SizeOf(const ProfileUpdate& update) {
  std::int64_t size = 10 * (kStamp + kNumber);
  for (const auto* text :
       {&update.time_zone, &update.jurisdiction, &update.segment, &update.preferences.language}) {
    if (*text) size += SizeOf(**text);
  }
  if (update.preferences.channels) {
    for (const std::string& channel : *update.preferences.channels) size += SizeOf(channel);
  }
  for (const Consent& consent : update.consents) {
    size += SizeOf(consent.purpose) + SizeOf(consent.channel) + 1 + 2 * kNumber;
  }
  for (const SignalField& attribute : update.attributes) {
    size += SizeOf(attribute.name) + kStamp + 1 + SizeOf(attribute.value);
  }
  for (const std::string& name : update.cleared) size += SizeOf(name) + kStamp + 1;
  return size;
}

// What is kept of an answer while its action is held, and of the request once it is closed.
std::int64_t SizeOf(const Verdict& answer) {
  return 2 * (SizeOf(answer.verdict_id) + SizeOf(answer.approver)) + SizeOf(answer.approver_role) +
         SizeOf(answer.policy_revision) + 64 + 16 + 4 * kNumber;
}

}  // namespace

std::int64_t GrowthBound(const Signal& signal, const SignalPayload& payload,
                         const FeatureUpdate& update) {
  std::int64_t size = kFixed + kSeenId;
  for (const FeatureUpdate::Change& change : update.changes) {
    // What is said of a case has eight numbers.
    const std::int64_t numbers = change.said == OpenCase{} ? 3 : 8;
    size += numbers * kNumber + static_cast<std::int64_t>(change.symbol.size());
  }
  if (const auto* profile = std::get_if<ProfileUpdate>(&payload)) size += SizeOf(*profile);
  if (const auto* answer = std::get_if<Verdict>(&payload)) size += SizeOf(*answer);
  if (signal.family == SignalFamily::kFeedback) size += 2 * 256 + 4 * kNumber;  // An opt-out.
  return size;
}

bool HasHeadroom(SignalFamily family, const SignalPayload& payload) {
  if (family == SignalFamily::kReceipt || family == SignalFamily::kVerdict) return true;
  const auto* update = std::get_if<ProfileUpdate>(&payload);
  return update != nullptr && !update->consents.empty() &&
         std::all_of(update->consents.begin(), update->consents.end(), [](const Consent& consent) {
           return consent.state == ConsentState::kRefused;
         });
}

}  // namespace evenkeel::internal
