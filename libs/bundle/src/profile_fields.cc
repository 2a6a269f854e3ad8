#include "profile_fields.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel::internal {
namespace {

constexpr std::string_view kAttributes = "attributes.";

constexpr std::array<std::pair<std::string_view, CustomerKind>, 3> kKinds = {{
    {"person", CustomerKind::kPerson},
    {"account", CustomerKind::kAccount},
    {"partner", CustomerKind::kPartner},
}};

template <typename T, typename Target>
Status Take(SignalField& field, std::string_view what, Target& target) {
  T* value = std::get_if<T>(&field.value);
  if (value == nullptr) {
    return InvalidArgument("'" + field.name + "' of a profile must be " + std::string(what));
  }
  target = std::move(*value);
  return {};
}

Status TakeKind(SignalField& field, ProfileUpdate& update) {
  std::string word;
  EVENKEEL_RETURN_IF_ERROR(Take<std::string>(field, "a text", word));
  for (const auto& [name, kind] : kKinds) {
    if (word == name) {
      update.kind = kind;
      return {};
    }
  }
  return InvalidArgument("'kind' of a profile: " + Quoted(word) +
                         " is not person, account or partner");
}

Status TakeChannels(SignalField& field, ProfileUpdate& update) {
  std::string channel;
  EVENKEEL_RETURN_IF_ERROR(Take<std::string>(field, "a text", channel));
  update.preferences.channels = {std::move(channel)};
  return {};
}

}  // namespace

const std::vector<std::string>& ProfileFieldNames() {
  static const std::vector<std::string> kNames = {
      "kind",          "time_zone",     "jurisdiction", "segment",           "language",
      "is_vulnerable", "is_human_only", "pause_until",  "preferred_channel", "attributes.<name>"};
  return kNames;
}

bool IsProfileField(std::string_view name) {
  if (name.starts_with(kAttributes))
    return name.size() > kAttributes.size() && !name.ends_with('>');
  return std::ranges::find(ProfileFieldNames(), name) != ProfileFieldNames().end();
}

Status TakeProfileField(SignalField field, ProfileUpdate& update) {
  if (field.name == "kind") return TakeKind(field, update);
  if (field.name == "preferred_channel") return TakeChannels(field, update);
  if (field.name == "time_zone") return Take<std::string>(field, "a text", update.time_zone);
  if (field.name == "jurisdiction") return Take<std::string>(field, "a text", update.jurisdiction);
  if (field.name == "segment") return Take<std::string>(field, "a text", update.segment);
  if (field.name == "is_vulnerable") return Take<bool>(field, "a flag", update.is_vulnerable);
  if (field.name == "language") {
    return Take<std::string>(field, "a text", update.preferences.language);
  }
  if (field.name == "is_human_only") {
    return Take<bool>(field, "a flag", update.preferences.is_human_only);
  }
  if (field.name == "pause_until") {
    return Take<TimeMs>(field, "a time", update.preferences.pause_until);
  }
  field.name.erase(0, kAttributes.size());
  update.attributes.push_back(std::move(field));
  return {};
}

}  // namespace evenkeel::internal
