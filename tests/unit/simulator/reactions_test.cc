#include "reactions.h"

#include <functional>

#include "outlook.h"
#include "policies.h"
#include "population.h"
#include "value.h"
#include <gtest/gtest.h>

namespace simulator {
namespace {

World TestWorld(std::uint64_t seed = 3, int days = 40) {
  World world;
  world.dice = Dice(seed);
  world.start = DayNumber({2026, 1, 5});
  world.days = days;
  return world;
}

Treatment Of(Kind kind, std::string channel = "email") {
  Treatment treatment{.id = "a", .kind = kind, .channel = std::move(channel)};
  if (kind == Kind::kDiscountSmall) treatment.discount = 0.10;
  if (kind == Kind::kDiscountLarge) treatment.discount = 0.25;
  if (treatment.discount > 0) treatment.payments = 3;
  if (kind == Kind::kCredit) treatment.credit_cents = 500;
  return treatment;
}

/// Does one thing every day to whoever it is for.
class Daily : public Policy {
 public:
  explicit Daily(std::function<void(Population&, const Person&)> act) : act_(std::move(act)) {}
  std::string_view name() const override { return "daily"; }
  void EndOfDay(Population& population) override {
    for (const Person& person : population.persons()) {
      if (IsPresent(person, population.day())) act_(population, person);
    }
  }

 private:
  std::function<void(Population&, const Person&)> act_;
};

Worth After(const World& world, std::uint32_t customers,
            std::function<void(Population&, const Person&)> act) {
  Daily policy(std::move(act));
  return Evaluate(world, customers, policy);
}

void Nothing(Population& /*population*/, const Person& /*person*/) {}

/// An average customer at the start of a world, with all that matters settable.
struct Someone {
  explicit Someone(const std::function<void(Customer&, Person&)>& change = {})
      : world(TestWorld()), person(world, 0) {
    Customer& customer = const_cast<Customer&>(person.customer());
    customer.sensitivity = 1;
    customer.inertia = 0;
    customer.adoption = 0.5;
    customer.friction = 0.3;
    customer.optin = {true, true, true, true};
    person.opted_in = customer.optin;
    person.day = 5;
    person.satisfaction = 0;
    person.price = 40;
    person.contract_end = 0;
    person.sessions_month = 20;
    if (change) change(customer, person);
  }
  World world;
  Person person;
};

TEST(ReactionTest, KnowsTheActionsOfTheDemo) {
  const std::vector<std::pair<const char*, Kind>> cases = {
      {"onboarding_email", Kind::kEducation},    {"feature_education_email", Kind::kEducation},
      {"plan_review_call", Kind::kRightSizing},  {"discount_10", Kind::kDiscountSmall},
      {"discount_25", Kind::kDiscountLarge},     {"dunning_reminder", Kind::kReminder},
      {"payment_method_update", Kind::kNewCard}, {"support_callback", Kind::kSupportCall},
      {"callback", Kind::kSupportCall},          {"create_case", Kind::kCase},
      {"apology_credit", Kind::kCredit},         {"sing_a_song", Kind::kContact},
  };
  for (const auto& [name, kind] : cases) EXPECT_EQ(KindOf(name), kind) << name;
}

struct EffectCase {
  const char* about;
  Kind kind;
  const char* channel;
  std::function<void(Customer&, Person&)> who;
  int sign;  // Of what it does to the hazard: -1 keeps, 1 harms, 0 nothing.
};

TEST(ReactionTest, HasEffectsOfTheSignsThatAreDocumented) {
  const auto asleep = [](Customer& c, Person& p) {
    c.inertia = 1.5;
    c.adoption = 0.95;
    p.sessions_month = 1;
  };
  const auto troubled = [](Customer&, Person& p) { p.ticket_days = {3, 4}; };
  const std::vector<EffectCase> cases = {
      {"a mail teaches the new", Kind::kEducation, "email", {}, -1},
      {"a mail wakes up who sleeps", Kind::kEducation, "email", asleep, 1},
      {"any contact wakes up who sleeps", Kind::kContact, "push", asleep, 1},
      {"a contact is no effect for others", Kind::kContact, "email", {}, 0},
      {"a discount keeps", Kind::kDiscountLarge, "email", {}, -1},
      {"a discount does nothing for the cheap plan", Kind::kDiscountLarge, "email",
       [](Customer&, Person& p) { p.price = 20; }, 0},
      {"a call helps who has a ticket", Kind::kSupportCall, "task", troubled, -1},
      {"a case helps who has a ticket", Kind::kCase, "task", troubled, -1},
      {"a case contacts nobody", Kind::kCase, "task", asleep, 0},
      {"a credit helps after trouble", Kind::kCredit, "email", troubled, -1},
      {"a credit without trouble does nothing", Kind::kCredit, "email", {}, 0},
      {"a review harms the inert", Kind::kRightSizing, "task",
       [](Customer& c, Person&) { c.inertia = 1; }, 1},
      {"a review keeps the alert who pay much", Kind::kRightSizing, "task",
       [](Customer& c, Person& p) {
         c.inertia = -1;
         p.price = 60;
       },
       -1},
  };
  for (const EffectCase& one : cases) {
    Someone someone(one.who);
    someone.world.reactions.call.reached = 1;
    someone.world.reactions.discount.taken_min = 1;
    someone.world.reactions.discount.taken_max = 1;
    someone.world.reactions.call.hours_mean = 0;
    someone.person.dealings.inbox = {{.day = 5, .treatment = Of(one.kind, one.channel)}};
    OpenInbox(someone.person);
    const double effect = someone.person.Now().effects;
    EXPECT_EQ((effect > 0) - (effect < 0), one.sign) << one.about << ": " << effect;
    EXPECT_EQ(someone.person.Now().contacts, one.kind == Kind::kCase ? 0 : 1) << one.about;
  }
}

TEST(ReactionTest, FadesAndDoesNotAddUp) {
  Someone someone;
  Dealings& dealings = someone.person.dealings;
  const Parameters& parameters = someone.person.parameters();
  dealings.Leave(parameters, 0, -0.5, 0);
  EXPECT_NEAR(dealings.EffectsOn(parameters, 30), -0.3, 1e-12);
  dealings.Leave(parameters, 0, -0.2, 30);  // Weaker than what is left.
  EXPECT_NEAR(dealings.EffectsOn(parameters, 30), -0.3, 1e-12);
  dealings.Leave(parameters, 0, -0.5, 30);
  EXPECT_NEAR(dealings.EffectsOn(parameters, 30), -0.5, 1e-12);
  dealings.Leave(parameters, 1, 0.1, 30);
  EXPECT_NEAR(dealings.EffectsOn(parameters, 30), -0.4, 1e-12);
}

TEST(ReactionTest, TakesDiscountsAndCreditsOffInvoices) {
  Dealings dealings;
  dealings.discount = 0.25;
  dealings.discount_payments = 2;
  dealings.credit_cents = 1500;
  EXPECT_EQ(dealings.TakeOff(4000, 1), 2500);
  EXPECT_EQ(dealings.TakeOff(4000, 1), 1000);
  EXPECT_EQ(dealings.TakeOff(4000, 1), 0);
  dealings.discount_payments = 3;
  EXPECT_EQ(dealings.TakeOff(48000, 12), 3000) << "three months of a year's invoice";
  dealings.credit_cents = 5000;
  EXPECT_EQ(dealings.TakeOff(4000, 1), 4000) << "an invoice is never negative";
  EXPECT_EQ(dealings.credit_cents, 1000);
}

TEST(PopulationTest, WithoutActionsLivesTheGeneratedLives) {
  const World world = TestWorld();
  Population population(world, 80);
  while (population.day() < world.days) population.LiveDay();
  population.End();
  for (std::uint32_t i = 0; i < 80; ++i) {
    const Person& person = population.persons()[i];
    const Person alone = Live(world, i);
    EXPECT_EQ(person.ending, alone.ending);
    EXPECT_EQ(person.expected_leaves, alone.expected_leaves);
    EXPECT_GE(person.events.size(), alone.events.size()) << "what is cut off was planned";
    EXPECT_EQ(person.last_day, alone.last_day);
  }
}

TEST(PopulationTest, DoesNotCareInWhichOrderActionsCome) {
  const World world = TestWorld();
  const auto live = [&](bool reversed) {
    Population population(world, 60);
    std::string told;
    while (population.day() < world.days) {
      population.LiveDay();
      std::vector<Treatment> today{Of(Kind::kDiscountSmall), Of(Kind::kContact, "push"),
                                   Of(Kind::kSupportCall, "task")};
      for (std::size_t i = 0; i < today.size(); ++i) today[i].id = std::to_string(i);
      if (reversed) std::reverse(today.begin(), today.end());
      for (std::uint32_t i = 0; i < 60; ++i) {
        for (const Treatment& treatment : today) population.Receive(i, treatment);
      }
    }
    population.End();
    for (const Person& person : population.persons()) {
      for (const Event& event : person.events) {
        told += EventName(event.customer, event.number) + " " + std::string(event.kind) + " " +
                event.fields.text() + "\n";
      }
    }
    return told + Measure("x", population).Json();
  };
  const std::string told = live(false);
  EXPECT_EQ(live(true), told);
  for (const char* kind : {"credit_granted", "call_made", "message_opened", "opt_out"}) {
    EXPECT_NE(told.find(kind), std::string::npos) << kind;
  }
}

TEST(PopulationTest, ChangesNobodyElse) {
  const World world = TestWorld();
  Population touched(world, 30);
  Population untouched(world, 30);
  while (touched.day() < world.days) {
    touched.LiveDay();
    untouched.LiveDay();
    touched.Receive(7, Of(Kind::kContact));
  }
  for (std::uint32_t i = 0; i < 30; ++i) {
    const Person& one = touched.persons()[i];
    const Person& other = untouched.persons()[i];
    EXPECT_EQ(one.expected_leaves == other.expected_leaves, i != 7) << i;
    EXPECT_EQ(one.events.size() == other.events.size(), i != 7) << i;
  }
}

/// Contacts annoy: each makes leaving, complaints and opt-outs likelier.
TEST(PopulationTest, TiresOfTooManyContacts) {
  const World world = TestWorld(4);
  const auto pushes = [](Population& population, const Person& person) {
    Treatment treatment = Of(Kind::kContact, "push");
    treatment.is_marketing = true;
    population.Receive(person.customer().index, treatment);
  };
  const Worth tired = After(world, 400, pushes);
  const Worth calm = After(world, 400, Nothing);
  EXPECT_GT(tired.MonthlyChurn(), 2 * calm.MonthlyChurn());
  EXPECT_GT(tired.complaints, 100);
  EXPECT_GT(tired.opt_outs, 50);
  EXPECT_GT(tired.against_consent, 1000) << "about half never agreed to it";
  EXPECT_LT(tired.Value(), calm.Value());
}

TEST(PopulationTest, GetsPaymentsAfterAll) {
  const World world = TestWorld(4, 60);
  const auto dun = [](Population& population, const Person& person) {
    if (person.open_invoice) population.Receive(person.customer().index, Of(Kind::kNewCard));
  };
  const Worth dunned = After(world, 1500, dun);
  const Worth calm = After(world, 1500, Nothing);
  EXPECT_GT(calm.unpaid, 10);
  EXPECT_LT(dunned.unpaid, calm.unpaid);
  EXPECT_GT(dunned.unpaid, calm.unpaid / 3) << "most do not answer";
  EXPECT_GE(dunned.payments_saved, calm.unpaid - dunned.unpaid);
}

TEST(PopulationTest, CountsWhatComesTooLate) {
  const World world = TestWorld(4, 60);
  const Worth worth = [&] {
    Population population(world, 300);
    while (population.day() < world.days) {
      population.LiveDay();
      for (const Person& person : population.persons()) {
        if (person.ended()) population.Receive(person.customer().index, Of(Kind::kContact));
      }
    }
    population.End();
    return Measure("late", population);
  }();
  EXPECT_GT(worth.too_late, 20);
  EXPECT_EQ(worth.treated, 0);
  EXPECT_EQ(worth.contacts, 0);
}

TEST(OutlookTest, PrefersWhoStays) {
  Someone happy([](Customer&, Person& p) { p.satisfaction = 1.5; });
  Someone angry([](Customer&, Person& p) { p.satisfaction = -1.5; });
  const double usual = Outlook(Someone().person, {}, 360);
  EXPECT_GT(Outlook(happy.person, {}, 360), usual);
  EXPECT_LT(Outlook(angry.person, {}, 360), usual);
  // At most what nobody's leaving would bring: 360 days of margin.
  EXPECT_LT(usual, 360 * DailyMargin(happy.person));
  EXPECT_EQ(Outlook(happy.person, {}, 0), 0);
}

TEST(OutlookTest, ChargesWhatIsStillToBeGiven) {
  Someone one;
  const double before = Outlook(one.person, {}, 360);
  one.person.dealings.credit_cents = 700;
  EXPECT_NEAR(Outlook(one.person, {}, 360), before - 7, 1e-9);
  one.person.dealings.discount = 0.25;
  one.person.dealings.discount_payments = 1;
  EXPECT_NEAR(Outlook(one.person, {}, 360), before - 7 - 0.25 * 40.09, 0.01);
}

TEST(OutlookTest, GivesUpAnInvoiceThatIsLost) {
  Someone one;
  one.person.open_invoice = OpenInvoice{.name = "I", .cents = 4000, .issued_day = 4};
  EXPECT_EQ(Outlook(one.person, {}, 360), 0);
  EXPECT_GT(GainOf(one.person, Of(Kind::kNewCard), 360), 10);
  EXPECT_GT(GainOf(one.person, Of(Kind::kNewCard), 360),
            GainOf(one.person, Of(Kind::kReminder), 360));
}

/// Whether the oracle's forecast is true: over many lives, the value it expects is what comes.
TEST(OutlookTest, ForeseesWhatNobodyTouches) {
  const World world = TestWorld(8, 90);
  double expected = 0;
  double margin = 0;
  Population population(world, 3000);
  population.LiveDay();
  for (const Person& person : population.persons()) {
    if (IsPresent(person, 1)) expected += Outlook(person, {}, 89);
  }
  std::vector<double> at_start;
  for (const Person& person : population.persons())
    at_start.push_back(person.dealings.money.margin);
  while (population.day() < world.days) population.LiveDay();
  for (const Person& person : population.persons()) {
    if (person.customer().first_day == 0) {
      margin += person.dealings.money.margin - at_start[person.customer().index];
    }
  }
  // The forecast is discounted by 1 % a month; new prices, trials of retries and promotions are not
  // in it.
  EXPECT_NEAR(expected / margin, 1.0, 0.03);
}

/// The order that the literature and the first prototype of this world gave, as far as it must
/// hold.
TEST(BaselinesTest, AreOrderedAsExpected) {
  std::map<std::string, double> value;
  std::map<std::string, double> churn;
  for (const auto& policy : Baselines()) {
    const Worth worth = Evaluate(TestWorld(1, 90), 1200, *policy);
    value[worth.policy] = worth.ValuePerCustomer();
    churn[worth.policy] = worth.MonthlyChurn();
    std::printf("%s\n", worth.Json().c_str());
  }
  const double nothing = value["nothing"];
  EXPECT_LT(value["discount_for_all"], nothing - 10) << "money goes to those who would have stayed";
  EXPECT_LT(churn["discount_for_all"], churn["nothing"]);
  EXPECT_LT(value["random"], nothing - 5);
  EXPECT_LT(value["risk_top_10_discount"], nothing);
  EXPECT_GT(value["dunning"], nothing);
  EXPECT_GT(value["oracle_capped"], value["dunning"]);
  EXPECT_GT(value["oracle_capped"], value["risk_top_10_call"]);
  EXPECT_GT(value["oracle"], nothing);
}

}  // namespace
}  // namespace simulator
