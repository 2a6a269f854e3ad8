#include "signal_mapping.h"

#include <algorithm>
#include <array>

#include "contract.h"
#include "profile_fields.h"

namespace evenkeel::internal {
namespace {

constexpr std::array<std::pair<std::string_view, SignalFamily>, 10> kFamilies = {{
    {"telemetry", SignalFamily::kTelemetry},
    {"usage", SignalFamily::kUsage},
    {"billing", SignalFamily::kBilling},
    {"support", SignalFamily::kSupport},
    {"interaction", SignalFamily::kInteraction},
    {"feedback", SignalFamily::kFeedback},
    {"commercial", SignalFamily::kCommercial},
    {"profile", SignalFamily::kProfile},
    {"custom", SignalFamily::kCustom},
    {"forget", SignalFamily::kForget},
}};

std::optional<SignalFamily> FamilyOf(std::string_view type) {
  const std::string_view name = type.substr(0, type.find('.'));
  const std::string_view kind = type.substr(std::min(name.size() + 1, type.size()));
  for (const auto& [family_name, family] : kFamilies) {
    if (name != family_name) continue;
    // Only "forget" has no kinds.
    if ((family == SignalFamily::kForget) != (type == name)) return std::nullopt;
    const bool is_kind = family == SignalFamily::kForget ||
                         (family == SignalFamily::kCustom && !kind.empty()) || IsName(kind);
    return is_kind ? std::optional(family) : std::nullopt;
  }
  return std::nullopt;
}

Status FillForget(const std::vector<SignalField>& fields, SignalPayload& payload) {
  Forget forget;
  for (const SignalField& field : fields) {
    const std::string* text = std::get_if<std::string>(&field.value);
    if (text != nullptr && field.name == "request_id") forget.request_id = *text;
    if (text != nullptr && field.name == "reason") forget.reason = *text;
  }
  if (forget.request_id.empty()) return InvalidArgument("'forget' needs the value 'request_id'");
  payload = std::move(forget);
  return {};
}

}  // namespace

SignalMapping SignalMapping::Compile(const SignalDoc& doc, CompileContext& context) {
  SignalMapping mapping;
  mapping.filter_ = RowFilter::Compile(doc.when, context.slots);
  mapping.key_ = doc.path;
  mapping.type_ = *doc.type;
  if (const std::optional<SignalFamily> family = FamilyOf(mapping.type_)) {
    mapping.family_ = *family;
    const bool has_payload =
        mapping.family_ == SignalFamily::kProfile || mapping.family_ == SignalFamily::kForget;
    if (!has_payload) CheckAgainstContract(doc, context.diagnostics);
  } else if (!mapping.type_.empty()) {
    context.diagnostics.Add(doc.type.place, doc.type.path,
                            Quoted(mapping.type_) +
                                " is not a type of signal; write <family>.<kind>, such as "
                                "billing.invoice, or custom.<name>");
  }
  for (const ValueMap::Item& item : doc.values.items) {
    if (mapping.family_ == SignalFamily::kProfile && !IsProfileField(item.name)) {
      context.diagnostics.Add(item.place, item.path,
                              Quoted(item.name) + " is not part of a profile" +
                                  SuggestFrom(item.name, ProfileFieldNames()));
    }
    mapping.values_.emplace_back(item.name, RowValue::Compile(item.value, context));
  }
  std::ranges::sort(mapping.values_, {}, &std::pair<std::string, RowValue>::first);
  mapping.CompileConsents(doc, context);
  return mapping;
}

void SignalMapping::CompileConsents(const SignalDoc& doc, CompileContext& context) {
  if (!doc.consents.empty() && family_ != SignalFamily::kProfile) {
    context.diagnostics.Add(doc.type.place, doc.type.path,
                            "only signals of the family profile have 'consents'");
  }
  for (const ConsentDoc& from : doc.consents) {
    Consented consent;
    consent.fixed.purpose = from.purpose.value;
    if (from.channel) consent.fixed.channel = from.channel->value;
    consent.fixed.proof.method = from.method;
    ValueDoc granted = from.granted;
    granted.as = ValueKind::kFlag;
    consent.granted = RowValue::Compile(granted, context);
    if (from.since) {
      ValueDoc since = *from.since;
      since.as = ValueKind::kTime;
      consent.since = RowValue::Compile(since, context);
    }
    if (from.reference) consent.reference = RowValue::Compile(*from.reference, context);
    consents_.push_back(std::move(consent));
  }
}

RowOrigin SignalMapping::OriginOf(std::string_view value) const {
  for (const auto& [name, from] : values_) {
    if (name == value) return from.origin();
  }
  return {key_, {}};
}

Status SignalMapping::FillConsents(std::span<const RawValue> row, MappedRow& to,
                                   ProfileUpdate& update) const {
  for (const Consented& from : consents_) {
    EVENKEEL_ASSIGN_OR_RETURN(const std::optional<FieldValue> granted,
                              from.granted.Read(row, to.origin));
    if (!granted) continue;
    Consent consent = from.fixed;
    consent.state = std::get<bool>(*granted) ? ConsentState::kGranted : ConsentState::kRefused;
    consent.since = to.signal.event_time;
    if (from.since) {
      EVENKEEL_ASSIGN_OR_RETURN(const std::optional<FieldValue> since,
                                from.since->Read(row, to.origin));
      if (since) consent.since = std::get<TimeMs>(*since);
    }
    if (from.reference) {
      EVENKEEL_ASSIGN_OR_RETURN(consent.proof.reference, from.reference->ReadText(row, to.origin));
    }
    update.consents.push_back(std::move(consent));
  }
  return {};
}

Status SignalMapping::FillProfile(std::span<const RawValue> row, MappedRow& to) const {
  ProfileUpdate update;
  for (const auto& [name, from] : values_) {
    EVENKEEL_ASSIGN_OR_RETURN(std::optional<FieldValue> value, from.Read(row, to.origin));
    if (value) EVENKEEL_RETURN_IF_ERROR(TakeProfileField({name, std::move(*value)}, update));
  }
  EVENKEEL_RETURN_IF_ERROR(FillConsents(row, to, update));
  to.payload = std::move(update);
  to.origin = {key_, {}};
  return {};
}

Status SignalMapping::Fill(std::span<const RawValue> row, MappedRow& to) const {
  to.signal.type = type_;
  to.signal.family = family_;
  to.signal.fields.clear();
  to.payload = std::monostate();
  if (family_ == SignalFamily::kProfile) return FillProfile(row, to);
  for (const auto& [name, from] : values_) {
    EVENKEEL_ASSIGN_OR_RETURN(std::optional<FieldValue> value, from.Read(row, to.origin));
    if (value) to.signal.fields.push_back({name, std::move(*value)});
  }
  to.origin = {key_, {}};
  if (family_ != SignalFamily::kForget) return {};
  return FillForget(std::exchange(to.signal.fields, {}), to.payload);
}

}  // namespace evenkeel::internal
