#include "wire_reader.h"

namespace evenkeel::internal {

WireReader::Skipped WireReader::Skip(std::uint32_t number, WireType type, int depth_max) {
  std::uint64_t fixed64 = 0;
  std::uint32_t fixed32 = 0;
  std::string_view bytes;
  bool ok = false;
  switch (type) {
    case WireType::kVarint:
      ok = ReadVarint(fixed64);
      break;
    case WireType::kFixed64:
      ok = ReadFixed64(fixed64);
      break;
    case WireType::kBytes:
      ok = ReadBytes(bytes);
      break;
    case WireType::kFixed32:
      ok = ReadFixed32(fixed32);
      break;
    case WireType::kGroupBegin:
      return SkipGroup(number, depth_max);
    case WireType::kGroupEnd:
      break;
  }
  return ok ? Skipped::kYes : Skipped::kMalformed;
}

WireReader::Skipped WireReader::SkipGroup(std::uint32_t number, int depth_max) {
  if (depth_max <= 0) return Skipped::kTooDeep;
  std::uint32_t inner = 0;
  WireType type{};
  while (ReadTag(inner, type)) {
    if (type == WireType::kGroupEnd) {
      return inner == number ? Skipped::kYes : Skipped::kMalformed;
    }
    const Skipped skipped = Skip(inner, type, depth_max - 1);
    if (skipped != Skipped::kYes) return skipped;
  }
  return Skipped::kMalformed;
}

}  // namespace evenkeel::internal
