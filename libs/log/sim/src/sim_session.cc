#include "sim_session.h"

#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

std::string Reason(GroupCode code) {
  switch (code) {
    case GroupCode::kOk:
    case GroupCode::kRebalance:
      break;
    case GroupCode::kUnknownMember:
      return "the group has expelled this member";
    case GroupCode::kFencedInstance:
      return "another process joined the group under the same instance id";
    case GroupCode::kIllegalGeneration:
      return "the rows were assigned anew since the transaction began";
  }
  return "the group refuses";
}

}  // namespace

SimSession::SimSession(SimBroker& broker, SessionOptions options)
    : broker_(broker), options_(std::move(options)), fetcher_(broker, options_.inputs) {}

void SimSession::Poll(std::size_t max_records, LogPoll& out) {
  for (LogEvent& event : ready_) out.events.push_back(std::move(event));
  ready_.clear();
  SendProduced(out);
  ServeRequests(out);
  if (failure_ || has_left_) return;
  StepMembership(out);
  if (!failure_) fetcher_.Fetch(max_records, out);
}

void SimSession::Wait(std::chrono::milliseconds /*max*/) {}

RequestId SimSession::Ask(decltype(Request::what) what) {
  requests_.push_back({++last_request_, std::move(what)});
  return last_request_;
}

// --- transactions ---

RequestId SimSession::Init() { return Ask(InitRequest{}); }

void SimSession::Begin() {
  EVENKEEL_CHECK(is_ready_ && !in_transaction_);
  in_transaction_ = true;
  is_ending_ = false;
  is_doomed_ = false;
  transaction_place_ = place_;
  produced_.clear();
}

ProduceResult SimSession::Produce(const OutRecord& record) {
  EVENKEEL_CHECK(in_transaction_ && !is_ending_);
  TopicPartition where{std::string(record.topic), record.partition};
  const SimBroker::Topic* topic = broker_.FindTopic(where.topic);
  const bool is_possible =
      broker_.FindPartition(where) != nullptr &&
      RecordBytes(record) <= static_cast<std::size_t>(topic->spec.max_record_bytes) &&
      (record.key.has_value() || !topic->spec.compacted);
  if (!is_possible) {
    is_doomed_ = true;
    return ProduceResult::kRefused;
  }
  if (unsent_.size() >= broker_.options().produce_queue_max) return ProduceResult::kFull;
  unsent_.push_back({std::move(where), StoreRecord(record)});
  return ProduceResult::kAccepted;
}

RequestId SimSession::Commit(std::span<const InputPosition> positions) {
  EVENKEEL_CHECK(in_transaction_ && !is_ending_);
  EVENKEEL_CHECK(!options_.membership || !positions.empty());
  EVENKEEL_CHECK(positions.empty() || !OffsetsGroup().empty());
  is_ending_ = true;
  EndRequest request{.is_commit = true};
  for (const InputPosition& position : positions) {
    EVENKEEL_CHECK(position.input < options_.inputs.size());
    request.offsets[{options_.inputs[position.input], position.row}] = position.next;
  }
  return Ask(std::move(request));
}

RequestId SimSession::Abort() {
  EVENKEEL_CHECK(in_transaction_ && !is_ending_);
  is_ending_ = true;
  return Ask(EndRequest{});
}

void SimSession::SendProduced(LogPoll& out) {
  if (failure_ || unsent_.empty()) return;
  if (!broker_.transactions().IsCurrent(identity_)) {
    return Die(CommitOutcome::kFenced, TakenOver(), out);
  }
  for (Unsent& unsent : unsent_) {
    const Offset offset = broker_.Append(identity_, unsent.where, std::move(unsent.record));
    produced_[unsent.where].push_back(offset);
  }
  unsent_.clear();
}

void SimSession::ServeRequests(LogPoll& out) {
  std::deque<Request> waiting;
  while (!requests_.empty()) {
    Request request = std::move(requests_.front());
    requests_.pop_front();
    const bool is_done =
        std::visit([&](auto& what) { return Serve(request.id, what, out); }, request.what);
    if (!is_done) waiting.push_back(std::move(request));
  }
  requests_ = std::move(waiting);
}

bool SimSession::Serve(RequestId id, InitRequest& /*request*/, LogPoll& out) {
  if (!failure_) {
    identity_ =
        broker_.transactions().Init(options_.transactional_id, options_.transaction_timeout);
    is_ready_ = true;
  }
  out.events.push_back(InitDone{id, failure_ ? failure_->status : Status()});
  return true;
}

bool SimSession::Serve(RequestId id, EndRequest& request, LogPoll& out) {
  std::optional<TransactionDone> done = EndTransaction(request);
  if (!done) return false;
  done->request = id;
  in_transaction_ = false;
  unsent_.clear();
  if (done->outcome == CommitOutcome::kFenced && !failure_) {
    failure_ = SessionFailed{done->outcome, done->status};
  }
  out.events.push_back(*std::move(done));
  return true;
}

std::optional<TransactionDone> SimSession::EndTransaction(EndRequest& request) {
  if (failure_) return TransactionDone{.outcome = failure_->outcome, .status = failure_->status};
  if (!broker_.transactions().IsCurrent(identity_)) {
    return TransactionDone{.outcome = CommitOutcome::kFenced, .status = TakenOver()};
  }
  if (!request.is_commit) return WriteEnd(/*commit=*/false, Status());
  if (is_doomed_) {
    return WriteEnd(/*commit=*/false, FailedPrecondition("a record was refused"));
  }
  if (!request.offsets_sent && !request.offsets.empty()) {
    Status status = SendOffsets(request.offsets);
    if (!status.ok()) return WriteEnd(/*commit=*/false, std::move(status));
    request.offsets_sent = true;
    return std::nullopt;
  }
  return WriteEnd(/*commit=*/true, Status());
}

TransactionDone SimSession::WriteEnd(bool commit, Status status) {
  broker_.transactions().End(identity_, commit);
  if (!commit) return {.outcome = CommitOutcome::kAborted, .status = std::move(status)};
  TransactionDone done{.outcome = CommitOutcome::kAcknowledged};
  for (auto& [where, offsets] : produced_) {
    LastProduced& last = done.last_produced.emplace_back();
    last.where = where;
    last.offset = offsets.back();
    if (options_.reports_offsets) last.offsets = std::move(offsets);
  }
  return done;
}

Status SimSession::TakenOver() const {
  return FailedPrecondition("transactional id '" + options_.transactional_id +
                            "' was taken over, or the transaction timed out");
}

Status SimSession::SendOffsets(const std::map<TopicPartition, Offset>& offsets) {
  SimGroup& group = broker_.Group(OffsetsGroup());
  if (options_.membership) {
    const GroupCode code = group.CheckCommit(options_.membership->instance_id, transaction_place_);
    if (code != GroupCode::kOk) {
      return {StatusCode::kAborted, "offsets refused: " + Reason(code)};
    }
  }
  broker_.transactions().AddGroup(identity_, OffsetsGroup(), broker_.now());
  group.AddPending(identity_.id, offsets);
  return {};
}

// --- rows ---

void SimSession::StepMembership(LogPoll& out) {
  if (!options_.membership || !is_ready_) return;
  if (membership_ == Membership::kOut) return Join(out);
  SimGroup& group = broker_.Group(options_.membership->group);
  const std::string& instance_id = options_.membership->instance_id;
  const GroupCode code = group.Heartbeat(instance_id, place_.member, broker_.now());
  if (code == GroupCode::kFencedInstance) {
    return Die(CommitOutcome::kFenced, FailedPrecondition(Reason(code)), out);
  }
  if (membership_ == Membership::kReleasing) {
    if (code == GroupCode::kUnknownMember) place_ = {};
  } else if (code != GroupCode::kOk) {
    GiveUpRows(/*is_lost=*/code == GroupCode::kUnknownMember, out);
  } else if (membership_ == Membership::kJoining) {
    TakeAssignment(out);
  }
}

void SimSession::Join(LogPoll& out) {
  const GroupMembership& membership = *options_.membership;
  SimGroup& group = broker_.Group(membership.group);
  SimGroup::JoinRequest request{.instance_id = membership.instance_id,
                                .member = place_.member,
                                .lead_topic = membership.lead_topic,
                                .session_timeout = membership.session_timeout,
                                .address = membership.address};
  SimGroup::JoinAnswer answer = group.Join(request, broker_.now());
  if (answer.code == GroupCode::kUnknownMember) {
    request.member = 0;
    answer = group.Join(request, broker_.now());
  }
  if (answer.code != GroupCode::kOk) {
    return Die(CommitOutcome::kFenced, FailedPrecondition(Reason(answer.code)), out);
  }
  place_ = {.member = answer.member};
  membership_ = Membership::kJoining;
  TakeAssignment(out);
}

void SimSession::TakeAssignment(LogPoll& out) {
  const auto assignment =
      broker_.Group(options_.membership->group).AssignmentOf(options_.membership->instance_id);
  if (!assignment) return;
  place_.generation = assignment->generation;
  membership_ = Membership::kMember;
  rows_.insert(assignment->rows.begin(), assignment->rows.end());
  out.events.push_back(RowsAssigned{assignment->rows});
}

void SimSession::GiveUpRows(bool is_lost, LogPoll& out) {
  if (is_lost) place_ = {};
  if (rows_.empty()) {
    membership_ = Membership::kOut;
    return Join(out);
  }
  const std::vector<Partition> rows(rows_.begin(), rows_.end());
  for (const Partition row : rows) fetcher_.StopRow(row);
  rows_.clear();
  membership_ = Membership::kReleasing;
  if (is_lost) {
    out.events.push_back(RowsLost{rows});
  } else {
    out.events.push_back(RowsRevoked{rows});
  }
}

void SimSession::StartRow(Partition row, std::span<const Offset> next) {
  if (failure_) return;
  if (!rows_.contains(row)) {
    EVENKEEL_CHECK(membership_ == Membership::kReleasing);
    return;  // The caller acts on an event before the revocation of the same Poll().
  }
  fetcher_.StartRow(row, next);
  ready_.push_back(RowStarted{row, Status()});
}

void SimSession::PauseInput(std::uint32_t input, Partition row) {
  fetcher_.SetPaused(input, row, /*is_paused=*/true);
}

void SimSession::ResumeInput(std::uint32_t input, Partition row) {
  fetcher_.SetPaused(input, row, /*is_paused=*/false);
}

void SimSession::ReleaseRows() {
  if (failure_) return;
  EVENKEEL_CHECK(membership_ == Membership::kReleasing);
  membership_ = Membership::kOut;
}

void SimSession::Leave() {
  EVENKEEL_CHECK(!in_transaction_);
  for (const Partition row : rows_) fetcher_.StopRow(row);
  rows_.clear();
  has_left_ = true;
}

void SimSession::Die(CommitOutcome outcome, Status status, LogPoll& out) {
  failure_ = SessionFailed{outcome, std::move(status)};
  out.events.push_back(*failure_);
}

const std::string& SimSession::OffsetsGroup() const {
  return options_.membership ? options_.membership->group : options_.offsets_group;
}

// --- restore ---

RequestId SimSession::QueryCommitted(Partition row) { return Ask(CommittedRequest{row}); }

RequestId SimSession::QueryWatermarks(const TopicPartition& where) {
  return Ask(WatermarksRequest{where});
}

bool SimSession::Serve(RequestId id, CommittedRequest& request, LogPoll& out) {
  CommittedDone done{.request = id, .row = request.row};
  if (failure_) {
    done.status = failure_->status;
    out.events.push_back(std::move(done));
    return true;
  }
  const SimGroup& group = broker_.Group(OffsetsGroup());
  for (const std::string& input : options_.inputs) {
    const TopicPartition where{input, request.row};
    if (group.HasPending(where)) return false;
    done.next.push_back(group.Committed(where));
  }
  out.events.push_back(std::move(done));
  return true;
}

bool SimSession::Serve(RequestId id, WatermarksRequest& request, LogPoll& out) {
  WatermarksDone done{.request = id};
  const SimPartition* partition = broker_.FindPartition(request.where);
  if (failure_) {
    done.status = failure_->status;
  } else if (partition == nullptr) {
    done.status = NotFound("no partition " + ToString(request.where));
  } else {
    done.low = partition->low();
    done.high = partition->high();
  }
  out.events.push_back(std::move(done));
  return true;
}

std::optional<Offset> SimSession::KnownEnd(std::uint32_t input, Partition row) const {
  const SimPartition* partition = broker_.FindPartition({options_.inputs.at(input), row});
  return partition == nullptr ? std::nullopt : std::optional(partition->high());
}

ReaderId SimSession::OpenReader(const TopicPartition& where, Offset from) {
  return fetcher_.OpenReader(where, from);
}

void SimSession::CloseReader(ReaderId reader) { fetcher_.CloseReader(reader); }

}  // namespace evenkeel
