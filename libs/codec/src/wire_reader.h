#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace evenkeel::internal {

/// Protobuf's wire types.
enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroupBegin = 3,
  kGroupEnd = 4,
  kFixed32 = 5,
};

/// Reads protobuf's wire format from borrowed bytes. Every read returns false at what is malformed.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes)
      : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return next_ == end_; }

  bool ReadVarint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && next_ != end_; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*next_++);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool ReadTag(std::uint32_t& number, WireType& type) {
    std::uint64_t tag = 0;
    if (!ReadVarint(tag) || tag > 0xFFFFFFFFU || (tag & 7U) > 5U || tag >> 3 == 0) return false;
    number = static_cast<std::uint32_t>(tag >> 3);
    type = static_cast<WireType>(tag & 7U);
    return true;
  }

  bool ReadFixed64(std::uint64_t& value) { return ReadFixed(value); }
  bool ReadFixed32(std::uint32_t& value) { return ReadFixed(value); }

  /// `bytes` is a view into the input.
  bool ReadBytes(std::string_view& bytes) {
    std::uint64_t length = 0;
    if (!ReadVarint(length) || length > static_cast<std::uint64_t>(end_ - next_)) return false;
    bytes = {next_, static_cast<std::size_t>(length)};
    next_ += length;
    return true;
  }

  enum class Skipped : std::uint8_t { kYes, kMalformed, kTooDeep };

  /// Passes over the field whose tag was read. Groups may lie in groups `depth_max` deep.
  Skipped Skip(std::uint32_t number, WireType type, int depth_max);

 private:
  static_assert(std::endian::native == std::endian::little);

  template <typename T>
  bool ReadFixed(T& value) {
    if (static_cast<std::size_t>(end_ - next_) < sizeof value) return false;
    std::memcpy(&value, next_, sizeof value);
    next_ += sizeof value;
    return true;
  }

  Skipped SkipGroup(std::uint32_t number, int depth_max);

  const char* next_;
  const char* end_;
};

}  // namespace evenkeel::internal
