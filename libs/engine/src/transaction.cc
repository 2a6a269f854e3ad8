#include "transaction.h"

#include "evenkeel/base/check.h"

namespace evenkeel {

std::size_t OutputBytes(const OutRecord& record) {
  std::size_t bytes = 0;
  if (record.key) bytes += record.key->size();
  if (record.value) bytes += record.value->size();
  for (const RecordHeader& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  return bytes;
}

void Transaction::Open(MonotonicTime now) {
  EVENKEEL_CHECK(takes_work());
  if (phase_ == Phase::kOpen) return;
  session_.Begin();
  phase_ = Phase::kOpen;
  opened_at_ = now;
}

void Transaction::Produce(const OutRecord& record, Partition row) {
  EVENKEEL_CHECK(phase_ == Phase::kOpen);
  produced_bytes_ += OutputBytes(record);
  if (queue_.empty() && Hand(record, row)) return;
  queue_.push_back(Copy(record, row));
  queued_bytes_ += queue_.back().bytes;
}

bool Transaction::Pump() {
  while (!queue_.empty()) {
    const Queued& next = queue_.front();
    std::vector<RecordHeader> headers;
    headers.reserve(next.headers.size());
    for (const auto& [name, value] : next.headers) headers.push_back({name, value});
    const OutRecord record{.topic = next.topic,
                           .partition = next.partition,
                           .key = next.key,
                           .value = next.value,
                           .headers = headers,
                           .timestamp = next.timestamp};
    if (!Hand(record, next.row)) return false;
    queued_bytes_ -= next.bytes;
    queue_.pop_front();
  }
  return true;
}

bool Transaction::Hand(const OutRecord& record, Partition row) {
  if (refusal_) return true;  // The transaction will be aborted; the rest does not matter.
  switch (session_.Produce(record)) {
    case ProduceResult::kAccepted:
      return true;
    case ProduceResult::kFull:
      return false;
    case ProduceResult::kRefused:
      break;
  }
  refusal_ = Refusal{
      row, FailedPrecondition("the log refuses a record of " + std::to_string(OutputBytes(record)) +
                              " bytes for " + std::string(record.topic) + "[" +
                              std::to_string(record.partition) +
                              "]: the topic must exist with that partition and take records of "
                              "that size (max.message.bytes)")};
  return true;
}

Transaction::Queued Transaction::Copy(const OutRecord& record, Partition row) {
  Queued queued{.topic = std::string(record.topic),
                .partition = record.partition,
                .timestamp = record.timestamp,
                .row = row,
                .bytes = OutputBytes(record) + 128};
  if (record.key) queued.key = std::string(*record.key);
  if (record.value) queued.value = std::string(*record.value);
  for (const RecordHeader& header : record.headers) {
    queued.headers.emplace_back(header.name, header.value);
  }
  return queued;
}

void Transaction::Seal(MonotonicTime now) {
  EVENKEEL_CHECK(phase_ == Phase::kOpen);
  phase_ = Phase::kSealed;
  asked_at_ = now;
}

void Transaction::Commit(std::span<const InputPosition> positions, MonotonicTime now) {
  EVENKEEL_CHECK(phase_ == Phase::kSealed && queue_.empty() && !refusal_);
  request_ = session_.Commit(positions);
  phase_ = Phase::kCommitting;
  asked_at_ = now;
}

void Transaction::Abort(MonotonicTime now) {
  EVENKEEL_CHECK(phase_ == Phase::kOpen || phase_ == Phase::kSealed);
  queue_.clear();
  queued_bytes_ = 0;
  request_ = session_.Abort();
  phase_ = Phase::kAborting;
  asked_at_ = now;
}

void Transaction::End() {
  phase_ = Phase::kNone;
  refusal_.reset();
  produced_bytes_ = 0;
  request_ = 0;
}

}  // namespace evenkeel
