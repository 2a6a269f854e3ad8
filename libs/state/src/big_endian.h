#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel {

/// Eight bytes that sort as the number does.
inline void AppendBigEndian(std::uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

/// REQUIRES: eight bytes.
inline std::uint64_t ParseBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace evenkeel
