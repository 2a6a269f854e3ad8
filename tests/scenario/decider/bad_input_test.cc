// Whatever is wrong with a record: it goes to the dead letters as it was, with where it lay and
// why, it is counted, and the partition goes on.

#include "decider/bad_input_test.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "decider/bad_input_cases.h"
#include <gmock/gmock.h>

#include "evenkeel/base/hash.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAreArray;

/// One kind, as it was written.
struct Sent {
  const BadInputKind* kind;
  OwnedRecord bad;
  std::string next_customer;  ///< Who comes after it in its partition,
  TimeMs next_at;             ///< and when.
};

/// Everything in the order in which it is written: before each bad record what it needs, and after
/// it somebody about whom a decision is due.
std::vector<Sent> WriteAll(ServiceWorld& world) {
  const ClockMode clock = world.deployment.clock;
  TimeMs at = clock == ClockMode::kWall ? world.bench.now().wall : SimBench::kStart;
  std::vector<Sent> all;
  std::vector<OwnedRecord> records;
  for (const BadInputKind& kind : AllBadInput()) {
    if (kind.clock.value_or(clock) != clock) continue;
    const std::string number = std::to_string(all.size());
    const Partition row = static_cast<Partition>(all.size()) % world.deployment.row_count;
    const Partition rows = world.deployment.row_count;
    const BadInputSeed seed{world, CustomerIn(row, rows, "bad-" + number), at};
    if (kind.before) records.push_back(kind.before(seed));
    Sent sent{.kind = &kind, .bad = kind.bad(seed), .next_customer = {}, .next_at = {}};
    records.push_back(sent.bad);
    if (clock == ClockMode::kEvent) at = at + seconds(60);
    sent.next_customer = CustomerIn(sent.bad.partition, rows, "next-" + number);
    sent.next_at = at;
    records.push_back(
        RecordOf(world, PaymentFailed(sent.next_customer, sent.next_customer + "/1", at)));
    all.push_back(std::move(sent));
  }
  world.Write(records);
  return all;
}

/// The record as the log has it: with its offset and timestamp.
const OwnedRecord* Find(const std::vector<OwnedRecord>& log, const OwnedRecord& sent) {
  const auto is_it = [&](const OwnedRecord& each) {
    return each.partition == sent.partition && each.key == sent.key && each.value == sent.value &&
           each.headers == sent.headers;
  };
  const auto found = std::find_if(log.begin(), log.end(), is_it);
  return found == log.end() ? nullptr : &*found;
}

const OwnedRecord* FindLetter(const std::vector<OwnedRecord>& letters, const OwnedRecord& bad) {
  for (const OwnedRecord& letter : letters) {
    if (letter.partition == bad.partition &&
        HeaderOf(letter, "evenkeel.errors.offset") == std::to_string(bad.offset)) {
      return &letter;
    }
  }
  return nullptr;
}

void ExpectLetter(const OwnedRecord& bad, const OwnedRecord& letter, std::string_view reason) {
  constexpr std::size_t kKept = 64 * 1024;
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.reason"), reason);
  EXPECT_NE(HeaderOf(letter, "evenkeel.errors.detail"), "");
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.topic"), bad.topic);
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.partition"), std::to_string(bad.partition));
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.timestamp_ms"), std::to_string(bad.timestamp->value));
  EXPECT_EQ(letter.key, bad.key);
  EXPECT_EQ(letter.timestamp, bad.timestamp);
  ASSERT_GE(letter.headers.size(), bad.headers.size());
  const std::vector<std::pair<std::string, std::string>> theirs(
      letter.headers.begin(), letter.headers.begin() + static_cast<int>(bad.headers.size()));
  EXPECT_THAT(theirs, ElementsAreArray(bad.headers));
  if (bad.value->size() <= kKept) {
    EXPECT_EQ(letter.value, bad.value);
    return;
  }
  EXPECT_TRUE(letter.value == bad.value->substr(0, kKept));
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.value.size"), std::to_string(bad.value->size()));
  EXPECT_EQ(HeaderOf(letter, "evenkeel.errors.value.sha256"), ToHex(Sha256(*bad.value)));
}

/// Somebody who came after a bad record was decided on, at their own time.
void ExpectDecided(const std::vector<StoredDecision>& decisions, const Sent& sent,
                   ClockMode clock) {
  const auto is_about = [&](const StoredDecision& each) {
    return each.record.key == sent.next_customer;
  };
  EXPECT_EQ(std::count_if(decisions.begin(), decisions.end(), is_about), 1);
  const auto found = std::find_if(decisions.begin(), decisions.end(), is_about);
  if (found != decisions.end() && clock == ClockMode::kEvent) {
    EXPECT_EQ(found->decision.decided, sent.next_at);
  }
}

TEST_P(BadInputTest, GoesToTheDeadLettersAndThePartitionGoesOn) {
  const std::unique_ptr<LogBench> bench = GetParam().make_bench({});
  ServiceWorld world(*bench, {.clock = GetParam().clock, .state_max_bytes = kStateMaxBytes});
  world.Publish(DemoBundle(), 1);
  const std::vector<Sent> all = WriteAll(world);
  world.StartDecider();
  ASSERT_TRUE(world.UntilCaughtUp());

  const std::vector<OwnedRecord> input = world.Read(world.signals());
  const std::vector<OwnedRecord> letters = world.DeadLetters(world.signals());
  const std::vector<StoredDecision> decisions = world.Decisions();
  EXPECT_EQ(letters.size(), all.size());
  std::map<std::string, int> by_reason;
  for (const Sent& sent : all) {
    SCOPED_TRACE(sent.kind->name);
    ++by_reason[std::string(sent.kind->reason)];
    const OwnedRecord* bad = Find(input, sent.bad);
    ASSERT_NE(bad, nullptr);
    const OwnedRecord* letter = FindLetter(letters, *bad);
    EXPECT_NE(letter, nullptr);
    if (letter != nullptr) ExpectLetter(*bad, *letter, sent.kind->reason);
    ExpectDecided(decisions, sent, GetParam().clock);
  }
  for (const auto& [reason, count] : by_reason) {
    EXPECT_EQ(world.Metric("evenkeel_dead_letters_total{reason=\"" + reason + "\"}"), count)
        << reason;
  }
  EXPECT_EQ(world.member("d1").worker->status().counters.dead_letters, all.size());
}

}  // namespace
}  // namespace evenkeel::testing
