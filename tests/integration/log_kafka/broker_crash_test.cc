#include <string>
#include <vector>

#include "support.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;

constexpr std::chrono::seconds kAdmin{20};
/// Longer than a broker needs to come back on a busy machine: past it, the coordinators end the
/// transaction and the membership, and fence their owner.
constexpr std::chrono::seconds kReturn{60};

std::vector<std::string> Values(LogDriver& driver, const std::string& topic) {
  std::vector<std::string> values;
  for (const SeenRecord& record : driver.ReadAll({topic, 0})) {
    values.push_back(record.value.value_or(""));
  }
  return values;
}

TransactionDone Transact(LogDriver& driver, const std::string& value, Offset next) {
  driver->Begin();
  EXPECT_EQ(driver.Produce({.topic = "lead", .key = "k", .value = value}),
            ProduceResult::kAccepted);
  return driver.Commit({{.input = 0, .row = 0, .next = next}});
}

TEST(BrokerCrashTest, AFreshClusterCommitsAtOnceAndACrashInATransactionLosesNothing) {
  OwnBroker broker("crash");
  const auto cluster = OpenAt(broker.bootstrap());
  ASSERT_TRUE(cluster->CreateTopic({.name = "in"}, kAdmin).ok());
  ASSERT_TRUE(cluster->CreateTopic({.name = "lead", .compacted = true}, kAdmin).ok());
  const auto member =
      OpenDriver(*cluster, {.transactional_id = "member",
                            .inputs = {"in"},
                            .membership = GroupMembership{.group = "group",
                                                          .instance_id = "m",
                                                          .lead_topic = "lead",
                                                          .session_timeout = kReturn},
                            .transaction_timeout = kReturn});
  ASSERT_TRUE(member->Init().ok());
  ASSERT_TRUE(member->OwnRows(1));
  // The topics of coordinators and offsets are being made: the first commit must not hang on them.
  ASSERT_EQ(Transact(*member, "first", 1).outcome, CommitOutcome::kAcknowledged);

  (*member)->Begin();
  ASSERT_EQ(member->Produce({.topic = "lead", .key = "k", .value = "second"}),
            ProduceResult::kAccepted);
  broker.Kill();
  const InputPosition position{.input = 0, .row = 0, .next = 2};
  const RequestId request = (*member)->Commit({&position, 1});
  const auto lost = member->Await<Connectivity>();
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->status.code(), StatusCode::kUnavailable);
  EXPECT_FALSE(member->Take<TransactionDone>().has_value());
  broker.Start();
  const auto done = member->Await<TransactionDone>(
      [&](const TransactionDone& d) { return d.request == request; });
  ASSERT_TRUE(done.has_value());
  const auto found = member->Await<Connectivity>();
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->status.ok());

  // Committed or aborted, but known, and the session goes on with a new epoch.
  std::vector<std::string> expected = {"first"};
  if (done->outcome == CommitOutcome::kAcknowledged)
    expected.emplace_back("second");
  else
    ASSERT_EQ(done->outcome, CommitOutcome::kAborted) << done->status.ToString();
  expected.emplace_back("third");
  ASSERT_EQ(Transact(*member, "third", 3).outcome, CommitOutcome::kAcknowledged);
  EXPECT_GE(KafkaStatsOf(**member)->producer_renewals, 1U);
  EXPECT_EQ(Values(*member, "lead"), expected);
  EXPECT_THAT(member->Committed(0).next, ElementsAre(3));
}

TEST(BrokerCrashTest, ASessionOpenedBeforeTheBrokerWaitsForIt) {
  OwnBroker broker("late");
  broker.Kill();
  const auto cluster = OpenAt(broker.bootstrap());
  const auto writer = OpenDriver(*cluster, {.transactional_id = "writer"});
  const RequestId request = (*writer)->Init();
  const auto lost = writer->Await<Connectivity>();
  ASSERT_TRUE(lost.has_value());
  EXPECT_FALSE(lost->status.ok());
  EXPECT_FALSE(writer->Take<InitDone>().has_value());
  broker.Start();
  const auto done = writer->Await<InitDone>();
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->request, request);
  EXPECT_TRUE(done->status.ok()) << done->status.ToString();
}

}  // namespace
}  // namespace evenkeel::testing
