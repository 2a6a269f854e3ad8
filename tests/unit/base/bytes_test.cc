#include "evenkeel/base/bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(BytesTest, ReadsWhatItWrote) {
  std::string bytes;
  ByteWriter out(bytes);
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::numeric_limits<std::uint64_t>::max()}) {
    out.Varint(value);
  }
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    out.Signed(value);
  }
  out.Bytes("abc");
  out.Bytes("");
  ByteReader in(bytes);
  EXPECT_EQ(in.Varint(), 0U);
  EXPECT_EQ(in.Varint(), 127U);
  EXPECT_EQ(in.Varint(), 128U);
  EXPECT_EQ(in.Varint(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(in.Signed(), 0);
  EXPECT_EQ(in.Signed(), -1);
  EXPECT_EQ(in.Signed(), 63);
  EXPECT_EQ(in.Signed(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(in.Signed(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(in.Bytes(), "abc");
  EXPECT_EQ(in.Bytes(), "");
  EXPECT_TRUE(in.done());
}

TEST(BytesTest, SaysThatSomethingIsMissing) {
  std::string bytes;
  ByteWriter(bytes).Bytes("abc");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteReader in(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(in.Bytes(), "");
    EXPECT_FALSE(in.ok());
  }
}

TEST(BytesTest, RefusesANumberOfMoreThan64Bits) {
  ByteReader in("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  EXPECT_EQ(in.Varint(), 0U);
  EXPECT_FALSE(in.ok());
}

TEST(BytesTest, IsNotDoneWhileSomethingIsLeft) {
  ByteReader in("\x01\x02");
  EXPECT_EQ(in.Varint(), 1U);
  EXPECT_TRUE(in.ok());
  EXPECT_FALSE(in.done());
}

}  // namespace
}  // namespace evenkeel
