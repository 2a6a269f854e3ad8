#include "console/views.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "console/queries.h"
#include "ledger/temp_directory.h"
#include "view_records.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ViewsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Views> Open(const std::string& name = "view", ViewRetention retention = {}) {
    Result<std::unique_ptr<Views>> views =
        Views::Open(stores_, {.directory = directory_.path() + "/" + name,
                              .identity = identity_,
                              .sources = ViewLog::Sources(),
                              .retention = retention,
                              .decoder = {.partition_count = kTestRows}});
    EXPECT_TRUE(views.ok()) << views.status().ToString();
    return views.ok() ? *std::move(views) : nullptr;
  }

  std::vector<std::string> Ids(const Views& views, const v1::ListDecisionsRequest& request) {
    const auto result = ListDecisions(views, request);
    EXPECT_TRUE(std::holds_alternative<v1::ListDecisionsResponse>(result));
    std::vector<std::string> ids;
    for (const auto& row : std::get<v1::ListDecisionsResponse>(result).decisions()) {
      ids.push_back(row.decision_id());
    }
    return ids;
  }

  /// Some of everything, for customers of both partitions.
  static ViewLog Mixed() {
    ViewLog log;
    for (int i = 0; i < 40; ++i) {
      const std::string customer = CustomerOf(i % 2, i % 5);
      const std::int64_t time = kTestTime + i * kTestDay / 4;
      const bool acts = i % 3 == 0;
      log.AddDecision(
          {.number = i,
           .customer = customer,
           .time_ms = time,
           .action = acts ? "credit" : "NO_ACTION",
           .verdict = acts ? v1::DECISION_VERDICT_EXECUTE : v1::DECISION_VERDICT_NO_ACTION,
           .action_id = acts ? IdOf('a', i) : ""});
      if (acts) log.AddAction(i, customer, time);
      if (i % 6 == 0) log.AddReceipt(i, customer, ReceiptStatus::kAccepted, time + 1);
      if (i % 6 == 0) log.AddReceipt(i, customer, ReceiptStatus::kDone, time + 2);
      if (i % 9 == 0) log.AddActionDeadLetter(i, customer, time + 3);
      if (i % 4 == 0) {
        v1::ApprovalRequest request = ViewLog::Request(i, customer);
        log.AddRequest(request);
        request.set_state(v1::APPROVAL_STATE_RELEASED);
        if (i % 8 == 0) log.AddRequest(request);
      }
      if (i % 10 == 0) log.AddControl("kill/all", std::string("entry"));
      log.AddTick(i % 2, time);
    }
    return log;
  }

  /// The same records, each partition in its order, else in any.
  static std::vector<ViewLog::Stored> Shuffled(const ViewLog& log, unsigned seed) {
    std::mt19937 random(seed);
    std::map<std::pair<std::size_t, Partition>, std::deque<ViewLog::Stored>> streams;
    for (const ViewLog::Stored& stored : log.records()) {
      streams[{stored.source, stored.partition}].push_back(stored);
    }
    std::vector<ViewLog::Stored> out;
    while (!streams.empty()) {
      const auto stream = std::next(streams.begin(), random() % streams.size());
      out.push_back(std::move(stream->second.front()));
      stream->second.pop_front();
      if (stream->second.empty()) streams.erase(stream);
    }
    return out;
  }

  TempDirectory directory_;
  StoreResources stores_{{.cache_bytes = 8 << 20, .unflushed_bytes = 32 << 20}};
  std::string identity_ = "t. cluster";
};

TEST_F(ViewsTest, RowsAreTheSameInWhateverOrderTopicsAreRead) {
  const ViewLog log = Mixed();
  const auto straight = Open("straight");
  ASSERT_TRUE(Feed(*straight, log.records()).ok());
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const auto other = Open("other" + std::to_string(seed));
    ASSERT_TRUE(Feed(*other, Shuffled(log, seed), 1 + seed).ok());
    EXPECT_EQ(RowsOf(*other), RowsOf(*straight)) << "seed " << seed;
  }
  EXPECT_EQ(straight->Snapshot().totals.decisions, 40);
  // 14 went out, 7 of them have an end, 2 of the others are dead letters.
  EXPECT_EQ(straight->Snapshot().totals.OpenActions(), 5);
  EXPECT_EQ(straight->Snapshot().totals.open_approvals, 5);
}

TEST_F(ViewsTest, ForgettingIsTheSameInWhateverOrderTopicsAreRead) {
  const ViewRetention retention{.age_ms = 5 * kTestDay, .decisions_max = 13};
  const ViewLog log = Mixed();
  const auto straight = Open("straight", retention);
  ASSERT_TRUE(Feed(*straight, log.records()).ok());
  EXPECT_EQ(straight->Snapshot().totals.decisions, 13);
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const auto other = Open("other" + std::to_string(seed), retention);
    ASSERT_TRUE(Feed(*other, Shuffled(log, seed), 1 + seed).ok());
    EXPECT_EQ(RowsOf(*other), RowsOf(*straight)) << "seed " << seed;
  }
}

TEST_F(ViewsTest, WhatIsTakenTwiceCountsOnce) {
  const ViewLog log = Mixed();
  const auto views = Open();
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  const auto rows = RowsOf(*views);
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(RowsOf(*views), rows);
}

TEST_F(ViewsTest, TheSameDecisionAtAnotherOffsetCountsOnce) {
  ViewLog log;
  const std::string ada = CustomerOf(0);
  for (int i = 0; i < 2; ++i) {
    log.AddDecision({.number = 1, .customer = ada});
    log.AddAction(1, ada);
    log.AddReceipt(1, ada, i == 0 ? ReceiptStatus::kDone : ReceiptStatus::kFailed);
  }
  const auto views = Open();
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_THAT(Ids(*views, {}), SizeIs(1));
  EXPECT_EQ(views->Snapshot().totals.OpenActions(), 0);
  EXPECT_EQ(views->Snapshot().totals.decisions, 1);
}

TEST_F(ViewsTest, GoesOnWhereItStoodAfterAnOrderlyEnd) {
  const ViewLog log = Mixed();
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const auto views = Open();
    ASSERT_TRUE(Feed(*views, log.records()).ok());
    rows = RowsOf(*views);
    ASSERT_TRUE(views->Flush().ok());
  }
  // Not flushed to the end or flushed: whatever is there, reading on gives the same.
  const auto again = Open();
  ASSERT_TRUE(Feed(*again, log.records()).ok());
  EXPECT_EQ(RowsOf(*again), rows);
}

TEST_F(ViewsTest, ADeletedDirectoryGivesTheSameRowsAgain) {
  const ViewLog log = Mixed();
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const auto views = Open();
    ASSERT_TRUE(Feed(*views, log.records()).ok());
    rows = RowsOf(*views);
  }
  std::filesystem::remove_all(directory_.path() + "/view");
  const auto again = Open();
  EXPECT_TRUE(again->Snapshot().next.empty());
  ASSERT_TRUE(Feed(*again, log.records()).ok());
  EXPECT_EQ(RowsOf(*again), rows);
}

TEST_F(ViewsTest, AViewOfAnotherLogBeginsAnew) {
  {
    const auto views = Open();
    ASSERT_TRUE(Feed(*views, Mixed().records()).ok());
    ASSERT_TRUE(views->Flush().ok());
  }
  identity_ = "t. another cluster";
  const auto again = Open();
  EXPECT_TRUE(again->Snapshot().next.empty());
  EXPECT_THAT(RowsOf(*again), IsEmpty());
}

TEST_F(ViewsTest, WhatIsNotUnderstoodIsCountedAndPassedOver) {
  ViewLog log;
  for (const ViewTopic topic : {ViewTopic::kDecisions, ViewTopic::kActions, ViewTopic::kRequests,
                                ViewTopic::kVerdicts, ViewTopic::kReceipts}) {
    log.AddGarbage(topic);
  }
  log.AddDecision({.number = 1, .customer = CustomerOf(0)});
  const auto views = Open();
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().totals.unreadable, 5);
  EXPECT_THAT(Ids(*views, {}), ElementsAre(IdOf('d', 1)));
}

TEST_F(ViewsTest, AnActionIsOpenUntilItsEndIsReported) {
  const std::string ada = CustomerOf(0);
  ViewLog log;
  log.AddAction(1, ada);
  log.AddReceipt(1, ada, ReceiptStatus::kAccepted);
  const auto views = Open();
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().totals.OpenActions(), 1);
  log.AddReceipt(1, ada, ReceiptStatus::kUnknown);
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().totals.OpenActions(), 0);
}

TEST_F(ViewsTest, WhatAnExecutorCouldNotReadIsNotOpen) {
  const std::string ada = CustomerOf(0);
  ViewLog log;
  log.AddAction(1, ada);
  log.AddAction(2, ada);
  log.AddActionDeadLetter(1, ada);
  log.AddActionDeadLetter(1, ada);
  log.AddGarbage(ViewTopic::kActionDeadLetters);
  const auto views = Open();
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().totals.OpenActions(), 1);
  log.AddActionDeadLetter(2, ada);
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().totals.OpenActions(), 0);
  EXPECT_EQ(views->Snapshot().totals.unreadable, 0);
}

TEST_F(ViewsTest, StreamTimeIsThatOfTheSlowestPartition) {
  ViewLog log;
  log.AddTick(0, kTestTime + 5);
  log.AddTick(1, kTestTime + 3);
  log.AddTick(1, 17);  // No clock can have had that.
  const auto views = Open();
  EXPECT_EQ(views->Snapshot().StreamTime(), std::nullopt);
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Snapshot().StreamTime(), kTestTime + 3);
}

TEST_F(ViewsTest, LagIsWhatIsNotTaken) {
  ViewLog log;
  log.AddDecision({.number = 1, .customer = CustomerOf(0)});
  const auto views = Open();
  views->OnEnd({"decisions", 0}, 3);
  views->OnEnd({"decisions", 1}, 2);
  ASSERT_TRUE(Feed(*views, log.records()).ok());
  EXPECT_EQ(views->Lag().records(), 4);
  EXPECT_EQ(views->Lag().newest_time_ms(), kTestTime);
  // The end may stand above the last record: behind it are markers.
  ASSERT_TRUE(views->Take({{0, nullptr, 0, 3}, {0, nullptr, 1, 2}}).ok());
  EXPECT_EQ(views->Lag().records(), 0);
}

}  // namespace
}  // namespace evenkeel::testing
