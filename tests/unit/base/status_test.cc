#include <memory>

#include <gtest/gtest.h>

#include "evenkeel/base/result.h"

namespace evenkeel {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgument("odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  EVENKEEL_ASSIGN_OR_RETURN(const int half, Half(value));
  return Half(half);
}

TEST(StatusTest, NamesItsCodeAndKeepsItThroughContext) {
  const Status status = NotFound("topic x").WithContext("start");
  EXPECT_EQ(status.ToString(), "NOT_FOUND: start: topic x");
  EXPECT_TRUE(Status().WithContext("start").ok());
}

TEST(StatusTest, OnlyPassingTroubleIsRetryable) {
  EXPECT_TRUE(Unavailable("broker down").retryable());
  EXPECT_FALSE(InvalidArgument("bad").retryable());
}

TEST(ResultTest, CarriesAValueOrAnError) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).status().code(), StatusCode::kInvalidArgument);
}

TEST(ResultTest, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  EXPECT_EQ(*std::move(result).value(), 7);
}

TEST(ResultDeathTest, TakingAValueThatIsNotThereIsABug) {
  const Result<int> result = NotFound("x");
  EXPECT_DEATH((void)result.value(), "check failed");
}

}  // namespace
}  // namespace evenkeel
