#include "faulty_log.h"

#include <optional>
#include <utility>

namespace evenkeel::testing {
namespace {

class FaultySession final : public LogSession {
 public:
  FaultySession(std::unique_ptr<LogSession> inner, const FaultRules& rules)
      : inner_(std::move(inner)), rules_(rules) {}

  void Poll(std::size_t max_records, LogPoll& out) override {
    const std::size_t before = out.events.size();
    inner_->Poll(max_records, out);
    for (std::size_t i = before; i < out.events.size(); ++i) {
      auto* done = std::get_if<TransactionDone>(&out.events[i]);
      if (done != nullptr && done->request == hidden_) {
        *done = {.request = hidden_,
                 .outcome = CommitOutcome::kUnknown,
                 .status = Unavailable("the answer was lost")};
      }
    }
    std::erase_if(out.events, [&](const LogEvent& event) {
      const auto* at_end = std::get_if<InputAtEnd>(&event);
      return at_end != nullptr && rules_.hides_end && rules_.hides_end(*at_end);
    });
    for (LogEvent& event : own_events_) out.events.push_back(std::move(event));
    own_events_.clear();
  }
  void Wait(std::chrono::milliseconds max) override { inner_->Wait(max); }
  RequestId Init() override { return inner_->Init(); }
  void Begin() override { inner_->Begin(); }
  ProduceResult Produce(const OutRecord& record) override {
    if (rules_.is_full && rules_.is_full()) return ProduceResult::kFull;
    if (rules_.is_refused && rules_.is_refused()) return ProduceResult::kRefused;
    return inner_->Produce(record);
  }
  RequestId Commit(std::span<const InputPosition> positions) override {
    switch (rules_.on_commit ? rules_.on_commit() : CommitFault::kNone) {
      case CommitFault::kNone:
        break;
      case CommitFault::kAborted:
        return inner_->Abort();
      case CommitFault::kUnknownCommitted:
        return hidden_ = inner_->Commit(positions);
      case CommitFault::kUnknownAborted:
        own_events_.push_back(TransactionDone{.request = kOwnRequest,
                                              .outcome = CommitOutcome::kUnknown,
                                              .status = Unavailable("the answer was lost")});
        return kOwnRequest;
      case CommitFault::kSilent:
        return kOwnRequest;
    }
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
  ReaderId OpenReader(const TopicPartition& where, Offset from) override {
    return inner_->OpenReader(where, from);
  }
  void CloseReader(ReaderId reader) override { inner_->CloseReader(reader); }

 private:
  static constexpr RequestId kOwnRequest = UINT64_MAX;

  std::unique_ptr<LogSession> inner_;
  const FaultRules& rules_;
  RequestId hidden_ = 0;  ///< Whose answer is lost.
  std::vector<LogEvent> own_events_;
};

}  // namespace

Result<std::unique_ptr<LogSession>> FaultyLog::OpenSession(SessionOptions options) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<LogSession> session,
                            inner_.OpenSession(std::move(options)));
  return std::unique_ptr<LogSession>(std::make_unique<FaultySession>(std::move(session), rules));
}

}  // namespace evenkeel::testing
