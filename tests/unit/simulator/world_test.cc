#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "generate.h"
#include "sha256.h"
#include <gtest/gtest.h>
#include <unistd.h>

namespace simulator {
namespace {

/// A change of the parameters is a change of the world that all figures were measured in: state
/// its reason in the commit, then put the new digest here.
constexpr char kParametersDigest[] =
    "8d47e3d162695a96eb90bffeb7aff0378544f1de4d6f5667af565ea91c436d6c";

constexpr char kReactionParametersDigest[] =
    "67b58229fce0032be8c27637918548f0968ed15ddf412d1313dcc73ddbed2adb";

World TestWorld(std::uint64_t seed, int days) {
  World world;
  world.dice = Dice(seed);
  world.start = DayNumber({2026, 1, 5});
  world.days = days;
  return world;
}

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class GenerateTest : public testing::Test {
 protected:
  GenerateTest()
      : folder_(testing::TempDir() + "simulator-" + std::to_string(getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }
  ~GenerateTest() override { std::filesystem::remove_all(folder_); }

  std::string Bytes(const Order& order) {
    std::string manifest;
    Order at = order;
    at.out = folder_ + "/world.jsonl";
    EXPECT_EQ(Generate(at, &manifest), "");
    return Read(at.out) + Read(at.out + ".manifest.json");
  }

  std::string folder_;
};

TEST(ParametersTest, AreThoseThatAllFiguresWereMeasuredWith) {
  Sha256 digest;
  digest.Update(Read(EVENKEEL_SIMULATOR_PARAMETERS));
  EXPECT_EQ(digest.Hex(), kParametersDigest);
  Sha256 reactions;
  reactions.Update(Read(EVENKEEL_SIMULATOR_REACTIONS));
  EXPECT_EQ(reactions.Hex(), kReactionParametersDigest);
}

TEST_F(GenerateTest, GivesTheSameBytesForTheSameSeed) {
  const Order order{.seed = 11, .customers = 120, .days = 30};
  const std::string bytes = Bytes(order);
  EXPECT_GT(bytes.size(), 100'000U);
  EXPECT_EQ(Bytes(order), bytes);
  EXPECT_NE(Bytes({.seed = 12, .customers = 120, .days = 30}), bytes);
}

/// On every machine, with every compiler and every preset: figures that were published stay true.
TEST_F(GenerateTest, GivesTheSameBytesEverywhere) {
  std::string manifest;
  const Order order{.seed = 11, .customers = 120, .days = 30, .out = folder_ + "/world.jsonl"};
  ASSERT_EQ(Generate(order, &manifest), "");
  Sha256 digest;
  digest.Update(Read(order.out));
  EXPECT_EQ(digest.Hex(), "8c3a7ed48831fe5942abc6275a2d58decf5a8e3e160fbe8dd071ac440624ffdc");
}

TEST_F(GenerateTest, SaysWhatIsWrongWithAnOrder) {
  std::string manifest;
  EXPECT_EQ(Generate({.start = "2026-02-30", .out = folder_ + "/w"}, &manifest),
            "--start '2026-02-30' is not a date: want YYYY-MM-DD");
  EXPECT_EQ(Generate({.customers = 2, .days = 1, .out = folder_ + "/no/such/w"}, &manifest),
            "cannot write " + folder_ + "/no/such/w: No such file or directory");
}

/// Customer, number, kind, time, and facts of every event, as text.
std::vector<std::string> Described(const History& history, std::uint32_t below,
                                   std::int64_t before_ms) {
  std::vector<std::string> all;
  for (const Event& event : history.events) {
    if (event.customer >= below || event.happened_ms >= before_ms) continue;
    all.push_back(EventName(event.customer, event.number) + " " + std::string(event.kind) + " " +
                  std::to_string(event.happened_ms) + " " + event.fields.text());
  }
  return all;
}

TEST(HistoryTest, OfACustomerDoesNotDependOnHowManyThereAre) {
  const World world = TestWorld(3, 40);
  const auto few = Described(MakeHistory(world, 50), 50, INT64_MAX);
  EXPECT_GT(few.size(), 500U);
  EXPECT_EQ(Described(MakeHistory(world, 200), 50, INT64_MAX), few);
}

TEST(HistoryTest, OfTheFirstDaysDoesNotDependOnHowLongTheWorldLasts) {
  // Local midnight of the easternmost and the westernmost customers are 13.5 hours apart.
  const std::int64_t until = (DayNumber({2026, 1, 5}) + 30) * kDayMs - 6 * kHourMs;
  const auto brief = Described(MakeHistory(TestWorld(3, 30), 80), 80, until);
  EXPECT_GT(brief.size(), 500U);
  EXPECT_EQ(Described(MakeHistory(TestWorld(3, 60), 80), 80, until), brief);
}

TEST(HistoryTest, EndsWithTheSubscription) {
  const History history = MakeHistory(TestWorld(5, 90), 400);
  std::map<std::uint32_t, std::int64_t> ended;
  for (const Event& event : history.events) {
    if (event.kind == "subscription_ended") ended[event.customer] = event.happened_ms;
  }
  EXPECT_EQ(static_cast<std::int64_t>(ended.size()),
            history.statistics.cancelled + history.statistics.unpaid);
  EXPECT_GT(ended.size(), 10U);
  for (const Event& event : history.events) {
    const auto found = ended.find(event.customer);
    if (found == ended.end()) continue;
    EXPECT_LE(event.happened_ms, found->second);
  }
}

TEST(HistoryTest, NeverSaysWhatIsHidden) {
  for (const Event& event : MakeHistory(TestWorld(5, 20), 100).events) {
    for (const char* hidden : {"inertia", "sensitivity", "satisfaction", "friction", "adoption"}) {
      ASSERT_EQ(event.fields.text().find(hidden), std::string::npos) << event.fields.text();
    }
  }
}

TEST(DeliveryTest, RepeatsToTheLetterAndLater) {
  const World world = TestWorld(9, 30);
  const History history = MakeHistory(world, 300);
  const std::vector<Line> lines = Deliver(world, history.events);
  std::map<const Event*, std::string> firsts;
  int repeats = 0;
  for (const Line& line : lines) {
    if (line.kind == LineKind::kFirst) firsts[line.event] = Render(line);
    if (line.kind != LineKind::kRepeat) continue;
    ++repeats;
    EXPECT_EQ(Render(line), firsts.at(line.event)) << "the first must have come before";
  }
  EXPECT_EQ(firsts.size(), history.events.size());
  EXPECT_NEAR(repeats, 0.015 * static_cast<double>(firsts.size()),
              5 * std::sqrt(0.015 * static_cast<double>(firsts.size())));
}

TEST(DeliveryTest, ShufflesButLosesNothing) {
  const World world = TestWorld(9, 30);
  const History history = MakeHistory(world, 300);
  int out_of_order = 0;
  std::int64_t delivered = INT64_MIN;
  std::int64_t latest = INT64_MIN;
  std::set<const Event*> seen;
  for (const Line& line : Deliver(world, history.events)) {
    EXPECT_GE(line.delivered_ms, delivered);
    delivered = line.delivered_ms;
    if (line.kind != LineKind::kFirst) continue;
    EXPECT_TRUE(seen.insert(line.event).second);
    out_of_order += line.event->happened_ms < latest ? 1 : 0;
    latest = std::max(latest, line.event->happened_ms);
  }
  EXPECT_EQ(seen.size(), history.events.size());
  EXPECT_GT(out_of_order, static_cast<int>(seen.size()) / 100);
}

/// The figures that the model was made to give: consumer subscriptions lose 2 to 5 % of their
/// customers a month, about a quarter of them because a payment failed.
TEST(StatisticsTest, AreThoseOfAConsumerSubscription) {
  Statistics all;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    const Statistics one = MakeHistory(TestWorld(seed, 90), 3000).statistics;
    std::printf("seed %d: %s\n", static_cast<int>(seed), one.Json().c_str());
    EXPECT_GT(one.MonthlyChurn(), 0.02);
    EXPECT_LT(one.MonthlyChurn(), 0.05);
    all.customer_months += one.customer_months;
    all.cancelled += one.cancelled;
    all.unpaid += one.unpaid;
    all.expected_leaves += one.expected_leaves;
    all.first_attempts += one.first_attempts;
    all.first_failures += one.first_failures;
    all.tickets += one.tickets;
  }
  EXPECT_NEAR(all.MonthlyChurn(), 0.027, 0.004);
  EXPECT_NEAR(all.InvoluntaryShare(), 0.24, 0.06);
  EXPECT_NEAR(static_cast<double>(all.cancelled), all.expected_leaves,
              4 * std::sqrt(all.expected_leaves));
  EXPECT_NEAR(static_cast<double>(all.first_failures) / static_cast<double>(all.first_attempts),
              0.04, 0.005);
  EXPECT_NEAR(static_cast<double>(all.tickets) / all.customer_months, 0.66, 0.1);
}

}  // namespace
}  // namespace simulator
