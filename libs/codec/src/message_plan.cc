#include "message_plan.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <span>
#include <utility>

#include <google/protobuf/descriptor.h>

#include "evenkeel/base/check.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/billing.pb.h"
#include "evenkeel/v1/commercial.pb.h"
#include "evenkeel/v1/custom.pb.h"
#include "evenkeel/v1/feedback.pb.h"
#include "evenkeel/v1/interaction.pb.h"
#include "evenkeel/v1/options.pb.h"
#include "evenkeel/v1/outcomes.pb.h"
#include "evenkeel/v1/profile.pb.h"
#include "evenkeel/v1/receipts.pb.h"
#include "evenkeel/v1/support.pb.h"
#include "evenkeel/v1/telemetry.pb.h"
#include "evenkeel/v1/usage.pb.h"

namespace evenkeel::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

constexpr int kDepthMax = 16;

WireOp OpOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return WireOp::kBool;
    case FieldDescriptor::TYPE_INT32:
      return WireOp::kInt32;
    case FieldDescriptor::TYPE_INT64:
      return WireOp::kInt64;
    case FieldDescriptor::TYPE_UINT32:
      return WireOp::kUint32;
    case FieldDescriptor::TYPE_UINT64:
      return WireOp::kUint64;
    case FieldDescriptor::TYPE_DOUBLE:
      return WireOp::kDouble;
    case FieldDescriptor::TYPE_ENUM:
      return WireOp::kEnum;
    case FieldDescriptor::TYPE_STRING:
      return WireOp::kText;
    case FieldDescriptor::TYPE_BYTES:
      return WireOp::kBytes;
    case FieldDescriptor::TYPE_MESSAGE:
      if (field.is_map()) return WireOp::kMap;
      return field.message_type()->name() == "Money" ? WireOp::kMoney : WireOp::kMessage;
    default:
      break;
  }
  EVENKEEL_CHECK(false);  // a contract uses a type that signals have not
  return WireOp::kIgnore;
}

WireType WireTypeOf(WireOp op) {
  switch (op) {
    case WireOp::kDouble:
      return WireType::kFixed64;
    case WireOp::kText:
    case WireOp::kBytes:
    case WireOp::kMoney:
    case WireOp::kMessage:
    case WireOp::kMap:
      return WireType::kBytes;
    default:
      return WireType::kVarint;
  }
}

bool IsTimeName(std::string_view name) { return name.ends_with("_time_ms"); }

FieldKind KindOf(WireOp op, std::string_view name) {
  switch (op) {
    case WireOp::kBool:
      return FieldKind::kBool;
    case WireOp::kInt64:
      return IsTimeName(name) ? FieldKind::kTime : FieldKind::kInteger;
    case WireOp::kInt32:
    case WireOp::kUint32:
    case WireOp::kUint64:
      return FieldKind::kInteger;
    case WireOp::kDouble:
      return FieldKind::kNumber;
    case WireOp::kEnum:
      return FieldKind::kSymbol;
    case WireOp::kMoney:
      return FieldKind::kMoney;
    default:
      return FieldKind::kText;
  }
}

std::vector<std::string> SymbolsOf(const EnumDescriptor& type) {
  std::vector<std::string> symbols;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto number = static_cast<std::size_t>(type.value(i)->number());
    if (symbols.size() <= number) symbols.resize(number + 1);
    if (number != 0) symbols[number] = SymbolOf(type.name(), type.value(i)->name());
  }
  return symbols;
}

/// Builds the plan of one type by walking down its descriptor.
class PlanBuilder {
 public:
  explicit PlanBuilder(MessagePlan& plan) : plan_(plan) {}

  void Build() {
    AddNode(*plan_.descriptor, {}, Goal::kLeaves);
    SortLeaves();
    plan_.customer_leaf = plan_.FindLeaf("customer_id");
  }

 private:
  // Below a repeated field values are looked at, but are not fields of the signal.
  enum class Goal : std::uint8_t { kLeaves, kLookOnly };
  using Path = std::vector<const FieldDescriptor*>;

  int AddNode(const Descriptor& type, const Path& path, Goal goal) {
    EVENKEEL_CHECK(path.size() < kDepthMax);
    const std::size_t index = plan_.nodes.size();
    plan_.nodes.emplace_back();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto number = static_cast<std::size_t>(field.number());
      const FieldPlan field_plan = PlanField(field, path, goal);
      std::vector<FieldPlan>& by_number = plan_.nodes[index].by_number;
      if (by_number.size() <= number) by_number.resize(number + 1);
      by_number[number] = field_plan;
    }
    return static_cast<int>(index);
  }

  FieldPlan PlanField(const FieldDescriptor& field, Path path, Goal goal) {
    FieldPlan out;
    out.is_known = true;
    out.op = OpOf(field);
    out.wire_type = WireTypeOf(out.op);
    out.is_time = IsTimeName(field.name()) || field.name() == "times";
    path.push_back(&field);
    if (out.op == WireOp::kMap) {
      out.node = AddNode(*field.message_type(), path, Goal::kLookOnly);
      return out;
    }
    if (field.is_repeated()) goal = Goal::kLookOnly;
    if (out.op == WireOp::kMessage) {
      out.node = AddNode(*field.message_type(), path, goal);
    } else if (field.is_repeated() && out.wire_type != WireType::kBytes) {
      out.op = WireOp::kIgnore;
      out.is_any_wire_type = true;
    } else {
      AddLeaf(field, path, goal, out);
    }
    return out;
  }

  void AddLeaf(const FieldDescriptor& field, const Path& path, Goal goal, FieldPlan& out) {
    if (goal == Goal::kLookOnly) {
      if (out.op != WireOp::kEnum) return;
      out.looked_at = static_cast<int>(plan_.looked_at.size());
      plan_.looked_at.push_back(SymbolsOf(*field.enum_type()));
      return;
    }
    LeafPlan leaf;
    for (const FieldDescriptor* step : path) {
      leaf.name += leaf.name.empty() ? step->name() : "." + step->name();
    }
    leaf.kind = KindOf(out.op, field.name());
    leaf.is_emitted = out.op != WireOp::kBytes && leaf.name != "customer_id";
    leaf.is_required = path.size() == 1 && field.options().GetExtension(v1::required);
    leaf.has_presence = field.has_presence();
    if (out.op == WireOp::kEnum) leaf.symbols = SymbolsOf(*field.enum_type());
    leaf.path = path;
    out.leaf = static_cast<int>(plan_.leaves.size());
    plan_.leaves.push_back(std::move(leaf));
  }

  void SortLeaves() {
    std::vector<int> order(plan_.leaves.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::ranges::sort(order, {}, [this](int i) { return std::string_view(LeafAt(i).name); });
    std::vector<LeafPlan> sorted;
    std::vector<int> place(order.size());
    for (const int old : order) {
      place[static_cast<std::size_t>(old)] = static_cast<int>(sorted.size());
      sorted.push_back(std::move(LeafAt(old)));
    }
    plan_.leaves = std::move(sorted);
    for (NodePlan& node : plan_.nodes) {
      for (FieldPlan& field : node.by_number) {
        if (field.leaf != kNoLeaf) field.leaf = place[static_cast<std::size_t>(field.leaf)];
      }
    }
  }

  LeafPlan& LeafAt(int index) { return plan_.leaves[static_cast<std::size_t>(index)]; }

  MessagePlan& plan_;
};

struct FamilyName {
  std::string_view name;
  SignalFamily family;
};

constexpr FamilyName kFamilies[] = {
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
    {"tick", SignalFamily::kTick},
    {"receipt", SignalFamily::kReceipt},
    {"verdict", SignalFamily::kVerdict},
    {"outcome", SignalFamily::kOutcome},
};

SignalFamily FamilyOf(std::string_view type) {
  const std::string_view name = type.substr(0, type.find('.'));
  const auto* it = std::ranges::find(kFamilies, name, &FamilyName::name);
  EVENKEEL_CHECK(it != std::end(kFamilies));
  return it->family;
}

/// "evenkeel.signal.billing.invoice.v1" -> "billing.invoice", "evenkeel.receipt.v1" -> "receipt".
std::string TypeOf(std::string_view ce_type) {
  constexpr std::string_view kPrefix = "evenkeel.";
  constexpr std::string_view kSuffix = ".v1";
  constexpr std::string_view kSignal = "signal.";
  EVENKEEL_CHECK(ce_type.starts_with(kPrefix) && ce_type.ends_with(kSuffix));
  ce_type.remove_prefix(kPrefix.size());
  ce_type.remove_suffix(kSuffix.size());
  if (ce_type.starts_with(kSignal)) ce_type.remove_prefix(kSignal.size());
  return std::string(ce_type);
}

PayloadKind PayloadOf(const SignalTypeInfo& info) {
  switch (info.family) {
    case SignalFamily::kProfile:
      return info.type == "profile.updated" ? PayloadKind::kProfile : PayloadKind::kConsent;
    case SignalFamily::kReceipt:
      return PayloadKind::kReceipt;
    case SignalFamily::kVerdict:
      return PayloadKind::kVerdict;
    case SignalFamily::kOutcome:
      return PayloadKind::kOutcome;
    case SignalFamily::kForget:
      return PayloadKind::kForget;
    case SignalFamily::kTick:
      return PayloadKind::kTick;
    default:
      return PayloadKind::kNone;
  }
}

std::vector<SignalFieldInfo> FieldsOf(const MessagePlan& plan) {
  std::vector<SignalFieldInfo> fields;
  for (const LeafPlan& leaf : plan.leaves) {
    if (!leaf.is_emitted) continue;
    SignalFieldInfo& field = fields.emplace_back();
    field.name = leaf.name;
    field.kind = leaf.kind;
    field.is_required = leaf.is_required;
    std::ranges::copy_if(leaf.symbols, std::back_inserter(field.symbols),
                         [](const std::string& symbol) { return !symbol.empty(); });
  }
  return fields;
}

MessagePlan PlanOf(const Descriptor& type) {
  MessagePlan plan;
  plan.descriptor = &type;
  plan.info.ce_type = type.options().GetExtension(v1::ce_type);
  plan.info.type = TypeOf(plan.info.ce_type);
  plan.info.family = FamilyOf(plan.info.type);
  plan.payload = PayloadOf(plan.info);
  plan.is_custom = plan.info.family == SignalFamily::kCustom;
  plan.is_strict = plan.info.family == SignalFamily::kVerdict;
  PlanBuilder(plan).Build();
  plan.info.fields = FieldsOf(plan);
  return plan;
}

/// The files whose messages are signals (approvals: the verdict alone).
std::vector<const Descriptor*> SignalMessages() {
  const FileDescriptor* files[] = {
      v1::DeviceEvent::descriptor()->file(),  v1::Session::descriptor()->file(),
      v1::Invoice::descriptor()->file(),      v1::TicketOpened::descriptor()->file(),
      v1::Conversation::descriptor()->file(), v1::Complaint::descriptor()->file(),
      v1::OrderLine::descriptor()->file(),    v1::ProfileUpdated::descriptor()->file(),
      v1::CustomEvent::descriptor()->file(),  v1::Outcome::descriptor()->file(),
      v1::Receipt::descriptor()->file()};
  std::vector<const Descriptor*> types = {v1::ApprovalVerdict::descriptor()};
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor* type = file->message_type(i);
      if (type->options().HasExtension(v1::ce_type)) types.push_back(type);
    }
  }
  return types;
}

/// All plans, findable by both names.
struct Catalogue {
  std::vector<MessagePlan> plans;  ///< Sorted by type.
  std::vector<SignalTypeInfo> infos;
  std::map<std::string, const MessagePlan*, std::less<>> by_ce_type;
  std::map<std::string, const MessagePlan*, std::less<>> by_type;
};

const Catalogue& TheCatalogue() {
  static const Catalogue* const kCatalogue = [] {
    auto* catalogue = new Catalogue;
    for (const Descriptor* type : SignalMessages()) catalogue->plans.push_back(PlanOf(*type));
    std::ranges::sort(catalogue->plans, {}, [](const MessagePlan& p) { return p.info.type; });
    for (const MessagePlan& plan : catalogue->plans) {
      catalogue->infos.push_back(plan.info);
      catalogue->by_ce_type[plan.info.ce_type] = &plan;
      catalogue->by_type[plan.info.type] = &plan;
    }
    return catalogue;
  }();
  return *kCatalogue;
}

}  // namespace

int MessagePlan::FindLeaf(std::string_view name) const {
  const auto it = std::ranges::lower_bound(
      leaves, name, {}, [](const LeafPlan& leaf) { return std::string_view(leaf.name); });
  if (it == leaves.end() || it->name != name) return kNoLeaf;
  return static_cast<int>(it - leaves.begin());
}

const MessagePlan* FindPlanByCeType(std::string_view ce_type) {
  const auto& plans = TheCatalogue().by_ce_type;
  const auto it = plans.find(ce_type);
  return it == plans.end() ? nullptr : it->second;
}

const MessagePlan* FindPlanByType(std::string_view type) {
  if (type.starts_with("custom.")) type = "custom.event";
  const auto& plans = TheCatalogue().by_type;
  const auto it = plans.find(type);
  return it == plans.end() ? nullptr : it->second;
}

std::string SymbolOf(std::string_view enum_name, std::string_view value_name) {
  // PaymentStatus, PAYMENT_STATUS_FAILED -> failed.
  std::size_t prefix = enum_name.size() + 1;
  for (std::size_t i = 1; i < enum_name.size(); ++i) {
    if (std::isupper(static_cast<unsigned char>(enum_name[i])) != 0) ++prefix;
  }
  std::string symbol(value_name.substr(prefix));
  for (char& c : symbol) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return symbol;
}

}  // namespace evenkeel::internal

namespace evenkeel {

std::span<const SignalTypeInfo> SignalTypes() { return internal::TheCatalogue().infos; }

const SignalTypeInfo* FindSignalType(std::string_view type) {
  const internal::MessagePlan* plan = internal::FindPlanByType(type);
  return plan == nullptr ? nullptr : &plan->info;
}

std::string_view SignalFamilyName(SignalFamily family) {
  const auto* it = std::ranges::find(internal::kFamilies, family, &internal::FamilyName::family);
  EVENKEEL_CHECK(it != std::end(internal::kFamilies));
  return it->name;
}

}  // namespace evenkeel
