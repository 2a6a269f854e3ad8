#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/model/receipt.h"

namespace evenkeel {

/// How far an action has come. The numbers are stored.
enum class ClaimPhase : std::uint8_t {
  kPlanned = 1,  ///< Its send window has not begun.
  kCalling = 2,  ///< A call may be under way: what a takeover must take up again.
  kEnded = 3,    ///< The receipt is written. Kept, so that a repeat of the action is known.
};

/// What the executor knows of one action. Written before the first call is made, in a transaction
/// of its own: whoever takes over sees that a call may have been made.
struct Claim {
  Sha256Digest digest{};  ///< Of the action's payload; the same id with another is refused.
  ClaimPhase phase = ClaimPhase::kPlanned;
  std::string channel;
  std::uint32_t attempts = 0;  ///< Calls that were begun.
  TimeMs first_called;         ///< When the first of them was handed out.
  TimeMs due;                  ///< kPlanned: when to begin. kEnded: when to forget it.
  std::string payload;         ///< The action's stored bytes, until it has ended.
  /// kEnded: as what. Before: kUnknown, once a call went without an answer.
  std::optional<ReceiptStatus> ended;

  friend bool operator==(const Claim&, const Claim&) = default;
};

/// All that the executor keeps of one customer: claims by action id.
class ExecutorState final : public StateObject {
 public:
  static Result<std::unique_ptr<ExecutorState>> Decode(std::string_view bytes);
  void EncodeTo(std::string& out) const override;
  std::size_t MemoryBytes(std::size_t encoded) const override {
    constexpr std::size_t kNodeBytes = 96;
    return sizeof(*this) + claims.size() * (kNodeBytes + sizeof(Claim)) + 2 * encoded;
  }

  /// Calls `add(due, name)` for every timer: the name is the action id.
  template <typename Add>
  void ForEachTimer(const Add& add) const {
    for (const auto& [action_id, claim] : claims) {
      if (claim.phase != ClaimPhase::kCalling) add(claim.due, action_id);
    }
  }

  std::map<std::string, Claim, std::less<>> claims;
};

}  // namespace evenkeel
