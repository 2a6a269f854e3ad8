#include "restore.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {

Restore::Restore(const TaskEnvironment& environment, const StoreResources& resources, Partition row,
                 Plan plan)
    : environment_(environment), resources_(resources), row_(row), plan_(plan) {}

void Restore::Begin(LogSession& session, Requests& requests, Now now) {
  requests.Add(session.QueryCommitted(row_),
               {.kind = Requests::Kind::kCommitted, .row = row_, .asked = now.monotonic});
}

void Restore::OnCommitted(const CommittedDone& done, LogSession& session, Requests& requests,
                          Now now) {
  if (!done.status.ok()) return Finish(done.status.WithContext("committed offsets"));
  group_next_ = done.next;
  requests.Add(session.QueryWatermarks({environment_.options.changelog_topic, row_}),
               {.kind = Requests::Kind::kRestoreWatermark,
                .row = row_,
                .index = kChangelog,
                .asked = now.monotonic});
}

void Restore::OnWatermarks(std::uint32_t input, const WatermarksDone& done, LogSession& session,
                           Now now) {
  if (!done.status.ok()) return Finish(done.status.WithContext("watermarks"));
  if (input != kChangelog) return OnInputWatermarks(input, done);
  high_ = done.high;
  if (Status opened = OpenStore(done, now); !opened.ok()) return Finish(std::move(opened));
  reader_ = session.OpenReader({environment_.options.changelog_topic, row_}, reader_from_);
}

Status Restore::OpenStore(const WatermarksDone& changelog, Now now) {
  const std::string directory =
      environment_.options.store.directory + "/task-" + std::to_string(row_);
  EVENKEEL_ASSIGN_OR_RETURN(task_.store, TaskStore::Open(resources_, directory));
  if (task_.store->was_damaged() || plan_.wipes_store) ++environment_.counters.stores_wiped;
  if (plan_.wipes_store) EVENKEEL_RETURN_IF_ERROR(task_.store->Wipe());
  EVENKEEL_RETURN_IF_ERROR(CheckStore(changelog, now));
  EVENKEEL_RETURN_IF_ERROR(LearnLayouts());
  const std::optional<StoreMeta>& meta = task_.store->meta();
  reader_from_ = meta ? meta->changelog_next : changelog.low;
  pending_next_ = reader_from_;
  if (meta && meta->app_version != environment_.options.app_version) {
    EVENKEEL_RETURN_IF_ERROR(RebuildTimers(now));
  }
  return {};
}

Status Restore::CheckStore(const WatermarksDone& changelog, Now now) {
  TaskStore& store = *task_.store;
  WorkerCounters& counters = environment_.counters;
  const std::optional<StoreMeta> meta = store.meta();
  if (!meta) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool is_empty, store.Empty());
    if (is_empty) return {};
    ++counters.stores_wiped;
    return store.Wipe();
  }
  const WorkerOptions& options = environment_.options;
  const bool is_ours = meta->deployment == options.deployment &&
                       meta->cluster_id == options.cluster_id &&
                       meta->changelog_topic == options.changelog_topic && meta->row == row_;
  if (!is_ours || meta->changelog_next > changelog.high) {
    ++counters.stores_set_aside;
    return store.SetAside(is_ours ? "ahead-of-changelog" : "of-another-task");
  }
  const bool is_stale = now.wall - meta->written_at > options.store.changelog_delete_retention / 2;
  if (!is_stale && meta->changelog_next >= changelog.low) return {};
  ++counters.stores_wiped;
  return store.Wipe();
}

// --- reading the changelog ---

void Restore::OnRecord(const LogRecord& record, Now now) {
  constexpr std::size_t kBatchRecords = 2000;
  constexpr std::size_t kBatchBytes = 4 << 20;
  if (is_done_) return;
  if (!record.key || record.key->empty()) {
    return Finish(DataLoss("the changelog has a record without a key at offset " +
                           std::to_string(record.offset)));
  }
  ++environment_.counters.restored_records;
  std::optional<std::string>& value = pending_[std::string(*record.key)];
  value.reset();
  if (record.value) value.emplace(*record.value);
  pending_bytes_ += record.key->size() + (record.value ? record.value->size() : 0);
  pending_next_ = record.offset + 1;
  if (pending_.size() < kBatchRecords && pending_bytes_ < kBatchBytes) return;
  if (Status applied = ApplyPending(pending_next_, now); !applied.ok()) Finish(std::move(applied));
}

void Restore::OnAtEnd(Offset end, LogSession& session, Requests& requests, Now now) {
  // Below the watermark some transaction is not decided yet: the end will move.
  if (is_done_ || end < high_ || end < pending_next_) return;
  Cancel(session);
  Status status = ApplyPending(end, now);
  if (status.ok()) status = Conclude(session, requests, now);
  if (!status.ok() || inputs_asked_.empty()) Finish(std::move(status));
}

void Restore::OnReaderFailed(const Status& status, LogSession& session) {
  Cancel(session);
  if (status.code() != StatusCode::kOutOfRange || task_.store == nullptr) {
    return Finish(status.WithContext("reading the changelog"));
  }
  // The changelog was cut since its watermarks were asked. The next try begins without a store.
  ++environment_.counters.stores_wiped;
  Status wiped = task_.store->Wipe();
  Finish(wiped.ok() ? Unavailable("the changelog was cut while it was read; will try again")
                    : std::move(wiped));
}

void Restore::Cancel(LogSession& session) {
  if (reader_) session.CloseReader(*reader_);
  reader_.reset();
}

// --- where the task stands ---

Status Restore::Conclude(LogSession& session, Requests& requests, Now now) {
  const std::string& bytes = task_.store->meta()->commit_record;
  const bool group_has_offsets =
      std::any_of(group_next_.begin(), group_next_.end(), [](const auto& o) { return o; });
  if (!bytes.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const CommitRecord record, environment_.options.codec.decode(bytes));
    EVENKEEL_RETURN_IF_ERROR(CheckCommitRecord(record));
    TakePositions(record);
  } else if (group_has_offsets) {
    return FailedPrecondition(
        "group " + environment_.options.group + " has offsets for row " + std::to_string(row_) +
        " but " + environment_.options.changelog_topic +
        " has no commit record: the state is lost, and starting empty would forget it. Restore "
        "the changelog, or reset the group's offsets of this row to begin a new life from the "
        "inputs");
  } else {
    task_.position.epoch = environment_.options.task_epoch;
    task_.position.next.assign(environment_.options.inputs.size(), -1);
  }
  EVENKEEL_RETURN_IF_ERROR(ApplyGaps());
  AskInputs(session, requests, now);
  return {};
}

// An input without a position begins where the log begins now.
void Restore::AskInputs(LogSession& session, Requests& requests, Now now) {
  for (std::uint32_t i = 0; i < task_.position.next.size(); ++i) {
    if (task_.position.next[i] >= 0 && plan_.gap_input != i) continue;
    inputs_asked_.push_back(i);
    requests.Add(session.QueryWatermarks({environment_.options.inputs[i].topic, row_}),
                 {.kind = Requests::Kind::kRestoreWatermark,
                  .row = row_,
                  .index = i,
                  .asked = now.monotonic});
  }
}

void Restore::OnInputWatermarks(std::uint32_t input, const WatermarksDone& done) {
  Offset& next = task_.position.next[input];
  if (next < 0) next = done.low;
  if (next < done.low || next > done.high) {
    return Finish(GapStatus({environment_.options.inputs[input].topic, row_}, next, done.low));
  }
  std::erase(inputs_asked_, input);
  if (inputs_asked_.empty()) Finish({});
}

Status GapStatus(const TopicPartition& where, Offset next, Offset log_start) {
  const std::string place = where.topic + "[" + std::to_string(where.partition) + "]";
  if (next > log_start) {
    return {StatusCode::kOutOfRange, "the next record of " + place + " is " + std::to_string(next) +
                                         ", which lies beyond the topic's end: was it made anew?"};
  }
  return {StatusCode::kOutOfRange,
          "records " + std::to_string(next) + " to " + std::to_string(log_start - 1) + " of " +
              place +
              " are gone before they were read. To go on without them, on record: evenkeel " +
              "gap accept --topic " + where.topic + " --partition " +
              std::to_string(where.partition) + " --from " + std::to_string(next) + " --to " +
              std::to_string(log_start) + " --by \"<who says so, and why>\""};
}

Status Restore::CheckCommitRecord(const CommitRecord& record) const {
  const WorkerOptions& options = environment_.options;
  const auto refuse = [&](const std::string& what, const std::string& has,
                          const std::string& wants) {
    return FailedPrecondition(options.changelog_topic + "[" + std::to_string(row_) +
                              "] was written for " + what + " " + has + ", not " + wants +
                              "; point to the right one");
  };
  if (record.deployment != options.deployment) {
    return refuse("deployment", record.deployment, options.deployment);
  }
  if (record.cluster_id != options.cluster_id) {
    return refuse("cluster", record.cluster_id, options.cluster_id);
  }
  if (record.row != row_) return refuse("row", std::to_string(record.row), std::to_string(row_));
  if (record.row_count != options.row_count) {
    return refuse("a partition count of", std::to_string(record.row_count),
                  std::to_string(options.row_count));
  }
  return {};
}

void Restore::TakePositions(const CommitRecord& record) {
  TaskPosition& position = task_.position;
  position.clock = record.as_of;
  position.last_tick = record.last_tick;
  position.epoch = record.task_epoch;
  position.sequence = record.sequence;
  position.chain = {record.chain_sequence, record.chain_head};
  position.digest = record.digest;
  if (!record.slices.empty()) task_.globals = record.slices.back().globals;

  const std::vector<InputOptions>& inputs = environment_.options.inputs;
  position.next.assign(inputs.size(), -1);
  bool differs = false;
  for (const InputNext& input : record.inputs) {
    const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const InputOptions& option) {
      return option.topic == input.topic;
    });
    if (found == inputs.end()) {
      position.retired.push_back(input);
      continue;
    }
    const auto index = static_cast<std::size_t>(found - inputs.begin());
    position.next[index] = input.next;
    // An input that never moved may never have been committed.
    const bool is_named = group_next_[index].has_value();
    differs =
        differs || (is_named && *group_next_[index] != input.next) || (index == 0 && !is_named);
  }
  if (differs) ++environment_.counters.offset_mismatches;
}

Status Restore::ApplyGaps() {
  std::vector<GapOrder> gaps;
  EVENKEEL_RETURN_IF_ERROR(task_.store->ForEach(
      static_cast<char>(EntryKind::kGap), [&](std::string_view key, std::string_view value) {
        EVENKEEL_ASSIGN_OR_RETURN(GapOrder gap, DecodeGap(key, value));
        gaps.push_back(std::move(gap));
        return Status();
      }));
  std::sort(gaps.begin(), gaps.end(),
            [](const GapOrder& a, const GapOrder& b) { return a.from < b.from; });
  for (const GapOrder& gap : gaps) {
    for (std::size_t i = 0; i < environment_.options.inputs.size(); ++i) {
      Offset& next = task_.position.next[i];
      if (environment_.options.inputs[i].topic != gap.topic || next != gap.from) continue;
      next = gap.to;
      task_.gaps.push_back({gap.topic, gap.from, gap.to, gap.accepted_by});
      ++environment_.counters.gaps_accepted;
    }
  }
  return {};
}

RestoredTask Restore::Take() {
  EVENKEEL_CHECK(is_done_ && outcome_.ok());
  ++environment_.counters.restores;
  return std::move(task_);
}

void Restore::Finish(Status status) {
  is_done_ = true;
  outcome_ = std::move(status);
}

}  // namespace evenkeel
