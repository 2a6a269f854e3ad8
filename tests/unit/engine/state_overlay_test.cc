#include "state_overlay.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kObjectBytes = 10'000;

/// A text, with a timer at every of its letters.
class Text final : public StateObject {
 public:
  explicit Text(std::string bytes) : text(std::move(bytes)) {}
  void EncodeTo(std::string& out) const override { out += text; }
  std::size_t MemoryBytes(std::size_t /*encoded*/) const override { return kObjectBytes; }

  std::string text;
};

class TextProcessor final : public Processor {
 public:
  Status OnRecord(SliceContext&, const LogRecord&) override { return {}; }
  Status OnTimer(SliceContext&, const Timer&) override { return {}; }
  Status OnLocalEvent(SliceContext&, std::string_view) override { return {}; }
  Status CloseWave(SliceContext&) override { return {}; }
  Result<std::unique_ptr<StateObject>> DecodeState(std::string_view, std::uint64_t,
                                                   std::string_view bytes) override {
    return std::unique_ptr<StateObject>(std::make_unique<Text>(std::string(bytes)));
  }
  std::unique_ptr<StateObject> NewState(std::string_view) override {
    return std::make_unique<Text>("");
  }
  void TimersOf(std::string_view, const StateObject& state, TimerSink& timers) override {
    for (const char letter : static_cast<const Text&>(state).text) {
      timers.Add({letter}, std::string(1, letter));
    }
  }
};

class StateOverlayTest : public ::testing::Test {
 protected:
  std::unique_ptr<StateOverlay> Overlay(StateCache& cache) {
    return std::make_unique<StateOverlay>(*store_, processor_, timers_, cache, counters_);
  }

  static Text& TextOf(StateOverlay& overlay, std::string_view key) {
    Result<StateObject*> object = overlay.GetOrCreate(key);
    EXPECT_TRUE(object.ok());
    return static_cast<Text&>(**object);
  }

  static void Write(StateOverlay& overlay, std::string_view key, std::string text) {
    TextOf(overlay, key).text = std::move(text);
    overlay.MarkDirty(key);
  }

  /// What a task does at the end of a transaction that is acknowledged.
  void Commit(StateOverlay& overlay) {
    overlay.RefreshTimers();
    StoreBatch batch;
    for (const StateOverlay::Change& change : overlay.Changes()) {
      std::optional<std::string> value;
      if (change.state != nullptr) {
        value.emplace();
        BeginStateValue(0, *value);
        change.state->EncodeTo(*value);
        *change.encoded = value->size();
      }
      batch.Put(EntryKey(EntryKind::kState, change.key), std::move(value));
    }
    timers_.AppendTo(batch);
    ASSERT_TRUE(store_->Apply(batch, {.changelog_next = ++offset_}).ok());
    timers_.Acknowledge();
    overlay.Acknowledge();
  }

  void Rollback(StateOverlay& overlay) {
    overlay.Rollback();
    timers_.Rollback();
  }

  /// The timers that are set, in order, by name.
  std::vector<std::string> Timers() {
    std::vector<std::string> names;
    for (;;) {
      Result<const TimerPosition*> first = timers_.First();
      if (!first.ok() || *first == nullptr) break;
      names.push_back((*first)->key + ":" + (*first)->name);
      timers_.Suspend(TimerPosition(**first));
    }
    timers_.Rollback();
    return names;
  }

  testing::TempDirectory directory_;
  StoreResources resources_{{.cache_bytes = 1 << 20, .unflushed_bytes = 8 << 20}};
  std::unique_ptr<TaskStore> store_ = *TaskStore::Open(resources_, directory_.path() + "/store");
  TextProcessor processor_;
  TimerIndex timers_{*store_};
  WorkerCounters counters_;
  Offset offset_ = 0;
};

TEST_F(StateOverlayTest, WhatWasWrittenIsNotReadAgain) {
  StateCache cache(10 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Commit(*overlay);
  EXPECT_EQ(counters_.states_loaded, 1U);
  EXPECT_EQ(TextOf(*overlay, "ada").text, "a");
  EXPECT_EQ(TextOf(*overlay, "ada").text, "a");
  EXPECT_EQ(counters_.states_loaded, 1U);
  EXPECT_EQ(counters_.states_cached, 1U) << "once a transaction";
}

TEST_F(StateOverlayTest, WhatWasTouchedAndNotMarkedIsReadAgain) {
  StateCache cache(10 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Commit(*overlay);
  TextOf(*overlay, "ada").text = "scribble";
  Commit(*overlay);
  EXPECT_EQ(TextOf(*overlay, "ada").text, "a");
  EXPECT_EQ(counters_.states_loaded, 2U);
}

TEST_F(StateOverlayTest, AnAbortTakesBackWhatItTouchedAndNothingElse) {
  StateCache cache(10 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Write(*overlay, "bob", "b");
  Commit(*overlay);
  Write(*overlay, "ada", "xy");
  ASSERT_TRUE(overlay->Delete("cyd").ok());
  overlay->RefreshTimers();
  Rollback(*overlay);
  EXPECT_TRUE(overlay->Changes().empty());
  EXPECT_EQ(TextOf(*overlay, "ada").text, "a");
  EXPECT_EQ(counters_.states_loaded, 4U) << "ada again";
  EXPECT_EQ(TextOf(*overlay, "bob").text, "b");
  EXPECT_EQ(counters_.states_loaded, 4U) << "bob was not touched";
  EXPECT_THAT(Timers(), ElementsAre("ada:a", "bob:b"));
}

TEST_F(StateOverlayTest, ACachedStateChangesItsTimersAsAnyOther) {
  StateCache cache(10 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "ac");
  Commit(*overlay);
  Write(*overlay, "ada", "bc");
  Commit(*overlay);
  EXPECT_EQ(counters_.states_cached, 1U);
  EXPECT_THAT(Timers(), ElementsAre("ada:b", "ada:c"));
  EXPECT_TRUE(overlay->HasTimer({{'b'}, "ada", "b"}));
  EXPECT_FALSE(overlay->HasTimer({{'a'}, "ada", "a"}));
}

TEST_F(StateOverlayTest, ADeletedStateIsGone) {
  StateCache cache(10 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Commit(*overlay);
  ASSERT_TRUE(overlay->Delete("ada").ok());
  Commit(*overlay);
  EXPECT_EQ(*overlay->Find("ada"), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
  EXPECT_THAT(Timers(), ElementsAre());
}

TEST_F(StateOverlayTest, KeepsThoseTouchedLastWithinItsBound) {
  StateCache cache(4 * kObjectBytes);
  const auto overlay = Overlay(cache);
  for (const char* key : {"ada", "bob", "cyd", "dan", "eve"}) Write(*overlay, key, "a");
  Commit(*overlay);
  EXPECT_LE(cache.bytes(), 4 * kObjectBytes);
  Write(*overlay, "cyd", "b");
  Commit(*overlay);
  Write(*overlay, "fay", "a");
  Commit(*overlay);
  counters_ = {};
  for (const char* key : {"cyd", "eve", "fay"}) EXPECT_EQ(TextOf(*overlay, key).text.size(), 1U);
  EXPECT_EQ(counters_.states_cached, 3U);
  TextOf(*overlay, "dan");
  EXPECT_EQ(counters_.states_loaded, 1U);
}

TEST_F(StateOverlayTest, ABoundOfNothingKeepsNothing) {
  StateCache cache(0);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Commit(*overlay);
  EXPECT_EQ(TextOf(*overlay, "ada").text, "a");
  EXPECT_EQ(counters_.states_cached, 0U);
  EXPECT_EQ(counters_.states_loaded, 2U);
}

TEST_F(StateOverlayTest, TasksShareTheBoundAndGiveItBack) {
  StateCache cache(4 * kObjectBytes);
  const auto overlay = Overlay(cache);
  for (const char* key : {"ada", "bob", "cyd"}) Write(*overlay, key, "a");
  Commit(*overlay);
  EXPECT_GT(cache.bytes(), 3 * kObjectBytes);
  {
    TimerIndex timers(*store_);
    const StateOverlay other(*store_, processor_, timers, cache, counters_);
    overlay->Trim();
    EXPECT_LE(cache.bytes(), 2 * kObjectBytes);
    EXPECT_GT(cache.bytes(), kObjectBytes);
  }
  EXPECT_EQ(cache.share(), 4 * kObjectBytes);
}

TEST_F(StateOverlayTest, KnowsTheBytesOfWhatWasTouched) {
  StateCache cache(4 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", std::string(100, 'a'));
  Commit(*overlay);
  EXPECT_EQ(overlay->touched_bytes(), 0U);
  TextOf(*overlay, "ada");
  const std::size_t kept = overlay->touched_bytes();
  EXPECT_GE(kept, 100U);
  TextOf(*overlay, "ada");
  EXPECT_EQ(overlay->touched_bytes(), kept) << "once";
  Rollback(*overlay);
  EXPECT_EQ(overlay->touched_bytes(), 0U);
  TextOf(*overlay, "ada");
  EXPECT_EQ(overlay->touched_bytes(), kept) << "read from the store";
}

TEST_F(StateOverlayTest, OnlyWhatWasLookedUpMayBeMarked) {
  StateCache cache(4 * kObjectBytes);
  const auto overlay = Overlay(cache);
  Write(*overlay, "ada", "a");
  Commit(*overlay);
  EXPECT_DEATH(overlay->MarkDirty("ada"), "");
}

}  // namespace
}  // namespace evenkeel
