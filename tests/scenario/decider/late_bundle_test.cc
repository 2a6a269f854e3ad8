// Two deciders, one of which learns of a bundle late.

#include <string>
#include <vector>

#include "decider/mishap_test.h"
#include <gmock/gmock.h>

#include "support/held_globals.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::IsEmpty;

/// The demo with another version.
BundleFiles Second() {
  BundleFiles files = DemoBundle();
  std::string& main = files.at("bundle.yaml");
  main.replace(main.find("version: \"1\""), 12, "version: \"2\"");
  return files;
}

// Whoever takes a row over does not go on with what was decided by a newer bundle until it has it.
TEST_P(MishapTest, ATaskWaitsForTheBundleThatItsLastOwnerUsed) {
  ServiceWorld& world = Open({}, {"d1", "d2"});
  world.Publish(DemoBundle(), 1);
  HeldGlobals late(bench_->cluster(), world.deployment.names().Bundles());
  world.StartDecider("d1");
  world.StartDecider("d2", &late);
  const auto runs_on = [&](Partition row) {
    return std::string(Is("d1", row, TaskPhase::kRunning)   ? "d1"
                       : Is("d2", row, TaskPhase::kRunning) ? "d2"
                                                            : "");
  };
  ASSERT_TRUE(world.Until(
      [&] { return !runs_on(0).empty() && !runs_on(1).empty() && runs_on(0) != runs_on(1); }));
  const Partition row = runs_on(0) == "d1" ? 0 : 1;
  late.is_holding = true;
  world.Publish(Second(), 2);
  // Until the one that is not late decides by it.
  int count = 0;
  ASSERT_TRUE(world.Until([&] {
    const std::string ada = CustomerIn(row, 2, "ada-" + std::to_string(count++));
    WritePayment(ada, "1");
    EXPECT_TRUE(world.UntilCaughtUp());
    return BundleOf(ada) == BundleDigest(Second());
  }));

  std::string heir = "d2";
  world.Crash("d1");
  if (!GetParam().do_rows_move) {
    GTEST_LOG_(INFO) << "rows of the local log stay where they are: d1 starts again, with the "
                        "globals as d2 sees them";
    heir = "d1";
    world.StartDecider(heir, &late);
  }
  const std::string bob = CustomerIn(row, 2, "bob");
  WritePayment(bob, "1");
  ASSERT_TRUE(AwaitPhase(heir, row, TaskPhase::kWaitingForGlobals));
  world.StepFor(bench_->patience());
  EXPECT_TRUE(Is(heir, row, TaskPhase::kWaitingForGlobals));
  EXPECT_THAT(world.DecisionsOn(bob), IsEmpty());
  late.is_holding = false;
  ASSERT_TRUE(world.UntilCaughtUp());
  EXPECT_EQ(BundleOf(bob), BundleDigest(Second()));
}

}  // namespace

Sha256Digest MishapTest::BundleOf(const std::string& customer) {
  const std::vector<StoredDecision> decisions = world_->DecisionsOn(customer);
  return decisions.size() == 1 ? decisions[0].decision.bundle_digest : Sha256Digest{};
}

}  // namespace evenkeel::testing
