#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/model/signal.h"

namespace evenkeel {

/// Why a customer leaves. Each has a hazard of its own; an action acts on one of them.
enum class ChurnCause : std::uint8_t {
  kVoluntary = 1,    ///< The customer cancels.
  kInvoluntary = 2,  ///< A payment fails for good.
};

/// L: cheap and reversible. M, H: more harm if wrong.
enum class RiskClass : std::uint8_t { kLow = 1, kMedium = 2, kHigh = 3 };

/// What kind of contact an action is: how much of the contact policy binds it.
enum class ContactClass : std::uint8_t {
  kDefault = 1,        ///< Everything binds.
  kMandatory = 2,      ///< The law wants it sent.
  kTransactional = 3,  ///< The customer set it off and waits for it.
  kRemedial = 4,       ///< Puts right what we did wrong.
};

/// How much happens without a person. Unknown means L1.
enum class AutonomyLevel : std::uint8_t {
  kL0 = 0,  ///< Score only.
  kL1 = 1,  ///< Recommend to people.
  kL2 = 2,  ///< Execute single-step actions of risk class L.
  kL3 = 3,  ///< Multi-step plays.
  kL4 = 4,  ///< A learnt policy within a domain.
  kL5 = 5,  ///< Shared objectives across domains.
};

/// The action of doing nothing: a candidate of every outbound decision, at an expected value of 0.
inline constexpr std::string_view kNoActionName = "NO_ACTION";

/// The channel whose executor is a person.
inline constexpr std::string_view kTaskChannel = "task";

/// What a decision wants done: all that an executor needs.
struct PlannedAction {
  std::string action_id;    ///< 32 hexadecimal digits; the same whenever the decision is the same.
  std::string decision_id;  ///< 32 hexadecimal digits.
  CustomerId customer;
  std::string action;
  std::string domain;
  std::string proposer;
  std::string treatment;
  std::string template_name;
  std::string channel;  ///< kTaskChannel: work for a person.
  std::string purpose;
  ContactClass contact_class = ContactClass::kDefault;
  RiskClass risk_class = RiskClass::kLow;
  bool is_reversible = true;
  TimeMs send_from;                     ///< The send window: not before this ...
  TimeMs send_by;                       ///< ... and not at or after this.
  std::int64_t incentive_micro = 0;     ///< What the customer is offered, each time; 0: nothing.
  std::int32_t incentive_payments = 0;  ///< 0: once, at once. n: at the end of each of n periods.
  std::vector<std::pair<std::string, std::string>> parameters;  ///< As the catalogue lists them.

  /// What the customer gets over the full term, in millionths.
  std::int64_t FaceMicro() const {
    return incentive_micro * (incentive_payments == 0 ? 1 : incentive_payments);
  }

  friend bool operator==(const PlannedAction&, const PlannedAction&) = default;
};

/// Whether `name` is the proposer `proposer`, or that of any version: "retention" is "retention/1".
inline bool IsProposer(std::string_view name, std::string_view proposer) {
  return name == proposer || name == proposer.substr(0, proposer.find('/'));
}

}  // namespace evenkeel
