#include "member.h"

#include <algorithm>
#include <utility>

#include "errors.h"
#include "questions.h"

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {

Member::Member(Core& core, std::shared_ptr<Client> client, std::vector<std::string> inputs,
               std::string lead_topic)
    : Feed(core, std::move(client)),
      inputs_(std::move(inputs)),
      lead_topic_(std::move(lead_topic)) {
  for (const std::string& input : inputs_) {
    topics_.emplace_back(rd_kafka_topic_new(kafka(), input.c_str(), nullptr));
  }
}

Status Member::Subscribe() {
  const PartitionListPtr topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), lead_topic_.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(kafka(), topics.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, "subscribing to " + lead_topic_);
  return {};
}

void Member::Forget() {
  rows_.clear();
  topics_.clear();
}

GroupMetadataPtr Member::GroupMetadata() const {
  return GroupMetadataPtr(rd_kafka_consumer_group_metadata(kafka()));
}

std::uint64_t Member::KeyOf(std::uint32_t input, Partition row) const {
  return static_cast<std::uint64_t>(row) * inputs_.size() + input;
}

Member::Row* Member::FindRow(Partition row) {
  const auto found = rows_.find(row);
  if (found != rows_.end()) return &found->second;
  // A revocation takes effect within a Poll(); the caller may act on an event before it.
  EVENKEEL_CHECK(to_release_);  // REQUIRES: the row is owned.
  return nullptr;
}

// --- what the group says -------------------------------------------------------------------------

void Member::OnRebalance(rd_kafka_resp_err_t error,
                         const rd_kafka_topic_partition_list_t& partitions) {
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    Assign(partitions);
  } else {
    Revoke(rd_kafka_assignment_lost(kafka()) != 0);
  }
}

void Member::Assign(const rd_kafka_topic_partition_list_t& partitions) {
  RowsAssigned event;
  std::vector<TopicPartition> all;
  for (int i = 0; i < partitions.cnt; ++i) {
    const rd_kafka_topic_partition_t& lead = partitions.elems[i];
    if (lead_topic_ != lead.topic) continue;
    event.rows.push_back(lead.partition);
    rows_[lead.partition].inputs.resize(inputs_.size());
    for (const std::string& input : inputs_) all.push_back({input, lead.partition});
  }
  PostAssign(std::move(all));
  std::ranges::sort(event.rows);
  if (!event.rows.empty()) core().events.emplace_back(std::move(event));
}

void Member::PostAssign(std::vector<TopicPartition> all) {
  core().control.Post([this, all = std::move(all), fetcher = fetcher(),
                       mailbox = core().mailbox](ControlWatch& watch) {
    const Status assigned = fetcher->Assign(watch, all);
    if (assigned.ok()) return true;
    mailbox->Push([this, assigned] {
      core().events.emplace_back(SessionFailed{CommitOutcome::kUnknown, assigned});
    });
    return true;
  });
}

void Member::Revoke(bool lost) {
  std::vector<Partition> rows;
  rows.reserve(rows_.size());
  for (const auto& [row, state] : rows_) rows.push_back(row);
  std::ranges::sort(rows);
  rows_.clear();
  DropGathered();
  to_release_ = true;
  if (rows.empty()) return ReleaseRows();
  if (lost) {
    core().events.emplace_back(RowsLost{std::move(rows)});
  } else {
    core().events.emplace_back(RowsRevoked{std::move(rows)});
  }
}

void Member::ReleaseRows() {
  if (!std::exchange(to_release_, false)) return;
  core().control.Post([fetcher = fetcher()](ControlWatch& watch) {
    fetcher->Unassign(watch);
    return true;
  });
}

// --- what the owner asks -------------------------------------------------------------------------

void Member::StartRow(Partition row, std::span<const Offset> next) {
  EVENKEEL_CHECK(next.size() == inputs_.size());
  Row* found = FindRow(row);
  if (found == nullptr) return;
  Row& owned = *found;
  if (owned.failed) Revive();
  if (owned.first_start != 0) AnswerStart(row, owned, {});  // The one before is overtaken.
  owned.first_start = last_start() + 1;
  for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
    Input& state = owned.inputs[input];
    state.paused = false;
    DropKept(KeyOf(input, row));
    BeginStart(KeyOf(input, row), state.gate, {inputs_[input], row}, next[input]);
  }
  owned.last_start = last_start();
  if (inputs_.empty()) AnswerStart(row, owned, {});
}

void Member::Revive() {
  // A partition that librdkafka gave up on can only be had back by a new assignment, which is the
  // whole one under the eager protocol: every row goes on where it stood.
  std::vector<TopicPartition> all;
  for (auto& [row, state] : rows_) {
    for (const std::string& input : inputs_) all.push_back({input, row});
  }
  PostAssign(std::move(all));
  for (auto& [row, state] : rows_) {
    if (!std::exchange(state.failed, false)) StartAgain(row, state);
  }
}

void Member::StartAgain(Partition row, Row& state) {
  const bool asked = state.first_start != 0;
  if (asked) state.first_start = last_start() + 1;
  for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
    DeliveryGate& gate = state.inputs[input].gate;
    if (!gate.open() && !gate.starting()) continue;
    BeginStart(KeyOf(input, row), gate, {inputs_[input], row}, gate.next());
  }
  if (asked) state.last_start = last_start();
}

void Member::PauseInput(std::uint32_t input, Partition row) {
  Row* found = FindRow(row);
  if (found == nullptr) return;
  Input& state = found->inputs.at(input);
  if (std::exchange(state.paused, true)) return;
  BeginPause(state.gate, {inputs_[input], row});
}

void Member::ResumeInput(std::uint32_t input, Partition row) {
  Row* found = FindRow(row);
  if (found == nullptr) return;
  Input& state = found->inputs.at(input);
  if (!std::exchange(state.paused, false)) return;
  // librdkafka threw away what it had fetched: begin again behind what was handed out.
  BeginStart(KeyOf(input, row), state.gate, {inputs_[input], row}, state.gate.next());
}

std::optional<Offset> Member::KnownEnd(std::uint32_t input, Partition row) const {
  std::int64_t low = RD_KAFKA_OFFSET_INVALID;
  std::int64_t high = RD_KAFKA_OFFSET_INVALID;
  const auto error =
      rd_kafka_get_watermark_offsets(kafka(), inputs_.at(input).c_str(), row, &low, &high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return std::nullopt;
  return high;
}

// --- what the partitions bring -------------------------------------------------------------------

std::optional<Feed::Target> Member::FindTarget(const rd_kafka_message_t& message) {
  const auto row = rows_.find(message.partition);
  if (row == rows_.end()) return std::nullopt;
  for (std::uint32_t input = 0; input < topics_.size(); ++input) {
    if (topics_[input].get() != message.rkt) continue;
    return Target{KeyOf(input, message.partition), input, &row->second.inputs[input].gate};
  }
  return std::nullopt;
}

DeliveryGate* Member::FindGate(std::uint64_t key) {
  const auto row = rows_.find(static_cast<Partition>(key / inputs_.size()));
  return row == rows_.end() ? nullptr : &row->second.inputs[key % inputs_.size()].gate;
}

void Member::OnSought(const std::vector<Start>& starts) {
  for (const Start& start : starts) {
    const auto row = rows_.find(start.where.partition);
    if (row == rows_.end()) continue;
    Row& state = row->second;
    const bool asked = state.first_start != 0 && start.number >= state.first_start &&
                       start.number <= state.last_start;
    // All starts of a row travel together: the last one answers for it.
    if (asked && (!start.status.ok() || start.number == state.last_start)) {
      AnswerStart(start.where.partition, state, start.status);
    }
  }
}

void Member::AnswerStart(Partition row, Row& state, Status status) {
  state.first_start = 0;
  core().events.emplace_back(RowStarted{row, std::move(status)});
}

void Member::OnEnd(const Target& target, Offset offset) {
  const auto row = static_cast<Partition>(target.key / inputs_.size());
  core().events.emplace_back(InputAtEnd{target.stream, row, offset});
}

void Member::OnFailed(const Target& target, const rd_kafka_message_t& message,
                      const Status& status) {
  const Offset position = target.gate->next();
  Row& row = rows_.at(message.partition);  // FindTarget() found it.
  row.failed = true;
  for (Input& input : row.inputs) input.gate.Close();
  ReportFailure(target.stream, message.partition, position, status);
}

void Member::ReportFailure(std::uint32_t input, Partition row, Offset position,
                           const Status& status) {
  core().control.PostBackground([this, input, row, position, status, mailbox = core().mailbox,
                                 query = core().cluster->query,
                                 where = TopicPartition{inputs_[input], row}](ControlWatch& watch) {
    WatermarksDone answer;
    if (!AskWatermarks(watch, query->get(), where, answer)) return false;
    const InputFailed failed{input, row, position, answer.low, status};
    mailbox->Push([this, failed] {
      if (rows_.contains(failed.row)) core().events.emplace_back(failed);
    });
    return true;
  });
}

void Member::OnFatal(rd_kafka_resp_err_t error, std::string_view reason) {
  const bool fenced = IsFenced(error);
  if (fenced) ++core().stats.fenced;
  core().events.emplace_back(
      SessionFailed{fenced ? CommitOutcome::kFenced : CommitOutcome::kUnknown,
                    ToStatus(error, "membership in the group", reason)});
}

}  // namespace evenkeel::kafka
