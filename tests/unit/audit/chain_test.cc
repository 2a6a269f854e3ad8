#include "evenkeel/audit/chain.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

ChainHead Over(const std::vector<std::string>& payloads) {
  ChainHead position;
  for (const std::string& payload : payloads) position = ExtendChain(position, payload);
  return position;
}

TEST(ChainTest, CountsItsLinks) {
  EXPECT_EQ(Over({}).sequence, 0U);
  EXPECT_EQ(Over({"a", "b", "c"}).sequence, 3U);
}

TEST(ChainTest, ShowsEveryChangeOfThePast) {
  const ChainHead chain = Over({"a", "b", "c"});
  EXPECT_EQ(chain, Over({"a", "b", "c"}));
  for (const auto& other : std::vector<std::vector<std::string>>{
           {"a", "x", "c"}, {"b", "a", "c"}, {"a", "c"}, {"a", "b", "b", "c"}, {"ab", "", "c"}}) {
    EXPECT_NE(chain.head, Over(other).head);
  }
}

// The format is stored: a change of this value makes every stored chain unverifiable.
TEST(ChainTest, HasAFixedFormat) {
  EXPECT_EQ(ToHex(Over({"a"}).head),
            "d070455fa8caf17966b533976a6a436082ee52950bdb751a7ed430df4b6c85f3");
}

}  // namespace
}  // namespace evenkeel
