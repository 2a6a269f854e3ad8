#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::coding {

inline void PutBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

/// Overwrites 8 bytes of `out` from `at` on.
inline void SetFixed64(std::string& out, std::size_t at, std::int64_t value) {
  for (std::size_t i = 0; i < 8; ++i) {
    out[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

inline void PutFixed64(std::string& out, std::int64_t value) {
  out.resize(out.size() + 8);
  SetFixed64(out, out.size() - 8, value);
}

inline void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Small for numbers of either sign near 0.
inline void PutSigned(std::string& out, std::int64_t value) {
  PutVarint(out,
            (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

inline void PutBytes(std::string& out, std::string_view bytes) {
  PutVarint(out, bytes.size());
  out.append(bytes);
}

/// Takes values off the front of some bytes. After a failure everything reads as 0 or empty and
/// ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return is_ok_; }
  bool at_end() const { return rest_.empty(); }

  std::uint64_t BigEndian(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char c : Take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

  std::int64_t Fixed64() {
    std::uint64_t value = 0;
    int shift = 0;
    for (const char c : Take(8)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return static_cast<std::int64_t>(value);
  }

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = Take(1);
      if (byte.empty()) return 0;
      value |= static_cast<std::uint64_t>(byte[0] & 0x7f) << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    is_ok_ = false;
    return 0;
  }

  std::int64_t Signed() {
    const std::uint64_t value = Varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

  std::string_view Bytes() { return Take(Varint()); }

  std::string_view Take(std::size_t bytes) {
    if (bytes > rest_.size()) {
      is_ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }

 private:
  std::string_view rest_;
  bool is_ok_ = true;
};

}  // namespace evenkeel::coding
