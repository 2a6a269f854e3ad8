#include "chunk.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

Chunk SomeChunk() {
  ChunkBuilder builder;
  const std::vector<RecordHeader> headers = {
      {"a", "1"}, {"", ""}, {"a", std::string_view("\0", 1)}};
  builder.Add(0, TimeMs{5000}, "key", "value", headers);
  builder.Add(1, TimeMs{-4000}, std::nullopt, "", {});
  builder.Add(7, TimeMs{9000}, "", std::nullopt, {});
  return builder.Finish(TimeMs{77});
}

TEST(ChunkTest, GivesBackWhatWasAdded) {
  const Chunk chunk = SomeChunk();
  EXPECT_EQ(chunk.first, 0);
  EXPECT_EQ(chunk.last, 7);
  const auto decoded = DecodedChunk::Decode(107, chunk.value);
  ASSERT_TRUE(decoded.ok());
  const RecordStorage keep = decoded.value()->Adopt();
  const auto& records = decoded.value()->records();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].offset, 100);
  EXPECT_EQ(records[0].timestamp.value, 5000);
  EXPECT_EQ(records[0].key, "key");
  EXPECT_EQ(records[0].value, "value");
  ASSERT_EQ(decoded.value()->HeadersOf(records[0]).size(), 3U);
  EXPECT_EQ(decoded.value()->HeadersOf(records[0])[2].value.size(), 1U);
  EXPECT_EQ(records[1].timestamp.value, -4000);
  EXPECT_EQ(records[1].key, std::nullopt);
  EXPECT_EQ(records[1].value, "");
  EXPECT_EQ(records[2].offset, 107);
  EXPECT_EQ(records[2].key, "");
  EXPECT_EQ(records[2].value, std::nullopt);
  EXPECT_EQ(decoded.value()->appended_at().value, 77);
}

TEST(ChunkTest, TakesAnyTimestamp) {
  ChunkBuilder builder;
  builder.Add(0, TimeMs::Max(), "k", "v", {});
  builder.Add(1, TimeMs::Min(), "k", "v", {});
  const auto decoded = DecodedChunk::Decode(1, builder.Finish(TimeMs{0}).value);
  ASSERT_TRUE(decoded.ok());
  const RecordStorage keep = decoded.value()->Adopt();
  EXPECT_EQ(decoded.value()->records()[0].timestamp, TimeMs::Max());
  EXPECT_EQ(decoded.value()->records()[1].timestamp, TimeMs::Min());
}

TEST(ChunkTest, SummaryHoldsTheLatestTimestamp) {
  const Chunk chunk = SomeChunk();
  const auto summary = SummaryOf(chunk.value);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->max_timestamp.value, 9000);
  EXPECT_EQ(summary->count, 3U);
}

TEST(ChunkTest, ARecordOutlivesItsChunksReader) {
  RecordStorage storage{nullptr, [](const void*) {}};
  std::string_view value;
  {
    const auto decoded = DecodedChunk::Decode(7, SomeChunk().value);
    ASSERT_TRUE(decoded.ok());
    const RecordStorage keep = decoded.value()->Adopt();
    storage = decoded.value()->Share();
    value = *decoded.value()->records()[0].value;
  }
  EXPECT_EQ(value, "value");
}

// Goal: damage is an error, never a crash or a read beyond the end. (Checksums are the store's.)
TEST(ChunkPropertyTest, DamagedBytesNeverCrash) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const std::string good = SomeChunk().value;
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = good.substr(0, 1 + rng() % good.size());
    for (int flips = static_cast<int>(rng() % 4); flips > 0; --flips) {
      bytes[rng() % bytes.size()] = static_cast<char>(rng());
    }
    auto decoded = DecodedChunk::Decode(7, bytes);
    if (decoded.ok()) {
      const RecordStorage keep = decoded.value()->Adopt();
    } else {
      ++refused;
      EXPECT_EQ(decoded.status().code(), StatusCode::kDataLoss);
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace evenkeel
