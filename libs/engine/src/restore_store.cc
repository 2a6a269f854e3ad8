// How a restore writes what it reads to the store, and derives the timers again.

#include <algorithm>
#include <utility>

#include "restore.h"

#include "evenkeel/engine/processor.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

class TimerList final : public TimerSink {
 public:
  TimerList(std::string_view key, std::vector<TimerPosition>& timers)
      : key_(key), timers_(timers) {}
  void Add(TimeMs due, std::string_view name) override {
    timers_.push_back({due, std::string(key_), std::string(name)});
  }

 private:
  std::string_view key_;
  std::vector<TimerPosition>& timers_;
};

std::uint64_t LayoutOf(std::string_view key) {
  std::uint64_t layout = 0;
  for (const char byte : key.substr(1)) layout = (layout << 8) | static_cast<std::uint8_t>(byte);
  return layout;
}

}  // namespace

Status Restore::LearnLayouts() {
  return task_.store->ForEach(static_cast<char>(EntryKind::kLayout),
                              [&](std::string_view key, std::string_view value) {
                                task_.layouts.insert(LayoutOf(key));
                                return environment_.processor.OnLayout(LayoutOf(key), value);
                              });
}

// Another version of the program may derive other timers from the same states.
Status Restore::RebuildTimers(Now now) {
  constexpr std::size_t kBatchBytes = 4 << 20;
  EVENKEEL_RETURN_IF_ERROR(task_.store->RemoveAllTimers());
  StoreMeta meta = *task_.store->meta();
  StoreBatch batch;
  const auto derive = [&](std::string_view key, std::string_view value) {
    std::vector<TimerPosition> timers;
    EVENKEEL_RETURN_IF_ERROR(AppendTimers(key.substr(1), value, timers));
    for (const TimerPosition& timer : timers) batch.AddTimer(timer);
    if (batch.bytes() < kBatchBytes) return Status();
    const StoreBatch full = std::exchange(batch, {});
    return task_.store->Apply(full, meta);
  };
  EVENKEEL_RETURN_IF_ERROR(task_.store->ForEach(static_cast<char>(EntryKind::kState), derive));
  meta.app_version = environment_.options.app_version;
  meta.written_at = now.wall;
  return task_.store->Apply(batch, meta);
}

Status Restore::ApplyPending(Offset next, Now now) {
  StoreMeta meta = NewMeta(next, now);
  StoreBatch batch;
  // In the order of the kinds: layouts come before the states that use them.
  for (const auto& [key, value] : pending_) {
    EVENKEEL_RETURN_IF_ERROR(ApplyEntry(key, value, batch, meta));
  }
  EVENKEEL_RETURN_IF_ERROR(task_.store->Apply(batch, meta));
  pending_.clear();
  pending_bytes_ = 0;
  if (task_.store->unflushed_bytes() < environment_.options.store.flush_bytes) return {};
  return task_.store->Flush(TaskStore::FlushMode::kBegin);
}

Status Restore::ApplyEntry(const std::string& key, const std::optional<std::string>& value,
                           StoreBatch& batch, StoreMeta& meta) {
  switch (static_cast<EntryKind>(key.front())) {
    case EntryKind::kCommit:
      meta.commit_record = value.value_or(std::string());
      return {};
    case EntryKind::kLayout:
      if (value) {
        task_.layouts.insert(LayoutOf(key));
        EVENKEEL_RETURN_IF_ERROR(environment_.processor.OnLayout(LayoutOf(key), *value));
      }
      break;
    case EntryKind::kGap:
      break;
    case EntryKind::kState:
      EVENKEEL_RETURN_IF_ERROR(UpdateTimers(key, value, batch));
      break;
    default:
      return DataLoss("the changelog has an entry of kind '" + key.substr(0, 1) +
                      "', which this build does not know; run a newer one");
  }
  batch.Put(key, value);
  return {};
}

Status Restore::UpdateTimers(const std::string& key, const std::optional<std::string>& value,
                             StoreBatch& batch) {
  std::vector<TimerPosition> timers;
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<std::string> old, task_.store->Get(key));
  const std::string_view state_key = std::string_view(key).substr(1);
  if (old) EVENKEEL_RETURN_IF_ERROR(AppendTimers(state_key, *old, timers));
  for (const TimerPosition& timer : timers) batch.RemoveTimer(timer);
  timers.clear();
  if (value) EVENKEEL_RETURN_IF_ERROR(AppendTimers(state_key, *value, timers));
  for (const TimerPosition& timer : timers) batch.AddTimer(timer);
  return {};
}

Status Restore::AppendTimers(std::string_view key, std::string_view value,
                             std::vector<TimerPosition>& timers) {
  EVENKEEL_ASSIGN_OR_RETURN(const StateValue parsed, ParseStateValue(value));
  EVENKEEL_ASSIGN_OR_RETURN(const std::unique_ptr<StateObject> state,
                            environment_.processor.DecodeState(key, parsed.layout, parsed.bytes));
  TimerList list(key, timers);
  environment_.processor.TimersOf(key, *state, list);
  return {};
}

StoreMeta Restore::NewMeta(Offset next, Now now) const {
  const WorkerOptions& options = environment_.options;
  const std::optional<StoreMeta>& old = task_.store->meta();
  return {.deployment = options.deployment,
          .cluster_id = options.cluster_id,
          .changelog_topic = options.changelog_topic,
          .row = row_,
          .app_version = options.app_version,
          .changelog_next = next,
          .commit_record = old ? old->commit_record : std::string(),
          .written_at = now.wall};
}

}  // namespace evenkeel
