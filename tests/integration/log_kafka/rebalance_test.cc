#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "copier.h"
#include "support.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

constexpr Partition kRows = 6;
constexpr std::chrono::seconds kAdmin{20};

/// Members come and go without a word while records flow; every record is copied once.
class RebalanceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_ = OpenAt(SharedBootstrap());
    for (const char* topic : {"in", "out", "lead"}) {
      const Status made =
          cluster_->CreateTopic({.name = prefix_ + topic, .partitions = kRows}, kAdmin);
      ASSERT_TRUE(made.ok()) << made.ToString();
    }
    writer_ = OpenDriver(*cluster_, {.transactional_id = prefix_ + "writer"});
    ASSERT_TRUE(writer_->Init().ok());
  }

  std::unique_ptr<Copier> Join(const std::string& id, std::uint32_t seed) {
    return std::make_unique<Copier>(*cluster_,
                                    Copier::Plan{.instance_id = id,
                                                 .transactional_id = prefix_ + id,
                                                 .group = prefix_ + "group",
                                                 .input = prefix_ + "in",
                                                 .output = prefix_ + "out",
                                                 .lead_topic = prefix_ + "lead",
                                                 .session_timeout = std::chrono::seconds(1),
                                                 .abort_one_in = 7},
                                    seed);
  }

  void WriteSome(std::size_t count) {
    const std::string topic = prefix_ + "in";
    (*writer_)->Begin();
    for (std::size_t i = 0; i < count; ++i) {
      const auto partition = static_cast<Partition>(written_ % kRows);
      const std::string value = std::to_string(written_++);
      ASSERT_EQ(writer_->Produce({.topic = topic, .partition = partition, .value = value}),
                ProduceResult::kAccepted);
    }
    ASSERT_EQ(writer_->Commit().outcome, CommitOutcome::kAcknowledged);
  }

  static bool Until(const std::vector<Copier*>& copiers, const std::function<bool()>& is_done) {
    const auto end = std::chrono::steady_clock::now() + LogDriver::kPatience;
    while (!is_done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      for (Copier* copier : copiers) copier->Step();
      copiers.front()->session().Wait(std::chrono::milliseconds(1));
    }
    return true;
  }

  std::vector<std::string> Values(const std::string& topic, Partition partition) {
    std::vector<std::string> values;
    for (const SeenRecord& record : writer_->ReadAll({prefix_ + topic, partition})) {
      values.push_back(record.value.value_or(""));
    }
    return values;
  }

  std::size_t Count(const std::string& topic) {
    std::size_t count = 0;
    for (Partition row = 0; row < kRows; ++row) count += Values(topic, row).size();
    return count;
  }

  const std::string prefix_ = NewPrefix();
  std::unique_ptr<LogCluster> cluster_;
  std::unique_ptr<LogDriver> writer_;
  std::size_t written_ = 0;
};

TEST_F(RebalanceTest, NothingIsLostOrDoubledWhileRowsPassToAndFro) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const char* asked = std::getenv("EVENKEEL_REBALANCE_ROUNDS");
  const int rounds = asked == nullptr ? 10 : std::atoi(asked);
  const auto stays = Join("stays", seed);
  ASSERT_TRUE(Until({stays.get()}, [&] { return stays->rows() == kRows; }));
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    WriteSome(300 + rng() % 600);
    auto comes = Join("comes", static_cast<std::uint32_t>(rng()));
    ASSERT_TRUE(Until({stays.get(), comes.get()},
                      [&] { return stays->rows() == kRows / 2 && comes->rows() == kRows / 2; }));
    WriteSome(300 + rng() % 600);
    for (auto steps = rng() % 60; steps > 0; --steps) {
      stays->Step();
      comes->Step();
    }
    ASSERT_FALSE(stays->is_dead() || comes->is_dead());
    comes.reset();  // As a crash, in the middle of whatever it did.
    ASSERT_TRUE(Until({stays.get()}, [&] { return stays->rows() == kRows; }));
  }
  std::size_t copied = 0;
  EXPECT_TRUE(Until({stays.get()},
                    [&, steps = 0]() mutable {
                      if (++steps % 256 == 0)
                        copied = Count("out");  // It takes its time, and the group waits.
                      return copied >= written_;
                    }))
      << "stuck: rows " << stays->rows() << (stays->is_dead() ? ", dead" : "");
  EXPECT_EQ(copied, written_);
  for (Partition row = 0; row < kRows; ++row) EXPECT_EQ(Values("out", row), Values("in", row));
  EXPECT_GT(stays->aborts(), 0);
  const KafkaSessionStats stats = *KafkaStatsOf(stays->session());
  EXPECT_GE(stats.producer_renewals, stats.aborts > 0 ? 1U : 0U);
  std::printf("%d rounds, %zu records, %d aborts, below %lu, not started %lu, confirmed %lu\n",
              rounds, written_, stays->aborts(), stats.dropped_below, stats.dropped_not_started,
              stats.restarts_to_confirm);
}

}  // namespace
}  // namespace evenkeel::testing
