#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

/// Appends values to a string of bytes, in a form that is the same on every machine.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  static constexpr std::size_t kVarintMax = 10;

  /// LEB128: seven bits a byte, least significant first. Writes to `bytes`, up to kVarintMax;
  /// returns how many.
  static std::size_t PutVarint(std::uint64_t value, char* bytes) {
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    return size;
  }

  /// Small numbers of either sign become small ones (zigzag).
  static std::uint64_t Zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  }

  void Varint(std::uint64_t value) {
    std::array<char, kVarintMax> bytes;
    out_.append(bytes.data(), PutVarint(value, bytes.data()));
  }

  void Signed(std::int64_t value) { Varint(Zigzag(value)); }

  void Byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

  /// Length, then bytes.
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    out_.append(bytes);
  }

  /// Bytes of a length that the reader knows.
  void Raw(std::string_view bytes) { out_.append(bytes); }

 private:
  std::string& out_;
};

/// Reads what a ByteWriter wrote. After the first thing that does not fit, all reads give zero and
/// ok() is false; so a reader may read on and ask once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  /// Says that what was read is no good: for readers that know more than bytes.
  void Fail() { ok_ = false; }
  /// True if everything was read and nothing was wrong.
  bool done() const { return ok_ && in_.empty(); }

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return ok_ ? value : 0;
    }
    ok_ = false;
    return 0;
  }

  std::int64_t Signed() {
    const std::uint64_t raw = Varint();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  }

  std::uint8_t Byte() {
    if (!ok_ || in_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto byte = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return byte;
  }

  /// A view into the input.
  std::string_view Bytes() { return Raw(Varint()); }

  /// A view of `length` bytes of the input.
  std::string_view Raw(std::uint64_t length) {
    if (!ok_ || length > in_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = in_.substr(0, length);
    in_.remove_prefix(length);
    return bytes;
  }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace evenkeel
