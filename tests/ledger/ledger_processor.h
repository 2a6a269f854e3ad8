#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/ledger_logic.h"

#include "evenkeel/engine/processor.h"

namespace evenkeel::testing {

/// The ledger on the engine: exercises everything a Processor can do, without any decisioning.
class LedgerProcessor final : public Processor {
 public:
  /// What happened outside of slices, for tests that look.
  struct Journal {
    std::vector<Partition> opened;
    std::vector<Partition> closed;
    std::vector<std::string> globals;  ///< "INDEX:KEY=VALUE"
    int globals_at_end = 0;
  };

  LedgerProcessor(LedgerTopics topics, Journal& journal)
      : logic_(std::move(topics)), journal_(journal) {}

  Status OnRecord(SliceContext& context, const LogRecord& record) override;
  Status OnTimer(SliceContext& context, const Timer& timer) override;
  Status OnLocalEvent(SliceContext& context, std::string_view event) override;
  Status CloseWave(SliceContext& context) override;

  Result<std::unique_ptr<StateObject>> DecodeState(std::string_view key, std::uint64_t layout,
                                                   std::string_view bytes) override;
  std::unique_ptr<StateObject> NewState(std::string_view key) override;
  void TimersOf(std::string_view key, const StateObject& state, TimerSink& timers) override;
  std::string LayoutBytes(std::uint64_t layout) override;
  Status OnLayout(std::uint64_t layout, std::string_view bytes) override;

  /// By account, then by what it says: records alike are alike.
  std::string OrderKeyOf(const LogRecord& record) override {
    return std::string(record.key.value_or("")) + "|" + std::string(record.value.value_or(""));
  }

  Status OnTaskOpened(TaskView& task) override;
  void OnTaskRolledBack(Partition row) override;
  void OnTaskClosed(Partition row) override;
  void OnGlobalRecord(const GlobalRecord& record) override;
  void OnGlobalsAtEnd() override { ++journal_.globals_at_end; }

  static constexpr std::uint64_t kLayout = 0x4c454447'45520001;
  static constexpr std::string_view kLayoutBytes =
      "balance operations last_now reminders calls padding";

 private:
  LedgerLogic logic_;
  Journal& journal_;
  bool knows_layout_ = false;
};

}  // namespace evenkeel::testing
