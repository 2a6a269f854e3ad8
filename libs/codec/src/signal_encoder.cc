#include "evenkeel/codec/signal_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "message_plan.h"
#include "messages.h"
#include "payloads.h"
#include "rfc3339.h"
#include "utf8.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "evenkeel/v1/custom.pb.h"

namespace evenkeel {
namespace {

namespace pb = google::protobuf;
using internal::LeafPlan;
using internal::MessagePlan;

constexpr double kExactMax = 9'007'199'254'740'992.0;  // 2^53

std::optional<std::int64_t> AsInteger(const FieldValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* time = std::get_if<TimeMs>(&value)) return time->value;
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || std::abs(*number) > kExactMax || std::floor(*number) != *number) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number);
}

std::optional<double> AsNumber(const FieldValue& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    return std::isfinite(*number) ? std::optional(*number) : std::nullopt;
  }
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr) return std::nullopt;
  const auto number = static_cast<double>(*integer);
  return std::abs(number) <= kExactMax ? std::optional(number) : std::nullopt;
}

/// Sets a field of a message by reflection; false if `value` does not fit it.
class FieldSetter {
 public:
  FieldSetter(pb::Message& message, const pb::FieldDescriptor& field)
      : message_(message), field_(field), reflection_(*message.GetReflection()) {}

  bool Set(const LeafPlan& leaf, const FieldValue& value) {
    switch (leaf.kind) {
      case FieldKind::kBool:
        return SetBool(value);
      case FieldKind::kInteger:
      case FieldKind::kTime:
        return SetInteger(value);
      case FieldKind::kNumber:
        return SetNumber(value);
      case FieldKind::kText:
        return SetText(value);
      case FieldKind::kSymbol:
        return SetSymbol(leaf, value);
      case FieldKind::kMoney:
        return SetMoney(value);
    }
    return false;
  }

 private:
  bool SetBool(const FieldValue& value) {
    const auto* flag = std::get_if<bool>(&value);
    if (flag != nullptr) reflection_.SetBool(&message_, &field_, *flag);
    return flag != nullptr;
  }

  bool SetInteger(const FieldValue& value) {
    const std::optional<std::int64_t> integer = AsInteger(value);
    if (!integer) return false;
    if (field_.type() == pb::FieldDescriptor::TYPE_INT64) {
      reflection_.SetInt64(&message_, &field_, *integer);
      return true;
    }
    const bool fits = *integer >= 0 && *integer <= std::numeric_limits<std::uint32_t>::max();
    if (fits) reflection_.SetUInt32(&message_, &field_, static_cast<std::uint32_t>(*integer));
    return fits;
  }

  bool SetNumber(const FieldValue& value) {
    const std::optional<double> number = AsNumber(value);
    if (number) reflection_.SetDouble(&message_, &field_, *number);
    return number.has_value();
  }

  bool SetText(const FieldValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || !internal::IsValidUtf8(*text)) return false;
    reflection_.SetString(&message_, &field_, *text);
    return true;
  }

  bool SetSymbol(const LeafPlan& leaf, const FieldValue& value) {
    const auto* symbol = std::get_if<std::string>(&value);
    if (symbol == nullptr || symbol->empty()) return false;
    const auto it = std::ranges::find(leaf.symbols, *symbol);
    if (it == leaf.symbols.end()) return false;
    reflection_.SetEnumValue(&message_, &field_, static_cast<int>(it - leaf.symbols.begin()));
    return true;
  }

  bool SetMoney(const FieldValue& value) {
    const auto* money = std::get_if<Money>(&value);
    if (money == nullptr || money->scale > 6 || money->currency.view().empty()) return false;
    auto* message = dynamic_cast<v1::Money*>(reflection_.MutableMessage(&message_, &field_));
    internal::ToMessage(*money, *message);
    return true;
  }

  pb::Message& message_;
  const pb::FieldDescriptor& field_;
  const pb::Reflection& reflection_;
};

std::string_view KindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "yes or no";
    case FieldKind::kInteger:
      return "a whole number that fits it";
    case FieldKind::kNumber:
      return "a finite number";
    case FieldKind::kText:
      return "a text in UTF-8";
    case FieldKind::kSymbol:
      return "one of its words";
    case FieldKind::kMoney:
      return "money with its currency and a scale up to 6";
    case FieldKind::kTime:
      return "a time";
  }
  return "";
}

std::string WordsOf(const LeafPlan& leaf) {
  if (leaf.kind != FieldKind::kSymbol) return {};
  std::string words;
  for (const std::string& symbol : leaf.symbols) {
    if (!symbol.empty()) words += (words.empty() ? ": " : ", ") + symbol;
  }
  return words;
}

Status SetField(const MessagePlan& plan, const SignalField& field, pb::Message& message) {
  const int index = plan.FindLeaf(field.name);
  if (index == internal::kNoLeaf || !plan.leaves[static_cast<std::size_t>(index)].is_emitted) {
    return InvalidArgument("signals of type " + plan.info.type + " have no field " + field.name);
  }
  const LeafPlan& leaf = plan.leaves[static_cast<std::size_t>(index)];
  pb::Message* target = &message;
  for (std::size_t i = 0; i + 1 < leaf.path.size(); ++i) {
    target = target->GetReflection()->MutableMessage(target, leaf.path[i]);
  }
  if (FieldSetter(*target, *leaf.path.back()).Set(leaf, field.value)) return {};
  return InvalidArgument("the field " + field.name + " of " + plan.info.type + " takes " +
                         std::string(KindName(leaf.kind)) + WordsOf(leaf));
}

bool IsCustomName(std::string_view name) {
  return !name.empty() && name.size() <= 128 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

bool PutCustom(const SignalField& field, v1::CustomEvent& event) {
  const FieldValue& value = field.value;
  if (const auto* flag = std::get_if<bool>(&value)) {
    (*event.mutable_flags())[field.name] = *flag;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    (*event.mutable_integers())[field.name] = *integer;
  } else if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number)) return false;
    (*event.mutable_numbers())[field.name] = *number;
  } else if (const auto* time = std::get_if<TimeMs>(&value)) {
    (*event.mutable_times())[field.name] = time->value;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    if (!internal::IsValidUtf8(*text)) return false;
    (*event.mutable_strings())[field.name] = *text;
  } else if (const auto* money = std::get_if<Money>(&value)) {
    if (money->scale > 6 || money->currency.view().empty()) return false;
    internal::ToMessage(*money, (*event.mutable_amounts())[field.name]);
  }
  return true;
}

/// A custom event: every field into the map of its kind.
Status FillCustom(const Signal& signal, v1::CustomEvent& event, std::string& fault) {
  constexpr std::string_view kPrefix = "custom.";
  event.set_name(signal.type.substr(kPrefix.size()));
  if (!IsCustomName(event.name())) {
    return InvalidArgument("the type " + signal.type +
                           " is not custom. and 1 to 128 of a-z, 0-9, '_' and '.'");
  }
  for (const SignalField& field : signal.fields) {
    if (!IsCustomName(field.name)) {
      fault = field.name;
      return InvalidArgument("the field " + field.name + " of " + signal.type +
                             " is not 1 to 128 of a-z, 0-9, '_' and '.'");
    }
    if (!PutCustom(field, event)) {
      fault = field.name;
      return InvalidArgument("the field " + field.name + " of " + signal.type +
                             " is not finite, not UTF-8 or money without a currency");
    }
  }
  return {};
}

Result<std::unique_ptr<pb::Message>> FlatMessage(const MessagePlan& plan, const Signal& signal,
                                                 std::string& fault) {
  std::unique_ptr<pb::Message> message(
      pb::MessageFactory::generated_factory()->GetPrototype(plan.descriptor)->New());
  if (plan.is_custom) {
    EVENKEEL_RETURN_IF_ERROR(FillCustom(signal, dynamic_cast<v1::CustomEvent&>(*message), fault));
    return message;
  }
  for (const SignalField& field : signal.fields) {
    Status status = SetField(plan, field, *message);
    if (status.ok()) continue;
    fault = field.name;
    return status;
  }
  for (const LeafPlan& leaf : plan.leaves) {
    if (!leaf.is_required) continue;
    const bool is_set = message->GetReflection()->HasField(*message, leaf.path.front());
    if (!is_set) {
      fault = leaf.name;
      return InvalidArgument("signals of type " + plan.info.type + " need the field " + leaf.name);
    }
  }
  return message;
}

/// What has no exact form in a named value: see NamedValue.
Status CheckAttributes(const SignalPayload& payload, std::string& fault) {
  const auto* profile = std::get_if<ProfileUpdate>(&payload);
  if (profile == nullptr) return {};
  for (const SignalField& attribute : profile->attributes) {
    const auto* number = std::get_if<double>(&attribute.value);
    if (number != nullptr && !(std::abs(*number) < 9e12)) {
      fault = "attributes." + attribute.name;
      return InvalidArgument("the attribute " + attribute.name +
                             " is no number below 9,000,000,000,000");
    }
  }
  return {};
}

Status CheckEnvelope(const Signal& signal, const MessagePlan& plan) {
  if (signal.id.empty() || signal.source.empty()) {
    return InvalidArgument("a signal of type " + signal.type + " has no id or no source");
  }
  const bool needs_customer = plan.info.family != SignalFamily::kTick;
  if (needs_customer && signal.customer.value().empty()) {
    return InvalidArgument("a signal of type " + signal.type + " has no customer");
  }
  constexpr TimeMs kYear1{-62'135'596'800'000};
  constexpr TimeMs kYear9999End{253'402'300'799'999};
  if (signal.event_time < kYear1 || signal.event_time > kYear9999End) {
    return InvalidArgument("the time of a signal is outside the years 1 to 9999");
  }
  return {};
}

}  // namespace

Result<EncodedRecord> EncodeSignal(const Signal& signal, const SignalPayload& payload,
                                   std::string* fault) {
  std::string unasked;
  if (fault == nullptr) fault = &unasked;
  const MessagePlan* plan = internal::FindPlanByType(signal.type);
  if (plan == nullptr) return InvalidArgument("there is no type of signal " + signal.type);
  EVENKEEL_RETURN_IF_ERROR(CheckEnvelope(signal, *plan));
  EVENKEEL_RETURN_IF_ERROR(CheckAttributes(payload, *fault));
  std::unique_ptr<pb::Message> message = internal::PayloadMessage(payload, signal.customer.value());
  if (message == nullptr) {
    EVENKEEL_ASSIGN_OR_RETURN(message, FlatMessage(*plan, signal, *fault));
  } else if (message->GetDescriptor() != plan->descriptor) {
    return InvalidArgument("signals of type " + signal.type + " carry another payload");
  }
  EncodedRecord record;
  record.key = signal.customer.value();
  internal::AppendCanonicalBytes(*message, record.value);
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", signal.id},
                    {"ce_source", signal.source},
                    {"ce_type", plan->info.ce_type},
                    {"ce_time", internal::FormatRfc3339(signal.event_time)},
                    {"content-type", "application/protobuf"}};
  return record;
}

}  // namespace evenkeel
