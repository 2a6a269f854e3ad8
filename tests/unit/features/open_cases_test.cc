#include <algorithm>
#include <array>
#include <random>

#include "builders.h"
#include <gtest/gtest.h>

#include "evenkeel/features/feature_set.h"

namespace evenkeel {
namespace {

using testing::At;
using testing::kDayMs;
using testing::kHourMs;
using testing::MakeSignal;

FeatureDefinition Tickets(std::string name, CaseReading reading) {
  FeatureDefinition feature{.name = std::move(name), .kind = FeatureKind::kOpenCases};
  feature.match.types = {"support.ticket_opened", "support.ticket_reopened"};
  feature.cases = {.id = "ticket_id",
                   .closed_by = {.types = {"support.ticket_resolved"}, .fields = {}},
                   .updated_by = {.types = {"support.ticket_updated"}, .fields = {}},
                   .due = "sla_due_time_ms",
                   .reading = reading};
  return feature;
}

std::vector<FeatureDefinition> AllReadings() {
  return {Tickets("open", CaseReading::kOpen), Tickets("overdue", CaseReading::kOverdue),
          Tickets("due_in", CaseReading::kDueIn)};
}

Signal Ticket(const std::string& what, const std::string& id, TimeMs time,
              std::optional<TimeMs> due = {}) {
  std::vector<SignalField> fields = {{"ticket_id", id}};
  if (due) fields.push_back({"sla_due_time_ms", *due});
  return MakeSignal("support.ticket_" + what, time, std::move(fields));
}

class OpenCasesTest : public ::testing::Test {
 protected:
  OpenCasesTest() { slots_.slots.assign(set_.size(), {}); }

  BadInput Feed(const Signal& signal) {
    FeatureUpdate update;
    BadInput problem = set_.Prepare(slots_, signal, update);
    if (problem.ok()) set_.Apply(slots_, signal, update);
    return problem;
  }

  /// Open, overdue, and hours until the first deadline (-1: none).
  std::array<std::int64_t, 3> Read(TimeMs now) const {
    std::vector<FeatureValue> values(set_.size());
    set_.Read(slots_, now, values);
    const FeatureValue& due_in = values[*set_.Find("due_in")];
    return {values[*set_.Find("open")].number, values[*set_.Find("overdue")].number,
            due_in.is_missing ? -1 : due_in.number / kHourMs};
  }

  std::string Bytes() const {
    std::string bytes;
    ByteWriter writer(bytes);
    WriteSlots(writer, set_.layout(), slots_);
    return bytes;
  }

  FeatureSet set_{AllReadings()};
  FeatureSlots slots_;
};

using Reading = std::array<std::int64_t, 3>;

TEST_F(OpenCasesTest, ATicketLivesFromItsOpeningToItsResolution) {
  EXPECT_EQ(Read(At(0)), (Reading{0, 0, -1}));
  Feed(Ticket("opened", "a", At(0), At(0, 8)));
  Feed(Ticket("opened", "b", At(0, 1)));
  EXPECT_EQ(Read(At(0, 2)), (Reading{2, 0, 6}));
  EXPECT_EQ(Read(At(0, 8)), (Reading{2, 1, 0}));
  Feed(Ticket("resolved", "a", At(0, 9)));
  EXPECT_EQ(Read(At(0, 10)), (Reading{1, 0, -1}));
}

TEST_F(OpenCasesTest, ADeadlineMovesAndCountsUntilTheTicketIsOpenedAgain) {
  Feed(Ticket("opened", "a", At(0), At(0, 8)));
  Feed(Ticket("updated", "a", At(0, 4), At(1)));
  EXPECT_EQ(Read(At(0, 12)), (Reading{1, 0, 12}));
  Feed(Ticket("resolved", "a", At(0, 13)));
  Feed(Ticket("reopened", "a", At(3)));
  EXPECT_EQ(Read(At(4)), (Reading{1, 0, -1})) << "what was agreed for the first time is over";
  Feed(Ticket("updated", "a", At(3, 1), At(3, 5)));
  EXPECT_EQ(Read(At(4)), (Reading{1, 1, 0}));
}

TEST_F(OpenCasesTest, WhatHappenedLastHoldsWhateverCameLast) {
  Feed(Ticket("resolved", "a", At(2)));
  Feed(Ticket("opened", "a", At(1), At(1, 8)));
  EXPECT_EQ(Read(At(3)), (Reading{0, 0, -1}));
}

TEST_F(OpenCasesTest, ShuffledInputEndsInTheSameBytes) {
  std::mt19937 rng(static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed()));
  const auto below = [&](std::uint32_t n) { return static_cast<std::int64_t>(rng() % n); };
  constexpr std::array kWhat = {"opened", "resolved", "reopened", "updated"};
  for (int round = 0; round < 100; ++round) {
    std::vector<Signal> signals;
    for (std::int64_t i = below(60); i >= 0; --i) {
      // Over more than the time for which cases are kept.
      const TimeMs time = At(below(500), below(24));
      const auto due =
          below(2) == 0 ? std::optional(time + std::chrono::hours(below(100))) : std::nullopt;
      signals.push_back(
          Ticket(kWhat[static_cast<std::size_t>(below(4))], std::to_string(below(12)), time, due));
    }
    std::string expected;
    for (int order = 0; order < 3; ++order) {
      slots_ = {};
      slots_.slots.assign(set_.size(), {});
      for (const Signal& signal : signals) ASSERT_TRUE(Feed(signal).ok());
      if (order == 0) expected = Bytes();
      ASSERT_EQ(Bytes(), expected);
      std::shuffle(signals.begin(), signals.end(), rng);
    }
    ByteReader reader(expected);
    ASSERT_EQ(ReadSlots(reader, set_.layout()), slots_);
    ASSERT_TRUE(reader.done());
  }
}

TEST_F(OpenCasesTest, TheOldestClosedOnesAreForgottenFirst) {
  for (int i = 0; i < 60; ++i) Feed(Ticket("opened", "open" + std::to_string(i), At(i)));
  for (int i = 0; i < 60; ++i) Feed(Ticket("resolved", "done" + std::to_string(i), At(100 + i)));
  EXPECT_EQ(Read(At(200))[0], 60);
  EXPECT_EQ(slots_.slots[0].cases.size(), 64U);
  Feed(Ticket("opened", "done0", At(99)));
  EXPECT_EQ(Read(At(200))[0], 61) << "it was forgotten that this one is closed";
}

TEST_F(OpenCasesTest, ACaseThatNobodySpokeOfForTooLongIsForgotten) {
  Feed(Ticket("opened", "a", At(0)));
  Feed(Ticket("opened", "b", At(400)));
  EXPECT_EQ(Read(At(401))[0], 2);
  Feed(Ticket("resolved", "b", At(401)));
  EXPECT_EQ(Read(At(401))[0], 0);
}

TEST_F(OpenCasesTest, EachDeadlineIsToldOnce) {
  EXPECT_FALSE(FirstDeadline(slots_));
  Feed(Ticket("opened", "a", At(0), At(0, 8)));
  Feed(Ticket("opened", "b", At(0), At(0, 8)));
  Feed(Ticket("opened", "c", At(0), At(2)));
  std::vector<TimeMs> told;
  for (auto next = FirstDeadline(slots_); next; next = FirstDeadline(slots_)) {
    told.push_back(next->due);
    EXPECT_EQ(TellDeadline(slots_, *next).size(), set_.size());
  }
  EXPECT_EQ(told, (std::vector{At(0, 8), At(0, 8), At(2)}));
  Feed(Ticket("updated", "a", At(0, 9), At(0, 7)));
  EXPECT_FALSE(FirstDeadline(slots_)) << "an earlier one was told already";
  Feed(Ticket("updated", "a", At(0, 10), At(0, 20)));
  ASSERT_TRUE(FirstDeadline(slots_));
  EXPECT_EQ(FirstDeadline(slots_)->due, At(0, 20));
  Feed(Ticket("resolved", "a", At(0, 11)));
  EXPECT_FALSE(FirstDeadline(slots_)) << "who is done needs no alarm";
}

// What version 1 of these bytes looks like: every later build must read it, and this one must write
// it. A change here needs a new version of the state, and this fixture kept.
TEST_F(OpenCasesTest, TheirBytesAreThoseOfVersionOne) {
  FeatureSlots slots;
  slots.slots.resize(set_.size());
  slots.slots[0].is_set = true;
  slots.slots[0].newest = At(3);
  slots.slots[0].cases = {{.key = 7,
                           .is_open = true,
                           .life = At(1),
                           .life_order = 300,
                           .due = At(1, 8),
                           .due_said = At(1),
                           .due_order = 301,
                           .told = At(1, 8)},
                          {.key = 1'000'000, .life = At(3), .life_order = 9}};
  const std::string expected =
      "0180a0a89c9a6302070182c0c2f79863ac028290fe92996382c0c2f79863ad028290fe929963c0843d0082a0a89c"
      "9a63"
      "090001000100000000000000";
  std::string bytes;
  ByteWriter writer(bytes);
  WriteSlots(writer, set_.layout(), slots);
  EXPECT_EQ(ToHex(bytes), expected);
  ByteReader reader(bytes);
  EXPECT_EQ(ReadSlots(reader, set_.layout()), slots);
}

TEST_F(OpenCasesTest, RefusesWhatIsNoDeadlineAndNoName) {
  Signal absurd = Ticket("opened", "a", At(0), TimeMs{0});
  EXPECT_EQ(Feed(absurd).code, BadInputCode::kMalformed);
  Signal nameless = MakeSignal("support.ticket_opened", At(0), {{"ticket_id", std::int64_t{7}}});
  EXPECT_EQ(Feed(nameless).code, BadInputCode::kWrongType);
  Signal textual =
      MakeSignal("support.ticket_opened", At(0),
                 {{"sla_due_time_ms", std::string("noon")}, {"ticket_id", std::string("a")}});
  EXPECT_EQ(Feed(textual).code, BadInputCode::kWrongType);
  EXPECT_EQ(Read(At(1)), (Reading{0, 0, -1}));
}

TEST_F(OpenCasesTest, DefinitionsAreChecked) {
  struct Case {
    const char* field;
    std::function<void(FeatureDefinition&)> spoil;
  };
  const Case cases[] = {
      {"cases.id", [](auto& f) { f.cases.id.clear(); }},
      {"cases.closed_by", [](auto& f) { f.cases.closed_by.types.clear(); }},
      {"cases.due", [](auto& f) { f.cases.due.clear(); }},
      {"cases", [](auto& f) { f.kind = FeatureKind::kCount; }},
      {"window_ms", [](auto& f) { f.window_ms = kDayMs; }},
  };
  for (const Case& one : cases) {
    FeatureDefinition feature = Tickets("overdue", CaseReading::kOverdue);
    ASSERT_TRUE(CheckFeatures(std::vector{feature}).empty());
    one.spoil(feature);
    const std::vector<FeatureProblem> problems = CheckFeatures(std::vector{feature});
    ASSERT_EQ(problems.size(), 1U) << one.field;
    EXPECT_EQ(problems[0].field, one.field);
  }
}

}  // namespace
}  // namespace evenkeel
