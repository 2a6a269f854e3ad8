#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chunk.h"
#include "local_core.h"
#include "local_fetcher.h"

#include "evenkeel/log/session.h"

namespace evenkeel {

/// A transaction that is being put together. Nobody else sees it.
class TransactionBuffer {
 public:
  void Add(const LocalTopic& topic, const OutRecord& record, TimeMs timestamp);
  std::size_t bytes() const { return bytes_; }

  /// What was added; the buffer is empty again.
  PendingTransaction Take();
  void Clear() { *this = {}; }

 private:
  struct Part {
    const LocalTopic* topic = nullptr;
    Partition partition = 0;
    ChunkBuilder builder;
    std::vector<Chunk> chunks;
    Offset count = 0;
  };

  std::unordered_map<std::uint64_t, std::size_t> index_;  // Topic and partition to part.
  std::vector<Part> parts_;
  std::size_t bytes_ = 0;
};

class LocalSession final : public LogSession {
 public:
  LocalSession(LocalCore& core, SessionOptions options);

  void Poll(std::size_t max_records, LogPoll& out) override;
  void Wait(std::chrono::milliseconds max) override;
  RequestId Init() override;
  void Begin() override;
  ProduceResult Produce(const OutRecord& record) override;
  RequestId Commit(std::span<const InputPosition> positions) override;
  RequestId Abort() override;
  void StartRow(Partition row, std::span<const Offset> next) override;
  void PauseInput(std::uint32_t input, Partition row) override;
  void ResumeInput(std::uint32_t input, Partition row) override;
  void ReleaseRows() override;
  void Leave() override;
  std::optional<Offset> KnownEnd(std::uint32_t input, Partition row) const override;
  RequestId QueryCommitted(Partition row) override;
  RequestId QueryWatermarks(const TopicPartition& where) override;
  ReaderId OpenReader(const TopicPartition& where, Offset from) override;
  void CloseReader(ReaderId reader) override;

 private:
  enum class Transaction : std::uint8_t { kNone, kOpen, kCommitting, kAborting };
  struct CommittedRequest {
    RequestId id = 0;
    Partition row = 0;
  };
  struct WatermarksRequest {
    RequestId id = 0;
    TopicPartition where;
  };

  const LocalTopic* FindTopic(std::string_view name);
  void Note(const LogEvent& event);
  void AnswerAbort(LogPoll& out);
  void AnswerQueries(LogPoll& out);
  CommittedDone Answer(const CommittedRequest& request) const;
  WatermarksDone Answer(const WatermarksRequest& request) const;
  void Die(Status status, LogPoll& out);
  const std::string& OffsetsGroup() const;

  LocalCore& core_;
  const SessionOptions options_;
  const std::shared_ptr<Mailbox> box_;
  LocalFetcher fetcher_;

  RequestId last_request_ = 0;
  RequestId end_request_ = 0;
  std::vector<CommittedRequest> committed_requests_;
  std::vector<WatermarksRequest> watermarks_requests_;
  std::vector<LogEvent> ready_;  // Events that wait for Poll().
  std::uint64_t seen_commits_ = 0;

  bool is_ready_ = false;  // Init() succeeded.
  bool has_left_ = false;
  Transaction transaction_ = Transaction::kNone;
  bool is_doomed_ = false;  // A record was refused: the transaction must not commit.
  TransactionBuffer buffer_;
  std::map<std::string, const LocalTopic*, std::less<>> topics_;  // Seen so far.
  std::set<Partition> rows_;
  std::optional<SessionFailed> failure_;
};

}  // namespace evenkeel
