#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/definition_problem.h"
#include "evenkeel/policy/contact_ledger.h"
#include "evenkeel/policy/customer_profile.h"
#include "evenkeel/policy/definition.h"

namespace evenkeel {

/// A contact that might be made.
struct ContactRequest {
  std::string_view action;
  std::string_view channel;
  std::string_view purpose;
  ContactClass contact_class = ContactClass::kDefault;
  std::int64_t send_window_ms = 0;
};

/// To whom, and when.
struct ContactSubject {
  const CustomerProfile& profile;
  const ContactLedger& ledger;
  bool is_held_out = false;  ///< Then shadow contacts count like real ones.
  TimeMs now;
};

struct ContactAnswer {
  std::vector<Reason> reasons;  ///< Empty: it may be made.
  TimeMs send_by;               ///< End of the send window that starts now.
  /// Where time alone stands against it: when it may be made, all else staying as it is.
  std::optional<TimeMs> next_eligible;
};

/// Consent, wishes, caps, cool-downs and quiet hours.
///
/// Thread-safety: immutable.
class ContactPolicy {
 public:
  /// `policy` must outlive this. REQUIRES: CheckPolicy() found nothing.
  explicit ContactPolicy(const PolicyDefinition& policy);

  ContactAnswer Check(const ContactRequest& request, const ContactSubject& subject) const;

  /// The ledger's line for a contact that is decided on.
  ContactEntry EntryFor(const ContactRequest& request, ContactState state, TimeMs from,
                        TimeMs by) const;

  /// How far back the ledger must reach.
  std::int64_t history_ms() const { return history_ms_; }

  /// The zone that quiet hours are read in; null if neither the customer's nor the default is
  /// known.
  const TimeZoneTable* ZoneOf(const CustomerProfile& profile) const;

 private:
  void CheckConsent(const ContactRequest& request, const ContactSubject& subject,
                    std::vector<Reason>& reasons) const;
  void CheckWishes(const ContactRequest& request, const ContactSubject& subject,
                   std::vector<Reason>& reasons) const;
  /// What stands against a start at `at`, and the first time at which the rule that waits longest
  /// would let it pass (TimeMs::Max(): never). `reasons` may be null.
  TimeMs CheckTimes(const ContactRequest& request, const ContactSubject& subject, TimeMs at,
                    std::vector<Reason>* reasons) const;
  TimeMs CheckQuiet(const ContactRequest& request, const ContactSubject& subject, TimeMs at,
                    std::vector<Reason>* reasons) const;
  TimeMs WindowEnd(const ContactRequest& request, const ContactSubject& subject, TimeMs at) const;

  const PolicyDefinition& policy_;
  std::int64_t history_ms_ = 0;
};

/// All that is wrong in `policy`; `where` starts at the policy.
std::vector<DefinitionProblem> CheckPolicy(const PolicyDefinition& policy);

}  // namespace evenkeel
