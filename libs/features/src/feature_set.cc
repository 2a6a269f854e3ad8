#include "evenkeel/features/feature_set.h"

#include <algorithm>
#include <numeric>

#include "case_math.h"
#include "number_field.h"
#include "slot_math.h"

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::size_t kSymbolBytesMax = 64;

// Cuts between characters of UTF-8.
std::string_view CutSymbol(std::string_view text) {
  if (text.size() <= kSymbolBytesMax) return text;
  std::size_t length = kSymbolBytesMax;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

// The text of a symbol field; nothing where it is absent or no symbol.
std::optional<std::string_view> TakeSymbol(const NumberField& field, const Signal& signal,
                                           BadInput& problem) {
  const FieldValue* value = signal.Find(field.field);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(value)) return CutSymbol(*text);
  if (const auto* flag = std::get_if<bool>(value)) return *flag ? "true" : "false";
  problem = {BadInputCode::kWrongType,
             "field '" + field.field + "' is no text, and a feature keeps it as a symbol"};
  return std::nullopt;
}

bool IsPattern(const std::string& type) { return type.ends_with('*'); }

/// The types of all signals that the feature hears.
std::vector<std::string> TypesOf(const FeatureDefinition& definition) {
  std::vector<std::string> types = definition.match.types;
  for (const SignalMatch* more : {&definition.cases.closed_by, &definition.cases.updated_by}) {
    types.insert(types.end(), more->types.begin(), more->types.end());
  }
  return types;
}

}  // namespace

FeatureSet::FeatureSet(std::vector<FeatureDefinition> definitions) {
  std::sort(definitions.begin(), definitions.end(),
            [](const FeatureDefinition& a, const FeatureDefinition& b) {
              return SlotKeyOf(a) < SlotKeyOf(b);
            });
  features_ = std::move(definitions);
  for (std::uint32_t i = 0; i < features_.size(); ++i) {
    layout_.slots.push_back(SlotLayoutOf(features_[i]));
    by_name_.push_back(i);
    const std::vector<std::string> types = TypesOf(features_[i]);
    for (const std::string& type : types) {
      if (!IsPattern(type)) by_type_.push_back({type, {}});
    }
    if (std::any_of(types.begin(), types.end(), IsPattern)) pattern_slots_.push_back(i);
  }
  SealLayout(layout_);
  std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return features_[a].name < features_[b].name;
  });
  IndexTypes();
}

void FeatureSet::IndexTypes() {
  const auto less = [](const TypeEntry& a, const TypeEntry& b) { return a.type < b.type; };
  const auto same = [](const TypeEntry& a, const TypeEntry& b) { return a.type == b.type; };
  std::sort(by_type_.begin(), by_type_.end(), less);
  by_type_.erase(std::unique(by_type_.begin(), by_type_.end(), same), by_type_.end());
  for (TypeEntry& entry : by_type_) {
    for (std::uint32_t i = 0; i < features_.size(); ++i) {
      if (internal::SpeaksOfCases(features_[i], entry.type)) entry.slots.push_back(i);
    }
  }
}

std::optional<std::size_t> FeatureSet::Find(std::string_view name) const {
  const auto place = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                      [this](std::uint32_t index, std::string_view wanted) {
                                        return features_[index].name < wanted;
                                      });
  if (place == by_name_.end() || features_[*place].name != name) return std::nullopt;
  return *place;
}

BadInput FeatureSet::Prepare(const FeatureSlots& slots, const Signal& signal,
                             FeatureUpdate& update) const {
  EVENKEEL_CHECK(slots.slots.size() == features_.size());
  update.changes.clear();
  const auto place = std::lower_bound(
      by_type_.begin(), by_type_.end(), signal.type,
      [](const TypeEntry& entry, const std::string& wanted) { return entry.type < wanted; });
  const bool is_listed = place != by_type_.end() && place->type == signal.type;
  for (const std::uint32_t index : is_listed ? place->slots : pattern_slots_) {
    const FeatureDefinition& definition = features_[index];
    BadInput problem;
    if (definition.kind == FeatureKind::kOpenCases) {
      problem = PrepareCase(index, signal, update);
    } else if ((is_listed || MatchesType(definition.match, signal.type)) &&
               MatchesFields(definition.match, signal)) {
      problem = PrepareOne(slots.slots[index], index, signal, update);
    }
    if (!problem.ok()) return problem;
  }
  return {};
}

BadInput FeatureSet::PrepareCase(std::uint32_t index, const Signal& signal,
                                 FeatureUpdate& update) const {
  BadInput problem;
  if (const auto said = internal::TakeCase(features_[index], signal, problem)) {
    update.changes.push_back({.slot = index, .symbol = {}, .said = *said});
  }
  return problem;
}

BadInput FeatureSet::PrepareOne(const Slot& slot, std::uint32_t index, const Signal& signal,
                                FeatureUpdate& update) const {
  const FeatureDefinition& definition = features_[index];
  BadInput problem;
  FeatureUpdate::Change change{.slot = index, .number = 1, .symbol = {}, .said = {}};
  if (definition.is_symbol) {
    const auto symbol = TakeSymbol(definition.value, signal, problem);
    if (!symbol) return problem;
    change.symbol = *symbol;
    change.number = 0;
  } else if (definition.kind != FeatureKind::kCount && definition.kind != FeatureKind::kTimeSince) {
    const auto number = internal::TakeNumber(definition, signal, problem);
    if (!number) return problem;
    change.number = *number;
  }
  if (!internal::Fits(layout_.slots[index], slot, signal.event_time, change.number)) {
    return {BadInputCode::kSumOverflow,
            "feature '" + definition.name + "' would no longer fit into 64 bits"};
  }
  update.changes.push_back(change);
  return {};
}

void FeatureSet::Apply(FeatureSlots& slots, const Signal& signal,
                       const FeatureUpdate& update) const {
  for (const FeatureUpdate::Change& change : update.changes) {
    Slot& slot = slots.slots[change.slot];
    const SlotLayout& layout = layout_.slots[change.slot];
    if (layout.kind == FeatureKind::kOpenCases) {
      internal::AddCase(slot, change.said, signal.event_time);
    } else if (layout.kind == FeatureKind::kTimeSince) {
      internal::KeepNewestTime(slot, signal.event_time);
    } else if (layout.kind == FeatureKind::kLast) {
      internal::KeepNewest(slot, signal, change);
    } else {
      internal::AddTo(layout, slot, signal.event_time, change.number);
    }
  }
}

void FeatureSet::Read(const FeatureSlots& slots, TimeMs now, std::span<FeatureValue> values) const {
  EVENKEEL_CHECK(values.size() == features_.size());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    values[i] = internal::ReadSlot(features_[i], layout_.slots[i], slots.slots[i], now);
  }
}

}  // namespace evenkeel
