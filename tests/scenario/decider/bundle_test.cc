// Bundles as deciders get them: from the topic, between slices, the last good one kept.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/codec/commit_record_codec.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class DeciderBundleTest : public ::testing::Test {
 protected:
  DeciderBundleTest() : world_(bench_, {}) {}

  TimeMs now() { return bench_.now().wall; }
  void WritePayment(const std::string& customer) {
    world_.Write({RecordOf(world_, PaymentFailed(customer, customer + "/1", now()))});
  }
  bool Is(const std::string& member, Partition row, TaskPhase phase) {
    const TaskStatus* task = world_.TaskOf(member, row);
    return task != nullptr && task->phase == phase;
  }
  Sha256Digest BundleOf(const std::string& customer) {
    const std::vector<StoredDecision> decisions = world_.DecisionsOn(customer);
    return decisions.size() == 1 ? decisions[0].decision.bundle_digest : Sha256Digest{};
  }

  /// The demo with another version.
  static BundleFiles Second() {
    BundleFiles files = DemoBundle();
    std::string& main = files.at("bundle.yaml");
    main.replace(main.find("version: \"1\""), 12, "version: \"2\"");
    return files;
  }

  SimBench bench_;
  ServiceWorld world_;
};

TEST_F(DeciderBundleTest, WithoutOneTasksSaySoAndStartWhenOneIsPublished) {
  world_.StartDecider();
  WritePayment("ada");
  ASSERT_TRUE(world_.Until([&] { return Is("d1", 0, TaskPhase::kStopped); }));
  EXPECT_THAT(world_.TaskOf("d1", 0)->status.message(),
              HasSubstr("no bundle is in force, so nothing can be decided; run: evenkeel bundle "
                        "publish <directory>"));
  world_.StepFor(seconds(5));
  EXPECT_THAT(world_.Decisions(), IsEmpty());
  world_.Publish(DemoBundle(), 1);
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_EQ(BundleOf("ada"), BundleDigest(DemoBundle()));
}

TEST_F(DeciderBundleTest, ABadOneIsRefusedByFileLineAndRemedyAndTheLastGoodOneIsKept) {
  world_.Publish(DemoBundle(), 1);
  world_.StartDecider();
  WritePayment("ada");
  ASSERT_TRUE(world_.UntilCaughtUp());
  BundleFiles bad = DemoBundle();
  bad.at("policy.yaml") += "no_such_key: 1\n";
  world_.Publish(bad, 2);
  ASSERT_TRUE(world_.Until([&] { return !world_.refusals.empty(); }));
  EXPECT_THAT(world_.refusals, ElementsAre(MatchesRegex(
                                   ".*demo@.*: policy.yaml:[0-9]+:1: unknown key 'no_such_key'; "
                                   "known: decision_points.*")));
  WritePayment("bob");
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_EQ(BundleOf("bob"), BundleDigest(DemoBundle()));
  // And a good one after it counts again.
  world_.Publish(Second(), 3);
  world_.StepFor(seconds(1));
  WritePayment("cyd");
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_EQ(BundleOf("cyd"), BundleDigest(Second()));
}

TEST_F(DeciderBundleTest, OneOfWhichPartsAreMissingIsToldOnceAndTheOneBeforeStays) {
  world_.Publish(DemoBundle(), 1);
  world_.StartDecider();
  std::vector<OwnedRecord> records;
  const BundleActivation activation{
      .revision = 2, .time = now(), .by = "a test", .key_id = {}, .sign = {}};
  for (auto& [key, value] : BundleRecords("demo", Second(), activation)) {
    records.push_back({.topic = world_.deployment.names().Bundles(), .key = key, .value = value});
  }
  ASSERT_GE(records.size(), 2U);  // Parts, and what names them last.
  world_.Write({records.back()});
  ASSERT_TRUE(world_.Until([&] { return !world_.awaited.empty(); }));
  WritePayment("ada");
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_EQ(BundleOf("ada"), BundleDigest(DemoBundle()));
  records.pop_back();
  world_.Write(records);
  world_.StepFor(seconds(1));
  WritePayment("bob");
  ASSERT_TRUE(world_.UntilCaughtUp());
  EXPECT_EQ(BundleOf("bob"), BundleDigest(Second()));
  EXPECT_THAT(world_.awaited, ElementsAre(2));
}

TEST_F(DeciderBundleTest, OneForAChannelWithoutATopicIsRefused) {
  world_.Publish(DemoBundle(), 1);
  world_.StartDecider();
  BundleFiles other = DemoBundle();
  for (auto& [name, text] : other) {
    for (std::size_t at = 0; (at = text.find("push", at)) != std::string::npos;) {
      text.replace(at, 4, "fax");
    }
  }
  world_.Publish(other, 2);
  ASSERT_TRUE(world_.Until([&] { return !world_.refusals.empty(); }));
  EXPECT_THAT(world_.refusals[0], HasSubstr("goes out on channel \"fax\""));
  EXPECT_THAT(world_.refusals[0], HasSubstr("add it to channels"));
}

TEST_F(DeciderBundleTest, ASecondOneIsAdoptedBetweenSlices) {
  world_.Publish(DemoBundle(), 1);
  world_.StartDecider();
  std::set<std::string> customers;
  for (int i = 0; i < 40; ++i) {
    const std::string customer = "customer-" + std::to_string(i);
    customers.insert(customer);
    WritePayment(customer);
    world_.StepFor(std::chrono::milliseconds(7));
    if (i == 20) world_.Publish(Second(), 2);
  }
  ASSERT_TRUE(world_.UntilCaughtUp());
  // In each row: first the one, then the other, never back.
  std::vector<std::vector<Sha256Digest>> used(2);
  for (const StoredDecision& each : world_.Decisions()) {
    customers.erase(*each.record.key);
    auto& of_row = used[static_cast<std::size_t>(each.record.partition)];
    if (of_row.empty() || of_row.back() != each.decision.bundle_digest) {
      of_row.push_back(each.decision.bundle_digest);
    }
  }
  EXPECT_THAT(customers, IsEmpty());
  const auto both = ElementsAre(BundleDigest(DemoBundle()), BundleDigest(Second()));
  EXPECT_THAT(used, ElementsAre(both, both));
  // And the slices say what they used.
  for (Partition row = 0; row < 2; ++row) {
    std::int64_t last = 0;
    for (const OwnedRecord& record : world_.Read(world_.deployment.names().Journal("decider"))) {
      if (record.partition != row) continue;
      const Result<CommitRecord> commit = DecodeCommitRecord(*record.value);
      ASSERT_TRUE(commit.ok());
      for (const SliceRecord& slice : commit->slices) {
        EXPECT_EQ(slice.globals.front().topic, world_.deployment.names().Bundles());
        EXPECT_GE(slice.globals.front().revision, last);
        last = slice.globals.front().revision;
      }
    }
    EXPECT_GT(last, 0);
  }
}

}  // namespace
}  // namespace evenkeel::testing
