#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel {

/// One try to bring an approved action about at a target.
struct ActionCall {
  std::string action_id;  ///< The idempotency key; the same on every try.
  std::string type;       ///< Of the event that the target gets: "evenkeel.action.<channel>.v1".
  std::string body;       ///< JSON. The same on every try.
  std::uint32_t attempt = 1;
};

enum class CallOutcome : std::uint8_t {
  kDone = 1,    ///< The target has it.
  kRetry = 2,   ///< The target has not; the same call may succeed later.
  kFailed = 3,  ///< The target has not, and never will.
  /// Nobody knows: bytes were sent and no answer came. May be tried again only where the target
  /// honours the idempotency key.
  kAmbiguous = 4,
  kHeld = 5,  ///< Not made, since the process ends: whoever has the claim next begins again.
};

struct CallResult {
  CallOutcome outcome = CallOutcome::kFailed;
  std::uint32_t status = 0;  ///< Of HTTP; 0 where there is none.
  std::string detail;        ///< For people; no secret, no personal value.
  /// The target asks to wait at least this long.
  std::optional<std::chrono::milliseconds> retry_after;
};

/// Carries actions out at one kind of target.
///
/// Thread-safety: Execute() from several threads at once. It may block up to the connector's own
/// time limit and must not throw.
class Connector {
 public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;

  virtual CallResult Execute(const ActionCall& call) = 0;

  /// True if the target applies an action id once, however often it is called.
  virtual bool idempotent() const = 0;
};

}  // namespace evenkeel
