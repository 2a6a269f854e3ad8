#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// The kinds of changelog entries: the first byte of their key.
enum class EntryKind : char {
  kCommit = 'C',  ///< Key is this byte alone; value: a commit record.
  kGap = 'G',     ///< Topic and first missing offset -> an operator's order to skip (GapOrder).
  kLayout = 'L',  ///< Layout number, 8 bytes big-endian -> its bytes.
  kState = 'S',   ///< The state's key -> StateValue.
};

std::string EntryKey(EntryKind kind, std::string_view rest);
std::string LayoutKey(std::uint64_t layout);

/// The value of a state entry: a format byte (1), the layout's number (8 bytes, big-endian), then
/// the processor's bytes.
struct StateValue {
  std::uint64_t layout = 0;
  std::string_view bytes;  ///< Borrowed.
};

/// Appends the format byte and `layout` to `out`; the processor's bytes follow.
void BeginStateValue(std::uint64_t layout, std::string& out);

/// kDataLoss if `value` is too short or of a format that this build does not know.
Result<StateValue> ParseStateValue(std::string_view value);

/// "The records [from, to) of `topic` are lost; go on at `to`." Written by an operator to the
/// task's changelog partition while the task is stopped; the task applies it when it stands exactly
/// at `from`.
struct GapOrder {
  std::string topic;
  Offset from = 0;
  Offset to = 0;
  std::string accepted_by;  ///< Who, and why.

  friend bool operator==(const GapOrder&, const GapOrder&) = default;
};

std::string GapKey(const GapOrder& gap);
std::string EncodeGap(const GapOrder& gap);
Result<GapOrder> DecodeGap(std::string_view key, std::string_view value);

}  // namespace evenkeel
