#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "task.h"

#include "evenkeel/engine/processor.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {

/// What a processor sees of a task that is about to start.
class OpenedTask final : public TaskView {
 public:
  OpenedTask(Processor& processor, Task& task) : processor_(processor), task_(task) {}

  Partition row() const override { return task_.row(); }
  std::uint64_t task_epoch() const override { return task_.applied().epoch; }
  TimeMs as_of() const override { return task_.applied().clock; }

  Status ForEachState(const StateVisitor& visit) override {
    return task_.store().ForEach(static_cast<char>(EntryKind::kState), [&](std::string_view key,
                                                                           std::string_view bytes) {
      EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(bytes));
      EVENKEEL_ASSIGN_OR_RETURN(const std::unique_ptr<StateObject> state,
                                processor_.DecodeState(key.substr(1), value.layout, value.bytes));
      return visit(key.substr(1), *state);
    });
  }

  void HandOut(Effect effect) override { effects_.push_back(std::move(effect)); }
  std::vector<Effect> TakeEffects() { return std::move(effects_); }

 private:
  Processor& processor_;
  Task& task_;
  std::vector<Effect> effects_;
};

}  // namespace evenkeel
