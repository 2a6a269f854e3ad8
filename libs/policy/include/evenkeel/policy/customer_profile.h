#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/bytes.h"
#include "evenkeel/model/bad_input.h"
#include "evenkeel/model/profile.h"
#include "evenkeel/policy/definition.h"
#include "evenkeel/policy/stamped.h"

namespace evenkeel {

enum class ConsentAnswer : std::uint8_t { kGranted = 1, kMissing = 2, kRefused = 3, kExpired = 4 };

/// What we know about who a customer is and what they allow. Of contradicting news the later one
/// counts, by event time, in whatever order it comes.
class CustomerProfile {
 public:
  static constexpr std::size_t kConsentsMax = 64;
  static constexpr std::size_t kAttributesMax = 64;
  static constexpr std::size_t kTextBytesMax = 256;
  static constexpr std::size_t kChannelsMax = 16;

  /// What would make `update` unfit: too many or too long values. Changes nothing.
  BadInput Check(const ProfileUpdate& update) const;

  /// REQUIRES: Check() found nothing.
  void Apply(const ProfileUpdate& update, Stamp said);

  /// Takes back consent for `purpose` on `channel`; empty means every one. Where there is no room
  /// left for one more answer it is made total: a refusal is never turned away.
  void OptOut(std::string_view purpose, std::string_view channel, TimeMs since);

  /// May we contact them? A refusal counts until a later grant that is at least as specific.
  ConsentAnswer ConsentFor(std::string_view purpose, std::string_view channel, TimeMs now) const;

  CustomerKind kind() const { return kind_.value; }
  const std::string& time_zone() const { return time_zone_.value; }
  const std::string& jurisdiction() const { return jurisdiction_.value; }
  const std::string& segment() const { return segment_.value; }
  const std::string& language() const { return language_.value; }
  const std::optional<bool>& is_vulnerable() const { return is_vulnerable_.value; }
  /// Empty: no wish.
  const std::vector<std::string>& channels() const { return channels_.value; }
  std::optional<std::int32_t> contacts_max_per_30_days() const { return contacts_max_.value; }
  TimeMs pause_until() const { return pause_until_.value; }
  bool is_human_only() const { return is_human_only_.value; }
  /// Null if there is none.
  const FieldValue* Attribute(std::string_view name) const;

  void Write(ByteWriter& writer) const;
  /// On bytes that are none, `reader` is not ok afterwards.
  void Read(ByteReader& reader);

  friend bool operator==(const CustomerProfile&, const CustomerProfile&) = default;

 private:
  struct ConsentEntry {
    std::string purpose;  // Empty: every purpose.
    std::string channel;  // Empty: every channel.
    ConsentState state = ConsentState::kRefused;
    TimeMs since;
    TimeMs expires = TimeMs::Max();

    bool Covers(std::string_view wanted_purpose, std::string_view wanted_channel) const;
    int specificity() const { return (purpose.empty() ? 0 : 2) + (channel.empty() ? 0 : 1); }
    friend bool operator==(const ConsentEntry&, const ConsentEntry&) = default;
  };
  struct AttributeEntry {
    std::string name;
    Stamped<std::optional<FieldValue>> value;  // Nothing: cleared.

    friend bool operator==(const AttributeEntry&, const AttributeEntry&) = default;
  };

  std::size_t GrantsWith(const ProfileUpdate& update) const;
  std::size_t AttributesWith(const ProfileUpdate& update) const;
  void Take(ConsentEntry entry);
  void TakeAttribute(const std::string& name, std::optional<FieldValue> value, Stamp said);
  void WriteConsents(ByteWriter& writer) const;
  void ReadConsents(ByteReader& reader);

  Stamped<CustomerKind> kind_{.value = CustomerKind::kPerson, .stamp = {}};
  Stamped<std::string> time_zone_;
  Stamped<std::string> jurisdiction_;
  Stamped<std::string> segment_;
  Stamped<std::string> language_;
  Stamped<std::optional<bool>> is_vulnerable_;
  Stamped<std::vector<std::string>> channels_;
  Stamped<std::optional<std::int32_t>> contacts_max_;
  Stamped<TimeMs> pause_until_{.value = TimeMs::Min(), .stamp = {}};
  Stamped<bool> is_human_only_;
  std::vector<ConsentEntry> consents_;      // Ascending by purpose, channel, state.
  std::vector<AttributeEntry> attributes_;  // Ascending by name.
};

}  // namespace evenkeel
