#include "evenkeel/runtime/log_access.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>

#include <unistd.h>

namespace evenkeel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Offset kFromEnd = -2;
constexpr std::size_t kLoadersMax = 8;

OwnedRecord Own(const std::string& topic, const LogRecord& record) {
  OwnedRecord owned{.topic = topic,
                    .partition = record.partition,
                    .offset = record.offset,
                    .timestamp = record.timestamp};
  if (record.key) owned.key = std::string(*record.key);
  if (record.value) owned.value = std::string(*record.value);
  for (const RecordHeader& header : record.headers) {
    owned.headers.emplace_back(header.name, header.value);
  }
  return owned;
}

/// Polls a session until the answer of one kind is there.
class Pump {
 public:
  Pump(LogSession& session, std::chrono::milliseconds timeout)
      : session_(session), deadline_(Clock::now() + timeout) {}

  /// Calls `take` for every event until it returns true. Reader records gather in `records`.
  template <typename Take>
  Status Until(const Take& take) {
    while (true) {
      poll_.clear();
      session_.Poll(1000, poll_);
      for (LogRecord& record : poll_.reader_records) records.push_back(std::move(record));
      for (const LogEvent& event : poll_.events) {
        if (const auto* failed = std::get_if<SessionFailed>(&event)) return failed->status;
        if (take(event)) return {};
      }
      if (enough && enough(records.size())) return {};
      if (Clock::now() > deadline_) {
        return {StatusCode::kDeadlineExceeded, "no answer from the log; is it reachable?"};
      }
      if (poll_.empty()) session_.Wait(std::chrono::milliseconds(20));
    }
  }

  std::vector<LogRecord> records;
  std::function<bool(std::size_t)> enough;

 private:
  LogSession& session_;
  Clock::time_point deadline_;
  LogPoll poll_;
};

class DirectLogAccess final : public LogAccess {
 public:
  DirectLogAccess(LogCluster& cluster, std::string prefix, std::string anchor_topic,
                  std::chrono::milliseconds timeout)
      : cluster_(cluster),
        prefix_(std::move(prefix)),
        anchor_topic_(std::move(anchor_topic)),
        timeout_(timeout) {}

  Result<std::vector<TopicDescription>> DescribeTopics(
      const std::vector<std::string>& names) override {
    return cluster_.DescribeTopics(names, timeout_);
  }

  Result<std::int64_t> LoadPosition(const std::string& name) override {
    const std::shared_ptr<Loader> loader = LoaderOf(name);
    const std::lock_guard lock(loader->mutex);
    // Another process may have moved it.
    loader->session.reset();
    EVENKEEL_RETURN_IF_ERROR(Open(name, *loader));
    return loader->position;
  }

  Status Load(const std::string& name, const std::vector<OwnedRecord>& records,
              std::int64_t position, std::optional<std::int64_t> expected) override {
    const std::shared_ptr<Loader> loader = LoaderOf(name);
    const std::lock_guard lock(loader->mutex);
    EVENKEEL_RETURN_IF_ERROR(Open(name, *loader));
    if (expected && loader->position != *expected) {
      return FailedPrecondition(
          "the load \"" + name + "\" stands at " + std::to_string(loader->position) + ", not at " +
          std::to_string(*expected) +
          ": another loader of the same file is at work; start again to go on where it is");
    }
    const Status status = Transact(*loader->session, records, position);
    if (status.ok()) {
      loader->position = position;
    } else if (status.code() != StatusCode::kAborted) {
      // After any doubt the next call begins with a session of its own, which fences this one.
      loader->session.reset();
    }
    return status;
  }

  Result<ReadPage> Read(const TopicPartition& where, Offset from, std::size_t records_max) override;

 private:
  template <typename Answer>
  Status AwaitAnswer(LogSession& session, RequestId request, Answer& answer) {
    return Pump(session, timeout_).Until([&](const LogEvent& event) {
      const auto* found = std::get_if<Answer>(&event);
      if (found == nullptr || found->request != request) return false;
      answer = *found;
      return true;
    });
  }

  /// One name's session, and where it stands.
  struct Loader {
    std::mutex mutex;
    std::unique_ptr<LogSession> session;
    std::int64_t position = 0;
  };

  /// The loader called `name`. The few that were used last are kept.
  std::shared_ptr<Loader> LoaderOf(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Loader> loader;
    const auto found = std::ranges::find(loaders_, name, &decltype(loaders_)::value_type::first);
    if (found != loaders_.end()) {
      loader = found->second;
      loaders_.erase(found);
    } else {
      loader = std::make_shared<Loader>();
    }
    loaders_.emplace_back(name, loader);
    if (loaders_.size() > kLoadersMax) loaders_.pop_front();
    return loader;
  }

  Status Open(const std::string& name, Loader& loader) {
    if (loader.session != nullptr) return {};
    const std::string id = prefix_ + "loader." + name;
    EVENKEEL_ASSIGN_OR_RETURN(auto session, cluster_.OpenSession({.transactional_id = id,
                                                                  .inputs = {anchor_topic_},
                                                                  .membership = std::nullopt,
                                                                  .offsets_group = id}));
    InitDone ready;
    EVENKEEL_RETURN_IF_ERROR(AwaitAnswer(*session, session->Init(), ready));
    EVENKEEL_RETURN_IF_ERROR(ready.status);
    CommittedDone committed;
    EVENKEEL_RETURN_IF_ERROR(AwaitAnswer(*session, session->QueryCommitted(0), committed));
    EVENKEEL_RETURN_IF_ERROR(committed.status);
    loader.position = committed.next.at(0).value_or(0);
    loader.session = std::move(session);
    return {};
  }

  Status Transact(LogSession& session, const std::vector<OwnedRecord>& records,
                  std::int64_t position);
  Status OpenReaderSession();
  Result<ReadPage> ReadPart(const TopicPartition& where, Offset from, std::size_t records_max);
  Status ProduceAll(LogSession& session, const std::vector<OwnedRecord>& records);

  LogCluster& cluster_;
  const std::string prefix_;
  const std::string anchor_topic_;
  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::deque<std::pair<std::string, std::shared_ptr<Loader>>> loaders_;  // Guarded by mutex_.
  std::mutex reader_mutex_;
  std::unique_ptr<LogSession> reader_session_;  // Guarded by reader_mutex_.
};

Status DirectLogAccess::ProduceAll(LogSession& session, const std::vector<OwnedRecord>& records) {
  const auto deadline = Clock::now() + timeout_;
  std::vector<RecordHeader> headers;
  for (const OwnedRecord& record : records) {
    headers.clear();
    for (const auto& [name, value] : record.headers) headers.push_back({name, value});
    const OutRecord out{.topic = record.topic,
                        .partition = record.partition,
                        .key = record.key,
                        .value = record.value,
                        .headers = headers,
                        .timestamp = record.timestamp};
    ProduceResult produced = session.Produce(out);
    while (produced == ProduceResult::kFull) {
      if (Clock::now() > deadline) return Unavailable("the log takes no more records");
      LogPoll poll;
      session.Poll(1, poll);
      session.Wait(std::chrono::milliseconds(20));
      produced = session.Produce(out);
    }
    if (produced == ProduceResult::kRefused) {
      return InvalidArgument("the log refuses a record for " + record.topic + " partition " +
                             std::to_string(record.partition) +
                             ": no such topic or partition, or too large");
    }
  }
  return {};
}

Status DirectLogAccess::Transact(LogSession& session, const std::vector<OwnedRecord>& records,
                                 std::int64_t position) {
  session.Begin();
  const Status produced = ProduceAll(session, records);
  const InputPosition at{.input = 0, .row = 0, .next = position};
  TransactionDone answer;
  EVENKEEL_RETURN_IF_ERROR(
      AwaitAnswer(session, produced.ok() ? session.Commit({&at, 1}) : session.Abort(), answer));
  EVENKEEL_RETURN_IF_ERROR(produced);
  switch (answer.outcome) {
    case CommitOutcome::kAcknowledged:
      return {};
    case CommitOutcome::kAborted:
      return {StatusCode::kAborted, "the log aborted the load: " + answer.status.message()};
    case CommitOutcome::kFenced:
      return FailedPrecondition("another loader of the same file has taken over");
    case CommitOutcome::kUnknown:
      break;
  }
  return {StatusCode::kUnknown,
          "the log did not say whether the load took effect: " + answer.status.message()};
}

// A reader of its own id each time: two command lines must not fence each other.
Status DirectLogAccess::OpenReaderSession() {
  if (reader_session_ != nullptr) return {};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::string id = prefix_ + "access." + std::to_string(getpid()) + "." + std::to_string(now);
  EVENKEEL_ASSIGN_OR_RETURN(auto session, cluster_.OpenSession({.transactional_id = id,
                                                                .inputs = {anchor_topic_},
                                                                .membership = std::nullopt,
                                                                .offsets_group = id}));
  InitDone answer;
  EVENKEEL_RETURN_IF_ERROR(AwaitAnswer(*session, session->Init(), answer));
  EVENKEEL_RETURN_IF_ERROR(answer.status);
  reader_session_ = std::move(session);
  return {};
}

Result<ReadPage> DirectLogAccess::Read(const TopicPartition& where, Offset from,
                                       std::size_t records_max) {
  const std::lock_guard lock(reader_mutex_);
  EVENKEEL_RETURN_IF_ERROR(OpenReaderSession());
  Result<ReadPage> page = ReadPart(where, from, records_max);
  // Nothing there, or no longer, is said by a session that is well; any other may be dead.
  const StatusCode code = page.status().code();
  const bool is_well =
      page.ok() || code == StatusCode::kNotFound || code == StatusCode::kOutOfRange;
  if (!is_well) reader_session_.reset();
  return page;
}

Result<ReadPage> DirectLogAccess::ReadPart(const TopicPartition& where, Offset from,
                                           std::size_t records_max) {
  LogSession& session = *reader_session_;
  if (from < 0) {
    WatermarksDone answer;
    EVENKEEL_RETURN_IF_ERROR(AwaitAnswer(session, session.QueryWatermarks(where), answer));
    EVENKEEL_RETURN_IF_ERROR(answer.status);
    if (from == kFromEnd) return ReadPage{.next = answer.high, .at_end = true};
    from = answer.low;
  }
  const ReaderId reader = session.OpenReader(where, from);
  ReadPage page{.next = from};
  Status failed;
  Pump pump(session, timeout_);
  pump.enough = [&](std::size_t count) { return count >= records_max; };
  const Status status = pump.Until([&](const LogEvent& event) {
    if (const auto* end = std::get_if<ReaderAtEnd>(&event); end && end->reader == reader) {
      page.next = std::max(page.next, end->offset);
      page.at_end = true;
    }
    if (const auto* failure = std::get_if<ReaderFailed>(&event);
        failure && failure->reader == reader) {
      failed = failure->status;
    }
    return page.at_end || !failed.ok();
  });
  session.CloseReader(reader);
  EVENKEEL_RETURN_IF_ERROR(status);
  EVENKEEL_RETURN_IF_ERROR(failed);
  for (const LogRecord& record : pump.records) {
    if (record.stream == reader) page.records.push_back(Own(where.topic, record));
  }
  // What a poll brought beyond the bound is read again next time.
  if (page.records.size() > records_max) {
    page.records.resize(records_max);
    page.at_end = false;
  }
  if (!page.at_end && !page.records.empty()) page.next = page.records.back().offset + 1;
  return page;
}

}  // namespace

std::unique_ptr<LogAccess> OpenLogAccess(LogCluster& cluster, std::string prefix,
                                         std::string anchor_topic,
                                         std::chrono::milliseconds timeout) {
  return std::make_unique<DirectLogAccess>(cluster, std::move(prefix), std::move(anchor_topic),
                                           timeout);
}

}  // namespace evenkeel
