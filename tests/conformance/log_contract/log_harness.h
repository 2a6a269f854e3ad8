#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log_driver.h"

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// What a log adds to run the contract suite. One harness is one log for one test.
class LogHarness {
 public:
  LogHarness() = default;
  LogHarness(const LogHarness&) = delete;
  LogHarness& operator=(const LogHarness&) = delete;
  virtual ~LogHarness() = default;

  /// "sim", "local", "kafka".
  virtual std::string name() const = 0;

  /// Begins every name of topics, groups and transactional ids, so that tests which share a server
  /// do not meet. A child process is given its parent's.
  virtual std::string prefix() const = 0;

  /// What MakeLogHarness() in another process needs to reach the same log. Empty: nothing can.
  virtual std::string locator() const { return {}; }

  virtual LogCluster& cluster() = 0;
  virtual LogTime time() = 0;

  /// Closes this process's door to the log, and opens it again as a new process would. No session
  /// is open then.
  virtual void Close() {}
  virtual void Open() {}

  /// Says who will join `group`, before the first of them does. For logs of static assignment.
  /// No session is open then, unless there is only one member.
  virtual void DeclareMembers(const std::string& /*group*/,
                              const std::vector<std::string>& /*instance_ids*/) {}

  /// Rows move between members that come and go; a member that hangs loses its rows.
  virtual bool has_dynamic_groups() const { return true; }
  /// Records of an open transaction lie in the log already (and count for the high watermark).
  virtual bool has_pending_records() const { return true; }
  /// The shortest session timeout that the log grants.
  virtual std::chrono::milliseconds session_timeout() const { return std::chrono::seconds(6); }

  /// Cuts the log off from its clients, or lets them reach it again. False: not to be provoked.
  virtual bool SetReachable(bool /*is_reachable*/) { return false; }

  /// Leaves a transaction open that has sent `next` as the offset of `where` for `group`, and
  /// returns what ends it by a commit. Empty: the log has no such state.
  virtual std::function<void()> HoldOffsetPending(const std::string& /*group*/,
                                                  const TopicPartition& /*where*/,
                                                  Offset /*next*/) {
    return {};
  }
};

/// Defined by each log's test program. Without a locator a new log (or a part of its own, by the
/// prefix, of a shared server); with one, the log of the parent process.
struct HarnessOrigin {
  std::string locator;
  std::string prefix;
};
std::unique_ptr<LogHarness> MakeLogHarness(const HarnessOrigin& origin);

}  // namespace evenkeel::testing
