#include "evenkeel/features/enum_bytes.h"
#include "evenkeel/features/far_time.h"
#include "evenkeel/features/field_value_bytes.h"
#include "evenkeel/policy/customer_profile.h"

namespace evenkeel {
namespace {

// Most customers have told us little: what was never said costs one bit.
enum Part : std::uint64_t {
  kKind = 1,
  kTimeZone = 2,
  kJurisdiction = 4,
  kSegment = 8,
  kLanguage = 16,
  kVulnerable = 32,
  kChannels = 64,
  kContactsMax = 128,
  kPause = 256,
  kHumanOnly = 512,
};

template <typename T>
std::uint64_t FlagOf(const Stamped<T>& part, Part flag) {
  return part.stamp == Stamp{} ? std::uint64_t{0} : std::uint64_t{flag};
}

void WriteStamp(ByteWriter& writer, Stamp stamp) {
  writer.Signed(stamp.since.value);
  writer.Varint(stamp.order);
}

Stamp ReadStamp(ByteReader& reader) {
  Stamp stamp;
  stamp.since = {reader.Signed()};
  stamp.order = reader.Varint();
  return stamp;
}

// Writes a part that was said: its value by `write`, then its stamp.
template <typename T, typename Write>
void WritePart(ByteWriter& writer, const Stamped<T>& part, Write write) {
  if (part.stamp == Stamp{}) return;
  write(part.value);
  WriteStamp(writer, part.stamp);
}

template <typename T, typename Read>
void ReadPart(ByteReader& reader, Stamped<T>& part, std::uint64_t said, Part flag, Read read) {
  if ((said & flag) == 0) return;
  part.value = read();
  part.stamp = ReadStamp(reader);
}

}  // namespace

void CustomerProfile::Write(ByteWriter& writer) const {
  writer.Varint(FlagOf(kind_, kKind) | FlagOf(time_zone_, kTimeZone) |
                FlagOf(jurisdiction_, kJurisdiction) | FlagOf(segment_, kSegment) |
                FlagOf(language_, kLanguage) | FlagOf(is_vulnerable_, kVulnerable) |
                FlagOf(channels_, kChannels) | FlagOf(contacts_max_, kContactsMax) |
                FlagOf(pause_until_, kPause) | FlagOf(is_human_only_, kHumanOnly));
  const auto text = [&](const std::string& value) { writer.Bytes(value); };
  WritePart(writer, kind_, [&](CustomerKind k) { writer.Byte(static_cast<std::uint8_t>(k)); });
  WritePart(writer, time_zone_, text);
  WritePart(writer, jurisdiction_, text);
  WritePart(writer, segment_, text);
  WritePart(writer, language_, text);
  WritePart(writer, is_vulnerable_,
            [&](const std::optional<bool>& value) { writer.Byte(value.value_or(false) ? 1 : 0); });
  WritePart(writer, channels_, [&](const std::vector<std::string>& channels) {
    writer.Varint(channels.size());
    for (const std::string& channel : channels) writer.Bytes(channel);
  });
  WritePart(writer, contacts_max_,
            [&](const std::optional<std::int32_t>& value) { writer.Signed(value.value_or(0)); });
  WritePart(writer, pause_until_, [&](TimeMs value) { writer.Signed(value.value); });
  WritePart(writer, is_human_only_, [&](bool value) { writer.Byte(value ? 1 : 0); });
  WriteConsents(writer);
  writer.Varint(attributes_.size());
  for (const AttributeEntry& entry : attributes_) {
    writer.Bytes(entry.name);
    WriteStamp(writer, entry.value.stamp);
    writer.Byte(entry.value.value ? 1 : 0);
    if (entry.value.value) WriteFieldValue(writer, *entry.value.value);
  }
}

void CustomerProfile::Read(ByteReader& reader) {
  const std::uint64_t said = reader.Varint();
  const auto text = [&] { return std::string(reader.Bytes()); };
  ReadPart(reader, kind_, said, kKind, [&] { return ReadEnum(reader, CustomerKind::kPartner); });
  ReadPart(reader, time_zone_, said, kTimeZone, text);
  ReadPart(reader, jurisdiction_, said, kJurisdiction, text);
  ReadPart(reader, segment_, said, kSegment, text);
  ReadPart(reader, language_, said, kLanguage, text);
  ReadPart(reader, is_vulnerable_, said, kVulnerable, [&] { return reader.Byte() != 0; });
  ReadPart(reader, channels_, said, kChannels, [&] {
    std::vector<std::string> channels;
    for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) channels.push_back(text());
    return channels;
  });
  ReadPart(reader, contacts_max_, said, kContactsMax,
           [&] { return static_cast<std::int32_t>(reader.Signed()); });
  ReadPart(reader, pause_until_, said, kPause, [&] { return TimeMs{reader.Signed()}; });
  ReadPart(reader, is_human_only_, said, kHumanOnly, [&] { return reader.Byte() != 0; });
  ReadConsents(reader);
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    AttributeEntry entry;
    entry.name = text();
    entry.value.stamp = ReadStamp(reader);
    if (reader.Byte() != 0) entry.value.value = ReadFieldValue(reader);
    attributes_.push_back(std::move(entry));
  }
}

void CustomerProfile::WriteConsents(ByteWriter& writer) const {
  writer.Varint(consents_.size());
  for (const ConsentEntry& entry : consents_) {
    writer.Bytes(entry.purpose);
    writer.Bytes(entry.channel);
    writer.Byte(static_cast<std::uint8_t>(entry.state));
    writer.Signed(entry.since.value);
    WriteFarTime(writer, entry.expires);
  }
}

void CustomerProfile::ReadConsents(ByteReader& reader) {
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    ConsentEntry entry;
    entry.purpose = reader.Bytes();
    entry.channel = reader.Bytes();
    entry.state = ReadEnum(reader, ConsentState::kRefused);
    entry.since = {reader.Signed()};
    entry.expires = ReadFarTime(reader);
    consents_.push_back(std::move(entry));
  }
}

}  // namespace evenkeel
