#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message_plan.h"

#include "evenkeel/base/time.h"
#include "evenkeel/codec/decode_error.h"
#include "evenkeel/model/signal.h"

namespace evenkeel::internal {

/// A value on its way from the wire into a field. Texts are borrowed.
struct Slot {
  bool is_present = false;
  FieldKind kind = FieldKind::kText;
  bool flag = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text;
  Money money;
};

struct NamedSlot {
  std::string_view name;
  Slot slot;
};

/// The facts of one message, flat. Reused from message to message.
struct Facts {
  std::vector<Slot> slots;       ///< One for each leaf of the plan.
  std::vector<NamedSlot> named;  ///< Of a custom event's maps.
  std::uint32_t unknown_field_count = 0;
  std::uint32_t unknown_value_count = 0;
};

/// Longest text a signal may carry.
inline constexpr std::size_t kTextMaxBytes = 4096;

/// Reads `bytes`, a message of `plan`'s type, into `facts`, whose texts point into them. Looks at
/// everything in the message: also what does not become a fact is checked.
std::optional<DecodeFailure> Flatten(const MessagePlan& plan, std::string_view bytes, Facts& facts);

/// Moves the facts that became fields into `fields`, sorted by name; memory is reused.
/// Errors: a custom event that names a field twice.
std::optional<DecodeFailure> EmitFields(const MessagePlan& plan, Facts& facts,
                                        std::vector<SignalField>& fields);

/// A hash over type, time (where the signal had one of its own) and `fields` or, if not empty,
/// `payload`. Never changes: it is stored.
std::uint64_t ContentHash(std::string_view type, std::optional<TimeMs> time,
                          const std::vector<SignalField>& fields, std::string_view payload);

}  // namespace evenkeel::internal
