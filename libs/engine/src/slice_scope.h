#pragma once

#include <span>

#include "task.h"
#include "transaction.h"

#include "evenkeel/engine/slice_context.h"

namespace evenkeel {

/// What a processor sees of the slice that is running.
class SliceScope final : public SliceContext {
 public:
  SliceScope(const TaskEnvironment& environment, Task& task, Transaction& transaction,
             std::span<const Offset> revisions)
      : environment_(environment), task_(task), transaction_(transaction), revisions_(revisions) {}

  Partition row() const override { return task_.row(); }
  Partition row_count() const override { return environment_.options.row_count; }
  std::uint64_t task_epoch() const override { return task_.position().epoch; }
  std::uint64_t transaction_sequence() const override { return task_.position().sequence + 1; }
  TimeMs now() const override { return task_.position().clock; }
  TimeMs as_of() const override { return task_.position().clock; }
  std::span<const Offset> global_revisions() const override { return revisions_; }
  const EngineLimits& limits() const override { return environment_.options.limits; }

  Result<StateObject*> FindState(std::string_view key) override { return task_.states().Find(key); }
  Result<StateObject*> GetOrCreateState(std::string_view key) override {
    return task_.states().GetOrCreate(key);
  }
  void MarkDirty(std::string_view key) override { task_.states().MarkDirty(key); }
  Status DeleteState(std::string_view key) override { return task_.states().Delete(key); }

  Status Emit(const Output& output) override;
  void DeadLetter(const LogRecord& record, std::string_view reason,
                  std::string_view detail) override;
  void HandOut(Effect effect) override { task_.work().effects.push_back(std::move(effect)); }
  void CommitSoon() override { task_.work().commit_soon = true; }

  const ChainPosition& chain() const override { return task_.position().chain; }
  void AdvanceChain(std::string_view head) override;

 private:
  void Produce(const OutRecord& record);

  const TaskEnvironment& environment_;
  Task& task_;
  Transaction& transaction_;
  std::span<const Offset> revisions_;
};

}  // namespace evenkeel
