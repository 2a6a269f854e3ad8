#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// A session with the log that asks and waits for answers.
///
/// Thread-safety: one thread.
class SessionPump {
 public:
  using Clock = std::chrono::steady_clock;

  /// Opens a session that sees the offsets of `group`; answers once it may be used.
  static Result<std::unique_ptr<SessionPump>> Open(LogCluster& cluster, SessionOptions options,
                                                   Clock::time_point deadline);

  LogSession& session() { return *session_; }

  /// Hands every event to `take(event)` and every record of a reader to `read(record)` until
  /// `done()`. Errors: kDeadlineExceeded, and what ended the session.
  template <typename Take, typename Read, typename Done>
  Status Until(Clock::time_point deadline, const Take& take, const Read& read, const Done& done) {
    while (!done()) {
      poll_.clear();
      session_->Poll(1000, poll_);
      for (const LogRecord& record : poll_.reader_records) read(record);
      for (const LogEvent& event : poll_.events) {
        if (const auto* failed = std::get_if<SessionFailed>(&event)) return failed->status;
        take(event);
      }
      if (done()) return {};
      if (Clock::now() >= deadline) {
        return {StatusCode::kDeadlineExceeded, "no answer from the log; is it reachable?"};
      }
      if (poll_.empty()) session_->Wait(std::chrono::milliseconds(10));
    }
    return {};
  }

 private:
  explicit SessionPump(std::unique_ptr<LogSession> session) : session_(std::move(session)) {}

  std::unique_ptr<LogSession> session_;
  LogPoll poll_;
};

}  // namespace evenkeel
