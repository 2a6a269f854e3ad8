#include "console/views.h"

#include <algorithm>
#include <utility>

namespace evenkeel {
namespace {

bool SaysTheTime(ViewTopic kind) {
  return kind == ViewTopic::kTicks || kind == ViewTopic::kDecisions ||
         kind == ViewTopic::kActions || kind == ViewTopic::kRequests;
}

std::string Number(std::int64_t value) {
  return view_keys::BigEndian(static_cast<std::uint64_t>(value), 8);
}

std::int64_t ParseNumber(std::string_view bytes) {
  return static_cast<std::int64_t>(view_keys::FromBigEndian(bytes));
}

}  // namespace

std::optional<std::int64_t> ViewSnapshot::StreamTime() const {
  std::optional<std::int64_t> lowest;
  for (const auto& [partition, time] : clocks) lowest = std::min(lowest.value_or(time), time);
  return lowest;
}

Views::Views(Options options) : options_(std::move(options)) {}

Result<std::unique_ptr<Views>> Views::Open(const StoreResources& resources, Options options) {
  std::unique_ptr<Views> views(new Views(std::move(options)));
  EVENKEEL_ASSIGN_OR_RETURN(
      views->store_, DerivedStore::Open(resources, views->options_.directory,
                                        std::string(kViewFormat) + " " + views->options_.identity));
  views->applier_ = std::make_unique<ViewApplier>(*views->store_, views->options_.retention,
                                                  views->options_.decoder);
  // What cannot be read is made again.
  if (!views->ReadState().ok()) EVENKEEL_RETURN_IF_ERROR(views->Restart());
  return views;
}

Status Views::ReadState() {
  ViewSnapshot state;
  EVENKEEL_ASSIGN_OR_RETURN(const auto totals, store_->Get(view_keys::kTotals));
  if (totals) {
    EVENKEEL_ASSIGN_OR_RETURN(state.totals, ViewTotals::Decode(*totals));
  }
  EVENKEEL_RETURN_IF_ERROR(
      store_->Scan("P", "Q", [&](std::string_view key, std::string_view value) {
        state.next[view_keys::ParsePosition(key)] = ParseNumber(value);
        return true;
      }));
  EVENKEEL_RETURN_IF_ERROR(
      store_->Scan("U", "V", [&](std::string_view key, std::string_view value) {
        state.clocks[static_cast<Partition>(view_keys::FromBigEndian(key.substr(1)))] =
            ParseNumber(value);
        return true;
      }));
  const std::scoped_lock lock(mutex_);
  state_ = std::move(state);
  return {};
}

Status Views::Restart() {
  EVENKEEL_RETURN_IF_ERROR(store_->Wipe());
  const std::scoped_lock lock(mutex_);
  state_ = {};
  return {};
}

// --- the feed's side ---

Status Views::Take(const std::vector<ViewInput>& inputs) {
  DerivedBatch batch;
  ViewSnapshot next = Snapshot();
  std::map<TopicPartition, Offset> moved;
  for (const ViewInput& input : inputs) {
    const ViewSource& source = options_.sources[input.source];
    const TopicPartition where{source.topic, input.partition};
    Offset& position = next.next[where];
    if (input.record == nullptr) {
      if (input.end <= position) continue;
      position = input.end;
    } else {
      const LogRecord& record = *input.record;
      if (record.offset < position) continue;  // Taken before.
      EVENKEEL_RETURN_IF_ERROR(
          applier_->Apply(source.kind, source.topic, record, batch, next.totals));
      position = record.offset + 1;
      const std::int64_t time = record.timestamp.value;
      std::int64_t& clock = next.clocks[input.partition];
      if (SaysTheTime(source.kind) && IsWithinBounds(record.timestamp) && time > clock) {
        clock = time;
        batch.Put(view_keys::Clock(input.partition), Number(time));
      }
    }
    moved[where] = position;
  }
  std::erase_if(next.clocks, [](const auto& entry) { return entry.second == 0; });
  for (const auto& [where, position] : moved) {
    batch.Put(view_keys::Position(where), Number(position));
  }
  if (moved.empty()) return {};
  EVENKEEL_RETURN_IF_ERROR(Write(batch, next));
  return Forget(next);
}

Status Views::Write(const DerivedBatch& batch, ViewSnapshot next) {
  DerivedBatch all = batch;
  all.Put(std::string(view_keys::kTotals), next.totals.Encode());
  EVENKEEL_RETURN_IF_ERROR(store_->Apply(all));
  {
    const std::scoped_lock lock(mutex_);
    state_ = std::move(next);
  }
  moved_.notify_all();
  return {};
}

Status Views::Forget(ViewSnapshot& state) {
  while (true) {
    DerivedBatch batch;
    EVENKEEL_ASSIGN_OR_RETURN(const bool may_be_more, applier_->Prune(batch, state.totals));
    if (batch.entries().empty()) return {};
    EVENKEEL_RETURN_IF_ERROR(Write(batch, state));
    if (!may_be_more) return {};
  }
}

void Views::OnEnd(const TopicPartition& where, Offset high) {
  const std::scoped_lock lock(mutex_);
  Offset& end = ends_[where];
  end = std::max(end, high);
}

// --- the readers' side ---

ViewSnapshot Views::Snapshot() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

std::optional<Offset> Views::Position(const TopicPartition& where) const {
  const std::scoped_lock lock(mutex_);
  const auto found = state_.next.find(where);
  if (found == state_.next.end()) return std::nullopt;
  return found->second;
}

v1::ViewLag Views::Lag() const {
  const std::scoped_lock lock(mutex_);
  v1::ViewLag lag;
  std::int64_t records = 0;
  for (const auto& [where, end] : ends_) {
    const auto found = state_.next.find(where);
    records += std::max<Offset>(0, end - (found == state_.next.end() ? 0 : found->second));
  }
  lag.set_records(records);
  lag.set_newest_time_ms(state_.totals.newest_time_ms);
  return lag;
}

bool Views::WaitFor(const TopicPartition& where, Offset offset,
                    std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [&] {
    const auto found = state_.next.find(where);
    return (found == state_.next.end() ? 0 : found->second) >= offset;
  });
}

}  // namespace evenkeel
