// How the work of a task becomes part of a transaction, and what happens once its outcome is known.

#include <algorithm>
#include <utility>

#include "task.h"
#include "task_digest.h"
#include "transaction.h"

#include "evenkeel/base/check.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {

void Task::AppendPositions(std::vector<InputPosition>& out) const {
  for (std::uint32_t i = 0; i < current_.next.size(); ++i) {
    // Input 0 always: without an offset the log would not check that the row is still ours.
    const bool has_moved = current_.next[i] != applied_.next[i];
    if (has_moved || i == 0 || is_first_commit_) out.push_back({i, row_, current_.next[i]});
  }
}

Status Task::Seal(Transaction& transaction) {
  TaskWork& work = *work_;
  EVENKEEL_CHECK(!work.slices.empty());
  EVENKEEL_RETURN_IF_ERROR(SealStates(transaction));
  work.gaps = new_gaps_;
  ++current_.sequence;
  current_.digest = AsBytes(work.digest.Finish());

  work.commit_record = environment_.options.codec.encode(MakeCommitRecord());
  const std::string key = EntryKey(EntryKind::kCommit, "");
  transaction.Produce({.topic = environment_.options.changelog_topic,
                       .partition = row_,
                       .key = key,
                       .value = work.commit_record},
                      row_);
  if (environment_.options.journal_topic) {
    transaction.Produce({.topic = *environment_.options.journal_topic,
                         .partition = row_,
                         .key = std::nullopt,
                         .value = work.commit_record},
                        row_);
  }
  return {};
}

Status Task::SealStates(Transaction& transaction) {
  const std::size_t bytes_max = environment_.options.limits.state_max_bytes;
  std::string value;  // Grows once for all.
  for (const StateOverlay::Change& change : states_.Changes()) {
    if (change.state == nullptr) {
      ++work_->states_deleted;
      SealEntry(transaction, EntryKey(EntryKind::kState, change.key), std::nullopt);
      continue;
    }
    const std::uint64_t layout = change.state->layout();
    if (layout != 0 && !layouts_.contains(layout) &&
        std::find(work_->new_layouts.begin(), work_->new_layouts.end(), layout) ==
            work_->new_layouts.end()) {
      work_->new_layouts.push_back(layout);
      SealEntry(transaction, LayoutKey(layout), environment_.processor.LayoutBytes(layout));
    }
    value.clear();
    BeginStateValue(layout, value);
    const std::size_t header_bytes = value.size();
    change.state->EncodeTo(value);
    if (value.size() - header_bytes > bytes_max) {
      return {StatusCode::kResourceExhausted,
              "a state of " + std::to_string(value.size() - header_bytes) +
                  " bytes is larger than state_max_bytes = " + std::to_string(bytes_max) +
                  "; raise the bound, or find out why the processor let it grow"};
    }
    *change.encoded = value.size();
    ++work_->states_written;
    SealEntry(transaction, EntryKey(EntryKind::kState, change.key), value);
  }
  return {};
}

void Task::SealEntry(Transaction& transaction, std::string key, std::optional<std::string> value) {
  AddEntryToDigest(key, value, work_->digest);
  transaction.Produce({.topic = environment_.options.changelog_topic,
                       .partition = row_,
                       .key = key,
                       .value = value},
                      row_);
  work_->sealed.Put(std::move(key), std::move(value));
}

CommitRecord Task::MakeCommitRecord() const {
  const WorkerOptions& options = environment_.options;
  CommitRecord record{.deployment = options.deployment,
                      .cluster_id = options.cluster_id,
                      .changelog_topic = options.changelog_topic,
                      .row = row_,
                      .row_count = options.row_count,
                      .task_epoch = current_.epoch,
                      .app_version = options.app_version,
                      .sequence = current_.sequence,
                      .inputs = InputPositions(),
                      .as_of = current_.clock,
                      .last_tick = current_.last_tick,
                      .chain_sequence = current_.chain.sequence,
                      .chain_head = current_.chain.head,
                      .digest = current_.digest};
  record.records_in = work_->records_in;
  record.records_out = work_->records_out;
  record.dead_letters = work_->dead_letters;
  record.states_written = work_->states_written;
  record.states_deleted = work_->states_deleted;
  record.slices = work_->slices;
  record.accepted_gaps = work_->gaps;
  return record;
}

std::vector<InputNext> Task::InputPositions() const {
  std::vector<InputNext> inputs = current_.retired;
  for (std::uint32_t i = 0; i < current_.next.size(); ++i) {
    inputs.push_back({buffer_.topic(i), current_.next[i]});
  }
  std::sort(inputs.begin(), inputs.end(),
            [](const InputNext& a, const InputNext& b) { return a.topic < b.topic; });
  return inputs;
}

Result<std::vector<Effect>> Task::Acknowledge(Offset last, TimeMs wall) {
  const WorkerOptions& options = environment_.options;
  TaskWork work = std::move(*work_);
  work_.reset();
  timers_.AppendTo(work.sealed);
  EVENKEEL_RETURN_IF_ERROR(store_->Apply(work.sealed, {.deployment = options.deployment,
                                                       .cluster_id = options.cluster_id,
                                                       .changelog_topic = options.changelog_topic,
                                                       .row = row_,
                                                       .app_version = options.app_version,
                                                       .changelog_next = last + 1,
                                                       .commit_record = work.commit_record,
                                                       .written_at = wall}));
  timers_.Acknowledge();
  states_.Acknowledge();
  applied_ = current_;
  view_ = store_->View({applied_.clock, applied_.sequence, applied_.epoch});
  is_first_commit_ = false;
  new_gaps_.clear();
  layouts_.insert(work.new_layouts.begin(), work.new_layouts.end());
  last_timestamps_ = std::move(work.last_timestamps);
  local_events_.erase(local_events_.begin(),
                      local_events_.begin() + static_cast<std::ptrdiff_t>(work.local_events));
  return std::move(work.effects);
}

}  // namespace evenkeel
