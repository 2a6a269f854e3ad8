#pragma once

#include <string>
#include <variant>

#include "evenkeel/base/time.h"
#include "evenkeel/model/outcome.h"
#include "evenkeel/model/profile.h"
#include "evenkeel/model/receipt.h"
#include "evenkeel/model/verdict.h"

namespace evenkeel {

/// "Forget this customer": everything known about them goes.
struct Forget {
  std::string request_id;
  std::string reason;

  friend bool operator==(const Forget&, const Forget&) = default;
};

/// "It is now `until`": lets idle partitions and simulated worlds go on.
struct Tick {
  TimeMs until;

  friend bool operator==(const Tick&, const Tick&) = default;
};

/// The content of a signal whose shape does not fit into flat fields. Of a family that has one
/// here, exactly that alternative; else std::monostate.
///   profile: ProfileUpdate (also for a change of consent alone) · receipt: Receipt ·
///   verdict: Verdict · outcome: Outcome · forget: Forget · tick: Tick
using SignalPayload =
    std::variant<std::monostate, ProfileUpdate, Receipt, Verdict, Outcome, Forget, Tick>;

}  // namespace evenkeel
