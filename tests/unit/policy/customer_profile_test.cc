#include "evenkeel/policy/customer_profile.h"

#include <algorithm>
#include <random>

#include "policy_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::Grants;

Consent Refusal(std::string purpose, std::string channel, TimeMs since) {
  return {.purpose = std::move(purpose),
          .channel = std::move(channel),
          .state = ConsentState::kRefused,
          .since = since};
}

std::string BytesOf(const CustomerProfile& profile) {
  std::string bytes;
  ByteWriter writer(bytes);
  profile.Write(writer);
  return bytes;
}

TEST(CustomerProfileTest, NoRecordIsNoConsent) {
  CustomerProfile profile;
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(0)), ConsentAnswer::kMissing);
  profile.Apply(Grants({{"marketing", "email"}}), {At(0), 1});
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(1)), ConsentAnswer::kGranted);
  EXPECT_EQ(profile.ConsentFor("marketing", "sms", At(1)), ConsentAnswer::kMissing);
  EXPECT_EQ(profile.ConsentFor("research", "email", At(1)), ConsentAnswer::kMissing);
}

TEST(CustomerProfileTest, AConsentExpires) {
  CustomerProfile profile;
  ProfileUpdate update = Grants({{"marketing", "email"}});
  update.consents[0].expires = At(5);
  profile.Apply(update, {At(0), 1});
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(4)), ConsentAnswer::kGranted);
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(5)), ConsentAnswer::kExpired);
}

TEST(CustomerProfileTest, ARefusalCountsUntilALaterGrantAsSpecific) {
  CustomerProfile profile;
  profile.Apply(Grants({{"marketing", "email"}}, At(0)), {At(0), 1});
  profile.OptOut("", "", At(1));
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(2)), ConsentAnswer::kRefused);
  profile.Apply(Grants({{"marketing", "email"}}, At(3)), {At(3), 1});
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(4)), ConsentAnswer::kGranted);
  profile.OptOut("marketing", "email", At(5));
  profile.Apply(Grants({{"marketing", ""}}, At(6)), {At(6), 1});
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(7)), ConsentAnswer::kRefused);
  EXPECT_EQ(profile.ConsentFor("marketing", "sms", At(7)), ConsentAnswer::kGranted);
}

TEST(CustomerProfileTest, OfYesAndNoOfTheSameMomentNoWins) {
  CustomerProfile profile;
  profile.OptOut("marketing", "email", At(1));
  profile.Apply(Grants({{"marketing", "email"}}, At(1)), {At(1), 1});
  EXPECT_EQ(profile.ConsentFor("marketing", "email", At(2)), ConsentAnswer::kRefused);
}

TEST(CustomerProfileTest, AnOptOutAlwaysFindsRoom) {
  CustomerProfile profile;
  for (std::size_t i = 0; i < 3 * CustomerProfile::kConsentsMax; ++i) {
    profile.OptOut("p" + std::to_string(i), "email", At(0));
  }
  EXPECT_EQ(profile.ConsentFor("anything", "email", At(1)), ConsentAnswer::kRefused);
  EXPECT_LE(BytesOf(profile).size(), 8192U);
}

TEST(CustomerProfileTest, RefusesProfilesBeyondTheirLimits) {
  CustomerProfile profile;
  ProfileUpdate update;
  for (std::size_t i = 0; i <= CustomerProfile::kAttributesMax; ++i) {
    update.attributes.push_back({"a" + std::to_string(i), std::int64_t{1}});
  }
  EXPECT_EQ(profile.Check(update).code, BadInputCode::kMalformed);
  ProfileUpdate long_text;
  long_text.segment = std::string(257, 'x');
  EXPECT_EQ(profile.Check(long_text).code, BadInputCode::kMalformed);
}

TEST(CustomerProfileTest, TheSameAnswersAgainTakeNoMoreRoom) {
  CustomerProfile profile;
  ProfileUpdate full;
  for (std::size_t i = 0; i < CustomerProfile::kConsentsMax; ++i) {
    full.consents.push_back(Grants({{"p" + std::to_string(i), "email"}}).consents[0]);
    full.attributes.push_back({"a" + std::to_string(i), std::int64_t{1}});
  }
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(profile.Check(full).ok());
    profile.Apply(full, {At(round), 1});
  }
  EXPECT_FALSE(profile.Check(Grants({{"one more", "email"}})).ok());
  ProfileUpdate refusal;
  refusal.consents = {Refusal("one more", "email", At(3))};
  EXPECT_TRUE(profile.Check(refusal).ok());
  profile.Apply(refusal, {At(3), 1});
  EXPECT_EQ(profile.ConsentFor("one more", "email", At(4)), ConsentAnswer::kRefused);
}

TEST(CustomerProfileTest, AnAbsentPartLeavesWhatIsKnown) {
  CustomerProfile profile;
  ProfileUpdate update;
  update.segment = "gold";
  update.attributes = {{"tier", std::string("a")}, {"seats", std::int64_t{5}}};
  profile.Apply(update, {At(0), 1});
  ProfileUpdate later;
  later.time_zone = "Europe/Berlin";
  later.cleared = {"tier"};
  profile.Apply(later, {At(1), 1});
  EXPECT_EQ(profile.segment(), "gold");
  EXPECT_EQ(profile.time_zone(), "Europe/Berlin");
  EXPECT_EQ(profile.Attribute("tier"), nullptr);
  ASSERT_NE(profile.Attribute("seats"), nullptr);
}

TEST(CustomerProfilePropertyTest, NewsInAnyOrderEndsInTheSameBytes) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto below = [&rng](std::uint32_t n) { return static_cast<std::int64_t>(rng() % n); };
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<ProfileUpdate, Stamp>> news;
    for (int i = 0; i < 12; ++i) {
      ProfileUpdate update;
      const TimeMs time = At(below(6));
      if (below(2) == 0) update.segment = "s" + std::to_string(below(9));
      if (below(2) == 0) update.preferences.pause_until = At(below(50));
      if (below(2) == 0) update.preferences.channels = {"email"};
      if (below(3) == 0) update.attributes = {{"x", below(9)}};
      if (below(3) == 0) update.cleared = {"x"};
      if (below(2) == 0)
        update.consents.push_back(Refusal("m", below(2) == 0 ? "email" : "", time));
      if (below(2) == 0) update.consents.push_back(Grants({{"m", "email"}}, time).consents[0]);
      news.emplace_back(update, Stamp{time, static_cast<std::uint64_t>(i)});
    }
    CustomerProfile one;
    for (const auto& [update, stamp] : news) one.Apply(update, stamp);
    std::shuffle(news.begin(), news.end(), rng);
    CustomerProfile other;
    for (const auto& [update, stamp] : news) other.Apply(update, stamp);
    ASSERT_EQ(BytesOf(one), BytesOf(other));
    CustomerProfile read;
    const std::string bytes = BytesOf(one);
    ByteReader again(bytes);
    read.Read(again);
    ASSERT_TRUE(again.done());
    ASSERT_EQ(read, one);
  }
}

}  // namespace
}  // namespace evenkeel
