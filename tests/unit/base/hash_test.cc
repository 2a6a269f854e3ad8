#include "evenkeel/base/hash.h"

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(HashTest, Sha256AgreesWithFips180) {
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HashTest, StreamedPartsHashAsTheWhole) {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("bc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

TEST(HashTest, FieldsWithOtherBordersHashApart) {
  Sha256Stream one;
  one.UpdateField("ab");
  one.UpdateField("c");
  Sha256Stream other;
  other.UpdateField("a");
  other.UpdateField("bc");
  EXPECT_NE(one.Finish(), other.Finish());
}

// The vectors of Apache Kafka's own UtilsTest.testMurmur2.
TEST(HashTest, Murmur2AgreesWithTheJavaClient) {
  EXPECT_EQ(Murmur2("21"), -973932308);
  EXPECT_EQ(Murmur2("foobar"), -790332482);
  EXPECT_EQ(Murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(Murmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(Murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(Murmur2("abc"), 479470107);
}

TEST(HashTest, PartitionIsNeverNegative) {
  for (const char* key : {"21", "foobar", "abc", ""}) {
    EXPECT_GE(PartitionOf(key, 7), 0);
    EXPECT_LT(PartitionOf(key, 7), 7);
  }
}

TEST(HashTest, SipHashDependsOnItsKey) {
  const std::array<std::uint8_t, 16> one{1};
  const std::array<std::uint8_t, 16> other{2};
  EXPECT_NE(SipHash64(one, "x"), SipHash64(other, "x"));
  EXPECT_EQ(SipHash64(one, "x"), SipHash64(one, "x"));
}

}  // namespace
}  // namespace evenkeel
