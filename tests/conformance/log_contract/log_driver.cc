#include "log_driver.h"

#include <algorithm>

namespace evenkeel::testing {
namespace {

SeenRecord Copy(const LogRecord& record) {
  SeenRecord seen{.stream = record.stream,
                  .partition = record.partition,
                  .offset = record.offset,
                  .timestamp = record.timestamp};
  if (record.key) seen.key = std::string(*record.key);
  if (record.value) seen.value = std::string(*record.value);
  for (const RecordHeader& header : record.headers) {
    seen.headers.emplace_back(header.name, header.value);
  }
  return seen;
}

}  // namespace

LogDriver::LogDriver(std::unique_ptr<LogSession> session, LogTime time)
    : session_(std::move(session)), time_(std::move(time)) {}

bool LogDriver::Step(std::size_t max_records) {
  max_records_ = max_records;
  if (PollOnce(max_records)) return true;
  session_->Wait(std::chrono::milliseconds(20));
  time_.idle();
  return false;
}

void LogDriver::StepAside() {
  if (!is_silent) PollOnce(max_records_);
}

bool LogDriver::PollOnce(std::size_t max_records) {
  poll_.clear();
  session_->Poll(max_records, poll_);
  for (const LogRecord& record : poll_.records) records.push_back(Copy(record));
  for (const LogRecord& record : poll_.reader_records) reader_records.push_back(Copy(record));
  for (const LogEvent& event : poll_.events) Note(event);
  return !poll_.empty();
}

void LogDriver::Note(const LogEvent& event) {
  const auto remove = [this](const std::vector<Partition>& gone) {
    std::erase_if(rows, [&](Partition row) {
      return std::find(gone.begin(), gone.end(), row) != gone.end();
    });
    if (auto_release) session_->ReleaseRows();
  };
  if (const auto* assigned = std::get_if<RowsAssigned>(&event)) {
    rows.insert(rows.end(), assigned->rows.begin(), assigned->rows.end());
    std::sort(rows.begin(), rows.end());
  } else if (const auto* revoked = std::get_if<RowsRevoked>(&event)) {
    remove(revoked->rows);
  } else if (const auto* lost = std::get_if<RowsLost>(&event)) {
    remove(lost->rows);
  }
  events.push_back(event);
}

bool LogDriver::Until(const std::function<bool()>& is_done, std::size_t max_records) {
  const auto end = time_.elapsed() + kPatience;
  while (!is_done()) {
    if (time_.elapsed() >= end) return false;
    Step(max_records);
  }
  return true;
}

void LogDriver::StepFor(std::chrono::milliseconds span) {
  const auto end = time_.elapsed() + span;
  while (time_.elapsed() < end) Step();
}

namespace {

const Status kNoAnswer{StatusCode::kDeadlineExceeded, "the log gave no answer"};

}  // namespace

Status LogDriver::Init() {
  const RequestId request = session_->Init();
  const auto done = Await<InitDone>([=](const InitDone& d) { return d.request == request; });
  return done ? done->status : kNoAnswer;
}

ProduceResult LogDriver::Produce(const OutRecord& record) {
  ProduceResult result = ProduceResult::kFull;
  Until([&] {
    result = session_->Produce(record);
    return result != ProduceResult::kFull;
  });
  return result;
}

TransactionDone LogDriver::Commit(const std::vector<InputPosition>& positions) {
  const RequestId request = session_->Commit(positions);
  const auto done =
      Await<TransactionDone>([=](const TransactionDone& d) { return d.request == request; });
  return done.value_or(TransactionDone{.status = kNoAnswer});
}

TransactionDone LogDriver::Abort() {
  const RequestId request = session_->Abort();
  const auto done =
      Await<TransactionDone>([=](const TransactionDone& d) { return d.request == request; });
  return done.value_or(TransactionDone{.status = kNoAnswer});
}

CommittedDone LogDriver::Committed(Partition row) {
  const RequestId request = session_->QueryCommitted(row);
  const auto done =
      Await<CommittedDone>([=](const CommittedDone& d) { return d.request == request; });
  return done.value_or(CommittedDone{.status = kNoAnswer});
}

WatermarksDone LogDriver::Watermarks(const TopicPartition& where) {
  const RequestId request = session_->QueryWatermarks(where);
  const auto done =
      Await<WatermarksDone>([=](const WatermarksDone& d) { return d.request == request; });
  return done.value_or(WatermarksDone{.status = kNoAnswer});
}

bool LogDriver::OwnRows(std::size_t count) {
  return Until([&] { return rows.size() == count; });
}

Status LogDriver::StartRow(Partition row, const std::vector<Offset>& next) {
  session_->StartRow(row, next);
  const auto started = Await<RowStarted>([=](const RowStarted& s) { return s.row == row; });
  return started ? started->status : kNoAnswer;
}

std::vector<SeenRecord> LogDriver::ReadAll(const TopicPartition& where, Offset from) {
  const Offset high = Watermarks(where).high;
  const ReaderId reader = session_->OpenReader(where, from);
  const auto is_end = [&](const ReaderAtEnd& end) {
    return end.reader == reader && end.offset >= high;
  };
  Await<ReaderAtEnd>(is_end);
  session_->CloseReader(reader);
  std::vector<SeenRecord> all;
  for (const SeenRecord& record : reader_records) {
    if (record.stream == reader) all.push_back(record);
  }
  return all;
}

}  // namespace evenkeel::testing
