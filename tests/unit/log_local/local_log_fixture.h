#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log_driver.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/log/local_log.h"

namespace evenkeel::testing {

/// Time as it is, for waiting.
LogTime RealTime();

/// A log in a folder of its own, with a wall clock that the test sets.
class LocalLogFixture : public ::testing::Test {
 private:
  TemporaryFolder folder_;  // First: it is destroyed after the log.

 protected:
  static constexpr std::chrono::seconds kAdmin{20};

  /// Opens the log, as `options_` says, or opens it again.
  void Reopen();
  void Close() {
    drivers_.clear();
    log_.reset();
  }

  void MakeTopic(const TopicSpec& spec);
  LogDriver& Open(SessionOptions options);
  LogDriver& OpenWriter(const std::string& id = "writer");

  /// One transaction with one record.
  TransactionDone Write(LogDriver& writer, const OutRecord& record);

  std::string folder() const { return folder_.path() + "/log"; }

  std::atomic<std::int64_t> wall_clock_{1'700'000'000'000};
  LocalLogOptions options_{.folder = folder(),
                           .wall_clock = [this] { return TimeMs{wall_clock_.load()}; }};
  std::unique_ptr<LocalLog> log_;

 private:
  std::vector<std::unique_ptr<LogDriver>> drivers_;
};

}  // namespace evenkeel::testing
