#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/action.h"
#include "evenkeel/model/approval_request.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/expected_value.h"
#include "evenkeel/model/money.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/model/verdict.h"

namespace evenkeel {

enum class TriggerKind : std::uint8_t { kSignal = 1, kTimer = 2, kVerdict = 3, kQuery = 4 };

/// What set a decision off.
struct Trigger {
  TriggerKind kind = TriggerKind::kSignal;
  std::string source;  ///< Of the signal; empty for a timer; the id of the request for a verdict.
  std::string id;      ///< Of the signal; the timer's name; of the verdict; of the query.
  TimeMs time;         ///< The signal's event time; when the timer was due; 0 for a verdict.

  friend bool operator==(const Trigger&, const Trigger&) = default;
};

/// Why a candidate fell. The numbers are stored: never reuse one.
enum class ReasonCode : std::uint8_t {
  kNotEligible = 1,
  kNotApplicable = 2,
  kNotSuitable = 3,
  kNoUplift = 4,  ///< No prior for the customer's segment.
  kConsentMissing = 5,
  kConsentRefused = 6,
  kConsentExpired = 7,
  kChannelNotWanted = 8,
  kPaused = 9,          ///< The customer asked for a pause.
  kHumanOnly = 10,      ///< The customer wants people, not machines.
  kFrequencyWish = 11,  ///< The customer asked for fewer contacts.
  kCap = 12,
  kCoolDown = 13,
  kQuietHours = 14,
  kTimeZoneUnknown = 15,
  kKillSwitch = 16,
  kScoreOnly = 17,      ///< Autonomy level L0.
  kLedgerFull = 18,     ///< More contacts on record than a state may hold.
  kNoValue = 19,        ///< Expected value not above 0.
  kLowerValue = 20,     ///< Another candidate is worth more.
  kNoProvenValue = 21,  ///< Reserved: chance of harm above its risk class's limit.
  kApprovalOpen = 22,   ///< A person is being asked about the same action, or it waits to go out.
  kApprovalsFull = 23,  ///< As many requests are open as a customer may have.
  kRecentlyRejected = 24,  ///< A person rejected the same action not long ago.
  kLevelTooLow = 25,       ///< The autonomy level does not let it go out.
  kActionChanged = 26,     ///< The bundle in force does not have it as it was approved.
  kMoney = 27,             ///< It gives more money than may go out without a person.
  kAssumedUplift = 28,     ///< It gives money because of an effect that is assumed.
  kRiskClass = 29,         ///< Its risk class wants a person.
  kRejected = 30,          ///< A person said no.
  kExpired = 31,           ///< Nobody answered in time.
  kAlreadyAnswered = 32,   ///< Another answer came first.
  kApproved = 33,          ///< A person said yes.
  kRoleNotAllowed = 34,    ///< The policy in force wants an answer in another role.
  kHeldOut = 35,           ///< The customer is held out by now.
};

/// The code's name in lower case: "consent_missing".
std::string_view ReasonCodeName(ReasonCode code);

struct Reason {
  ReasonCode code = ReasonCode::kNotEligible;
  std::string rule;  ///< The rule or switch that says so; empty where the code says it all.

  friend bool operator==(const Reason&, const Reason&) = default;
};

/// The assumed (or measured) effect of an action on the chance of an outcome.
struct UsedUplift {
  UpliftBasis basis = UpliftBasis::kAssumed;
  std::string segment;
  std::int64_t mean_ppb = 0;  ///< As the prior says.
  std::int64_t low_ppb = 0;
  std::int64_t high_ppb = 0;
  std::int64_t used_ppb = 0;  ///< Bounded by what there is to save, and to lose.

  friend bool operator==(const UsedUplift&, const UsedUplift&) = default;
};

/// One of the things that could have been done, and what spoke against it.
struct Candidate {
  std::string action;  ///< kNoActionName for doing nothing; then nearly all else is empty.
  std::string domain;
  std::string proposer;  ///< Who proposed it, such as "retention/1".
  std::string treatment;
  std::string channel;
  std::string cause;  ///< The feature that speaks most for the risk it acts on.
  AutonomyLevel level = AutonomyLevel::kL1;
  TimeMs send_from;
  TimeMs send_by;
  std::optional<UsedUplift> uplift;  ///< Of the chance to survive the horizon.
  std::optional<UsedUplift> resolution;
  std::optional<UsedUplift> complaint;  ///< Below zero: fewer of them.
  EvParts ev;
  std::int64_t ev_micro = 0;       ///< The sum of `ev`'s parts.
  std::int64_t ev_low_micro = 0;   ///< At the worse ends of all the uplifts' intervals,
  std::int64_t ev_high_micro = 0;  ///< and at the better ones.
  std::vector<Reason> reasons;     ///< Why it was not chosen: in checking order; empty if it was.
  /// When it could be chosen again, where time alone stands against it.
  std::optional<TimeMs> next_eligible;
  /// Chance that the policy chooses it, in billionths, given that it is asked.
  std::int64_t selection_ppb = 0;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

enum class DecisionVerdict : std::uint8_t {
  kNoAction = 1,     ///< Doing nothing is best.
  kExecute = 2,      ///< The action goes to its executor.
  kRecommend = 3,    ///< People are told; nothing is done.
  kTask = 4,         ///< Work for a person.
  kAskApproval = 5,  ///< A person is asked first.
  kWithheld = 6,     ///< Held out: the ghost of a decision, for measuring.
  kBlocked = 7,      ///< Something had value, and policy stopped all of it.
  // 8 is HANDOFF.
  kReleased = 9,      ///< An approved action goes to its executor.
  kNotReleased = 10,  ///< An approved action does not: the check at release failed.
  kHeld = 11,         ///< An approved action waits for the hours in which it may go out.
  kRejected = 12,     ///< A person rejected the action.
  kExpired = 13,      ///< Nobody answered in time.
  kNoEffect = 14,     ///< An answer came too late, or after another one.
};

/// The verdict's name in lower case: "no_action".
std::string_view DecisionVerdictName(DecisionVerdict verdict);

enum class Arm : std::uint8_t { kTreated = 1, kHoldout = 2 };

/// A decision about one customer, with all that it was made from.
struct Decision {
  std::string decision_id;  ///< 32 hexadecimal digits.
  CustomerId customer;
  std::string point;
  Trigger trigger;
  std::uint32_t ordinal = 0;  ///< Among the decisions of this trigger.
  TimeMs decided;             ///< The task's `now`.
  std::uint64_t seed = 0;     ///< Of its random draws, once there are any.

  std::string bundle;
  std::string bundle_version;
  Sha256Digest bundle_digest{};
  std::string policy_version;
  std::string catalogue_version;
  std::uint64_t context_revision = 0;  ///< Of kill switches and levels, as the caller numbers them.
  Currency currency;

  Arm arm = Arm::kTreated;
  std::int32_t holdout_epoch = -1;  ///< -1: none.
  std::string time_zone;            ///< The one that quiet hours were read in; may be empty.
  std::string time_zone_version;
  std::string segment;  ///< For uplift priors; may be empty.

  std::vector<UsedFeature> features;  ///< Sorted by name: all of the bundle's.
  ChurnScore churn;
  std::int64_t value_micro = 0;  ///< What a customer who stays is worth, per unit of survival.

  std::vector<Candidate> candidates;  ///< Doing nothing first, then as proposed.
  std::uint32_t chosen = 0;           ///< Index into `candidates`.
  DecisionVerdict verdict = DecisionVerdict::kNoAction;
  /// Why this verdict, where a person is asked or was.
  std::vector<Reason> verdict_reasons;
  /// The action, where there is one: sent on for kExecute, kTask and kReleased only.
  std::optional<PlannedAction> action;
  std::string approval_id;        ///< Of the request that it makes or answers; empty if none.
  std::optional<Verdict> answer;  ///< What it rests on, for what follows a request.
  /// When it is decided again because time alone stood against something better.
  std::optional<TimeMs> next_look;

  /// How the request stands from now on, if that changed. Written beside the record, not in it.
  std::optional<ApprovalRequest> request;

  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace evenkeel
