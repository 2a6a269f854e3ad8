#include "evenkeel/state/entry.h"

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(EntryTest, AStateValueNamesItsLayout) {
  std::string value;
  BeginStateValue(0x0102030405060708, value);
  value += "bytes";
  EXPECT_EQ(value, std::string("\1\1\2\3\4\5\6\7\x08") + "bytes");
  const Result<StateValue> parsed = ParseStateValue(value);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->layout, 0x0102030405060708U);
  EXPECT_EQ(parsed->bytes, "bytes");
}

TEST(EntryTest, AValueOfAnotherFormatIsRefused) {
  EXPECT_EQ(ParseStateValue("\2........").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseStateValue("\1....").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseStateValue("").status().code(), StatusCode::kDataLoss);
}

TEST(EntryTest, AGapOrderSurvivesItsBytes) {
  const GapOrder gap{.topic = "signals", .from = 300, .to = 1'000'000, .accepted_by = "ann"};
  const Result<GapOrder> decoded = DecodeGap(GapKey(gap), EncodeGap(gap));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, gap);
}

TEST(EntryTest, AGapOrderThatSkipsNothingOrIsCutIsRefused) {
  const GapOrder empty{.topic = "signals", .from = 300, .to = 300, .accepted_by = "ann"};
  EXPECT_FALSE(DecodeGap(GapKey(empty), EncodeGap(empty)).ok());
  const GapOrder gap{.topic = "signals", .from = 3, .to = 4, .accepted_by = "ann"};
  const std::string value = EncodeGap(gap);
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeGap(GapKey(gap), value.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace evenkeel
