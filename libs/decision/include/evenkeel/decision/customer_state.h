#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/decision/pending_approvals.h"
#include "evenkeel/features/layout.h"
#include "evenkeel/features/seen_ids.h"
#include "evenkeel/features/slots.h"
#include "evenkeel/policy/contact_ledger.h"
#include "evenkeel/policy/customer_profile.h"

namespace evenkeel {

/// What is known of one decision point of a customer.
struct PointState {
  std::string name;
  TimeMs decided = TimeMs::Min();   ///< Last time. Min(): never.
  TimeMs periodic = TimeMs::Max();  ///< When it is due again by its period. Max(): never.
  TimeMs wake = TimeMs::Max();      ///< When it is to be looked at again for another reason.

  friend bool operator==(const PointState&, const PointState&) = default;
};

/// What became of a customer's signals.
struct SignalCounts {
  std::uint64_t applied = 0;
  std::uint64_t repeats = 0;       ///< Dropped.
  std::uint64_t past_horizon = 0;  ///< Applied, though they may be repeats: nobody can tell.

  friend bool operator==(const SignalCounts&, const SignalCounts&) = default;
};

/// A timer of a customer.
struct CustomerTimer {
  TimeMs due;
  std::string name;
};

/// Everything that is known about one customer. A value; DecisionCore changes it.
class CustomerState {
 public:
  std::uint64_t layout_id = 0;  ///< Of `features`.
  FeatureSlots features;
  SeenIds seen;
  CustomerProfile profile;
  ContactLedger ledger;
  PendingApprovals approvals;
  std::vector<PointState> points;  ///< Ascending by name.
  SignalCounts counts;
  /// The chance to leave that was last reported, in billionths. Nothing: none was.
  std::optional<std::int64_t> reported_churn_ppb;

  /// A decision about this customer is under way in a wave: it must be closed before anything else
  /// touches the state. Not stored.
  bool is_in_wave = false;
  /// At least as many bytes as EncodeTo() writes. Not stored.
  std::int64_t bytes_bound = 0;

  /// Appends the bytes of this state. Equal states append equal bytes.
  /// `layout` is the one that `layout_id` names.
  void EncodeTo(const Layout& layout, std::string& out) const;

  /// kDataLoss if `bytes` are no state, or in a layout that `layouts` does not know.
  static Result<CustomerState> Decode(std::string_view bytes, const LayoutSet& layouts);

  /// The timers of this state, which follow from it alone; names are unique. Appends to `timers`.
  void TimersTo(std::vector<CustomerTimer>& timers) const;

  /// Notes that a deadline of a case was told: its timer is gone. Returns the slots that have it.
  std::vector<std::size_t> Tell(const CaseDeadline& deadline);

  /// The point called `name`, made where there is none.
  PointState& PointOf(std::string_view name);

  /// Adds to the ledger. REQUIRES: the ledger's MakeRoom() said yes.
  void AddContact(ContactEntry entry);

  /// Adds a request. REQUIRES: as PendingApprovals::Add().
  void AddApproval(PendingApproval pending);

  /// The exact bytes of the action that an open request asks about, once they are made: what
  /// verdicts must bind to. REQUIRES: the request is open.
  void SealApproval(const ApprovalRequest& request);

  /// Sets `bytes_bound` from the bytes as they are now.
  void MeasureBytes(const Layout& layout);

  friend bool operator==(const CustomerState& a, const CustomerState& b) {
    return a.layout_id == b.layout_id && a.features == b.features && a.seen == b.seen &&
           a.profile == b.profile && a.ledger == b.ledger && a.points == b.points &&
           a.counts == b.counts && a.approvals == b.approvals &&
           a.reported_churn_ppb == b.reported_churn_ppb;
  }
};

/// The timer that looks at a decision point is called so, followed by the point's name.
inline constexpr std::string_view kDecideTimer = "decide:";
/// The timer of a deadline of an open case is called so, followed by the case's key in decimal.
inline constexpr std::string_view kDueTimer = "due:";
/// The timer that returns reservations.
inline constexpr std::string_view kReturnTimer = "return";

}  // namespace evenkeel
