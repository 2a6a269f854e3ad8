#include "customer_fold.h"

#include <vector>

#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/model/decimal.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

using Json = nlohmann::ordered_json;

/// -12345 of scale 3 is "-12.345".
std::string DecimalText(std::int64_t units, std::uint8_t scale) {
  // Unsigned: the smallest number has no positive counterpart.
  const auto magnitude =
      units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  const auto one = static_cast<std::uint64_t>(PowerOfTen(scale));
  std::string fraction = std::to_string(magnitude % one);
  fraction.insert(0, scale - fraction.size(), '0');
  return (units < 0 ? "-" : "") + std::to_string(magnitude / one) + "." + fraction;
}

Json ValueJson(const FeatureDefinition& definition, const FeatureValue& value) {
  if (value.is_missing) return nullptr;
  if (definition.is_symbol) return value.symbol;
  if (definition.scale == 0) return value.number;
  return DecimalText(value.number, definition.scale);
}

Json FeaturesJson(const CustomerState& state, const FeatureSet& features, TimeMs at) {
  std::vector<FeatureValue> values(features.size());
  features.Read(state.features, at, values);
  Json out = Json::object();
  for (const std::uint32_t index : features.by_name()) {
    const FeatureDefinition& definition = features.definition(index);
    out[definition.name] = ValueJson(definition, values[index]);
  }
  return out;
}

Json TimersJson(const CustomerState& state) {
  std::vector<CustomerTimer> timers;
  state.TimersTo(timers);
  Json out = Json::array();
  for (const CustomerTimer& timer : timers) {
    out.push_back({{"name", timer.name}, {"due_time_ms", timer.due.value}});
  }
  return out;
}

Json PointsJson(const CustomerState& state) {
  Json out = Json::object();
  for (const PointState& point : state.points) {
    out[point.name] = point.decided == TimeMs::Min()
                          ? Json(nullptr)
                          : Json({{"decided_time_ms", point.decided.value}});
  }
  return out;
}

}  // namespace

Status CustomerFold::Take(Partition row, std::string_view key,
                          std::optional<std::string_view> value) {
  if (key.empty()) return DataLoss("a changelog record without a key");
  const std::string_view rest = key.substr(1);
  switch (static_cast<EntryKind>(key.front())) {
    case EntryKind::kCommit: {
      if (!value) return DataLoss("a commit record without a value");
      EVENKEEL_ASSIGN_OR_RETURN(const CommitRecord commit, DecodeCommitRecord(*value));
      as_of_[row] = commit.as_of;
      return {};
    }
    case EntryKind::kLayout: {
      if (!value) return DataLoss("a layout without a value");
      EVENKEEL_ASSIGN_OR_RETURN(Layout layout, DecodeLayout(*value));
      layouts_.Add(std::move(layout));
      return {};
    }
    case EntryKind::kState:
      if (value) {
        entries_.insert_or_assign(std::string(rest), Entry{row, std::string(*value)});
      } else {
        entries_.erase(std::string(rest));
      }
      return {};
    case EntryKind::kGap:
      return {};
  }
  return DataLoss("a changelog record of a kind that this build does not know");
}

TimeMs CustomerFold::as_of(Partition row) const {
  const auto found = as_of_.find(row);
  return found == as_of_.end() ? TimeMs::Min() : found->second;
}

Sha256Digest CustomerFold::Digest() const {
  Sha256Stream digest;
  for (const auto& [customer, entry] : entries_) {
    digest.UpdateField(customer);
    digest.UpdateField(entry.value);
  }
  return digest.Finish();
}

Result<Json> CustomerFold::Describe(const std::string& customer, const Entry& entry,
                                    const DecisionCore& core, std::optional<TimeMs> at) const {
  EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(entry.value));
  EVENKEEL_ASSIGN_OR_RETURN(CustomerState state, CustomerState::Decode(value.bytes, layouts_));
  const TimeMs now = at.value_or(as_of(entry.row));
  core.Adopt(state, layouts_, now);
  Json out;
  out["customer"] = customer;
  out["at_time_ms"] = now.value;
  out["features"] = FeaturesJson(state, core.features(), now);
  out["signals"] = {{"applied", state.counts.applied},
                    {"repeats", state.counts.repeats},
                    {"past_horizon", state.counts.past_horizon}};
  out["contacts"] = state.ledger.entries().size();
  out["decision_points"] = PointsJson(state);
  out["timers"] = TimersJson(state);
  return out;
}

}  // namespace evenkeel
