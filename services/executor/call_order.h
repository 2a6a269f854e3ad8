#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "executor/connector.h"
#include "executor/control_board.h"

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

/// What an effect is made of, and what comes back of it. Both travel as bytes.
struct CallOrder {
  std::string customer;
  std::string action_id;
  ControlledAction subject;  ///< Its channel is whose connector is called.
  std::uint32_t attempt = 1;
  std::chrono::milliseconds delay{0};  ///< Process time to wait before the call.
  std::string body;
  /// An earlier owner may have made this call,
  bool is_repeat = false;
  /// and the target does not know the id again: it must not be made; the report says so.
  bool is_lost = false;
  TimeMs not_after = TimeMs::Max();  ///< By the wall clock. At or after it no call is made.

  std::string Encode() const;
  static Result<CallOrder> Decode(std::string_view bytes);
};

struct CallReport {
  std::string customer;
  std::string action_id;
  std::uint32_t attempt = 1;
  CallResult result;

  std::string Encode() const;
  static Result<CallReport> Decode(std::string_view bytes);
};

}  // namespace evenkeel
