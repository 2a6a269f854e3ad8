// What the versions of layout and state bytes look like: every later build must read them, and this
// build must write them. A change here needs a new version number, and these fixtures kept.

#include "approval_builders.h"
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

TEST(StateFixtureTest, TheLayoutIsStillWritten) {
  EXPECT_EQ(ToHex(EncodeLayout(World(MakeDefinition()).core->layout())), kLayoutHex);
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

constexpr std::string_view kAskedStateHex =
    "02b0ebe3a0aad6acfdd9010296b40202280200000280dea6d6a5634cdd57ac45510113b0b34e5c6aa2809424bb"
    "d9d25e5dd5be80f4ee063ced30406e2fff05f977c28a422a6cac5fa2b95fedd1e8fd0003096d61726b6574696e"
    "6705656d61696c0180d08fa5986300096d61726b6574696e6704707573680180d08fa5986300096d61726b6574"
    "696e6703736d730180d08fa59863000002e37959ee4a3a98685a5e52e6816d4fb60663726564697405656d6169"
    "6c096d61726b6574696e6703038094bac7986380d8906080f0b252d94f28bfd7ecf70e5f5493479478506b0663"
    "726564697405656d61696c096d61726b6574696e67010380d0f782a66380e8dd0d80f0b25201077061796d656e"
    "7482dea6d6a56300000500008092f4018092f40101d94f28bfd7ecf70e5f5493479478506bb8973e255b54c432"
    "ba2624f61e121e09036164610663726564697409726574656e74696f6e0b726574656e74696f6e2f31046d6169"
    "6c02743105656d61696c096d61726b6574696e6701010180dea6d6a56380b6b7b6a66380897a040095b3b09f52"
    "44fab9ccb516540f5f73f407296279746573206f66206439346632386266643765636637306535663534393334"
    "3739343738353036620270318092f4010645555202056d6f6e65790e617373756d65645f75706c696674086170"
    "70726f76657280dea6d6a56380ced9a8a663fed8c801010009666978747572652d3403616e6e80d295dda56382"
    "d0f782a663077061796d656e740109666978747572652d340103616e6e08617070726f7665720080d295dda563"
    "82d0f782a66301d9c0a24796e256cefa2ecba5e9809837050663726564697480cef1ca9863";

/// A customer with an action that is held, and one that a person rejected.
CustomerState AskedStory() {
  testing::AskingWorld world;
  const auto answer = [&world](VerdictKind kind, const std::string& id, TimeMs now) {
    Verdict verdict = testing::AskingWorld::Yes(*world.Last().request);
    verdict.kind = kind;
    verdict.verdict_id = id;
    world.Answer(verdict, now);
  };
  Signal profile = MakeSignal("profile.update", At(0), {}, "ada", "fixture-0");
  profile.family = SignalFamily::kProfile;
  world.Feed(profile, At(0), testing::Consents(At(0)));
  const auto fail = [&world](TimeMs now, const std::string& id) {
    world.Feed(
        MakeSignal("billing.payment_attempt", now, {{"status", std::string("failed")}}, "ada", id),
        now);
    world.wave.Close();
  };
  fail(At(0, 10), "fixture-1");
  answer(VerdictKind::kRejected, "fixture-2", At(0, 11));
  fail(At(20, 19), "fixture-3");
  answer(VerdictKind::kApproved, "fixture-4", At(20, 21));
  return world.StateOf();
}

Result<CustomerState> DecodeAsked(std::string_view bytes) {
  LayoutSet layouts;
  layouts.Add(testing::AskingWorld().core->layout());
  return CustomerState::Decode(bytes, layouts);
}

TEST(StateFixtureTest, VersionTwoIsStillRead) {
  const Result<CustomerState> state = DecodeAsked(FromHex(kAskedStateHex));
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(*state, AskedStory());
  EXPECT_EQ(state->approvals.open().size(), 1U);
  EXPECT_EQ(state->approvals.open()[0].request.state, ApprovalState::kHeld);
}

TEST(StateFixtureTest, VersionThreeIsVersionTwoWithAScore) {
  std::string bytes = FromHex(kAskedStateHex);
  bytes.front() = 3;
  ByteWriter(bytes).Signed(250'000'000);
  const Result<CustomerState> state = DecodeAsked(bytes);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  CustomerState story = AskedStory();
  story.reported_churn_ppb = 250'000'000;
  EXPECT_EQ(*state, story);
}

constexpr std::string_view kVersionFourHex =
    "04b0ebe3a0aad6acfdd9010296b40202280200000280dea6d6a5634cdd57ac455101135e5dd5be80f4ee063ced"
    "30406e2fff05edd1e8fd0003096d61726b6574696e6705656d61696c0180d08fa5986300096d61726b6574696e"
    "6704707573680180d08fa5986300096d61726b6574696e6703736d730180d08fa59863000002e37959ee4a3a98"
    "685a5e52e6816d4fb60663726564697405656d61696c096d61726b6574696e6703038094bac7986380d8906080"
    "f0b252d94f28bfd7ecf70e5f5493479478506b0663726564697405656d61696c096d61726b6574696e67010380"
    "d0f782a66380e8dd0d80f0b25201077061796d656e7482dea6d6a56300000500008092f4018092f40101d94f28"
    "bfd7ecf70e5f5493479478506bb8973e255b54c432ba2624f61e121e0903616461066372656469740972657465"
    "6e74696f6e0b726574656e74696f6e2f31046d61696c02743105656d61696c096d61726b6574696e6701010180"
    "dea6d6a56380b6b7b6a66380897a040095b3b09f5244fab9ccb516540f5f73f407296279746573206f66206439"
    "3466323862666437656366373065356635343933343739343738353036620270318092f4010645555202056d6f"
    "6e65790e617373756d65645f75706c69667408617070726f76657280dea6d6a56380ced9a8a663fed8c8010100"
    "09666978747572652d3403616e6e80d295dda56382d0f782a663077061796d656e740109666978747572652d34"
    "0103616e6e08617070726f7665720080d295dda56382d0f782a66301d9c0a24796e256cefa2ecba5e980983705"
    "0663726564697480cef1ca98630180cab5ee01";

TEST(StateFixtureTest, VersionFourIsStillWrittenAndRead) {
  CustomerState story = AskedStory();
  story.reported_churn_ppb = 250'000'000;
  std::string bytes;
  story.EncodeTo(testing::AskingWorld().core->layout(), bytes);
  EXPECT_EQ(ToHex(bytes), kVersionFourHex);
  const Result<CustomerState> state = DecodeAsked(FromHex(kVersionFourHex));
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(*state, story);
}

TEST(StateFixtureTest, AStateOfALaterVersionIsRefused) {
  std::string bytes = FromHex(kAskedStateHex);
  bytes.front() = 5;
  const Result<CustomerState> state = DecodeAsked(bytes);
  ASSERT_FALSE(state.ok());
  EXPECT_NE(state.status().message().find("of version 5"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel
