#include "support/held_globals.h"

#include <iterator>
#include <set>
#include <utility>

namespace evenkeel::testing {
namespace {

class HeldSession final : public LogSession {
 public:
  HeldSession(std::unique_ptr<LogSession> inner, const std::string& topic, const bool& is_holding)
      : inner_(std::move(inner)), topic_(topic), is_holding_(is_holding) {}

  void Poll(std::size_t max_records, LogPoll& out) override {
    LogPoll now;
    inner_->Poll(max_records, now);
    std::move(now.records.begin(), now.records.end(), std::back_inserter(out.records));
    for (LogRecord& record : now.reader_records) {
      (readers_.contains(record.stream) ? held_ : out).reader_records.push_back(std::move(record));
    }
    for (LogEvent& event : now.events) {
      const auto* end = std::get_if<ReaderAtEnd>(&event);
      const bool is_held = end != nullptr && readers_.contains(end->reader);
      (is_held ? held_ : out).events.push_back(std::move(event));
    }
    if (is_holding_) return;
    std::move(held_.reader_records.begin(), held_.reader_records.end(),
              std::back_inserter(out.reader_records));
    std::move(held_.events.begin(), held_.events.end(), std::back_inserter(out.events));
    held_.clear();
  }
  ReaderId OpenReader(const TopicPartition& where, Offset from) override {
    const ReaderId reader = inner_->OpenReader(where, from);
    if (where.topic == topic_) readers_.insert(reader);
    return reader;
  }
  void CloseReader(ReaderId reader) override {
    inner_->CloseReader(reader);
    readers_.erase(reader);
  }

  void Wait(std::chrono::milliseconds max) override { inner_->Wait(max); }
  RequestId Init() override { return inner_->Init(); }
  void Begin() override { inner_->Begin(); }
  ProduceResult Produce(const OutRecord& record) override { return inner_->Produce(record); }
  RequestId Commit(std::span<const InputPosition> positions) override {
    return inner_->Commit(positions);
  }
  RequestId Abort() override { return inner_->Abort(); }
  void StartRow(Partition row, std::span<const Offset> next) override {
    inner_->StartRow(row, next);
  }
  void PauseInput(std::uint32_t input, Partition row) override { inner_->PauseInput(input, row); }
  void ResumeInput(std::uint32_t input, Partition row) override { inner_->ResumeInput(input, row); }
  void ReleaseRows() override { inner_->ReleaseRows(); }
  void Leave() override { inner_->Leave(); }
  std::optional<Offset> KnownEnd(std::uint32_t input, Partition row) const override {
    return inner_->KnownEnd(input, row);
  }
  RequestId QueryCommitted(Partition row) override { return inner_->QueryCommitted(row); }
  RequestId QueryWatermarks(const TopicPartition& where) override {
    return inner_->QueryWatermarks(where);
  }

 private:
  std::unique_ptr<LogSession> inner_;
  const std::string& topic_;
  const bool& is_holding_;
  std::set<ReaderId> readers_;
  LogPoll held_;
};

}  // namespace

Result<std::unique_ptr<LogSession>> HeldGlobals::OpenSession(SessionOptions options) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<LogSession> session,
                            inner_.OpenSession(std::move(options)));
  return std::unique_ptr<LogSession>(
      std::make_unique<HeldSession>(std::move(session), topic_, is_holding));
}

}  // namespace evenkeel::testing
