#include "evenkeel/features/layout.h"

#include "builders.h"
#include <gtest/gtest.h>

#include "evenkeel/features/far_time.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/features/slots.h"

namespace evenkeel {
namespace {

using testing::At;
using testing::Count;
using testing::kDayMs;

Layout LayoutOf(std::vector<FeatureDefinition> definitions) {
  return FeatureSet(std::move(definitions)).layout();
}

std::int64_t NumberOf(const FeatureSlots& slots, const Layout& layout, const std::string& name) {
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    if (layout.slots[i].name == name) return slots.slots[i].number;
  }
  return -1;
}

FeatureSlots Numbered(const Layout& layout) {
  FeatureSlots slots;
  slots.slots.resize(layout.slots.size());
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    slots.slots[i].number = layout.slots[i].name[0];
  }
  return slots;
}

TEST(LayoutTest, IsReadFromItsBytesAlone) {
  const Layout layout = LayoutOf({Count("a", "x.a"), Count("b", "x.b", 7 * kDayMs)});
  const Result<Layout> again = DecodeLayout(EncodeLayout(layout));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, layout);
  EXPECT_FALSE(DecodeLayout("").ok());
  EXPECT_FALSE(DecodeLayout("\x07").ok());
}

TEST(LayoutTest, DoesNotDependOnTheOrderOfDefinitions) {
  EXPECT_EQ(LayoutOf({Count("a", "x.a"), Count("b", "x.b")}).id,
            LayoutOf({Count("b", "x.b"), Count("a", "x.a")}).id);
}

TEST(LayoutTest, TheKeyIsTheMeaningNotTheName) {
  EXPECT_EQ(SlotKeyOf(Count("a", "x.a")), SlotKeyOf(Count("b", "x.a")));
  EXPECT_NE(SlotKeyOf(Count("a", "x.a")), SlotKeyOf(Count("a", "x.b")));
  EXPECT_NE(SlotKeyOf(Count("a", "x.a")), SlotKeyOf(Count("a", "x.a", kDayMs)));
}

TEST(FarTimeTest, NeverTakesOneByteAndEveryTimeComesBack) {
  for (const TimeMs time : {TimeMs::Max(), TimeMs::Min(), TimeMs{0}, TimeMs{-1}, TimeMs{1}, At(0),
                            TimeMs{INT64_MAX - 1}, TimeMs{INT64_MIN + 1}}) {
    std::string bytes;
    ByteWriter writer(bytes);
    WriteFarTime(writer, time);
    ByteReader reader(bytes);
    EXPECT_EQ(ReadFarTime(reader), time);
    EXPECT_TRUE(reader.done());
    const bool is_never = time == TimeMs::Max() || time == TimeMs::Min();
    EXPECT_EQ(bytes.size() == 1,
              is_never || time == TimeMs{0} || time == TimeMs{-1} || time == TimeMs{1});
  }
}

TEST(MigrateSlotsTest, KeepsParksAndBringsBack) {
  const Layout one = LayoutOf({Count("a", "x.a"), Count("b", "x.b")});
  const Layout two = LayoutOf({Count("b", "x.b"), Count("c", "x.c")});
  FeatureSlots slots = Numbered(one);
  MigrateSlots(slots, one, two, At(0), At(-30));
  EXPECT_EQ(NumberOf(slots, two, "b"), 'b');
  EXPECT_EQ(NumberOf(slots, two, "c"), 0);
  ASSERT_EQ(slots.parked.size(), 1U);
  MigrateSlots(slots, two, one, At(1), At(-29));
  EXPECT_EQ(NumberOf(slots, one, "a"), 'a');
  EXPECT_TRUE(slots.parked.empty());  // `c` was empty: nothing to keep.
}

TEST(MigrateSlotsTest, DropsWhatWasParkedTooLong) {
  const Layout one = LayoutOf({Count("a", "x.a")});
  const Layout two = LayoutOf({Count("b", "x.b")});
  FeatureSlots slots = Numbered(one);
  MigrateSlots(slots, one, two, At(0), At(-30));
  MigrateSlots(slots, two, one, At(40), At(10));
  EXPECT_EQ(NumberOf(slots, one, "a"), 0);
}

TEST(MigrateSlotsTest, ParkedSlotsSurviveEncoding) {
  const Layout one = LayoutOf({Count("a", "x.a")});
  const Layout two = LayoutOf({Count("b", "x.b")});
  FeatureSlots slots = Numbered(one);
  MigrateSlots(slots, one, two, At(0), At(-30));
  std::string bytes;
  ByteWriter writer(bytes);
  WriteSlots(writer, two, slots);
  ByteReader reader(bytes);
  EXPECT_EQ(ReadSlots(reader, two), slots);
  EXPECT_TRUE(reader.done());
}

}  // namespace
}  // namespace evenkeel
