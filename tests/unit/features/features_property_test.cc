#include <algorithm>
#include <random>

#include "builders.h"
#include <gtest/gtest.h>

#include "evenkeel/features/feature_set.h"
#include "evenkeel/features/seen_ids.h"

namespace evenkeel {
namespace {

using testing::Count;
using testing::kDayMs;
using testing::kHourMs;
using testing::kMonday;
using testing::MakeSignal;
using testing::Sum;

std::vector<FeatureDefinition> AllKinds() {
  FeatureDefinition decayed = Sum("decayed", "usage.session", "minutes", 0);
  decayed.kind = FeatureKind::kDecayedSum;
  decayed.half_life_ms = 3 * kDayMs;
  FeatureDefinition last = Sum("last", "usage.session", "minutes", 0);
  last.kind = FeatureKind::kLast;
  FeatureDefinition device = last;
  device.name = "device";
  device.value.field = "device";
  device.is_symbol = true;
  FeatureDefinition since = Count("since", "usage.*");
  since.kind = FeatureKind::kTimeSince;
  return {Count("count", "usage.session"),
          Count("count_5h", "usage.session", 5 * kHourMs),
          Sum("sum", "usage.session", "minutes", 0),
          Sum("sum_9d", "usage.session", "minutes", 0, 9 * kDayMs),
          decayed,
          last,
          device,
          since};
}

struct Fold {
  FeatureSlots slots;
  SeenIds seen;
  int counted = 0;
};

Fold FoldOf(const FeatureSet& set, const std::vector<Signal>& signals) {
  const DuplicatePolicy policy{.horizon_ms = 1000 * kDayMs, .ids_max = 10'000};
  Fold fold;
  fold.slots.slots.assign(set.size(), {});
  FeatureUpdate update;
  for (const Signal& signal : signals) {
    const SignalKey key = SignalKeyOf(signal.source, signal.id);
    if (fold.seen.Check(policy, key, signal.content_hash, signal.event_time) != Seen::kNew)
      continue;
    EXPECT_TRUE(set.Prepare(fold.slots, signal, update).ok());
    set.Apply(fold.slots, signal, update);
    fold.seen.Insert(policy, key, signal.content_hash, signal.event_time);
    ++fold.counted;
  }
  return fold;
}

std::string BytesOf(const FeatureSet& set, const Fold& fold) {
  std::string bytes;
  ByteWriter writer(bytes);
  WriteSlots(writer, set.layout(), fold.slots);
  fold.seen.Write(writer);
  return bytes;
}

class FeaturesPropertyTest : public ::testing::Test {
 protected:
  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(rng_() % static_cast<std::uint32_t>(n));
  }

  std::vector<Signal> History(int count) {
    std::vector<Signal> signals;
    for (int i = 0; i < count; ++i) {
      signals.push_back(
          MakeSignal("usage.session", {kMonday.value + Below(60 * 24) * kHourMs},
                     {{"minutes", Below(200) - 50}, {"device", "d" + std::to_string(Below(3))}}));
    }
    return signals;
  }

  std::uint32_t seed_ =
      static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                ::testing::Message() << "--gtest_random_seed=" << seed_};
  std::mt19937 rng_{seed_};
  FeatureSet set_{AllKinds()};
};

TEST_F(FeaturesPropertyTest, ShuffledLateAndDuplicatedInputEndsInTheSameBytes) {
  for (int round = 0; round < 60; ++round) {
    std::vector<Signal> signals = History(1 + static_cast<int>(Below(80)));
    const std::string expected = BytesOf(set_, FoldOf(set_, signals));
    std::vector<Signal> disturbed = signals;
    for (std::int64_t i = Below(40); i > 0; --i) {
      disturbed.push_back(
          signals[static_cast<std::size_t>(Below(static_cast<std::int64_t>(signals.size())))]);
    }
    std::shuffle(disturbed.begin(), disturbed.end(), rng_);
    const Fold fold = FoldOf(set_, disturbed);
    ASSERT_EQ(fold.counted, static_cast<int>(signals.size()));
    ASSERT_EQ(BytesOf(set_, fold), expected);
  }
}

TEST_F(FeaturesPropertyTest, WindowsAgreeWithTheirDefinition) {
  for (int round = 0; round < 200; ++round) {
    const std::vector<Signal> signals = History(static_cast<int>(Below(60)));
    const Fold fold = FoldOf(set_, signals);
    TimeMs newest = kMonday;
    for (const Signal& signal : signals) newest = std::max(newest, signal.event_time);
    const TimeMs now{newest.value + Below(20 * 24) * kHourMs};
    std::int64_t sum_9d = 0;
    std::int64_t count_5h = 0;
    std::int64_t sum = 0;
    for (const Signal& signal : signals) {
      const std::int64_t minutes = std::get<std::int64_t>(*signal.Find("minutes"));
      sum += minutes;
      if (signal.event_time.value / kDayMs > now.value / kDayMs - 9) sum_9d += minutes;
      if (signal.event_time.value / kHourMs > now.value / kHourMs - 5) ++count_5h;
    }
    std::vector<FeatureValue> values(set_.size());
    set_.Read(fold.slots, now, values);
    ASSERT_EQ(values[*set_.Find("sum")].number, sum);
    ASSERT_EQ(values[*set_.Find("sum_9d")].number, sum_9d);
    ASSERT_EQ(values[*set_.Find("count_5h")].number, count_5h);
  }
}

TEST_F(FeaturesPropertyTest, BytesComeBackAsTheyWere) {
  for (int round = 0; round < 50; ++round) {
    const Fold fold = FoldOf(set_, History(static_cast<int>(Below(60))));
    const std::string bytes = BytesOf(set_, fold);
    const auto layout = DecodeLayout(EncodeLayout(set_.layout()));
    ASSERT_TRUE(layout.ok());
    ByteReader reader(bytes);
    Fold again;
    again.slots = ReadSlots(reader, *layout);
    again.seen.Read(reader);
    ASSERT_TRUE(reader.done());
    ASSERT_EQ(again.slots, fold.slots);
    ASSERT_EQ(again.seen, fold.seen);
  }
}

TEST_F(FeaturesPropertyTest, TruncatedBytesAreRefused) {
  const Fold fold = FoldOf(set_, History(40));
  const std::string bytes = BytesOf(set_, fold);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteReader reader(std::string_view(bytes).substr(0, length));
    ReadSlots(reader, set_.layout());
    SeenIds seen;
    seen.Read(reader);
    ASSERT_FALSE(reader.done()) << length;
  }
}

}  // namespace
}  // namespace evenkeel
