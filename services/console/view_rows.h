#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/decision_service.pb.h"

namespace evenkeel {

/// The rows of the console's view and the order they lie in. Whoever changes a key or a value here
/// raises the format: views of another format are made anew from the log.
///
///   D<decision id>                     the envelope, as stored on the log
///   T<order>                           DecisionRow; `order` runs from the newest decision back
///   C<customer><order>  A<action><order>  V<verdict><order>      empty: indexes into T
///   X<action id>a, X<action id>r       what went out; what came of it
///   X<action id>d                      an executor could not read it: a dead letter
///   O<action id>                       its topic: went out, and has no end yet
///   R<approval id>                     the request, as stored on the log
///   Q<state><expires><approval id>  Y<customer><state><expires><approval id>      empty: indexes
///   W<approval id><partition><offset>  an answer
///   K<key>                             offset and entry of the control topic
///   F<time><key of an X or W row>      empty: what is forgotten in time
///   P<partition><topic>                position
///   U<partition>                       the latest time seen
///   N                                  ViewTotals
inline constexpr std::string_view kViewFormat = "2";

/// Where a decision stands: the newest first, and the same for who reads the log again.
struct DecisionOrder {
  std::int64_t as_of_ms = 0;
  Partition task = 0;
  std::uint64_t sequence = 0;
};

std::string OrderKey(const DecisionOrder& order);
inline constexpr std::size_t kOrderKeyBytes = 20;

/// The first possible order of a decision made before `until_ms`.
std::string OrderKeyBefore(std::int64_t until_ms);
/// When the decision of `order_key` was made.
std::int64_t AsOfOrder(std::string_view order_key);

/// What a list of decisions needs of one.
struct DecisionRow {
  std::string action_id;
  std::string approval_id;
  v1::DecisionSummary summary;  ///< Without progress.

  std::string Encode() const;
  static Result<DecisionRow> Decode(std::string_view bytes);
};

/// What went out, or what came of it.
struct ActionFact {
  std::int64_t time_ms = 0;     ///< When it went out, or came to be.
  std::int64_t indexed_ms = 0;  ///< The time of its F row.
  std::int32_t status = 0;      ///< v1::ReceiptStatus; 0 of what went out.
  std::string decision_id;

  std::string Encode() const;
  static Result<ActionFact> Decode(std::string_view bytes);
};

struct ControlRow {
  Offset offset = 0;
  std::string entry;  ///< A v1::ControlEntry.

  std::string Encode() const;
  static Result<ControlRow> Decode(std::string_view bytes);
};

/// Counts that are kept with the rows.
struct ViewTotals {
  std::int64_t decisions = 0;
  std::map<std::string, std::int64_t> open_actions;  ///< By topic; none of 0.
  std::int64_t open_approvals = 0;
  std::int64_t unreadable = 0;          ///< Records that were not understood.
  std::int64_t newest_time_ms = 0;      ///< Of all records taken.
  std::int64_t newest_decision_ms = 0;  ///< What ages are counted from.

  std::string Encode() const;
  static Result<ViewTotals> Decode(std::string_view bytes);
  std::int64_t OpenActions() const;  ///< On all topics.
  friend bool operator==(const ViewTotals&, const ViewTotals&) = default;
};

namespace view_keys {

std::string BigEndian(std::uint64_t value, int bytes);
std::uint64_t FromBigEndian(std::string_view bytes);

/// `text` with its length before it, so that no text is the beginning of another.
std::string Bounded(std::string_view text);

std::string Decision(std::string_view decision_id);
std::string ByTime(std::string_view order);
std::string CustomerPrefix(std::string_view customer);
std::string ActionPrefix(std::string_view action);
std::string VerdictPrefix(int verdict);
std::string Released(std::string_view action_id);
std::string Receipt(std::string_view action_id);
std::string DeadLetter(std::string_view action_id);
std::string OpenAction(std::string_view action_id);
std::string Approval(std::string_view approval_id);
std::string ApprovalStatePrefix(int state);
std::string ApprovalCustomerPrefix(std::string_view customer, int state);
/// What follows either prefix: the one that expires first comes first.
std::string ApprovalOrder(std::int64_t expires_ms, std::string_view approval_id);
inline constexpr std::size_t kApprovalTimeBytes = 8;
std::string VerdictsPrefix(std::string_view approval_id);
std::string Verdict(std::string_view approval_id, Partition partition, Offset offset);
std::string Control(std::string_view key);
std::string Forgetting(std::int64_t time_ms, std::string_view key);
std::string Position(const TopicPartition& where);
TopicPartition ParsePosition(std::string_view key);
std::string Clock(Partition partition);
inline constexpr std::string_view kTotals = "N";

}  // namespace view_keys
}  // namespace evenkeel
