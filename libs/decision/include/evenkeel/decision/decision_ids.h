#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/model/decision.h"
#include "evenkeel/policy/contact_ledger.h"

namespace evenkeel {

/// What makes the ids of one task's decisions its own.
struct DecisionScope {
  std::string deployment;
  std::uint64_t task_epoch = 0;
};

/// H(deployment, task epoch, customer, trigger, point, ordinal): 32 hexadecimal digits. The same
/// decision made again has the same id; no other has.
std::string DecisionIdOf(const DecisionScope& scope, std::string_view customer,
                         const Trigger& trigger, std::string_view point, std::uint32_t ordinal);

/// H(domain of ids, decision id, index): 32 hexadecimal digits.
std::string ActionIdOf(std::string_view decision_id, std::uint32_t index);

/// H(domain of ids, decision id): 32 hexadecimal digits.
std::string ApprovalIdOf(std::string_view decision_id);

/// The seed of a decision's random draws.
std::uint64_t SeedOf(std::string_view decision_id);

/// The 16 bytes of an action id; nothing where `id` is not 32 lower-case hexadecimal digits.
std::optional<ActionKey> ParseActionId(std::string_view id);

}  // namespace evenkeel
