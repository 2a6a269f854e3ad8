#include "evenkeel/features/feature_set.h"

#include <limits>

#include "builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::Count;
using testing::kDayMs;
using testing::kEuro;
using testing::kHourMs;
using testing::MakeSignal;
using testing::Sum;

/// One customer's features, fed with signals.
class FeatureSetTest : public ::testing::Test {
 protected:
  void Define(std::vector<FeatureDefinition> definitions) {
    ASSERT_TRUE(CheckFeatures(definitions).empty()) << CheckFeatures(definitions)[0].problem;
    set_.emplace(std::move(definitions));
    slots_.slots.assign(set_->size(), {});
  }

  BadInput Feed(const Signal& signal) {
    FeatureUpdate update;
    BadInput problem = set_->Prepare(slots_, signal, update);
    if (problem.ok()) set_->Apply(slots_, signal, update);
    return problem;
  }

  FeatureValue Read(const std::string& name, TimeMs now) {
    std::vector<FeatureValue> values(set_->size());
    set_->Read(slots_, now, values);
    return values[*set_->Find(name)];
  }

  std::optional<FeatureSet> set_;
  FeatureSlots slots_;
};

Signal Invoice(TimeMs time, std::int64_t units, std::uint8_t scale = 2) {
  return MakeSignal("billing.invoice", time, {{"amount", Money{units, scale, kEuro}}});
}

TEST_F(FeatureSetTest, CountsOnlyWhatMatches) {
  FeatureDefinition failed = Count("failed", "billing.*");
  failed.match.fields = {{"status", {std::string("failed"), std::string("declined")}, "retry_"}};
  Define({failed});
  for (const char* status : {"failed", "declined", "retry_3", "paid", ""}) {
    EXPECT_TRUE(Feed(MakeSignal("billing.payment_attempt", At(0), {{"status", status}})).ok());
  }
  EXPECT_TRUE(Feed(MakeSignal("billing.payment_attempt", At(0))).ok());
  EXPECT_TRUE(Feed(MakeSignal("usage.session", At(0), {{"status", "failed"}})).ok());
  EXPECT_EQ(Read("failed", At(1)).number, 3);
}

TEST_F(FeatureSetTest, ComparesNumbersByValue) {
  FeatureDefinition three = Count("three", "x.y");
  three.match.fields = {{"n", {std::int64_t{3}}, ""}};
  Define({three});
  Feed(MakeSignal("x.y", At(0), {{"n", 3.0}}));
  Feed(MakeSignal("x.y", At(0), {{"n", std::int64_t{3}}}));
  Feed(MakeSignal("x.y", At(0), {{"n", std::string("3")}}));
  EXPECT_EQ(Read("three", At(1)).number, 2);
}

TEST_F(FeatureSetTest, SumsMoneyOfAnyScaleExactly) {
  Define({Sum("spend", "billing.invoice", "amount", 3)});
  Feed(Invoice(At(0), 1250));
  Feed(Invoice(At(0), 7, 0));
  Feed(Invoice(At(0), 1001, 3));
  EXPECT_EQ(Read("spend", At(1)).number, 12'500 + 7'000 + 1'001);
}

TEST_F(FeatureSetTest, MultipliesTwoFieldsExactly) {
  FeatureDefinition revenue = Sum("revenue", "commercial.line", "quantity", 0);
  revenue.times = {.field = "unit_price", .scale = 3};
  revenue.scale = 3;
  Define({revenue});
  Feed(MakeSignal("commercial.line", At(0), {{"quantity", std::int64_t{6}}, {"unit_price", 2.55}}));
  Feed(MakeSignal("commercial.line", At(0),
                  {{"quantity", std::int64_t{-12}}, {"unit_price", Money{1, 3, kEuro}}}));
  EXPECT_EQ(Read("revenue", At(1)).number, 15'300 - 12);
}

TEST_F(FeatureSetTest, ASignalWithoutTheFieldChangesNothing) {
  Define({Sum("spend", "billing.invoice", "amount", 2)});
  EXPECT_TRUE(Feed(MakeSignal("billing.invoice", At(0))).ok());
  EXPECT_EQ(Read("spend", At(1)).number, 0);
}

TEST_F(FeatureSetTest, RefusesWhatItCannotCountExactly) {
  FeatureDefinition spend = Sum("spend", "billing.invoice", "amount", 2);
  spend.currency = kEuro;
  Define({spend});
  EXPECT_EQ(Feed(Invoice(At(0), 1001, 3)).code, BadInputCode::kInexactAmount);
  EXPECT_EQ(Feed(MakeSignal("billing.invoice", At(0),
                            {{"amount", Money{1, 2, Currency{{'U', 'S', 'D'}}}}}))
                .code,
            BadInputCode::kWrongCurrency);
  EXPECT_EQ(Feed(MakeSignal("billing.invoice", At(0), {{"amount", std::string("9")}})).code,
            BadInputCode::kWrongType);
  EXPECT_EQ(Feed(MakeSignal("billing.invoice", At(0),
                            {{"amount", std::numeric_limits<double>::quiet_NaN()}}))
                .code,
            BadInputCode::kInexactAmount);
  EXPECT_EQ(Read("spend", At(1)).number, 0);
}

TEST_F(FeatureSetTest, AnOverflowIsToldBeforeAnythingChanges) {
  Define({Count("invoices", "billing.invoice"), Sum("spend", "billing.invoice", "amount", 2),
          Sum("spend_7d", "billing.invoice", "amount", 2, 7 * kDayMs)});
  ASSERT_TRUE(Feed(Invoice(At(0), std::numeric_limits<std::int64_t>::max() - 5)).ok());
  const FeatureSlots before = slots_;
  const BadInput problem = Feed(Invoice(At(0), 6));
  EXPECT_EQ(problem.code, BadInputCode::kSumOverflow);
  EXPECT_EQ(BadInputCodeName(problem.code), "sum_overflow");
  EXPECT_EQ(slots_, before);
}

TEST_F(FeatureSetTest, AWindowEndsAtItsBucketsBorder) {
  Define({Count("logins_7d", "usage.login", 7 * kDayMs),
          Count("logins_2h", "usage.login", 2 * kHourMs)});
  Feed(MakeSignal("usage.login", At(0, 23)));
  EXPECT_EQ(Read("logins_7d", At(6, 23)).number, 1);
  EXPECT_EQ(Read("logins_7d", At(7, 0)).number, 0);
  EXPECT_EQ(Read("logins_2h", At(1, 0)).number, 1);
  EXPECT_EQ(Read("logins_2h", At(1, 1)).number, 0);
}

TEST_F(FeatureSetTest, ADecayedSumHalvesEveryHalfLife) {
  FeatureDefinition usage = Sum("usage", "usage.session", "minutes", 0);
  usage.kind = FeatureKind::kDecayedSum;
  usage.half_life_ms = 8 * kDayMs;
  Define({usage});
  Feed(MakeSignal("usage.session", At(0, 12), {{"minutes", std::int64_t{1'000'000}}}));
  EXPECT_EQ(Read("usage", At(0, 12)).number, 1'000'000);
  EXPECT_EQ(Read("usage", At(8, 12)).number, 500'000);
  EXPECT_EQ(Read("usage", At(16, 12)).number, 250'000);
  EXPECT_EQ(Read("usage", At(4, 12)).number, 707'107);  // 2^-0.5.
}

TEST_F(FeatureSetTest, LastAndTimeSinceFollowEventTime) {
  FeatureDefinition plan{.name = "plan",
                         .kind = FeatureKind::kLast,
                         .match = {.types = {"commercial.renewal"}, .fields = {}},
                         .value = {.field = "plan"},
                         .is_symbol = true};
  FeatureDefinition since{.name = "since",
                          .kind = FeatureKind::kTimeSince,
                          .match = {.types = {"commercial.renewal"}, .fields = {}}};
  Define({plan, since});
  EXPECT_TRUE(Read("plan", At(0)).is_missing);
  EXPECT_TRUE(Read("since", At(0)).is_missing);
  Feed(MakeSignal("commercial.renewal", At(3), {{"plan", "pro"}}));
  Feed(MakeSignal("commercial.renewal", At(1), {{"plan", "free"}}));
  EXPECT_EQ(Read("plan", At(5)).symbol, "pro");
  EXPECT_EQ(Read("since", At(5)).number, 2 * kDayMs);
  EXPECT_EQ(Read("since", At(2)).number, 0);
}

TEST_F(FeatureSetTest, OfTwoSignalsOfTheSameMomentTheSameOneWinsInEitherOrder) {
  FeatureDefinition last = Sum("last", "x.y", "n", 0);
  last.kind = FeatureKind::kLast;
  Define({last});
  const Signal one = MakeSignal("x.y", At(0), {{"n", std::int64_t{1}}});
  const Signal two = MakeSignal("x.y", At(0), {{"n", std::int64_t{2}}});
  Feed(one);
  Feed(two);
  const FeatureSlots forwards = slots_;
  slots_.slots.assign(set_->size(), {});
  Feed(two);
  Feed(one);
  EXPECT_EQ(slots_, forwards);
}

TEST_F(FeatureSetTest, CutsLongSymbolsBetweenCharacters) {
  FeatureDefinition plan{.name = "plan",
                         .kind = FeatureKind::kLast,
                         .match = {.types = {"a.b"}, .fields = {}},
                         .value = {.field = "plan"},
                         .is_symbol = true};
  Define({plan});
  Feed(MakeSignal("a.b", At(0), {{"plan", std::string(63, 'x') + "\xC3\xA9"}}));
  EXPECT_EQ(Read("plan", At(1)).symbol, std::string(63, 'x'));
}

TEST(CheckFeaturesTest, NamesWhatIsWrong) {
  FeatureDefinition bad_window = Count("a", "x.y", kDayMs + 1);
  FeatureDefinition bad_name = Count("9lives", "x.z");
  FeatureDefinition same = Count("b", "x.w");
  FeatureDefinition twin = Count("c", "x.w");
  FeatureDefinition coarse = Sum("d", "x.y", "v", 2);
  coarse.scale = 1;
  const auto problems = CheckFeatures(std::vector{bad_window, bad_name, same, twin, coarse});
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].field, "window_ms");
  EXPECT_EQ(problems[1].field, "name");
  EXPECT_THAT(problems[2].problem, ::testing::HasSubstr("the same as 'b'"));
  EXPECT_EQ(problems[3].field, "scale");
}

}  // namespace
}  // namespace evenkeel
