#include "evenkeel/policy/contact_ledger.h"

#include <algorithm>
#include <limits>

#include "evenkeel/base/check.h"
#include "evenkeel/features/enum_bytes.h"

namespace evenkeel {
namespace {

// What a receipt says of the contact. Where a person did "something else", or nobody knows, it is
// taken for made: a cap is rather not reached than passed.
ContactState StateAfter(ReceiptStatus status) {
  switch (status) {
    case ReceiptStatus::kFailed:
    case ReceiptStatus::kExpired:
    case ReceiptStatus::kRefused:
      return ContactState::kReturned;
    case ReceiptStatus::kAccepted:
    case ReceiptStatus::kDone:
    case ReceiptStatus::kUnknown:
    case ReceiptStatus::kEdited:
    case ReceiptStatus::kOverridden:
      break;
  }
  return ContactState::kSettled;
}

}  // namespace

bool ContactLedger::MakeRoom(TimeMs cut) {
  std::erase_if(entries_, [cut](const ContactEntry& entry) {
    return entry.state != ContactState::kReserved && std::max(entry.from, entry.by) < cut;
  });
  return entries_.size() < kEntriesMax;
}

void ContactLedger::Add(ContactEntry entry) {
  EVENKEEL_CHECK(entries_.size() < kEntriesMax);
  entries_.push_back(std::move(entry));
}

ContactEntry* ContactLedger::ReservedOf(const ActionKey& key) {
  const auto entry = std::ranges::find_if(entries_, [&](const ContactEntry& e) {
    return e.action_key == key && e.state == ContactState::kReserved;
  });
  return entry == entries_.end() ? nullptr : &*entry;
}

void ContactLedger::Move(const ActionKey& key, TimeMs from, TimeMs by, TimeMs return_at) {
  ContactEntry* entry = ReservedOf(key);
  EVENKEEL_CHECK(entry != nullptr);
  entry->from = from;
  entry->by = by;
  entry->return_at = return_at;
}

void ContactLedger::Return(const ActionKey& key) {
  if (ContactEntry* entry = ReservedOf(key)) entry->state = ContactState::kReturned;
}

ContactLedger ContactLedger::Without(const ActionKey& key) const {
  ContactLedger rest = *this;
  std::erase_if(rest.entries_, [&](const ContactEntry& e) { return e.action_key == key; });
  return rest;
}

std::int64_t ContactLedger::FaceSince(TimeMs since) const {
  std::int64_t sum = 0;
  for (const ContactEntry& entry : entries_) {
    const bool is_given =
        entry.state == ContactState::kReserved || entry.state == ContactState::kSettled;
    if (!is_given || entry.last() < since) continue;
    if (__builtin_add_overflow(sum, entry.face_micro, &sum)) {
      return std::numeric_limits<std::int64_t>::max();
    }
  }
  return sum;
}

Settlement ContactLedger::Settle(const ActionKey& key, ReceiptStatus status, TimeMs occurred,
                                 TimeMs now) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const ContactEntry& e) { return e.action_key == key; });
  if (entry == entries_.end() || entry->state == ContactState::kShadow) {
    return Settlement::kUnknownAction;
  }
  const ContactState state = StateAfter(status);
  if (state == ContactState::kReturned) {
    if (entry->state == state) return Settlement::kUnchanged;
    entry->state = state;
    return Settlement::kReturned;
  }
  // The executor's clock is not ours: it can neither have sent before it was asked nor after now.
  // After "accepted" comes "done", at its own time.
  const TimeMs from = std::clamp(occurred, entry->from, std::max(entry->from, now));
  if (entry->state == state && entry->from == from) return Settlement::kUnchanged;
  entry->state = state;
  entry->from = from;
  return Settlement::kSettled;
}

int ContactLedger::ReturnExpired(TimeMs now) {
  int count = 0;
  for (ContactEntry& entry : entries_) {
    if (entry.state != ContactState::kReserved || entry.return_at > now) continue;
    entry.state = ContactState::kReturned;
    ++count;
  }
  return count;
}

TimeMs ContactLedger::FirstReturn() const {
  TimeMs first = TimeMs::Max();
  for (const ContactEntry& entry : entries_) {
    if (entry.state == ContactState::kReserved) first = std::min(first, entry.return_at);
  }
  return first;
}

void ContactLedger::Write(ByteWriter& writer) const {
  writer.Varint(entries_.size());
  for (const ContactEntry& entry : entries_) {
    for (const std::uint8_t byte : entry.action_key) writer.Byte(byte);
    writer.Bytes(entry.action);
    writer.Bytes(entry.channel);
    writer.Bytes(entry.purpose);
    writer.Byte(static_cast<std::uint8_t>(entry.state));
    writer.Byte(static_cast<std::uint8_t>((entry.is_counted ? 1 : 0) | (entry.is_paused ? 2 : 0)));
    writer.Signed(entry.from.value);
    writer.Signed(entry.by.value - entry.from.value);
    writer.Signed(entry.return_at.value - entry.by.value);
  }
}

void ContactLedger::Read(ByteReader& reader) {
  entries_.clear();
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    ContactEntry entry;
    for (std::uint8_t& byte : entry.action_key) byte = reader.Byte();
    entry.action = reader.Bytes();
    entry.channel = reader.Bytes();
    entry.purpose = reader.Bytes();
    entry.state = ReadEnum(reader, ContactState::kShadow);
    const std::uint8_t flags = reader.Byte();
    entry.is_counted = (flags & 1) != 0;
    entry.is_paused = (flags & 2) != 0;
    entry.from = {reader.Signed()};
    entry.by = {entry.from.value + reader.Signed()};
    entry.return_at = {entry.by.value + reader.Signed()};
    entries_.push_back(std::move(entry));
  }
}

void ContactLedger::WriteFaces(ByteWriter& writer) const {
  for (const ContactEntry& entry : entries_) writer.Signed(entry.face_micro);
}

void ContactLedger::ReadFaces(ByteReader& reader) {
  for (ContactEntry& entry : entries_) entry.face_micro = reader.Signed();
}

}  // namespace evenkeel
