#include "evenkeel/policy/customer_profile.h"

#include <algorithm>
#include <tuple>

namespace evenkeel {
namespace {

BadInput Malformed(std::string message) {
  return {BadInputCode::kMalformed, "profile: " + std::move(message)};
}

bool IsTooLong(const std::optional<std::string>& text) {
  return text.has_value() && text->size() > CustomerProfile::kTextBytesMax;
}

bool IsTooLong(const FieldValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->size() > CustomerProfile::kTextBytesMax;
}

template <typename T>
void OfferIfPresent(Stamped<T>& place, const std::optional<T>& value, Stamp said) {
  if (value) place.Offer(*value, said);
}

}  // namespace

BadInput CustomerProfile::Check(const ProfileUpdate& update) const {
  if (GrantsWith(update) > kConsentsMax) {
    return Malformed("more than " + std::to_string(kConsentsMax) + " grants of consent");
  }
  if (AttributesWith(update) > kAttributesMax) {
    return Malformed("more than " + std::to_string(kAttributesMax) + " attributes");
  }
  for (const auto* text :
       {&update.time_zone, &update.jurisdiction, &update.segment, &update.preferences.language}) {
    if (IsTooLong(*text)) return Malformed("a text of more than 256 bytes");
  }
  for (const Consent& consent : update.consents) {
    if (consent.state == ConsentState::kRefused) continue;  // Always finds room.
    if (consent.purpose.size() > kTextBytesMax || consent.channel.size() > kTextBytesMax) {
      return Malformed("a purpose or channel of more than 256 bytes");
    }
  }
  for (const SignalField& attribute : update.attributes) {
    if (attribute.name.size() > kTextBytesMax || IsTooLong(attribute.value)) {
      return Malformed("attribute of more than 256 bytes");
    }
  }
  const auto& channels = update.preferences.channels;
  if (channels && channels->size() > kChannelsMax) return Malformed("more than 16 channels wished");
  return {};
}

std::size_t CustomerProfile::GrantsWith(const ProfileUpdate& update) const {
  const auto is_grant = [](const auto& consent) { return consent.state == ConsentState::kGranted; };
  auto count = std::count_if(consents_.begin(), consents_.end(), is_grant);
  for (const Consent& consent : update.consents) {
    const bool is_known =
        std::any_of(consents_.begin(), consents_.end(), [&](const ConsentEntry& entry) {
          return is_grant(entry) && entry.purpose == consent.purpose &&
                 entry.channel == consent.channel;
        });
    if (is_grant(consent) && !is_known) ++count;
  }
  return static_cast<std::size_t>(count);
}

std::size_t CustomerProfile::AttributesWith(const ProfileUpdate& update) const {
  const auto is_new = [this](std::string_view name) {
    return std::none_of(attributes_.begin(), attributes_.end(),
                        [name](const AttributeEntry& entry) { return entry.name == name; });
  };
  std::size_t count = attributes_.size();
  for (const SignalField& attribute : update.attributes) count += is_new(attribute.name) ? 1 : 0;
  for (const std::string& name : update.cleared) count += is_new(name) ? 1 : 0;
  return count;
}

void CustomerProfile::Apply(const ProfileUpdate& update, Stamp said) {
  OfferIfPresent(kind_, update.kind, said);
  OfferIfPresent(time_zone_, update.time_zone, said);
  OfferIfPresent(jurisdiction_, update.jurisdiction, said);
  OfferIfPresent(segment_, update.segment, said);
  if (update.is_vulnerable) is_vulnerable_.Offer(update.is_vulnerable, said);
  const Preferences& wishes = update.preferences;
  OfferIfPresent(language_, wishes.language, said);
  OfferIfPresent(channels_, wishes.channels, said);
  if (wishes.contacts_max_per_30_days) contacts_max_.Offer(wishes.contacts_max_per_30_days, said);
  OfferIfPresent(pause_until_, wishes.pause_until, said);
  OfferIfPresent(is_human_only_, wishes.is_human_only, said);
  for (const Consent& consent : update.consents) {
    if (consent.state == ConsentState::kRefused) {
      OptOut(consent.purpose, consent.channel, consent.since);
    } else {
      Take({consent.purpose, consent.channel, consent.state, consent.since,
            consent.expires.value_or(TimeMs::Max())});
    }
  }
  for (const SignalField& attribute : update.attributes) {
    TakeAttribute(attribute.name, attribute.value, said);
  }
  for (const std::string& name : update.cleared) TakeAttribute(name, std::nullopt, said);
}

void CustomerProfile::OptOut(std::string_view purpose, std::string_view channel, TimeMs since) {
  // With no room for one more answer, say no to everything: that always fits.
  const bool has_room = consents_.size() < 2 * kConsentsMax && purpose.size() <= kTextBytesMax &&
                        channel.size() <= kTextBytesMax;
  if (!has_room) purpose = channel = {};
  Take({std::string(purpose), std::string(channel), ConsentState::kRefused, since, TimeMs::Max()});
}

void CustomerProfile::Take(ConsentEntry entry) {
  const auto key = [](const ConsentEntry& e) { return std::tie(e.purpose, e.channel, e.state); };
  const auto place = std::lower_bound(
      consents_.begin(), consents_.end(), entry,
      [&](const ConsentEntry& a, const ConsentEntry& b) { return key(a) < key(b); });
  if (place == consents_.end() || key(*place) != key(entry)) {
    consents_.insert(place, std::move(entry));
    return;
  }
  const bool is_newer = entry.since > place->since;
  const bool is_shorter = entry.since == place->since && entry.expires < place->expires;
  if (is_newer || is_shorter) *place = std::move(entry);
}

void CustomerProfile::TakeAttribute(const std::string& name, std::optional<FieldValue> value,
                                    Stamp said) {
  const auto place = std::lower_bound(
      attributes_.begin(), attributes_.end(), name,
      [](const AttributeEntry& entry, const std::string& wanted) { return entry.name < wanted; });
  if (place != attributes_.end() && place->name == name) {
    place->value.Offer(std::move(value), said);
    return;
  }
  attributes_.insert(place, {name, {std::move(value), said}});
}

bool CustomerProfile::ConsentEntry::Covers(std::string_view wanted_purpose,
                                           std::string_view wanted_channel) const {
  return (purpose.empty() || purpose == wanted_purpose) &&
         (channel.empty() || channel == wanted_channel);
}

ConsentAnswer CustomerProfile::ConsentFor(std::string_view purpose, std::string_view channel,
                                          TimeMs now) const {
  bool has_granted = false;
  bool has_expired = false;
  const auto is_undone = [&](const ConsentEntry& refusal) {
    return std::any_of(consents_.begin(), consents_.end(), [&](const ConsentEntry& grant) {
      return grant.state == ConsentState::kGranted && grant.Covers(purpose, channel) &&
             grant.since > refusal.since && grant.specificity() >= refusal.specificity();
    });
  };
  for (const ConsentEntry& entry : consents_) {
    if (!entry.Covers(purpose, channel)) continue;
    if (entry.state == ConsentState::kGranted) {
      (entry.expires > now ? has_granted : has_expired) = true;
    } else if (!is_undone(entry)) {
      return ConsentAnswer::kRefused;
    }
  }
  if (has_granted) return ConsentAnswer::kGranted;
  return has_expired ? ConsentAnswer::kExpired : ConsentAnswer::kMissing;
}

const FieldValue* CustomerProfile::Attribute(std::string_view name) const {
  const auto place = std::lower_bound(
      attributes_.begin(), attributes_.end(), name,
      [](const AttributeEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  if (place == attributes_.end() || place->name != name || !place->value.value) return nullptr;
  return &*place->value.value;
}

}  // namespace evenkeel
