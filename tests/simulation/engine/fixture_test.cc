// A changelog as version 1 wrote it, which every later build must read: states, layouts, timers and
// the commit record. To write a fixture for a new version (never to change an old one), run this
// program with EVENKEEL_WRITE_FIXTURE set to its file.

#include <cstdlib>
#include <fstream>

#include "engine_fixture.h"
#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel::testing {
namespace {

LedgerPlan OneRow() {
  LedgerPlan plan;
  plan.rows = 1;
  return plan;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Fixture {
  std::string digest;          ///< Of the states.
  std::uint64_t sequence = 0;  ///< Of the last transaction.
  std::uint64_t timers = 0;    ///< That are set.
  Offset next = 0;             ///< Of the commands.
  std::vector<LedgerLog::Line> changelog;
};

// Lines: "digest HEX", "sequence N", "timers N", "next N", then "put KEY VALUE" or "delete KEY".
Fixture ReadFixture(const std::string& file) {
  Fixture fixture;
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    std::string key;
    std::string value;
    if (word == "digest") in >> fixture.digest;
    if (word == "sequence") in >> fixture.sequence;
    if (word == "timers") in >> fixture.timers;
    if (word == "next") in >> fixture.next;
    if (word == "put") {
      in >> key >> value;
      fixture.changelog.push_back({"changelog", 0, FromHex(key), FromHex(value), std::nullopt});
    }
    if (word == "delete") {
      in >> key;
      fixture.changelog.push_back({"changelog", 0, FromHex(key), std::nullopt, std::nullopt});
    }
  }
  return fixture;
}

void WriteFixture(const std::string& file) {
  EngineWorld world(OneRow());
  ASSERT_TRUE(world.log.Write(MakeCommands({.seed = 3, .count = 60, .sends = false}, 1)).ok());
  world.Command(0, "ada", "remind 60000");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.StepFor(seconds(10));
  const LedgerOracle oracle = world.Check().at(0);
  std::ofstream out(file);
  const TaskStatus task = *world.TaskOf("w1", 0);
  out << "digest " << oracle.StateDigest() << "\nsequence " << task.sequence << "\ntimers 1\nnext "
      << task.inputs[0].committed << "\n";
  const Result<std::vector<StoredLine>> changelog = world.log.Read({"ledger.changelog", 0});
  for (const StoredLine& line : *changelog) {
    if (line.value) {
      out << "put " << ToHex(*line.key) << " " << ToHex(*line.value) << "\n";
    } else {
      out << "delete " << ToHex(*line.key) << "\n";
    }
  }
}

TEST(ChangelogFixtureTest, VersionOneIsReadAsItWasWritten) {
  if (const char* file = std::getenv("EVENKEEL_WRITE_FIXTURE")) return WriteFixture(file);
  const Fixture fixture = ReadFixture(EVENKEEL_FIXTURES "/changelog/v1/ledger.txt");
  ASSERT_GT(fixture.changelog.size(), 20U);
  EngineWorld world(OneRow());
  ASSERT_TRUE(world.log.Write(fixture.changelog).ok());
  // The inputs that the commit record speaks of.
  const std::vector<LedgerLog::Line> quiet(static_cast<std::size_t>(fixture.next),
                                           {"commands", 0, "x", "tick", std::nullopt});
  for (const std::string topic : {"commands", "transfers", "receipts"}) {
    std::vector<LedgerLog::Line> lines = quiet;
    for (LedgerLog::Line& line : lines) line.topic = topic;
    ASSERT_TRUE(world.log.Write(lines).ok());
  }
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_GE(world.TaskOf("w1", 0)->sequence, fixture.sequence);
  EXPECT_GT(world.member("w1").worker->status().counters.restored_records, 20U);
  world.member("w1").worker->RequestStop();
  ASSERT_TRUE(world.Until([&] { return world.member("w1").worker->stopped(); }));
  const auto store = TaskStore::Open(world.stores, world.StoreOf("w1") + "/task-0");
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(ToHex(*(*store)->StateDigest()), fixture.digest);
  std::uint64_t timers = 0;
  ASSERT_TRUE((*store)
                  ->ForEachTimer({.due = TimeMs::Min()},
                                 [&](const TimerPosition&) {
                                   ++timers;
                                   return true;
                                 })
                  .ok());
  EXPECT_EQ(timers, fixture.timers);
}

}  // namespace
}  // namespace evenkeel::testing
