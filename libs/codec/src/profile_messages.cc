#include "profile_messages.h"

#include <algorithm>
#include <string>
#include <utility>

#include "messages.h"

namespace evenkeel::internal {
namespace {

using Failure = std::optional<DecodeFailure>;

constexpr int kContactsMax = 32;
constexpr int kListMax = 256;

DecodeFailure MissingField(const char* what) { return {DecodeError::kMissingField, what}; }

template <typename Repeated>
Failure CheckSize(const Repeated& list, const char* name, int size_max = kListMax) {
  if (list.size() <= size_max) return std::nullopt;
  return DecodeFailure{DecodeError::kTooLarge, std::string(name) + " has more than " +
                                                   std::to_string(size_max) + " entries"};
}

Failure Read(const v1::Consent& message, TimeMs event_time, Consent& consent) {
  if (message.purpose().empty()) return MissingField("a consent names no purpose");
  consent.purpose = message.purpose();
  consent.channel = message.channel();
  // What is not known to be a yes is a no.
  consent.state = message.state() == v1::CONSENT_STATE_GRANTED ? ConsentState::kGranted
                                                               : ConsentState::kRefused;
  consent.since = message.has_since_time_ms() ? TimeMs{message.since_time_ms()} : event_time;
  if (message.has_expires_time_ms()) consent.expires = TimeMs{message.expires_time_ms()};
  consent.proof.method = message.proof().method();
  consent.proof.reference = message.proof().reference();
  consent.proof.text_version = message.proof().text_version();
  return std::nullopt;
}

template <typename Repeated>
Failure ReadAll(const Repeated& messages, TimeMs event_time, std::vector<Consent>& consents) {
  if (Failure failure = CheckSize(messages, "consents")) return failure;
  for (const v1::Consent& message : messages) {
    if (Failure failure = Read(message, event_time, consents.emplace_back())) return failure;
  }
  return std::nullopt;
}

Failure Read(const v1::Contact& message, TimeMs event_time, Contact& contact) {
  if (message.contact_id().empty()) return MissingField("a contact has no contact_id");
  if (Failure failure = CheckSize(message.channels(), "contacts.channels")) return failure;
  contact.id = message.contact_id();
  contact.role = message.role();
  contact.language = message.language();
  contact.time_zone = message.time_zone();
  contact.channels.assign(message.channels().begin(), message.channels().end());
  contact.is_removed = message.is_removed();
  return ReadAll(message.consents(), event_time, contact.consents);
}

Failure Read(const v1::Preferences& message, Preferences& preferences) {
  if (message.has_wanted()) {
    const auto& channels = message.wanted().channels();
    if (Failure failure = CheckSize(channels, "preferences.wanted.channels")) return failure;
    preferences.channels.emplace(channels.begin(), channels.end());
  }
  if (message.has_contacts_max_per_30_days()) {
    if (message.contacts_max_per_30_days() > 1'000'000) {
      return DecodeFailure{DecodeError::kInvalidField,
                           "preferences.contacts_max_per_30_days is above 1000000"};
    }
    preferences.contacts_max_per_30_days =
        static_cast<std::int32_t>(message.contacts_max_per_30_days());
  }
  if (message.has_pause_until_time_ms()) {
    preferences.pause_until = TimeMs{message.pause_until_time_ms()};
  }
  if (message.has_is_human_only()) preferences.is_human_only = message.is_human_only();
  if (message.has_language()) preferences.language = message.language();
  return std::nullopt;
}

template <typename Repeated>
Failure ReadAttributes(const Repeated& messages, std::vector<SignalField>& attributes) {
  if (Failure failure = CheckSize(messages, "attributes")) return failure;
  for (const v1::NamedValue& message : messages) {
    if (message.name().empty() || message.value_case() == v1::NamedValue::VALUE_NOT_SET) {
      return MissingField("an attribute has no name or no value");
    }
    attributes.push_back(FromMessage(message));
  }
  std::ranges::sort(attributes, {}, &SignalField::name);
  const auto twice = std::ranges::adjacent_find(attributes, {}, &SignalField::name);
  if (twice == attributes.end()) return std::nullopt;
  return DecodeFailure{DecodeError::kInvalidField, "an attribute is named twice"};
}

void Write(const Consent& consent, v1::Consent& message) {
  message.set_purpose(consent.purpose);
  message.set_channel(consent.channel);
  message.set_state(static_cast<v1::ConsentState>(consent.state));
  message.set_since_time_ms(consent.since.value);
  if (consent.expires) message.set_expires_time_ms(consent.expires->value);
  if (consent.proof != ConsentProof{}) {
    v1::ConsentProof& proof = *message.mutable_proof();
    proof.set_method(consent.proof.method);
    proof.set_reference(consent.proof.reference);
    proof.set_text_version(consent.proof.text_version);
  }
}

void Write(const Contact& contact, v1::Contact& message) {
  message.set_contact_id(contact.id);
  message.set_role(contact.role);
  message.set_language(contact.language);
  message.set_time_zone(contact.time_zone);
  for (const std::string& channel : contact.channels) message.add_channels(channel);
  for (const Consent& consent : contact.consents) Write(consent, *message.add_consents());
  message.set_is_removed(contact.is_removed);
}

void Write(const Preferences& preferences, v1::Preferences& message) {
  if (preferences.channels) {
    v1::ChannelList& wanted = *message.mutable_wanted();
    for (const std::string& channel : *preferences.channels) wanted.add_channels(channel);
  }
  if (preferences.contacts_max_per_30_days) {
    message.set_contacts_max_per_30_days(
        static_cast<std::uint32_t>(*preferences.contacts_max_per_30_days));
  }
  if (preferences.pause_until) {
    message.set_pause_until_time_ms(preferences.pause_until->value);
  }
  if (preferences.is_human_only) message.set_is_human_only(*preferences.is_human_only);
  if (preferences.language) message.set_language(*preferences.language);
}

}  // namespace

std::optional<DecodeFailure> FromMessage(const v1::ProfileUpdated& message, TimeMs event_time,
                                         ProfileUpdate& update) {
  if (Failure failure = CheckSize(message.contacts(), "contacts", kContactsMax)) return failure;
  if (Failure failure = CheckSize(message.cleared_attributes(), "cleared_attributes")) {
    return failure;
  }
  if (message.kind() != v1::CUSTOMER_KIND_UNSPECIFIED && v1::CustomerKind_IsValid(message.kind())) {
    update.kind = EnumCast<CustomerKind>(message.kind());
  }
  for (const v1::Contact& contact : message.contacts()) {
    if (Failure failure = Read(contact, event_time, update.contacts.emplace_back())) {
      return failure;
    }
  }
  if (Failure failure = ReadAll(message.consents(), event_time, update.consents)) return failure;
  if (Failure failure = Read(message.preferences(), update.preferences)) return failure;
  if (message.has_time_zone()) update.time_zone = message.time_zone();
  if (message.has_jurisdiction()) update.jurisdiction = message.jurisdiction();
  if (message.has_segment()) update.segment = message.segment();
  if (message.has_is_vulnerable()) update.is_vulnerable = message.is_vulnerable();
  update.cleared.assign(message.cleared_attributes().begin(), message.cleared_attributes().end());
  return ReadAttributes(message.attributes(), update.attributes);
}

std::optional<DecodeFailure> FromMessage(const v1::ConsentChanged& message, TimeMs event_time,
                                         ProfileUpdate& update) {
  if (message.consents().empty()) return MissingField("there is no consent in it");
  return ReadAll(message.consents(), event_time, update.consents);
}

void ToMessage(const ProfileUpdate& update, v1::ProfileUpdated& message) {
  if (update.kind) message.set_kind(static_cast<v1::CustomerKind>(*update.kind));
  for (const Contact& contact : update.contacts) Write(contact, *message.add_contacts());
  for (const Consent& consent : update.consents) Write(consent, *message.add_consents());
  if (update.preferences != Preferences{}) {
    Write(update.preferences, *message.mutable_preferences());
  }
  if (update.time_zone) message.set_time_zone(*update.time_zone);
  if (update.jurisdiction) message.set_jurisdiction(*update.jurisdiction);
  if (update.segment) message.set_segment(*update.segment);
  if (update.is_vulnerable) message.set_is_vulnerable(*update.is_vulnerable);
  for (const SignalField& attribute : update.attributes) {
    ToMessage(attribute.name, attribute.value, *message.add_attributes());
  }
  for (const std::string& name : update.cleared) message.add_cleared_attributes(name);
}

}  // namespace evenkeel::internal
