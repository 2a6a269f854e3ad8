#include "flatten.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "utf8.h"

namespace evenkeel::internal {
namespace {

constexpr int kDepthMax = 32;
// Years 1 to 9999: what can be written as a date.
constexpr std::int64_t kTimeMin = -62'135'596'800'000;
constexpr std::int64_t kTimeMax = 253'402'300'799'999;

using Failure = std::optional<DecodeFailure>;

DecodeFailure Malformed() { return {DecodeError::kUndecodable, "the bytes are cut or damaged"}; }

bool IsCustomName(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  return !name.empty() && name.size() <= 128 &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Walks one message along its plan.
class Walker {
 public:
  Walker(const MessagePlan& plan, Facts& facts) : plan_(plan), facts_(facts) {}

  Failure Walk(const NodePlan& node, std::string_view bytes) {
    WireReader in(bytes);
    while (!in.done()) {
      std::uint32_t number = 0;
      WireType type{};
      if (!in.ReadTag(number, type)) return Malformed();
      const FieldPlan* field = node.Find(number);
      Failure failure;
      if (field == nullptr || (field->wire_type != type && !field->is_any_wire_type)) {
        ++facts_.unknown_field_count;
        failure = Skip(in, number, type);
      } else if (field->op == WireOp::kIgnore) {
        failure = Skip(in, number, type);
      } else {
        failure = Take(*field, in);
      }
      if (failure) return failure;
    }
    return std::nullopt;
  }

 private:
  static Failure Skip(WireReader& in, std::uint32_t number, WireType type) {
    switch (in.Skip(number, type, kDepthMax)) {
      case WireReader::Skipped::kYes:
        return std::nullopt;
      case WireReader::Skipped::kMalformed:
        return Malformed();
      case WireReader::Skipped::kTooDeep:
        break;
    }
    return DecodeFailure{DecodeError::kTooDeep, "groups lie in groups more than 32 deep"};
  }

  Failure Take(const FieldPlan& field, WireReader& in) {
    if (field.op == WireOp::kMessage || field.op == WireOp::kMap) {
      std::string_view inner;
      if (!in.ReadBytes(inner)) return Malformed();
      const NodePlan& node = plan_.nodes[static_cast<std::size_t>(field.node)];
      return field.op == WireOp::kMap ? TakeEntry(field, node, inner) : Walk(node, inner);
    }
    Slot discarded;
    Slot& slot =
        field.leaf == kNoLeaf ? discarded : facts_.slots[static_cast<std::size_t>(field.leaf)];
    return ReadValue(field, NameOf(field), in, slot);
  }

  std::string_view NameOf(const FieldPlan& field) const {
    if (field.leaf == kNoLeaf) return "a repeated field";
    return plan_.leaves[static_cast<std::size_t>(field.leaf)].name;
  }

  Failure TakeEntry(const FieldPlan& map, const NodePlan& entry, std::string_view bytes) {
    NamedSlot named;
    WireReader in(bytes);
    const FieldPlan* value = entry.Find(2);
    while (!in.done()) {
      std::uint32_t number = 0;
      WireType type{};
      if (!in.ReadTag(number, type)) return Malformed();
      Failure failure;
      if (number == 1 && type == WireType::kBytes) {
        if (!in.ReadBytes(named.name)) return Malformed();
      } else if (number == 2 && type == value->wire_type) {
        failure = ReadValue(*value, "a value of a map", in, named.slot);
      } else {
        ++facts_.unknown_field_count;
        failure = Skip(in, number, type);
      }
      if (failure) return failure;
    }
    if (!IsCustomName(named.name)) {
      return DecodeFailure{DecodeError::kInvalidField,
                           "a name in a map is not 1 to 128 of a-z, 0-9, '_' and '.'"};
    }
    return AddNamed(map, *value, named);
  }

  Failure AddNamed(const FieldPlan& map, const FieldPlan& value, NamedSlot named) {
    // An entry without a value has the type's zero; money has none.
    if (!named.slot.is_present && value.op == WireOp::kMoney) {
      return DecodeFailure{DecodeError::kInvalidField,
                           "an amount of a custom event has no currency (three capital letters)"};
    }
    if (!named.slot.is_present) named.slot.kind = ZeroKindOf(value.op);
    if (map.is_time) {
      named.slot.kind = FieldKind::kTime;
      if (Failure failure = CheckTime(named.slot.integer, "a moment of a custom event")) {
        return failure;
      }
    }
    named.slot.is_present = true;
    facts_.named.push_back(named);
    return std::nullopt;
  }

  static FieldKind ZeroKindOf(WireOp op) {
    switch (op) {
      case WireOp::kBool:
        return FieldKind::kBool;
      case WireOp::kDouble:
        return FieldKind::kNumber;
      case WireOp::kText:
        return FieldKind::kText;
      case WireOp::kMoney:
        return FieldKind::kMoney;
      default:
        return FieldKind::kInteger;
    }
  }

  Failure ReadValue(const FieldPlan& field, std::string_view name, WireReader& in, Slot& slot) {
    switch (field.op) {
      case WireOp::kDouble:
        return ReadDouble(name, in, slot);
      case WireOp::kText:
        return ReadText(name, in, slot);
      case WireOp::kBytes:
        return in.ReadBytes(slot.text) ? Present(slot) : Malformed();
      case WireOp::kMoney:
        return ReadMoney(name, in, slot);
      default:
        return ReadVarint(field, name, in, slot);
    }
  }

  static Failure Present(Slot& slot) {
    slot.is_present = true;
    return std::nullopt;
  }

  Failure ReadVarint(const FieldPlan& field, std::string_view name, WireReader& in, Slot& slot) {
    std::uint64_t raw = 0;
    if (!in.ReadVarint(raw)) return Malformed();
    const auto value = static_cast<std::int64_t>(raw);
    slot.integer = value;
    slot.kind = FieldKind::kInteger;
    switch (field.op) {
      case WireOp::kBool:
        slot.flag = raw != 0;
        slot.kind = FieldKind::kBool;
        break;
      case WireOp::kEnum:
        return ReadEnum(field, value, slot);
      case WireOp::kInt32:
        if (value != static_cast<std::int32_t>(value)) return Overflow(name);
        break;
      case WireOp::kUint32:
        if (raw > std::numeric_limits<std::uint32_t>::max()) return Overflow(name);
        break;
      case WireOp::kUint64:
        if (value < 0) return Overflow(name);
        break;
      default:
        if (!field.is_time) break;
        slot.kind = FieldKind::kTime;
        if (Failure failure = CheckTime(value, name)) return failure;
    }
    return Present(slot);
  }

  Failure ReadEnum(const FieldPlan& field, std::int64_t value, Slot& slot) {
    const std::vector<std::string>& symbols =
        field.leaf == kNoLeaf ? plan_.looked_at[static_cast<std::size_t>(field.looked_at)]
                              : plan_.leaves[static_cast<std::size_t>(field.leaf)].symbols;
    slot.kind = FieldKind::kSymbol;
    slot.text = {};
    slot.integer = value;
    const bool is_known = value > 0 && static_cast<std::uint64_t>(value) < symbols.size() &&
                          !symbols[static_cast<std::size_t>(value)].empty();
    if (is_known) slot.text = symbols[static_cast<std::size_t>(value)];
    if (!is_known && value != 0) ++facts_.unknown_value_count;
    return Present(slot);
  }

  static Failure Overflow(std::string_view name) {
    return DecodeFailure{DecodeError::kNumberOverflow,
                         std::string(name) + " is a number that its type cannot hold"};
  }

  static Failure CheckTime(std::int64_t value, std::string_view name) {
    if (value >= kTimeMin && value <= kTimeMax) return std::nullopt;
    return DecodeFailure{DecodeError::kAbsurdTime,
                         std::string(name) + " is outside the years 1 to 9999; it counts " +
                             "milliseconds since 1970"};
  }

  static Failure ReadDouble(std::string_view name, WireReader& in, Slot& slot) {
    std::uint64_t raw = 0;
    if (!in.ReadFixed64(raw)) return Malformed();
    slot.number = std::bit_cast<double>(raw);
    slot.kind = FieldKind::kNumber;
    if (!std::isfinite(slot.number)) {
      return DecodeFailure{DecodeError::kNotFinite, std::string(name) + " is no finite number"};
    }
    return Present(slot);
  }

  static Failure ReadText(std::string_view name, WireReader& in, Slot& slot) {
    if (!in.ReadBytes(slot.text)) return Malformed();
    slot.kind = FieldKind::kText;
    if (slot.text.size() > kTextMaxBytes) {
      return DecodeFailure{DecodeError::kTooLarge, std::string(name) + " has more than 4096 bytes"};
    }
    if (!IsValidUtf8(slot.text)) {
      return DecodeFailure{DecodeError::kInvalidUtf8, std::string(name) + " is not UTF-8"};
    }
    return Present(slot);
  }

  Failure ReadMoney(std::string_view name, WireReader& in, Slot& slot) {
    std::string_view bytes;
    if (!in.ReadBytes(bytes)) return Malformed();
    slot.kind = FieldKind::kMoney;
    // A message that comes twice is merged; absent parts are zero, as in proto3.
    if (!slot.is_present) slot.money = {.units = 0, .scale = 0, .currency = {}};
    WireReader inner(bytes);
    while (!inner.done()) {
      std::uint32_t number = 0;
      WireType type{};
      if (!inner.ReadTag(number, type)) return Malformed();
      if (Failure failure = ReadMoneyPart(name, number, type, inner, slot.money)) return failure;
    }
    if (slot.money.currency.view().empty()) {
      return DecodeFailure{DecodeError::kInvalidField,
                           std::string(name) + " has no currency (three capital letters)"};
    }
    return Present(slot);
  }

  Failure ReadMoneyPart(std::string_view name, std::uint32_t number, WireType type, WireReader& in,
                        Money& money) {
    std::uint64_t raw = 0;
    if (number == 1 && type == WireType::kVarint) {
      if (!in.ReadVarint(raw)) return Malformed();
      money.units = static_cast<std::int64_t>(raw);
      return std::nullopt;
    }
    if (number == 2 && type == WireType::kVarint) {
      if (!in.ReadVarint(raw)) return Malformed();
      money.scale = static_cast<std::uint8_t>(raw);
      if (raw <= 6) return std::nullopt;
      return DecodeFailure{DecodeError::kInvalidField, std::string(name) + " has a scale above 6"};
    }
    if (number == 3 && type == WireType::kBytes) return ReadCurrency(name, in, money);
    ++facts_.unknown_field_count;
    return Skip(in, number, type);
  }

  static Failure ReadCurrency(std::string_view name, WireReader& in, Money& money) {
    std::string_view code;
    if (!in.ReadBytes(code)) return Malformed();
    const bool is_code =
        code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code) {
      return DecodeFailure{DecodeError::kInvalidField,
                           std::string(name) + " has a currency that is not three capital letters"};
    }
    std::ranges::copy(code, money.currency.code.begin());
    return std::nullopt;
  }

  const MessagePlan& plan_;
  Facts& facts_;
};

/// True if the slot holds what proto3 takes for absent.
bool IsZero(const Slot& slot) {
  switch (slot.kind) {
    case FieldKind::kBool:
      return !slot.flag;
    case FieldKind::kNumber:
      return slot.number == 0;
    case FieldKind::kInteger:
    case FieldKind::kTime:
    case FieldKind::kSymbol:
      return slot.integer == 0;
    case FieldKind::kText:
      return slot.text.empty();
    case FieldKind::kMoney:
      return false;
  }
  return false;
}

Failure CheckRequired(const MessagePlan& plan, Facts& facts) {
  for (std::size_t i = 0; i < plan.leaves.size(); ++i) {
    const LeafPlan& leaf = plan.leaves[i];
    Slot& slot = facts.slots[i];
    if (!leaf.has_presence && slot.is_present && IsZero(slot)) slot.is_present = false;
    if (leaf.is_required && !slot.is_present) {
      return DecodeFailure{DecodeError::kMissingField,
                           "the field " + leaf.name + " of " + plan.info.ce_type + " is required"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<DecodeFailure> Flatten(const MessagePlan& plan, std::string_view bytes,
                                     Facts& facts) {
  facts.slots.assign(plan.leaves.size(), Slot{});
  facts.named.clear();
  facts.unknown_field_count = 0;
  facts.unknown_value_count = 0;
  if (Failure failure = Walker(plan, facts).Walk(plan.nodes.front(), bytes)) return failure;
  return CheckRequired(plan, facts);
}

}  // namespace evenkeel::internal
