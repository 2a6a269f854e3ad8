#include "evenkeel/policy/contact_policy.h"

#include <random>

#include "policy_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::Berlin;
using ::testing::ElementsAre;
using testing::Grants;
using ::testing::IsEmpty;
using testing::kDayMs;
using testing::kHourMs;
using testing::kMinuteMs;
using testing::Utc;

std::vector<ReasonCode> CodesOf(const ContactAnswer& answer) {
  std::vector<ReasonCode> codes;
  for (const Reason& reason : answer.reasons) codes.push_back(reason.code);
  return codes;
}

/// One customer under one policy.
class ContactPolicyTest : public ::testing::Test {
 protected:
  ContactPolicyTest() {
    policy_.time_zones = {Berlin(), Utc()};
    policy_.default_time_zone = "UTC";
    profile_.Apply(Grants({{"marketing", "email"}, {"marketing", "push"}, {"service", ""}}),
                   {At(0), 1});
  }

  ContactAnswer Check(TimeMs now) {
    EXPECT_THAT(CheckPolicy(policy_), IsEmpty());
    return ContactPolicy(policy_).Check(
        request_,
        {.profile = profile_, .ledger = ledger_, .is_held_out = is_held_out_, .now = now});
  }

  void Contact(TimeMs from, ContactState state = ContactState::kSettled) {
    ContactEntry entry = ContactPolicy(policy_).EntryFor(request_, state, from,
                                                         {from.value + request_.send_window_ms});
    entry.action_key[0] = static_cast<std::uint8_t>(++contacts_);
    ledger_.Add(entry);
  }

  PolicyDefinition policy_;
  CustomerProfile profile_;
  ContactLedger ledger_;
  ContactRequest request_{
      .action = "nudge", .channel = "email", .purpose = "marketing", .send_window_ms = kHourMs};
  bool is_held_out_ = false;
  int contacts_ = 0;
};

TEST_F(ContactPolicyTest, AllowsWhatNothingForbids) {
  const ContactAnswer answer = Check(At(0, 12));
  EXPECT_THAT(answer.reasons, IsEmpty());
  EXPECT_EQ(answer.send_by, At(0, 13));
  EXPECT_FALSE(answer.next_eligible.has_value());
}

TEST_F(ContactPolicyTest, NoConsentIsForGood) {
  request_.channel = "sms";
  const ContactAnswer answer = Check(At(0, 12));
  EXPECT_THAT(CodesOf(answer), ElementsAre(ReasonCode::kConsentMissing));
  EXPECT_FALSE(answer.next_eligible.has_value());
}

TEST_F(ContactPolicyTest, ATransactionalContactNeedsNoConsentButHeedsARefusal) {
  request_.channel = "sms";
  request_.contact_class = ContactClass::kTransactional;
  EXPECT_THAT(Check(At(0, 12)).reasons, IsEmpty());
  profile_.OptOut("", "sms", At(0));
  EXPECT_THAT(CodesOf(Check(At(0, 12))), ElementsAre(ReasonCode::kConsentRefused));
  request_.contact_class = ContactClass::kMandatory;
  EXPECT_THAT(Check(At(0, 12)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, HeedsWishes) {
  ProfileUpdate wishes;
  wishes.preferences.channels = {"push"};
  wishes.preferences.pause_until = At(9);
  profile_.Apply(wishes, {At(0), 2});
  EXPECT_THAT(CodesOf(Check(At(1))),
              ElementsAre(ReasonCode::kChannelNotWanted, ReasonCode::kPaused));
  request_.channel = "push";
  const ContactAnswer paused = Check(At(1));
  EXPECT_THAT(CodesOf(paused), ElementsAre(ReasonCode::kPaused));
  EXPECT_EQ(paused.next_eligible, At(9));
}

TEST_F(ContactPolicyTest, HumanOnlyLeavesTasks) {
  ProfileUpdate wishes;
  wishes.preferences.is_human_only = true;
  profile_.Apply(wishes, {At(0), 2});
  EXPECT_THAT(CodesOf(Check(At(1))), ElementsAre(ReasonCode::kHumanOnly));
  request_.channel = "task";
  EXPECT_THAT(Check(At(1)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, ACapFreesUpWhenItsWindowHasPassed) {
  policy_.caps = {{.name = "2_a_week", .contacts_max = 2, .window_ms = 7 * kDayMs}};
  Contact(At(0));
  Contact(At(2));
  const ContactAnswer answer = Check(At(6));
  EXPECT_THAT(CodesOf(answer), ElementsAre(ReasonCode::kCap));
  EXPECT_EQ(answer.reasons[0].rule, "2_a_week");
  EXPECT_EQ(answer.next_eligible, At(7));
  EXPECT_THAT(Check(At(7)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, AReservationCountsForAllOfItsSendWindow) {
  policy_.caps = {{.name = "daily", .contacts_max = 1, .window_ms = kDayMs}};
  request_.send_window_ms = 4 * kHourMs;
  Contact(At(0), ContactState::kReserved);
  EXPECT_EQ(Check(At(1)).next_eligible, TimeMs{At(1, 4).value - 1});
  ActionKey key{};
  key[0] = 1;
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kDone, At(0, 1), At(0, 1)), Settlement::kSettled);
  EXPECT_EQ(Check(At(1)).next_eligible, At(1, 1));
}

TEST_F(ContactPolicyTest, AFailedContactGivesItsPlaceBack) {
  policy_.caps = {{.name = "daily", .contacts_max = 1, .window_ms = kDayMs}};
  Contact(At(0), ContactState::kReserved);
  EXPECT_THAT(CodesOf(Check(At(0, 2))), ElementsAre(ReasonCode::kCap));
  ActionKey key{};
  key[0] = 1;
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kFailed, At(0, 1), At(0, 2)), Settlement::kReturned);
  EXPECT_THAT(Check(At(0, 2)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, AcceptedCountsUntilTheEndIsKnown) {
  Contact(At(0), ContactState::kReserved);
  ActionKey key{};
  key[0] = 1;
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kAccepted, At(0, 1), At(0, 1)),
            Settlement::kSettled);
  EXPECT_EQ(ledger_.FirstReturn(), TimeMs::Max());
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kDone, At(0, 2), At(0, 2)), Settlement::kSettled);
  EXPECT_EQ(ledger_.entries()[0].from, At(0, 2));
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kDone, At(0, 2), At(0, 3)), Settlement::kUnchanged);
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kFailed, At(0, 4), At(0, 4)), Settlement::kReturned);
}

TEST_F(ContactPolicyTest, WorkForPeopleIsBoundOnlyByRulesThatNameIt) {
  policy_.caps = {{.name = "all", .contacts_max = 0, .window_ms = kDayMs}};
  policy_.quiet_hours = {{.name = "day", .span = {.from_minute = 0, .to_minute = 1439}}};
  request_.channel = "task";
  EXPECT_THAT(Check(At(0, 12)).reasons, IsEmpty());
  policy_.caps.push_back(
      {.name = "calls", .channels = {"task"}, .contacts_max = 1, .window_ms = kDayMs});
  Contact(At(0, 12));
  EXPECT_THAT(CodesOf(Check(At(0, 13))), ElementsAre(ReasonCode::kCap));
  policy_.caps.erase(policy_.caps.begin());
  policy_.caps.push_back({.name = "all", .contacts_max = 1, .window_ms = kDayMs});
  policy_.quiet_hours.clear();
  request_.channel = "email";
  EXPECT_THAT(Check(At(0, 13)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, ShadowContactsCountOnlyForTheHeldOut) {
  policy_.caps = {{.name = "daily", .contacts_max = 1, .window_ms = kDayMs}};
  Contact(At(0), ContactState::kShadow);
  EXPECT_THAT(Check(At(0, 2)).reasons, IsEmpty());
  is_held_out_ = true;
  EXPECT_THAT(CodesOf(Check(At(0, 2))), ElementsAre(ReasonCode::kCap));
}

TEST_F(ContactPolicyTest, CoolsDownPerAction) {
  policy_.cool_downs = {{.name = "same_again", .pause_ms = 10 * kDayMs}};
  Contact(At(0));
  EXPECT_EQ(Check(At(3)).next_eligible, At(10));
  request_.action = "other";
  EXPECT_THAT(Check(At(3)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, CoolsDownAcrossListedActions) {
  policy_.cool_downs = {{.name = "offers",
                         .actions = {"nudge", "discount"},
                         .is_per_action = false,
                         .pause_ms = 10 * kDayMs}};
  Contact(At(0));
  request_.action = "discount";
  EXPECT_THAT(CodesOf(Check(At(3))), ElementsAre(ReasonCode::kCoolDown));
  request_.action = "survey";
  EXPECT_THAT(Check(At(3)).reasons, IsEmpty());
}

TEST_F(ContactPolicyTest, QuietHoursFollowTheCustomersClock) {
  policy_.quiet_hours = {{.name = "night", .span = {.from_minute = 22 * 60, .to_minute = 8 * 60}}};
  EXPECT_THAT(Check(At(0, 21)).reasons, IsEmpty());
  ProfileUpdate move;
  move.time_zone = "Europe/Berlin";
  profile_.Apply(move, {At(0), 2});
  const ContactAnswer answer = Check(At(0, 21));
  EXPECT_THAT(CodesOf(answer), ElementsAre(ReasonCode::kQuietHours));
  EXPECT_EQ(answer.next_eligible, At(1, 7));
}

TEST_F(ContactPolicyTest, TheSendWindowEndsWhereQuietHoursBegin) {
  policy_.quiet_hours = {{.name = "night", .span = {.from_minute = 22 * 60, .to_minute = 8 * 60}}};
  EXPECT_EQ(Check(At(0, 21, 30)).send_by, At(0, 22));
  EXPECT_THAT(Check(At(0, 21, 59)).reasons, IsEmpty());
  EXPECT_THAT(CodesOf(Check({At(0, 22).value - 1})), ElementsAre(ReasonCode::kQuietHours));
}

TEST_F(ContactPolicyTest, WithoutAKnownZoneQuietHoursBlock) {
  policy_.quiet_hours = {{.name = "night", .span = {.from_minute = 22 * 60, .to_minute = 8 * 60}}};
  policy_.default_time_zone.clear();
  const ContactAnswer answer = Check(At(0, 12));
  EXPECT_THAT(CodesOf(answer), ElementsAre(ReasonCode::kTimeZoneUnknown));
  EXPECT_FALSE(answer.next_eligible.has_value());
}

TEST_F(ContactPolicyTest, TheNextTimeSuitsAllRulesAtOnce) {
  policy_.caps = {{.name = "daily", .contacts_max = 1, .window_ms = kDayMs}};
  policy_.quiet_hours = {{.name = "night", .span = {.from_minute = 22 * 60, .to_minute = 8 * 60}}};
  Contact(At(0, 21));
  // The cap lets go at 21:00, when only an hour is left: enough.
  EXPECT_EQ(Check(At(1, 9)).next_eligible, At(1, 21));
  policy_.caps[0].window_ms = 26 * kHourMs;
  EXPECT_EQ(Check(At(1, 9)).next_eligible, At(2, 8));
}

TEST_F(ContactPolicyTest, AReceiptAfterTheReservationExpiredStillCounts) {
  policy_.caps = {{.name = "daily", .contacts_max = 1, .window_ms = kDayMs}};
  Contact(At(0), ContactState::kReserved);
  EXPECT_EQ(ledger_.FirstReturn(), At(1, 1));
  EXPECT_EQ(ledger_.ReturnExpired({At(1, 1).value - 1}), 0);
  EXPECT_EQ(ledger_.ReturnExpired(At(1, 1)), 1);
  EXPECT_EQ(ledger_.FirstReturn(), TimeMs::Max());
  EXPECT_THAT(Check(At(0, 2)).reasons, IsEmpty());
  ActionKey key{};
  key[0] = 1;
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kDone, At(0, 0, 30), At(0, 3)),
            Settlement::kSettled);
  EXPECT_THAT(CodesOf(Check(At(0, 4))), ElementsAre(ReasonCode::kCap));
  key[0] = 99;
  EXPECT_EQ(ledger_.Settle(key, ReceiptStatus::kDone, At(0), At(0)), Settlement::kUnknownAction);
}

// Goal: however contacts are spread over their send windows, no rolling window is ever too full.
// Method: decide at random times, let the executor send at a random moment, count by definition.
TEST_F(ContactPolicyTest, NoRollingWindowIsEverTooFull) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto below = [&rng](std::int64_t n) {
    return static_cast<std::int64_t>(rng() % static_cast<std::uint32_t>(n));
  };
  for (int round = 0; round < 200; ++round) {
    policy_.caps = {{.name = "a",
                     .contacts_max = static_cast<std::int32_t>(1 + below(3)),
                     .window_ms = (1 + below(40)) * kHourMs},
                    {.name = "b",
                     .channels = {"email"},
                     .contacts_max = static_cast<std::int32_t>(1 + below(4)),
                     .window_ms = (1 + below(90)) * kHourMs}};
    ledger_ = {};
    contacts_ = 0;
    std::vector<std::pair<TimeMs, bool>> sent;  // When, and whether by mail.
    std::vector<std::tuple<ActionKey, TimeMs, bool>> underway;
    TimeMs now = At(0);
    for (int step = 0; step < 120; ++step) {
      now.value += below(6 * 60) * kMinuteMs;
      std::erase_if(underway, [&](const auto& contact) {
        const auto& [key, when, is_mail] = contact;
        if (when > now || below(3) == 0) return false;  // Not yet, or its receipt is late.
        sent.emplace_back(when, is_mail);
        ledger_.Settle(key, ReceiptStatus::kDone, when, now);
        return true;
      });
      request_.channel = below(3) == 0 ? "push" : "email";
      request_.send_window_ms = (1 + below(30)) * kHourMs;
      const ContactPolicy policy(policy_);
      const ContactAnswer answer = Check(now);
      if (answer.next_eligible) {
        ASSERT_GT(*answer.next_eligible, now);
        ASSERT_THAT(Check(*answer.next_eligible).reasons, IsEmpty());
      }
      if (!answer.reasons.empty() || !ledger_.MakeRoom({now.value - policy.history_ms()})) continue;
      Contact(now, ContactState::kReserved);
      underway.emplace_back(ledger_.entries().back().action_key,
                            TimeMs{now.value + below((answer.send_by - now).count())},
                            request_.channel == "email");
    }
    for (const auto& [key, when, is_mail] : underway) sent.emplace_back(when, is_mail);
    for (const CapRule& cap : policy_.caps) {
      for (const auto& [start, unused] : sent) {
        std::int32_t count = 0;
        for (const auto& [when, is_mail] : sent) {
          const bool is_meant = cap.channels.empty() || is_mail;
          if (is_meant && when >= start && when.value < start.value + cap.window_ms) ++count;
        }
        ASSERT_LE(count, cap.contacts_max) << cap.name;
      }
    }
  }
}

TEST_F(ContactPolicyTest, TheLedgerComesBackFromItsBytes) {
  Contact(At(0));
  Contact(At(1), ContactState::kReserved);
  std::string bytes;
  ByteWriter writer(bytes);
  ledger_.Write(writer);
  ByteReader reader(bytes);
  ContactLedger again;
  again.Read(reader);
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(again, ledger_);
}

TEST(CheckPolicyTest, NamesWhatIsWrong) {
  PolicyDefinition policy;
  policy.caps = {{.name = "", .contacts_max = 1, .window_ms = 0}};
  policy.quiet_hours = {{.name = "q", .span = {.from_minute = 1440, .to_minute = 0}}};
  policy.holdout.share_ppm = 50'000;
  policy.default_time_zone = "Mars/Olympus";
  std::vector<std::string> where;
  for (const DefinitionProblem& problem : CheckPolicy(policy)) where.push_back(problem.where);
  EXPECT_THAT(where, ElementsAre("caps[0].name", "caps[0].window_ms", "quiet_hours[0].span",
                                 "holdout.epochs", "default_time_zone"));
}

}  // namespace
}  // namespace evenkeel
