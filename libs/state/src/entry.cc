#include "evenkeel/state/entry.h"

#include "big_endian.h"

#include "evenkeel/base/bytes.h"

namespace evenkeel {
namespace {

constexpr char kStateFormat = 1;
constexpr std::uint8_t kGapFormat = 1;
constexpr std::size_t kStateHeaderBytes = 9;

}  // namespace

std::string EntryKey(EntryKind kind, std::string_view rest) {
  std::string key;
  key.reserve(1 + rest.size());
  key.push_back(static_cast<char>(kind));
  key.append(rest);
  return key;
}

std::string LayoutKey(std::uint64_t layout) {
  std::string key(1, static_cast<char>(EntryKind::kLayout));
  AppendBigEndian(layout, key);
  return key;
}

void BeginStateValue(std::uint64_t layout, std::string& out) {
  out.push_back(kStateFormat);
  AppendBigEndian(layout, out);
}

Result<StateValue> ParseStateValue(std::string_view value) {
  if (value.size() < kStateHeaderBytes) {
    return DataLoss("a state value of " + std::to_string(value.size()) + " bytes is too short");
  }
  if (value.front() != kStateFormat) {
    return DataLoss("state format " + std::to_string(static_cast<int>(value.front())) +
                    " is not known to this build; run a newer one");
  }
  return StateValue{.layout = ParseBigEndian(value.substr(1, 8)),
                    .bytes = value.substr(kStateHeaderBytes)};
}

std::string GapKey(const GapOrder& gap) {
  std::string key(1, static_cast<char>(EntryKind::kGap));
  ByteWriter writer(key);
  writer.Bytes(gap.topic);
  writer.Signed(gap.from);
  return key;
}

std::string EncodeGap(const GapOrder& gap) {
  std::string value;
  ByteWriter writer(value);
  writer.Byte(kGapFormat);
  writer.Signed(gap.to);
  writer.Bytes(gap.accepted_by);
  return value;
}

Result<GapOrder> DecodeGap(std::string_view key, std::string_view value) {
  GapOrder gap;
  ByteReader key_reader(key.substr(key.empty() ? 0 : 1));
  gap.topic = key_reader.Bytes();
  gap.from = key_reader.Signed();
  ByteReader value_reader(value);
  const std::uint8_t format = value_reader.Byte();
  gap.to = value_reader.Signed();
  gap.accepted_by = value_reader.Bytes();
  if (format != kGapFormat || !key_reader.done() || !value_reader.done() || gap.to <= gap.from) {
    return DataLoss("a gap order in the changelog cannot be read");
  }
  return gap;
}

}  // namespace evenkeel
