#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// A record as read, copied.
struct SeenRecord {
  std::uint32_t stream = 0;
  Partition partition = 0;
  Offset offset = 0;
  TimeMs timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Time as the log under test knows it.
struct LogTime {
  /// Since some start.
  std::function<std::chrono::milliseconds()> elapsed;
  /// Called when a poll brought nothing: lets virtual time pass.
  std::function<void()> idle;
};

/// One session, driven from a test: it polls, keeps everything that came, and waits for what the
/// test wants, for at most `kPatience` of the log's time.
class LogDriver {
 public:
  static constexpr std::chrono::seconds kPatience{40};

  LogDriver(std::unique_ptr<LogSession> session, LogTime time);

  LogSession& operator*() { return *session_; }
  LogSession* operator->() { return session_.get(); }

  /// One Poll(). True if it brought something.
  bool Step(std::size_t max_records = 1000);

  /// One Poll() that does not wait, unless silent: for sessions that live beside the driven one.
  void StepAside();

  /// Polls until `is_done`. False: patience ran out.
  bool Until(const std::function<bool()>& is_done, std::size_t max_records = 1000);

  /// Polls for `span` of the log's time.
  void StepFor(std::chrono::milliseconds span);

  /// Waits for the first event of a kind that is not taken yet and for which `is_it` holds, and
  /// takes it. Nothing: patience ran out.
  template <typename Event>
  std::optional<Event> Await(const std::function<bool(const Event&)>& is_it = {}) {
    std::optional<Event> taken;
    Until([&] { return (taken = Take<Event>(is_it)).has_value(); });
    return taken;
  }

  /// The same without polling.
  template <typename Event>
  std::optional<Event> Take(const std::function<bool(const Event&)>& is_it = {}) {
    for (auto it = events.begin(); it != events.end(); ++it) {
      const Event* event = std::get_if<Event>(&*it);
      if (event == nullptr || (is_it && !is_it(*event))) continue;
      Event taken = *event;
      events.erase(it);
      return taken;
    }
    return std::nullopt;
  }

  // --- the usual steps; each waits for its answer ---

  Status Init();
  /// Produces, polling while the queue is full.
  ProduceResult Produce(const OutRecord& record);
  TransactionDone Commit(const std::vector<InputPosition>& positions = {});
  TransactionDone Abort();
  CommittedDone Committed(Partition row);
  WatermarksDone Watermarks(const TopicPartition& where);
  /// Waits until exactly `count` rows are owned; releases rows that are revoked meanwhile.
  bool OwnRows(std::size_t count);
  Status StartRow(Partition row, const std::vector<Offset>& next);

  /// Everything that is committed in a partition from `from` on, up to the high watermark.
  std::vector<SeenRecord> ReadAll(const TopicPartition& where, Offset from = 0);

  std::vector<SeenRecord> records;
  std::vector<SeenRecord> reader_records;
  std::vector<LogEvent> events;  ///< Not taken yet. Assignments and revocations are counted in
                                 ///< `rows` as they come and kept here too.
  std::vector<Partition> rows;   ///< Owned now.
  bool auto_release = true;      ///< Answer revocations at once.
  bool is_silent = false;        ///< Hangs: is polled only when a test asks for it.

 private:
  bool PollOnce(std::size_t max_records);
  void Note(const LogEvent& event);

  std::unique_ptr<LogSession> session_;
  LogTime time_;
  LogPoll poll_;
  std::size_t max_records_ = 1000;  // Of the last Step().
};

}  // namespace evenkeel::testing
