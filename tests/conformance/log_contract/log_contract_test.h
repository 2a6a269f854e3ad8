#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log_driver.h"
#include "log_harness.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// For a case that the log under test cannot have. Visible in the report, with its reason.
#define EVENKEEL_NOT_APPLICABLE(reason) GTEST_SKIP() << "not applicable: " << (reason)

namespace evenkeel::testing {

/// The log of one test, with sessions that wait for each other: while one waits, all that are not
/// silent are polled.
class LogContractTest : public ::testing::Test {
 protected:
  static constexpr Partition kRows = 4;
  static constexpr std::chrono::seconds kAdmin{20};

  void SetUp() override;
  void TearDown() override;

  std::string Name(std::string_view name) const { return harness_->prefix() + std::string(name); }
  TopicPartition At(std::string_view topic, Partition partition) const {
    return {Name(topic), partition};
  }

  /// Creates a topic; the name in `spec` is without prefix.
  void MakeTopic(TopicSpec spec);
  /// Topics "in" and "in2" with kRows partitions, "lead" compacted with as many, and "out".
  void MakeTopics();

  /// A session without membership whose Init() succeeded. Offsets go to group "loader".
  LogDriver& OpenWriter(std::string_view transactional_id = "writer");
  /// A member of group "members" on inputs "in" and "in2", led by "lead", after Init().
  LogDriver& OpenMember(std::string_view instance_id, std::string_view transactional_id = {});
  LogDriver& Open(SessionOptions options);
  /// As a crash: destroys the session.
  void Crash(LogDriver& driver);
  void CrashAll() { drivers_.clear(); }
  void DeclareMembers(const std::vector<std::string>& names);

  /// Writes one transaction of values, keyed "k", to a partition.
  void Write(LogDriver& writer, std::string_view topic, Partition partition,
             const std::vector<std::string>& values);

  /// Polls all sessions until `is_done`.
  bool Until(const std::function<bool()>& is_done);

  LogHarness& harness() { return *harness_; }

 private:
  LogTime MakeTime();

  std::unique_ptr<LogHarness> harness_;
  std::vector<std::unique_ptr<LogDriver>> drivers_;
  bool is_idle_ = false;
};

/// Values of `records` in order; a tombstone is "(none)".
std::vector<std::string> Values(const std::vector<SeenRecord>& records);
/// Of one stream only.
std::vector<SeenRecord> OfStream(const std::vector<SeenRecord>& records, std::uint32_t stream,
                                 Partition partition);

inline constexpr auto kEndedOtherwise = [](CommitOutcome outcome) {
  return outcome == CommitOutcome::kFenced || outcome == CommitOutcome::kUnknown;
};

}  // namespace evenkeel::testing
