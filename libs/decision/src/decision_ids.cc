#include "evenkeel/decision/decision_ids.h"

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

std::string FirstHalf(Sha256Stream& stream) {
  const Sha256Digest digest = stream.Finish();
  return ToHex(AsBytes(digest).substr(0, 16));
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string_view NameOf(TriggerKind kind) {
  switch (kind) {
    case TriggerKind::kSignal:
      return "signal";
    case TriggerKind::kTimer:
      return "timer";
    case TriggerKind::kVerdict:
      return "verdict";
    case TriggerKind::kQuery:
      break;
  }
  return "query";
}

}  // namespace

std::string DecisionIdOf(const DecisionScope& scope, std::string_view customer,
                         const Trigger& trigger, std::string_view point, std::uint32_t ordinal) {
  Sha256Stream stream;
  stream.UpdateField("evenkeel.decision.1");
  stream.UpdateField(scope.deployment);
  stream.UpdateField(std::to_string(scope.task_epoch));
  stream.UpdateField(customer);
  stream.UpdateField(NameOf(trigger.kind));
  stream.UpdateField(trigger.source);
  stream.UpdateField(trigger.id);
  // A signal is told by source and id; a timer fires again and again under its name.
  if (trigger.kind == TriggerKind::kTimer) stream.UpdateField(std::to_string(trigger.time.value));
  stream.UpdateField(point);
  stream.UpdateField(std::to_string(ordinal));
  return FirstHalf(stream);
}

std::string ActionIdOf(std::string_view decision_id, std::uint32_t index) {
  Sha256Stream stream;
  stream.UpdateField("evenkeel.action.1");
  stream.UpdateField(decision_id);
  stream.UpdateField(std::to_string(index));
  return FirstHalf(stream);
}

std::string ApprovalIdOf(std::string_view decision_id) {
  Sha256Stream stream;
  stream.UpdateField("evenkeel.approval.1");
  stream.UpdateField(decision_id);
  return FirstHalf(stream);
}

std::uint64_t SeedOf(std::string_view decision_id) {
  Sha256Stream stream;
  stream.UpdateField("evenkeel.seed.1");
  stream.UpdateField(decision_id);
  const Sha256Digest digest = stream.Finish();
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 8; ++i) seed = seed << 8 | digest[i];
  return seed;
}

std::optional<ActionKey> ParseActionId(std::string_view id) {
  ActionKey key{};
  if (id.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = DigitOf(id[2 * i]);
    const int low = DigitOf(id[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

}  // namespace evenkeel
