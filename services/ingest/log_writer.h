#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/ingest_event.h"
#include "ingest/ingest_metrics.h"
#include "ingest/log_follower.h"
#include "ingest/repeat_index.h"

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/telemetry/log.h"

namespace evenkeel {

/// What became of a request's events.
struct WriteOutcome {
  enum class Kind : std::uint8_t {
    kAccepted,     ///< All are on the log.
    kConflict,     ///< `index` has the source and id of another event; nothing was written.
    kBusy,         ///< Too many requests wait; nothing was written.
    kUnavailable,  ///< Not known: the same request again is written at most once.
    kRefused,      ///< The log does not take it; nothing was written.
  };
  struct Accepted {
    EventPlace place;
    bool is_repeated = false;  ///< It was there before this request.
  };

  Kind kind = Kind::kUnavailable;
  std::vector<Accepted> accepted;  ///< kAccepted: one for each event that is not skipped.
  std::size_t index = 0;           ///< kConflict.
  EventPlace place;                ///< kConflict: of the other one; offset -1 while it is written.
  std::string message;
};

/// Writes events, each once: one thread, one session with the log, many requests in one
/// transaction.
///
/// While a transaction commits, requests gather for the next. What a request repeats is answered
/// from the index of what came last, which is read from the ends of the topics before the first
/// request is taken. After any doubt (a commit without an answer, being fenced) the session is
/// opened anew, the index is read again, and what was in doubt is looked up there: it is written
/// again only if it is not on the log.
///
/// Thread-safety: any thread.
class LogWriter {
 public:
  struct Options {
    std::string transactional_id;
    LogFollower::Options follow;
    std::size_t remember_max = 500'000;
    std::chrono::milliseconds remember_age{86'400'000};
    std::size_t pending_max = 256;
    std::chrono::milliseconds timeout{20'000};  ///< Of a request.
    std::size_t transaction_bytes_max = std::size_t{16} << 20;
  };
  using Done = std::function<void(WriteOutcome)>;

  /// All of it outlives the writer.
  LogWriter(LogCluster& cluster, const TimeZoneDatabase& zones, Options options,
            IngestMetrics& metrics, const Logger& logger);
  ~LogWriter() { Stop(); }
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void Start();
  /// Writes what waits, for up to five seconds, and answers the rest. Idempotent.
  void Stop();

  /// `done` is called once, from the writer's thread or at once.
  void Submit(std::vector<IngestEvent> events, Done done);

  /// The index was read once: requests can be taken. Later they wait while it is read again.
  bool takes_requests() const { return takes_requests_; }
  /// The index is there and the session with the log open.
  bool is_ready() const { return is_ready_; }
  /// The bundle in force; null before the first.
  std::shared_ptr<const Bundle> bundle() const;
  /// How far time has come on the log: the newest tick or, unless ticks alone count, the greatest
  /// timestamp of the inputs. Nothing: there is none yet.
  std::optional<TimeMs> stream_time() const;
  const std::string& TopicName(const EventPlace& place) const {
    return options_.follow.topics[place.topic].name;
  }

 private:
  struct Request {
    std::vector<IngestEvent> events;
    Done done;
    std::chrono::steady_clock::time_point since;
    WriteOutcome outcome;
    bool was_in_doubt = false;
    bool goes_alone = false;  ///< A transaction with it was refused.
  };
  using Requests = std::vector<std::unique_ptr<Request>>;
  /// An event of a request, and the answer that tells its place.
  struct Slot {
    Request* request = nullptr;
    std::size_t answer = 0;
    const IngestEvent* event = nullptr;
    std::size_t same_as = 0;  ///< Of an alias: index into `to_write_`.
  };
  /// What is being put together or committed.
  struct Batch {
    Requests requests;
    std::vector<Slot> to_write;            ///< In the order of producing.
    std::vector<Slot> aliases;             ///< Repeats of those.
    std::map<EventKey, std::size_t> keys;  ///< Of `to_write`.
  };
  enum class Phase : std::uint8_t { kOpening, kReading, kIdle, kCommitting, kAborting };

  void Run();
  void Open();
  void Reopen(const Status& why);
  void Poll();
  void Rest();
  void OnEvent(const LogEvent& event);
  void OnDone(const TransactionDone& done);
  void Publish();

  void TakeWaiting();
  void AnswerOverdue();
  void Write();
  /// Adds what of `request` is new to the batch. False: a conflict, nothing was added.
  bool Resolve(Request& request);
  bool FindConflict(const IngestEvent& event, const std::map<EventKey, const IngestEvent*>& own,
                    EventPlace& place) const;
  /// False: the session is gone, or the transaction is given up.
  bool Produce();
  bool ProduceOne(const IngestEvent& event);
  void Acknowledge(const TransactionDone& done);
  void AnswerAccepted(Request& request);
  void GiveBack(bool in_doubt, bool alone);
  void Answer(Request& request, WriteOutcome outcome);
  void AnswerAll(const std::string& why);
  bool HasWork();

  LogCluster& cluster_;
  const Options options_;
  IngestMetrics& metrics_;
  const Logger& logger_;

  // The thread's own.
  RepeatIndex index_;
  LogFollower follower_;
  std::unique_ptr<LogSession> session_;
  Phase phase_ = Phase::kOpening;
  RequestId request_ = 0;
  std::chrono::steady_clock::time_point open_at_;
  std::chrono::steady_clock::time_point write_at_;
  Batch batch_;
  LogPoll poll_;

  std::atomic<bool> takes_requests_ = false;
  std::atomic<bool> is_ready_ = false;
  std::atomic<std::int64_t> stream_time_ = TimeMs::Min().value;
  std::atomic<std::size_t> pending_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Bundle> bundle_;          // Guarded by mutex_.
  std::deque<std::unique_ptr<Request>> waiting_;  // Guarded by mutex_.
  bool is_stopped_ = false;                       // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace evenkeel
