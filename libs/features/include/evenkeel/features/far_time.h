#pragma once

#include <cstdint>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

// A time that often is TimeMs::Max() or TimeMs::Min(), "never": these take one byte. The zigzag
// form of the two are the largest numbers of 64 bits: adding two brings them round to 0 and 1.

inline void WriteFarTime(ByteWriter& writer, TimeMs time) {
  const auto bits = static_cast<std::uint64_t>(time.value);
  const std::uint64_t zigzag = (bits << 1) ^ (time.value < 0 ? ~std::uint64_t{0} : 0);
  writer.Varint(zigzag + 2);
}

inline TimeMs ReadFarTime(ByteReader& reader) {
  const std::uint64_t zigzag = reader.Varint() - 2;
  return {static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1))};
}

}  // namespace evenkeel
