#include "copier.h"

#include "evenkeel/base/check.h"

namespace evenkeel::testing {

Copier::Copier(LogCluster& cluster, Plan plan, std::uint32_t seed)
    : plan_(std::move(plan)), rng_(seed) {
  auto session = cluster.OpenSession(
      {.transactional_id = plan_.transactional_id,
       .inputs = {plan_.input},
       .membership = GroupMembership{.group = plan_.group,
                                     .instance_id = plan_.instance_id,
                                     .lead_topic = plan_.lead_topic,
                                     .session_timeout = plan_.session_timeout}});
  EVENKEEL_CHECK(session.ok());
  session_ = std::move(session).value();
  session_->Init();
}

void Copier::Step() {
  poll_.clear();
  // Records that come while a transaction ends would have to be kept: ask for none.
  session_->Poll(transaction_ == Transaction::kEnding ? 0 : 64, poll_);
  events_.insert(events_.end(), poll_.events.begin(), poll_.events.end());
  for (const LogEvent& event : std::exchange(events_, {})) {
    std::visit([this](const auto& e) { On(e); }, event);
  }
  for (const LogRecord& record : poll_.records) Copy(record);
  if (transaction_ == Transaction::kOpen && (has_to_release_ || rng_() % 4 == 0)) EndTransaction();
  if (transaction_ == Transaction::kNone && has_to_release_) {
    has_to_release_ = false;
    session_->ReleaseRows();
  }
}

void Copier::On(const InitDone& done) { is_dead_ = !done.status.ok(); }

void Copier::On(const RowsAssigned& assigned) {
  for (const Partition row : assigned.rows) {
    EVENKEEL_CHECK(!rows_.contains(row));
    rows_[row] = {};
    Restore(row);
  }
}

void Copier::On(const RowsRevoked& revoked) {
  // What was copied may still be committed; nothing more comes.
  for (const Partition row : revoked.rows) rows_.at(row).is_started = false;
  has_to_release_ = true;
  if (transaction_ == Transaction::kNone) GiveUp(revoked.rows);
}

void Copier::On(const RowsLost& lost) {
  must_abort_ = transaction_ == Transaction::kOpen;
  has_to_release_ = true;
  GiveUp(lost.rows);
}

void Copier::GiveUp(const std::vector<Partition>& rows) {
  for (const Partition row : rows) rows_.erase(row);
}

void Copier::Restore(Partition row) {
  // Nothing of what it stood at before counts: that was not committed.
  rows_.at(row) = {.asked = session_->QueryCommitted(row)};
}

void Copier::On(const CommittedDone& done) {
  const auto row = rows_.find(done.row);
  if (row == rows_.end() || row->second.asked != done.request || has_to_release_) return;
  EVENKEEL_CHECK(done.status.ok());
  row->second.next = done.next.at(0).value_or(0);
  row->second.is_started = true;
  session_->StartRow(done.row, {&row->second.next, 1});
}

void Copier::Copy(const LogRecord& record) {
  const auto row = rows_.find(record.partition);
  EVENKEEL_CHECK(row != rows_.end());
  if (!row->second.is_started) return;  // From before an abort: it will come again.
  EVENKEEL_CHECK(record.offset >= row->second.next);
  if (transaction_ == Transaction::kNone) {
    session_->Begin();
    transaction_ = Transaction::kOpen;
  }
  const OutRecord copy{.topic = plan_.output, .partition = record.partition, .value = record.value};
  ProduceResult result = ProduceResult::kFull;
  while ((result = session_->Produce(copy)) == ProduceResult::kFull) {
    LogPoll poll;  // Only to get on: no record is asked for.
    session_->Wait(std::chrono::milliseconds(5));
    session_->Poll(0, poll);
    for (const LogEvent& event : poll.events) events_.push_back(event);
  }
  row->second.next = record.offset + 1;
}

void Copier::EndTransaction() {
  transaction_ = Transaction::kEnding;
  if (must_abort_ || (plan_.abort_one_in != 0 && rng_() % plan_.abort_one_in == 0)) {
    must_abort_ = false;
    session_->Abort();
    return;
  }
  std::vector<InputPosition> positions;
  for (const auto& [row, state] : rows_) {
    if (state.next != 0) positions.push_back({.input = 0, .row = row, .next = state.next});
  }
  EVENKEEL_CHECK(!positions.empty());
  session_->Commit(positions);
}

void Copier::On(const TransactionDone& done) {
  transaction_ = Transaction::kNone;
  if (done.outcome == CommitOutcome::kFenced || done.outcome == CommitOutcome::kUnknown) {
    is_dead_ = true;
    return;
  }
  if (done.outcome == CommitOutcome::kAborted) ++aborts_;
  if (has_to_release_) {
    rows_.clear();
  } else if (done.outcome == CommitOutcome::kAborted) {
    for (const auto& [row, state] : rows_) Restore(row);
  }
}

}  // namespace evenkeel::testing
