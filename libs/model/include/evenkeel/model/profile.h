#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/model/signal.h"

namespace evenkeel {

enum class CustomerKind : std::uint8_t { kPerson = 1, kAccount = 2, kPartner = 3 };

enum class ConsentState : std::uint8_t { kGranted = 1, kRefused = 2 };

/// What shows that a consent was given or refused.
struct ConsentProof {
  std::string method;        ///< "web_form", "double_opt_in", "call_recording", "import", ...
  std::string reference;     ///< Where the proof is kept, at its holder.
  std::string text_version;  ///< Of the wording the customer saw.

  friend bool operator==(const ConsentProof&, const ConsentProof&) = default;
};

/// One answer to "may we contact you for this purpose on this channel?". No record means no.
struct Consent {
  std::string purpose;  ///< "marketing", "service", "research", ... as the policy names them.
  std::string channel;  ///< "email", ...; empty for every channel of the purpose.
  ConsentState state = ConsentState::kRefused;
  TimeMs since;  ///< When the customer said so. Of two answers the later one counts.
  std::optional<TimeMs> expires;
  ConsentProof proof;

  friend bool operator==(const Consent&, const Consent&) = default;
};

/// A person at an account.
struct Contact {
  std::string id;
  std::string role;
  std::string language;
  std::string time_zone;
  std::vector<std::string> channels;
  std::vector<Consent> consents;
  bool is_removed = false;

  friend bool operator==(const Contact&, const Contact&) = default;
};

/// What the customer asked for. An absent part of an update leaves what is known as it is.
struct Preferences {
  /// Channels the customer wants, best first. Present and empty: no wish any more.
  std::optional<std::vector<std::string>> channels;
  std::optional<std::int32_t> contacts_max_per_30_days;
  std::optional<TimeMs> pause_until;
  std::optional<bool> is_human_only;
  std::optional<std::string> language;  ///< BCP 47.

  friend bool operator==(const Preferences&, const Preferences&) = default;
};

/// News about who the customer is. Absent parts leave what is known as it is; consents and contacts
/// replace those of the same (purpose, channel) and id.
struct ProfileUpdate {
  std::optional<CustomerKind> kind;
  std::vector<Contact> contacts;  ///< At most 32; only customers of kind account have any.
  std::vector<Consent> consents;
  Preferences preferences;
  std::optional<std::string> time_zone;     ///< IANA name: "Europe/Berlin".
  std::optional<std::string> jurisdiction;  ///< ISO 3166-1 or -2: "DE", "US-CA".
  std::optional<std::string> segment;
  std::optional<bool> is_vulnerable;
  std::vector<SignalField> attributes;  ///< Sorted by name, names unique.
  std::vector<std::string> cleared;     ///< Names of attributes to drop.

  friend bool operator==(const ProfileUpdate&, const ProfileUpdate&) = default;
};

}  // namespace evenkeel
