// What an executor does not carry out, and says so.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/executor_rig.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExecutorRefusalTest : public ::testing::Test {
 protected:
  ExecutorRefusalTest() : world_(bench_, {}), rig_(world_) { rig_.Start(); }

  ApprovedAction Ada() { return rig_.ActionFor("ada", 1); }
  std::string email() { return world_.deployment.names().Actions("email"); }

  /// Writes `bad` and expects it to be dead-lettered as it is; and that the next one is done.
  void ExpectDeadLetter(const OwnedRecord& bad, const std::string& reason) {
    world_.Write({bad});
    ASSERT_TRUE(world_.UntilCaughtUp());
    const std::vector<OwnedRecord> letters = world_.DeadLetters(bad.topic);
    ASSERT_THAT(letters, SizeIs(1));
    EXPECT_EQ(HeaderOf(letters[0], "evenkeel.errors.reason"), reason);
    EXPECT_EQ(letters[0].key, bad.key);
    EXPECT_EQ(letters[0].value, bad.value);
    const std::size_t before = rig_.Receipts().size();
    rig_.Write(rig_.ActionFor(CustomerIn(bad.partition, 2, "next"), 99));
    EXPECT_THAT(rig_.ReceiptsOnceThereAre(before + 1), SizeIs(before + 1));
  }
  void ExpectRefused(const ApprovedAction& action, const std::string& reason) {
    rig_.Write(action);
    const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
    ASSERT_THAT(receipts, SizeIs(1));
    EXPECT_EQ(receipts[0].status, ReceiptStatus::kRefused);
    EXPECT_EQ(receipts[0].reason, reason);
    EXPECT_THAT(rig_.target.calls, IsEmpty());
  }

  SimBench bench_;
  ServiceWorld world_;
  ExecutorRig rig_;
};

TEST_F(ExecutorRefusalTest, TheSameActionAgainIsNothingNew) {
  const ApprovedAction action = Ada();
  rig_.Write(action);
  rig_.Write(action);
  ASSERT_TRUE(world_.UntilCaughtUp());
  rig_.Write(action);
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_THAT(rig_.ReceiptsOnceThereAre(1), SizeIs(1));
  EXPECT_THAT(rig_.target.calls, SizeIs(1));
  EXPECT_THAT(world_.DeadLetters(email()), IsEmpty());
}

TEST_F(ExecutorRefusalTest, ACopyInAnotherPartitionIsADeadLetter) {
  OwnedRecord copy = rig_.RecordFor(Ada());
  world_.Write({copy});
  ASSERT_TRUE(world_.UntilCaughtUp());
  copy.partition = 1 - copy.partition;
  ExpectDeadLetter(copy, "wrong_partition");
  EXPECT_THAT(rig_.target.calls, SizeIs(2));  // Ada's first, and the next.
}

TEST_F(ExecutorRefusalTest, AKnownIdWithOtherContentIsADeadLetter) {
  const ApprovedAction first = Ada();
  rig_.Write(first);
  ASSERT_TRUE(world_.UntilCaughtUp());
  ApprovedAction other = first;
  other.planned.template_name = "another";
  ExpectDeadLetter(rig_.RecordFor(other), "id_reused");
}

TEST_F(ExecutorRefusalTest, ABadSignatureIsADeadLetter) {
  world_.key = SigningKey::Create(world_.directory.path() + "/strangers.key").value();
  const OwnedRecord forged = rig_.RecordFor(Ada());
  world_.key = SigningKey::Load(world_.directory.path() + "/signing.key").value();
  ExpectDeadLetter(forged, "bad_signature");
}

TEST_F(ExecutorRefusalTest, BytesThatAreNoActionAreADeadLetter) {
  OwnedRecord record = rig_.RecordFor(Ada());
  record.value = "no action";
  ExpectDeadLetter(record, "undecodable");
}

TEST_F(ExecutorRefusalTest, AnActionUnderAnotherKeyIsADeadLetter) {
  OwnedRecord record = rig_.RecordFor(Ada());
  record.key = "bob";
  record.partition = PartitionOf("bob", 2);
  ExpectDeadLetter(record, "key_mismatch");
}

TEST_F(ExecutorRefusalTest, AnotherDeploymentIsRefused) {
  ApprovedAction action = Ada();
  action.deployment = "theirs.";
  ExpectRefused(action, "other_deployment");
}

TEST_F(ExecutorRefusalTest, AnotherEnvironmentIsRefused) {
  ApprovedAction action = Ada();
  action.environment = Environment::kProd;
  ExpectRefused(action, "other_environment");
}

TEST_F(ExecutorRefusalTest, ASimulatedWorldIsRefused) {
  ApprovedAction action = Ada();
  action.is_simulated = true;
  ExpectRefused(action, "other_clock");
}

TEST_F(ExecutorRefusalTest, AChannelWithoutAConnectorIsRefused) {
  ApprovedAction action = Ada();
  action.planned.channel = "push";
  ExpectRefused(action, "no_connector");
}

}  // namespace
}  // namespace evenkeel::testing
