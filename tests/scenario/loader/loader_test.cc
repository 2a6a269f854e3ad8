// A file of foreign events as signals: each line once, however often the loader dies.

#include "loader/loader_test.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

using ::testing::Each;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr int kLines = 60;

std::string SessionLine(int number) {
  return R"({"event":"session","event_id":"e)" + std::to_string(number) + R"(","customer":"C)" +
         std::to_string(number % 7) + R"(","at":"2024-03-05T09:00:00Z","source":"app",)" +
         R"("device":"ios","minutes":12,"features_used":3})";
}

/// Of whom nobody knows who it was.
std::string LineWithoutCustomer() {
  return R"({"event":"session","event_id":"nobody","at":"2024-03-05T09:00:00Z","source":"app",)"
         R"("device":"ios","minutes":12,"features_used":3})";
}

bool IsBad(int number) { return number == 11 || number == 37; }

std::string File() {
  std::string text;
  for (int i = 1; i <= kLines; ++i) {
    text += (IsBad(i) ? LineWithoutCustomer() : SessionLine(i)) + "\n";
  }
  return text;
}

/// What a transaction of the loader comes to.
enum class End { kCommitted, kDiesBefore, kDiesAfter };

/// Another log, between which and the loader somebody pulls the plug.
class DyingAccess final : public LogAccess {
 public:
  DyingAccess(LogAccess& inner, std::function<End(int)> end_of)
      : inner_(inner), end_of_(std::move(end_of)) {}

  Result<std::vector<TopicDescription>> DescribeTopics(
      const std::vector<std::string>& names) override {
    return inner_.DescribeTopics(names);
  }
  Result<std::int64_t> LoadPosition(const std::string& loader) override {
    return inner_.LoadPosition(loader);
  }
  Status Load(const std::string& loader, const std::vector<OwnedRecord>& records,
              std::int64_t position, std::optional<std::int64_t> expected) override {
    const End end = end_of_(++transactions_);
    if (end != End::kDiesBefore) {
      EVENKEEL_RETURN_IF_ERROR(inner_.Load(loader, records, position, expected));
    }
    if (end == End::kCommitted) return {};
    return {StatusCode::kUnknown, "the plug was pulled"};
  }
  Result<ReadPage> Read(const TopicPartition& where, Offset from, std::size_t max) override {
    return inner_.Read(where, from, max);
  }

 private:
  LogAccess& inner_;
  const std::function<End(int)> end_of_;
  int transactions_ = 0;
};

}  // namespace

LoaderTest::LoaderTest()
    : bench_(GetParam().make_bench({})),
      world_(*bench_, {}),
      zones_(TimeZoneDatabase::Open().value()) {
  Diagnostics diagnostics;
  bundle_ = Bundle::Compile(DemoBundle(), zones_, diagnostics);
  EVENKEEL_CHECK(bundle_ != nullptr);
}

Result<LoadFigures> LoaderTest::Load(LogAccess& access) {
  const std::string text = File();
  MemorySource bytes(text);
  SignalReader rows(*bundle_->FindSource("simulator"), bytes, "events.jsonl", ToHex(Sha256(text)));
  SignalLoader loader(world_.deployment, access,
                      {.batch_rows = 10, .tick_after = {}, .progress = {}});
  return loader.Load("events.jsonl", rows);
}

void LoaderTest::ExpectEveryLineOnce() {
  std::map<std::string, int> seen;
  for (const OwnedRecord& record : world_.Read(world_.signals())) {
    ++seen[HeaderOf(record, "ce_id")];
    EXPECT_EQ(record.partition, PartitionOf(*record.key, 2));
  }
  EXPECT_THAT(seen, SizeIs(kLines - 2));
  EXPECT_THAT(seen, Each(Pair(::testing::_, 1)));
  const std::vector<OwnedRecord> letters = world_.DeadLetters(world_.signals());
  std::map<std::string, int> lines;
  for (const OwnedRecord& letter : letters) {
    ++lines[HeaderOf(letter, "evenkeel.errors.line")];
    EXPECT_EQ(letter.value, LineWithoutCustomer());
    EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.reason"), "no_customer");
    EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.stage"), "load");
    EXPECT_NE(HeaderOf(letter, "evenkeel.errors.detail"), "");
  }
  EXPECT_THAT(lines, ::testing::ElementsAre(Pair("11", 1), Pair("37", 1)));
}

TEST_P(LoaderTest, ALineWithoutACustomerIsADeadLetterAndTheOthersAreSignals) {
  const Result<LoadFigures> figures = Load(world_.log());
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ(figures->rows, kLines);
  EXPECT_EQ(figures->signals, kLines - 2);
  EXPECT_EQ(figures->dead_letters, 2);
  ExpectEveryLineOnce();
}

TEST_P(LoaderTest, ADeadLetterIsInTheTransactionOfItsBatch) {
  // Lines 1 to 10 are in; then the plug is pulled on 11 to 20.
  DyingAccess access(world_.log(),
                     [](int n) { return n == 2 ? End::kDiesBefore : End::kCommitted; });
  EXPECT_FALSE(Load(access).ok());
  EXPECT_THAT(world_.Read(world_.signals()), SizeIs(10));
  EXPECT_THAT(world_.DeadLetters(world_.signals()), SizeIs(0));
  ASSERT_TRUE(Load(world_.log()).ok());
  ExpectEveryLineOnce();
}

TEST_P(LoaderTest, NothingIsLostOrDoubledWhenItDiesBeforeEveryTransaction) {
  for (int life = 0; life < 10; ++life) {
    DyingAccess access(world_.log(),
                       [](int n) { return n == 2 ? End::kDiesBefore : End::kCommitted; });
    const Result<LoadFigures> figures = Load(access);
    if (figures.ok()) break;
    ASSERT_LT(life, 9);
  }
  ExpectEveryLineOnce();
}

TEST_P(LoaderTest, NothingIsLostOrDoubledWhenNoAnswerEverComesBack) {
  DyingAccess access(world_.log(), [](int) { return End::kDiesAfter; });
  for (int life = 0; life < kLines / 10; ++life) EXPECT_FALSE(Load(access).ok());
  const Result<LoadFigures> figures = Load(access);  // Nothing is left to write.
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ(figures->resumed_from, kLines);
  EXPECT_EQ(figures->signals, kLines - 2);
  ExpectEveryLineOnce();
}

TEST_P(LoaderTest, AFileThatIsInAlreadyIsLeftAlone) {
  ASSERT_TRUE(Load(world_.log()).ok());
  ASSERT_TRUE(Load(world_.log()).ok());
  ExpectEveryLineOnce();
}

}  // namespace evenkeel::testing
