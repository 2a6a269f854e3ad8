#include "executor/executor_state.h"

#include <vector>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

std::string Encoded(const ExecutorState& state) {
  std::string bytes;
  state.EncodeTo(bytes);
  return bytes;
}

Claim SomeClaim(ClaimPhase phase, std::int64_t due) {
  return {
      .digest = Sha256("payload"),
      .phase = phase,
      .channel = "email",
      .attempts = 2,
      .first_called = TimeMs{3},
      .due = TimeMs{due},
      .payload = phase == ClaimPhase::kEnded ? "" : "payload",
      .ended = phase == ClaimPhase::kEnded ? std::optional(ReceiptStatus::kDone) : std::nullopt};
}

TEST(ExecutorStateTest, ReadsWhatItWrote) {
  ExecutorState state;
  state.claims["a"] = SomeClaim(ClaimPhase::kPlanned, 5);
  state.claims["b"] = SomeClaim(ClaimPhase::kCalling, -1);
  state.claims["c"] = SomeClaim(ClaimPhase::kEnded, 9);
  const auto again = ExecutorState::Decode(Encoded(state));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ((*again)->claims, state.claims);
}

TEST(ExecutorStateTest, HasATimerForAllButCallsUnderWay) {
  ExecutorState state;
  state.claims["a"] = SomeClaim(ClaimPhase::kPlanned, 5);
  state.claims["b"] = SomeClaim(ClaimPhase::kCalling, 6);
  state.claims["c"] = SomeClaim(ClaimPhase::kEnded, 9);
  std::vector<std::string> names;
  state.ForEachTimer([&](TimeMs, const std::string& name) { names.push_back(name); });
  EXPECT_EQ(names, (std::vector<std::string>{"a", "c"}));
}

TEST(ExecutorStateTest, SaysThatBytesAreDamaged) {
  ExecutorState state;
  state.claims["a"] = SomeClaim(ClaimPhase::kPlanned, 5);
  const std::string bytes = Encoded(state);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ExecutorState::Decode(bytes.substr(0, length)).status().code(),
              StatusCode::kDataLoss);
  }
  EXPECT_FALSE(ExecutorState::Decode(bytes + "x").ok());
}

}  // namespace
}  // namespace evenkeel
