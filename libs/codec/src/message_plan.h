#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire_reader.h"

#include "evenkeel/codec/signal_types.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace evenkeel::internal {

/// What to do with a field met on the wire.
enum class WireOp : std::uint8_t {
  kBool,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kDouble,
  kEnum,
  kText,
  kBytes,
  kMoney,
  kMessage,
  kMap,
  kIgnore,
};

/// A fact that becomes a field of the signal.
struct LeafPlan {
  std::string name;
  FieldKind kind = FieldKind::kText;
  bool is_emitted = true;  ///< Bytes are looked at, but are no field.
  bool is_required = false;
  bool has_presence = false;         ///< Without it, zero means absent.
  std::vector<std::string> symbols;  ///< Of an enum, by number; empty where there is none.
  /// The messages the field lies in, then the field itself.
  std::vector<const google::protobuf::FieldDescriptor*> path;
};

inline constexpr int kNoLeaf = -1;

struct FieldPlan {
  WireOp op = WireOp::kIgnore;
  WireType wire_type = WireType::kVarint;
  int leaf = kNoLeaf;  ///< Where the value goes; kNoLeaf: looked at only.
  int node = -1;       ///< Of kMessage and kMap (the entry).
  bool is_known = false;
  bool is_any_wire_type = false;  ///< Repeated numbers come packed or not.
  bool is_time = false;
  int looked_at = -1;  ///< Of a kEnum that goes nowhere: index into MessagePlan::looked_at.
};

/// A message inside a type: its fields by number.
struct NodePlan {
  std::vector<FieldPlan> by_number;

  const FieldPlan* Find(std::uint32_t number) const {
    if (number >= by_number.size() || !by_number[number].is_known) return nullptr;
    return &by_number[number];
  }
};

/// Which alternative of SignalPayload a type carries.
enum class PayloadKind : std::uint8_t {
  kNone,
  kProfile,
  kConsent,
  kReceipt,
  kVerdict,
  kOutcome,
  kForget,
  kTick,
};

/// Everything about a type of signal, compiled once from its descriptor.
struct MessagePlan {
  SignalTypeInfo info;
  const google::protobuf::Descriptor* descriptor = nullptr;
  PayloadKind payload = PayloadKind::kNone;
  bool is_custom = false;
  bool is_strict = false;                           ///< Unknown fields and values are refused.
  std::vector<LeafPlan> leaves;                     ///< Sorted by name.
  std::vector<NodePlan> nodes;                      ///< The first is the message itself.
  std::vector<std::vector<std::string>> looked_at;  ///< Symbols of enums below repeated fields.
  int customer_leaf = kNoLeaf;                      ///< "customer_id" of messages that name it.

  int FindLeaf(std::string_view name) const;
};

/// All types, compiled at first use. Thread-safe; lives for ever.
const MessagePlan* FindPlanByCeType(std::string_view ce_type);
const MessagePlan* FindPlanByType(std::string_view type);

/// The word for an enum value: its name in lower case without the enum's prefix.
std::string SymbolOf(std::string_view enum_name, std::string_view value_name);

}  // namespace evenkeel::internal
