#include "local_session.h"

#include "evenkeel/base/check.h"
#include "evenkeel/log/specs.h"

namespace evenkeel {

// --- TransactionBuffer ---

void TransactionBuffer::Add(const LocalTopic& topic, const OutRecord& record, TimeMs timestamp) {
  const std::uint64_t key =
      std::uint64_t{topic.number} << 32 | static_cast<std::uint32_t>(record.partition);
  const auto [entry, is_new] = index_.try_emplace(key, parts_.size());
  if (is_new) parts_.push_back({.topic = &topic, .partition = record.partition});
  Part& part = parts_[entry->second];
  if (!part.builder.HasRoomFor(part.count)) part.chunks.push_back(part.builder.Finish({}));
  part.builder.Add(part.count++, timestamp, record.key, record.value, record.headers);
  bytes_ += RecordBytes(record);
}

PendingTransaction TransactionBuffer::Take() {
  PendingTransaction transaction;
  transaction.bytes = bytes_;
  for (Part& part : parts_) {
    part.chunks.push_back(part.builder.Finish({}));
    transaction.parts.push_back({.where = {part.topic->spec.name, part.partition},
                                 .topic = part.topic,
                                 .chunks = std::move(part.chunks),
                                 .count = part.count});
  }
  Clear();
  return transaction;
}

// --- LocalSession ---

LocalSession::LocalSession(LocalCore& core, SessionOptions options)
    : core_(core),
      options_(std::move(options)),
      box_(std::make_shared<Mailbox>(Mailbox{.transactional_id = options_.transactional_id,
                                             .membership = options_.membership,
                                             .events = {}})),
      fetcher_(core, options_.inputs) {}

void LocalSession::Poll(std::size_t max_records, LogPoll& out) {
  const std::size_t first_new = out.events.size();
  seen_commits_ = core_.Collect(*box_, out.events);
  for (std::size_t i = first_new; i < out.events.size(); ++i) Note(out.events[i]);
  for (LogEvent& event : ready_) out.events.push_back(std::move(event));
  ready_.clear();
  AnswerAbort(out);
  AnswerQueries(out);
  if (failure_ || has_left_) return;
  const Status fetched = fetcher_.Fetch(max_records, out);
  if (!fetched.ok()) Die(fetched, out);
}

void LocalSession::Wait(std::chrono::milliseconds max) {
  const bool has_work = !ready_.empty() || transaction_ == Transaction::kAborting ||
                        !committed_requests_.empty() || !watermarks_requests_.empty() ||
                        (fetcher_.has_more() && !failure_ && !has_left_);
  if (!has_work) core_.Wait(*box_, seen_commits_, max);
}

void LocalSession::Note(const LogEvent& event) {
  if (const auto* init = std::get_if<InitDone>(&event)) is_ready_ = init->status.ok();
  if (const auto* assigned = std::get_if<RowsAssigned>(&event)) {
    rows_.insert(assigned->rows.begin(), assigned->rows.end());
  }
  if (std::holds_alternative<TransactionDone>(event)) transaction_ = Transaction::kNone;
  if (const auto* failed = std::get_if<SessionFailed>(&event)) failure_ = *failed;
}

// --- transactions ---

RequestId LocalSession::Init() {
  core_.Init(box_, ++last_request_);
  return last_request_;
}

void LocalSession::Begin() {
  EVENKEEL_CHECK(is_ready_ && transaction_ == Transaction::kNone);
  transaction_ = Transaction::kOpen;
  is_doomed_ = false;
  buffer_.Clear();
}

const LocalTopic* LocalSession::FindTopic(std::string_view name) {
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second;
  const LocalTopic* topic = core_.FindTopic(std::string(name));
  if (topic != nullptr) topics_.emplace(name, topic);
  return topic;
}

ProduceResult LocalSession::Produce(const OutRecord& record) {
  EVENKEEL_CHECK(transaction_ == Transaction::kOpen);
  const LocalTopic* topic = FindTopic(record.topic);
  const std::size_t bytes = RecordBytes(record);
  const bool is_possible = topic != nullptr && record.partition >= 0 &&
                           record.partition < topic->spec.partitions &&
                           bytes <= static_cast<std::size_t>(topic->spec.max_record_bytes) &&
                           buffer_.bytes() + bytes <= core_.options().transaction_bytes_max &&
                           (record.key.has_value() || !topic->spec.compacted);
  if (!is_possible) {
    is_doomed_ = true;
    return ProduceResult::kRefused;
  }
  const bool stamped_later = topic->spec.timestamps == TimestampType::kLogAppendTime;
  TimeMs timestamp;
  if (!stamped_later) {
    timestamp = record.timestamp ? *record.timestamp : core_.options().wall_clock();
  }
  buffer_.Add(*topic, record, timestamp);
  return ProduceResult::kAccepted;
}

RequestId LocalSession::Commit(std::span<const InputPosition> positions) {
  EVENKEEL_CHECK(transaction_ == Transaction::kOpen);
  EVENKEEL_CHECK(!options_.membership || !positions.empty());
  EVENKEEL_CHECK(positions.empty() || !OffsetsGroup().empty());
  if (is_doomed_ || failure_) return Abort();
  transaction_ = Transaction::kCommitting;
  PendingTransaction transaction = buffer_.Take();
  transaction.group = OffsetsGroup();
  transaction.reports_offsets = options_.reports_offsets;
  for (const InputPosition& position : positions) {
    EVENKEEL_CHECK(position.input < options_.inputs.size());
    transaction.offsets.emplace_back(TopicPartition{options_.inputs[position.input], position.row},
                                     position.next);
  }
  core_.Commit(box_, ++last_request_, std::move(transaction));
  return last_request_;
}

RequestId LocalSession::Abort() {
  EVENKEEL_CHECK(transaction_ == Transaction::kOpen);
  transaction_ = Transaction::kAborting;
  buffer_.Clear();
  end_request_ = ++last_request_;
  return end_request_;
}

void LocalSession::AnswerAbort(LogPoll& out) {
  if (transaction_ != Transaction::kAborting) return;
  transaction_ = Transaction::kNone;
  TransactionDone done{.request = end_request_, .outcome = CommitOutcome::kAborted};
  if (is_doomed_) done.status = FailedPrecondition("a record of the transaction was refused");
  if (failure_) {
    done.outcome = failure_->outcome;
    done.status = failure_->status;
  }
  out.events.push_back(std::move(done));
}

// --- rows ---

void LocalSession::StartRow(Partition row, std::span<const Offset> next) {
  if (failure_) return;
  EVENKEEL_CHECK(rows_.contains(row));
  fetcher_.StartRow(row, next);
  ready_.push_back(RowStarted{row, Status()});
}

void LocalSession::PauseInput(std::uint32_t input, Partition row) {
  fetcher_.SetPaused(input, row, /*is_paused=*/true);
}

void LocalSession::ResumeInput(std::uint32_t input, Partition row) {
  fetcher_.SetPaused(input, row, /*is_paused=*/false);
}

// The assignment is static: nothing is ever revoked.
void LocalSession::ReleaseRows() { EVENKEEL_CHECK(failure_.has_value()); }

void LocalSession::Leave() {
  EVENKEEL_CHECK(transaction_ == Transaction::kNone);
  for (const Partition row : rows_) fetcher_.StopRow(row);
  rows_.clear();
  has_left_ = true;
}

void LocalSession::Die(Status status, LogPoll& out) {
  failure_ = SessionFailed{CommitOutcome::kUnknown, std::move(status)};
  out.events.push_back(*failure_);
}

const std::string& LocalSession::OffsetsGroup() const {
  return options_.membership ? options_.membership->group : options_.offsets_group;
}

// --- restore ---

RequestId LocalSession::QueryCommitted(Partition row) {
  committed_requests_.push_back({++last_request_, row});
  return last_request_;
}

RequestId LocalSession::QueryWatermarks(const TopicPartition& where) {
  watermarks_requests_.push_back({++last_request_, where});
  return last_request_;
}

void LocalSession::AnswerQueries(LogPoll& out) {
  for (const auto& request : committed_requests_) out.events.push_back(Answer(request));
  for (const auto& request : watermarks_requests_) out.events.push_back(Answer(request));
  committed_requests_.clear();
  watermarks_requests_.clear();
}

CommittedDone LocalSession::Answer(const CommittedRequest& request) const {
  CommittedDone done{.request = request.id, .row = request.row};
  if (failure_) {
    done.status = failure_->status;
    return done;
  }
  for (const std::string& input : options_.inputs) {
    done.next.push_back(core_.CommittedOffset(OffsetsGroup(), {input, request.row}));
  }
  return done;
}

WatermarksDone LocalSession::Answer(const WatermarksRequest& request) const {
  WatermarksDone done{.request = request.id};
  const LocalTopic* topic = core_.FindTopic(request.where.topic);
  const Partition partition = request.where.partition;
  if (failure_) {
    done.status = failure_->status;
  } else if (topic == nullptr || partition < 0 || partition >= topic->spec.partitions) {
    done.status = NotFound("no partition " + ToString(request.where));
  } else {
    const PartitionState& state = topic->state(partition);
    done.low = state.low;
    done.high = state.high;
  }
  return done;
}

std::optional<Offset> LocalSession::KnownEnd(std::uint32_t input, Partition row) const {
  const LocalTopic* topic = core_.FindTopic(options_.inputs.at(input));
  if (topic == nullptr || row < 0 || row >= topic->spec.partitions) return std::nullopt;
  return topic->state(row).high;
}

ReaderId LocalSession::OpenReader(const TopicPartition& where, Offset from) {
  return fetcher_.OpenReader(where, from);
}

void LocalSession::CloseReader(ReaderId reader) { fetcher_.CloseReader(reader); }

}  // namespace evenkeel
