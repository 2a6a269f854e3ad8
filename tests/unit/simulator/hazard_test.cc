#include "hazard.h"

#include <gtest/gtest.h>

namespace simulator {
namespace {

const Parameters kParameters;

Customer Average() {
  Customer customer;
  customer.sensitivity = 1.0;
  customer.adoption = 0.5;
  return customer;
}

Situation Usual() {
  Situation now;
  now.tenure_months = 6;
  now.price = 50;
  now.sessions = 20;
  return now;
}

TEST(HazardTest, FallsWithTenureAndSatisfaction) {
  const Customer customer = Average();
  Situation later = Usual();
  later.tenure_months = 40;
  Situation happier = Usual();
  happier.satisfaction = 1;
  const double usual = LogHazard(kParameters, customer, Usual());
  EXPECT_LT(LogHazard(kParameters, customer, later), usual);
  EXPECT_NEAR(LogHazard(kParameters, customer, happier), usual - 0.75, 1e-12);
}

TEST(HazardTest, CountsThreeTicketsAtMost) {
  Situation three = Usual();
  three.tickets = 3;
  Situation nine = Usual();
  nine.tickets = 9;
  EXPECT_EQ(LogHazard(kParameters, Average(), three), LogHazard(kParameters, Average(), nine));
  EXPECT_NEAR(LogHazard(kParameters, Average(), three),
              LogHazard(kParameters, Average(), Usual()) + 0.9, 1e-12);
}

TEST(HazardTest, RaisesTheHazardWithEveryContact) {
  Situation contacted = Usual();
  contacted.contacts = 4;
  EXPECT_NEAR(LogHazard(kParameters, Average(), contacted),
              LogHazard(kParameters, Average(), Usual()) + 0.4, 1e-12);
}

TEST(HazardTest, BindsAContractUntilItsEndIsNear) {
  Situation locked = Usual();
  locked.in_lock = true;
  Situation renewing = Usual();
  renewing.in_renewal = true;
  const double usual = LeaveToday(kParameters, Average(), Usual());
  EXPECT_LT(LeaveToday(kParameters, Average(), locked), 0.06 * usual);
  EXPECT_GT(LeaveToday(kParameters, Average(), renewing), 3 * usual);
}

TEST(EffectTest, KeepsThePriceSensitiveWithADiscount) {
  Customer sensitive = Average();
  sensitive.sensitivity = 2;
  const double average = Effect(kParameters, Average(), Usual(), Action::kDiscountLarge);
  EXPECT_LT(average, -0.3);
  EXPECT_LT(Effect(kParameters, sensitive, Usual(), Action::kDiscountLarge), 1.9 * average);
  Situation cheap = Usual();
  cheap.price = 20;
  EXPECT_EQ(Effect(kParameters, sensitive, cheap, Action::kDiscountLarge), 0);
}

TEST(EffectTest, CannotReachALostCause) {
  Situation lost = Usual();
  lost.satisfaction = -4;
  EXPECT_GT(Effect(kParameters, Average(), lost, Action::kDiscountLarge), -0.01);
}

TEST(EffectTest, WakesUpTheInertWhoDoNotUseWhatTheyPayFor) {
  Customer inert = Average();
  inert.inertia = 1.8;
  inert.adoption = 0.9;
  Situation asleep = Usual();
  asleep.sessions = 1;
  EXPECT_GT(Effect(kParameters, inert, asleep, Action::kEducation), 0.3);
  EXPECT_LT(Effect(kParameters, inert, Usual(), Action::kEducation), 0);
}

TEST(EffectTest, HarmsWithRightSizingThoseWhoWereGladNotToThink) {
  Customer inert = Average();
  inert.inertia = 1;
  EXPECT_GT(Effect(kParameters, inert, Usual(), Action::kRightSizing), 0.3);
  Customer alert = Average();
  alert.inertia = -1;
  EXPECT_LT(Effect(kParameters, alert, Usual(), Action::kRightSizing), -0.3);
}

TEST(EffectTest, CallsHelpOnlyWhereThereIsATicket) {
  EXPECT_EQ(Effect(kParameters, Average(), Usual(), Action::kSupportCall), 0);
  Situation troubled = Usual();
  troubled.tickets = 2;
  EXPECT_LT(Effect(kParameters, Average(), troubled, Action::kSupportCall), -0.8);
}

TEST(EffectTest, FadesByTheMonth) {
  EXPECT_NEAR(Decayed(kParameters, -0.5, 30), -0.3, 1e-12);
  EXPECT_NEAR(Decayed(kParameters, -0.5, 60), -0.18, 1e-12);
}

}  // namespace
}  // namespace simulator
