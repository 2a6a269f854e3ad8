#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/bytes.h"
#include "evenkeel/model/action.h"
#include "evenkeel/model/approval_request.h"
#include "evenkeel/model/verdict.h"
#include "evenkeel/policy/contact_ledger.h"

namespace evenkeel {

/// An action that waits for a person, or, once approved, for the hours in which it may go out.
struct PendingApproval {
  ApprovalRequest request;        ///< As it was last written: kOpen or kHeld.
  PlannedAction action;           ///< With the widest send window it can go out in.
  std::string point;              ///< Decision point it comes from.
  std::optional<Verdict> answer;  ///< For kHeld: the yes, without its comment.
  TimeMs due = TimeMs::Max();     ///< When its timer fires. Max(): it has none.

  friend bool operator==(const PendingApproval&, const PendingApproval&) = default;
};

/// What is remembered of a request that is no longer open.
struct ClosedApproval {
  ActionKey key{};  ///< Of its approval id.
  ApprovalState state = ApprovalState::kExpired;
  std::string action;  ///< Name in the catalogue.
  TimeMs closed;

  friend bool operator==(const ClosedApproval&, const ClosedApproval&) = default;
};

/// A customer's requests for approval: those that wait, and the last ones that did.
class PendingApprovals {
 public:
  static constexpr std::size_t kOpenMax = 8;
  static constexpr std::size_t kClosedMax = 16;
  static constexpr std::int64_t kBytesMax = 32 * 1024;

  /// In the order in which they were made.
  const std::vector<PendingApproval>& open() const { return open_; }
  bool empty() const { return open_.empty() && closed_.empty(); }

  /// Whether one more action fits, whose parameters have `text_bytes` bytes.
  bool HasRoomFor(std::int64_t text_bytes) const;

  /// Null if it does not wait (any more).
  PendingApproval* Find(std::string_view approval_id);
  const PendingApproval* Find(std::string_view approval_id) const;

  /// Null if nothing is known of it, or it still waits.
  const ClosedApproval* FindClosed(std::string_view approval_id) const;

  /// Whether `action` waits.
  bool IsOpen(std::string_view action) const;

  /// Whether a person rejected `action` after `since`.
  bool IsRejectedSince(std::string_view action, TimeMs since) const;

  /// REQUIRES: HasRoomFor() said yes.
  void Add(PendingApproval pending);

  /// The request no longer waits; its state says why. REQUIRES: Find().
  void Close(std::string_view approval_id, ApprovalState state, TimeMs now);

  void Write(ByteWriter& writer) const;
  /// On bytes that are none, `reader` is not ok afterwards.
  void Read(ByteReader& reader);

  friend bool operator==(const PendingApprovals&, const PendingApprovals&) = default;

 private:
  std::vector<PendingApproval> open_;
  std::vector<ClosedApproval> closed_;  // Oldest first.
};

/// At least as many bytes as Write() takes for it.
std::int64_t BytesBound(const PendingApproval& pending);

/// The timer of a request is called so, followed by its id.
inline constexpr std::string_view kApprovalTimer = "approval:";

}  // namespace evenkeel
