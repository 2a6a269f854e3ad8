#pragma once

#include "evenkeel/base/bytes.h"

namespace evenkeel {

/// An enumerator from 1 to `last`. On another number `reader` is not ok afterwards.
template <typename Enum>
Enum ReadEnum(ByteReader& reader, Enum last) {
  const std::uint8_t value = reader.Byte();
  if (value >= 1 && value <= static_cast<std::uint8_t>(last)) return static_cast<Enum>(value);
  reader.Fail();
  return last;
}

}  // namespace evenkeel
