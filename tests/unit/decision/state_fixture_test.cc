// What version 1 of layout and state bytes looks like: every later build must read it, and this
// build must write it. A change here needs a new version number, and this fixture kept.

#include "decision_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::MakeDefinition;
using testing::MakeSignal;
using testing::World;

constexpr std::string_view kLayoutHex =
    "0102f0b8ebc0cde4d5b07901000080f0b252400f6661696c65645f7061796d656e747382ba81fe9ffcc59d9701"
    "0100000000057573616765";
constexpr std::string_view kStateHex =
    "01b0ebe3a0aad6acfdd901019ab4020202000380d08fa59863dab2f89943d148e0858e3601df019c76e8a42e77"
    "2c47e28880f0b2526ed83fee0407c0f08addb8a2ee24b7953a010a208404673580f0b2524cdd57ac45510113b0"
    "b34e5c6aa280942c1d10d3c5c6fc4d420355544380d08fa5986388c59fe2f2ce8bd2e8010205656d61696c0470"
    "75736880d08fa5986388c59fe2f2ce8bd2e80103096d61726b6574696e6705656d61696c0180d08fa598630009"
    "6d61726b6574696e6704707573680180d08fa5986300096d61726b6574696e6703736d730180d08fa598630002"
    "05736561747380d08fa5986388c59fe2f2ce8bd2e80101010a047469657280d08fa5986388c59fe2f2ce8bd2e8"
    "01010304676f6c6401d94f28bfd7ecf70e5f5493479478506b056e7564676505656d61696c096d61726b657469"
    "6e67010380b0f5c9996380e8dd0d80f0b25201077061796d656e7482b0f5c999630000030000";

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

/// A customer with a bit of everything.
CustomerState Story(World& world) {
  Signal profile = MakeSignal("profile.update", At(0), {}, "ada", "fixture-1");
  profile.family = SignalFamily::kProfile;
  ProfileUpdate update = testing::Consents(At(0));
  update.time_zone = "UTC";
  update.preferences.channels = {"email", "push"};
  update.attributes = {{"seats", std::int64_t{5}}, {"tier", std::string("gold")}};
  world.Feed(profile, At(0), update);
  world.Feed(MakeSignal("usage.session", At(1), {}, "ada", "fixture-2"), At(1));
  world.Feed(MakeSignal("billing.payment_attempt", At(2), {{"status", std::string("failed")}},
                        "ada", "fixture-3"),
             At(2));
  world.wave.Close();
  return world.StateOf();
}

TEST(StateFixtureTest, VersionOneIsStillWritten) {
  World world(MakeDefinition());
  std::string bytes;
  Story(world).EncodeTo(world.core->layout(), bytes);
  EXPECT_EQ(ToHex(EncodeLayout(world.core->layout())), kLayoutHex);
  EXPECT_EQ(ToHex(bytes), kStateHex);
}

TEST(StateFixtureTest, VersionOneIsStillRead) {
  const Result<Layout> layout = DecodeLayout(FromHex(kLayoutHex));
  ASSERT_TRUE(layout.ok());
  LayoutSet layouts;
  layouts.Add(*layout);
  const Result<CustomerState> state = CustomerState::Decode(FromHex(kStateHex), layouts);
  ASSERT_TRUE(state.ok());
  World world(MakeDefinition());
  EXPECT_EQ(*state, Story(world));
  EXPECT_EQ(state->counts.applied, 3U);
  EXPECT_EQ(state->ledger.entries().size(), 1U);
}

}  // namespace
}  // namespace evenkeel
