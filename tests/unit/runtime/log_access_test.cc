#include "evenkeel/runtime/log_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/log/sim_log.h"
#include "evenkeel/runtime/log_api.h"

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kTopic = "evenkeel.signals.usage.v1";

OwnedRecord Record(std::string key, std::optional<std::string> value) {
  return {.topic = kTopic,
          .partition = 1,
          .timestamp = TimeMs{1'600'000'000'000},
          .key = std::move(key),
          .value = std::move(value),
          .headers = {{"ce_id", "1"}, {"ce_id", std::string("\0x", 2)}}};
}

/// Every case runs on the log itself and through the local door of another process.
class LogAccessTest : public ::testing::TestWithParam<bool> {
 protected:
  LogAccessTest() {
    EXPECT_TRUE(log_.CreateTopic({.name = kTopic, .partitions = 2}, 1s).ok());
    Open();
  }

  /// As a new process would.
  void Open() {
    remote_.reset();
    listener_.reset();
    direct_ = OpenLogAccess(log_, "evenkeel.", kTopic, 5s);
    if (!GetParam()) return;
    listener_ = HttpListener::Create({}).value();
    ServeLogAccess(*listener_, *direct_);
    listener_->Start();
    remote_ = OpenRemoteLogAccess(listener_->port(), 5s);
  }
  LogAccess& access() { return GetParam() ? *remote_ : *direct_; }

  SimLog log_;
  std::unique_ptr<LogAccess> direct_;
  std::unique_ptr<HttpListener> listener_;
  std::unique_ptr<LogAccess> remote_;
};

TEST_P(LogAccessTest, ReadsWhatWasLoadedToTheByte) {
  const std::vector<OwnedRecord> records = {Record("ada", "x"), Record("bob", std::nullopt),
                                            Record("cyd", "")};
  ASSERT_TRUE(access().Load("file", records, 3).ok());
  const auto page = access().Read({kTopic, 1}, -1, 100);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  ASSERT_THAT(page->records, SizeIs(3));
  for (std::size_t i = 0; i < records.size(); ++i) {
    OwnedRecord expected = records[i];
    expected.offset = page->records[i].offset;
    EXPECT_EQ(page->records[i], expected);
  }
  EXPECT_TRUE(page->at_end);
}

TEST_P(LogAccessTest, KeepsTheLoadersPositionWithItsRecords) {
  EXPECT_EQ(access().LoadPosition("file").value(), 0);
  ASSERT_TRUE(access().Load("file", {Record("ada", "x")}, 17).ok());
  EXPECT_EQ(access().LoadPosition("file").value(), 17);
  EXPECT_EQ(access().LoadPosition("other").value(), 0);
  Open();
  EXPECT_EQ(access().LoadPosition("file").value(), 17);
}

TEST_P(LogAccessTest, ALoadThatSomebodyElseHasMovedIsRefused) {
  // Two loaders of one file, both at its beginning.
  EXPECT_EQ(access().LoadPosition("file").value(), 0);
  ASSERT_TRUE(access().Load("file", {Record("ada", "x")}, 10, 0).ok());
  const Status late = access().Load("file", {Record("ada", "x")}, 10, 0);
  EXPECT_EQ(late.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(late.message(), HasSubstr("stands at 10"));
  EXPECT_THAT(access().Read({kTopic, 1}, -1, 100)->records, SizeIs(1));
  ASSERT_TRUE(access().Load("file", {Record("bob", "x")}, 20, 10).ok());
  EXPECT_EQ(access().LoadPosition("file").value(), 20);
}

TEST_P(LogAccessTest, KeepsFewLoadersAndForgetsNoPosition) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(access().Load("file" + std::to_string(i), {Record("ada", "x")}, i + 1, 0).ok());
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(access().LoadPosition("file" + std::to_string(i)).value(), i + 1);
  }
}

TEST_P(LogAccessTest, WritesNothingWhenOneRecordIsRefused) {
  OwnedRecord nowhere = Record("bob", "x");
  nowhere.partition = 9;
  const Status status = access().Load("file", {Record("ada", "x"), nowhere}, 2);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("partition 9"));
  EXPECT_EQ(access().LoadPosition("file").value(), 0);
  EXPECT_THAT(access().Read({kTopic, 1}, -1, 100)->records, SizeIs(0));
}

TEST_P(LogAccessTest, PagesThroughAPartition) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(access().Load("file", {Record(std::to_string(i), "x")}, i + 1).ok());
  }
  std::vector<std::string> keys;
  Offset from = -1;
  while (true) {
    const auto page = access().Read({kTopic, 1}, from, 2);
    ASSERT_TRUE(page.ok()) << page.status().ToString();
    EXPECT_LE(page->records.size(), 2U);
    for (const OwnedRecord& record : page->records) keys.push_back(*record.key);
    from = page->next;
    if (page->at_end) break;
  }
  EXPECT_THAT(keys, ::testing::ElementsAre("0", "1", "2", "3", "4"));
}

TEST_P(LogAccessTest, FollowsAPartitionFromItsEnd) {
  ASSERT_TRUE(access().Load("file", {Record("before", "x")}, 1).ok());
  const auto end = access().Read({kTopic, 1}, -2, 100);
  ASSERT_TRUE(end.ok()) << end.status().ToString();
  EXPECT_THAT(end->records, SizeIs(0));
  ASSERT_TRUE(access().Load("file", {Record("after", "x")}, 2).ok());
  const auto page = access().Read({kTopic, 1}, end->next, 100);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  ASSERT_THAT(page->records, SizeIs(1));
  EXPECT_EQ(page->records[0].key, "after");
}

TEST_P(LogAccessTest, DescribesTopics) {
  const auto topics = access().DescribeTopics({kTopic, "none"});
  ASSERT_TRUE(topics.ok());
  ASSERT_THAT(*topics, SizeIs(1));
  EXPECT_EQ(topics->at(0).partitions, 2);
  EXPECT_TRUE(topics->at(0).settings.has_value());
}

INSTANTIATE_TEST_SUITE_P(Both, LogAccessTest, ::testing::Bool(), [](const auto& param_info) {
  return std::string(param_info.param ? "Remote" : "Direct");
});

TEST(RemoteLogAccessTest, SaysThatNobodyAnswers) {
  std::uint16_t port = 0;
  {
    const auto listener = HttpListener::Create({}).value();
    port = listener->port();
    listener->Start();
    listener->Stop();
  }
  const auto access = OpenRemoteLogAccess(port, 1s);
  EXPECT_THAT(access->LoadPosition("x").status().message(), HasSubstr("is the process running?"));
}

}  // namespace
}  // namespace evenkeel
