#include <algorithm>
#include <bit>
#include <string>

#include "flatten.h"

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/hash.h"

namespace evenkeel::internal {
namespace {

using Failure = std::optional<DecodeFailure>;

void Assign(const Slot& slot, FieldValue& value) {
  switch (slot.kind) {
    case FieldKind::kBool:
      value = slot.flag;
      return;
    case FieldKind::kInteger:
      value = slot.integer;
      return;
    case FieldKind::kNumber:
      value = slot.number;
      return;
    case FieldKind::kTime:
      value = TimeMs{slot.integer};
      return;
    case FieldKind::kMoney:
      value = slot.money;
      return;
    case FieldKind::kText:
    case FieldKind::kSymbol:
      break;
  }
  if (auto* text = std::get_if<std::string>(&value)) {
    text->assign(slot.text);  // keeps its memory
  } else {
    value = std::string(slot.text);
  }
}

void Put(std::string_view name, const Slot& slot, std::size_t place,
         std::vector<SignalField>& fields) {
  if (place == fields.size()) fields.emplace_back();
  fields[place].name.assign(name);
  Assign(slot, fields[place].value);
}

Failure EmitCustom(Facts& facts, std::vector<SignalField>& fields) {
  std::ranges::sort(facts.named, {}, &NamedSlot::name);
  const auto twice = std::ranges::adjacent_find(facts.named, {}, &NamedSlot::name);
  if (twice != facts.named.end()) {
    return DecodeFailure{DecodeError::kInvalidField,
                         "the custom event names a field twice; a name occurs once over all maps"};
  }
  std::size_t place = 0;
  for (const NamedSlot& named : facts.named) Put(named.name, named.slot, place++, fields);
  fields.resize(place);
  return std::nullopt;
}

void AppendValue(ByteWriter& out, const FieldValue& value) {
  out.Byte(static_cast<std::uint8_t>(value.index()));
  if (const auto* flag = std::get_if<bool>(&value)) out.Byte(*flag ? 1 : 0);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) out.Signed(*integer);
  if (const auto* number = std::get_if<double>(&value)) {
    // Both zeros are one number.
    out.Varint(std::bit_cast<std::uint64_t>(*number == 0 ? 0.0 : *number));
  }
  if (const auto* text = std::get_if<std::string>(&value)) out.Bytes(*text);
  if (const auto* time = std::get_if<TimeMs>(&value)) out.Signed(time->value);
  if (const auto* money = std::get_if<Money>(&value)) {
    out.Signed(money->units);
    out.Byte(money->scale);
    out.Bytes(money->currency.view());
  }
}

}  // namespace

std::optional<DecodeFailure> EmitFields(const MessagePlan& plan, Facts& facts,
                                        std::vector<SignalField>& fields) {
  if (plan.is_custom) return EmitCustom(facts, fields);
  std::size_t place = 0;
  for (std::size_t i = 0; i < plan.leaves.size(); ++i) {
    const Slot& slot = facts.slots[i];
    const bool is_unknown_symbol = slot.kind == FieldKind::kSymbol && slot.text.empty();
    if (!slot.is_present || !plan.leaves[i].is_emitted || is_unknown_symbol) continue;
    Put(plan.leaves[i].name, slot, place++, fields);
  }
  fields.resize(place);
  return std::nullopt;
}

std::uint64_t ContentHash(std::string_view type, std::optional<TimeMs> time,
                          const std::vector<SignalField>& fields, std::string_view payload) {
  static thread_local std::string bytes;
  bytes.clear();
  ByteWriter out(bytes);
  out.Bytes(type);
  out.Byte(time.has_value() ? 1 : 0);
  if (time) out.Signed(time->value);
  if (!payload.empty()) {
    out.Bytes(payload);
  } else {
    for (const SignalField& field : fields) {
      out.Bytes(field.name);
      AppendValue(out, field.value);
    }
  }
  return SipHash64({}, bytes);
}

}  // namespace evenkeel::internal
