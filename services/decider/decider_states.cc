// What surrounds the path: states as bytes, the life of a task, bundles and control.

#include "common/channels.h"
#include "decider/decider_processor.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kLongestGraceMs = 400LL * 24 * 3600 * 1000;

}  // namespace

Status DeciderProcessor::OnLocalEvent(SliceContext& /*context*/, std::string_view /*event*/) {
  return Internal("a decider hands out no effects, so it has no results of any");
}

Result<std::unique_ptr<StateObject>> DeciderProcessor::DecodeState(std::string_view /*key*/,
                                                                   std::uint64_t /*layout*/,
                                                                   std::string_view bytes) {
  EVENKEEL_ASSIGN_OR_RETURN(CustomerState state, CustomerState::Decode(bytes, layouts_));
  return std::unique_ptr<StateObject>(std::make_unique<CustomerObject>(std::move(state), layouts_));
}

std::unique_ptr<StateObject> DeciderProcessor::NewState(std::string_view /*key*/) {
  return std::make_unique<CustomerObject>(core_->NewState(), layouts_);
}

void DeciderProcessor::TimersOf(std::string_view /*key*/, const StateObject& state,
                                TimerSink& timers) {
  std::vector<CustomerTimer> all;
  static_cast<const CustomerObject&>(state).state.TimersTo(all);
  for (const CustomerTimer& timer : all) timers.Add(timer.due, timer.name);
}

std::string DeciderProcessor::LayoutBytes(std::uint64_t layout) {
  const Layout* found = layouts_.Find(layout);
  return found == nullptr ? std::string() : EncodeLayout(*found);
}

Status DeciderProcessor::OnLayout(std::uint64_t /*layout*/, std::string_view bytes) {
  EVENKEEL_ASSIGN_OR_RETURN(Layout layout, DecodeLayout(bytes));
  if (layouts_.Find(layout.id) != nullptr) return {};
  layouts_.Add(std::move(layout));
  ShowInWindow();
  return {};
}

void DeciderProcessor::ShowInWindow() const {
  if (options_.window == nullptr) return;
  options_.window->Show(std::make_shared<const DeciderSnapshot>(
      DeciderSnapshot{.core = core_, .layouts = layouts_, .control = control_.control()}));
}

Status DeciderProcessor::OnTaskOpened(TaskView& /*task*/) {
  if (core_ != nullptr) return {};
  return FailedPrecondition(
      "no bundle is in force, so nothing can be decided; run: evenkeel bundle "
      "publish <directory>" +
      (refusal_.ok() ? std::string() : " (" + refusal_.message() + ")"));
}

void DeciderProcessor::OnTaskCommitted(Partition row) {
  metrics_.Add(counts_[row]);
  counts_[row] = {};
}

void DeciderProcessor::OnTaskRolledBack(Partition row) {
  counts_[row] = {};
  if (const auto wave = waves_.find(row); wave != waves_.end()) wave->second->Drop();
  triggers_.clear();
  write_status_ = {};
}

void DeciderProcessor::OnTaskClosed(Partition row) {
  waves_.erase(row);
  counts_.erase(row);
}

void DeciderProcessor::OnGlobalRecord(const GlobalRecord& record) {
  const std::string_view key = record.key.value_or(std::string_view());
  if (record.global == kBundles) {
    refusal_ = bundles_.Apply(key, record.value);
    if (!refusal_.ok()) options_.on_bundle(offered_.get(), refusal_);
  }
  if (record.global == kControl) {
    control_.OnRecord(key, record.value, static_cast<std::uint64_t>(record.offset) + 1);
  }
}

Status DeciderProcessor::Accept(const Bundle& bundle) {
  EVENKEEL_RETURN_IF_ERROR(CheckChannels(bundle.core().catalogue, options_.channels));
  CoreDefinition definition = bundle.core();
  if (options_.reservations_wait) definition.policy.receipt_grace_ms = kLongestGraceMs;
  EVENKEEL_ASSIGN_OR_RETURN(core_, DecisionCore::Create(std::move(definition), options_.limits));
  layouts_.Add(core_->layout());
  return {};
}

void DeciderProcessor::OnGlobalsAtEnd() {
  const std::shared_ptr<const DecisionCore> previous = core_;  // Waves may still point to it.
  if (bundles_.active() != nullptr && bundles_.active() != offered_) {
    offered_ = bundles_.active();
    refusal_ = Accept(*offered_);
    options_.on_bundle(offered_.get(), refusal_);
  }
  const std::optional<ActiveBundle>& awaited = bundles_.awaited();
  if (awaited && announced_ != awaited->digest) {
    announced_ = awaited->digest;
    options_.on_awaited(*awaited);
  }
  ShowInWindow();
  if (core_ == nullptr) return;
  for (const auto& [row, wave] : waves_) {
    // What a slice that failed left in its wave is undone, and its states are gone.
    wave->Drop();
    wave->Use(*core_, control_.control());
  }
}

}  // namespace evenkeel
