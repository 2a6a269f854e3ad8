#include "ledger/ledger_processor.h"

#include <utility>

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

class LedgerObject final : public StateObject {
 public:
  explicit LedgerObject(LedgerState initial) : state(std::move(initial)) {}
  std::uint64_t layout() const override { return LedgerProcessor::kLayout; }
  void EncodeTo(std::string& out) const override { out += state.Encode(); }
  std::size_t MemoryBytes(std::size_t encoded) const override {
    return sizeof(*this) + 2 * encoded;
  }

  LedgerState state;
};

/// The slice as the ledger sees it.
class SliceWorld final : public LedgerWorld {
 public:
  explicit SliceWorld(SliceContext& context) : context_(context) {}

  TimeMs now() const override { return context_.now(); }
  Partition row_count() const override { return context_.row_count(); }
  Result<LedgerState*> State(std::string_view key, bool create) override {
    EVENKEEL_ASSIGN_OR_RETURN(StateObject * object,
                              create ? context_.GetOrCreateState(key) : context_.FindState(key));
    return object == nullptr ? nullptr : &static_cast<LedgerObject*>(object)->state;
  }
  void MarkDirty(std::string_view key) override { context_.MarkDirty(key); }
  Status Delete(std::string_view key) override { return context_.DeleteState(key); }
  Status Emit(std::string_view topic, std::optional<Partition> partition, std::string_view key,
              std::string_view value) override {
    return context_.Emit({.topic = topic, .key = key, .value = value, .partition = partition});
  }
  void DeadLetter(const LogRecord& record, std::string_view reason) override {
    context_.DeadLetter(record, reason, "the ledger does not take it");
  }
  void HandOut(std::string id, std::string bytes) override {
    context_.HandOut({std::move(id), std::move(bytes)});
    context_.CommitSoon();
  }
  void AdvanceChain(std::string_view link) override {
    const Sha256Digest head = Sha256(context_.chain().head + std::string(link));
    context_.AdvanceChain(AsBytes(head));
  }
  std::size_t state_bytes_max() const override { return context_.limits().state_max_bytes; }

 private:
  SliceContext& context_;
};

}  // namespace

Status LedgerProcessor::OnRecord(SliceContext& context, const LogRecord& record) {
  SliceWorld world(context);
  return logic_.OnRecord(world, record);
}

Status LedgerProcessor::OnTimer(SliceContext& context, const Timer& timer) {
  SliceWorld world(context);
  return logic_.OnTimer(world, timer.key, timer.due, timer.name);
}

Status LedgerProcessor::OnLocalEvent(SliceContext& context, std::string_view event) {
  SliceWorld world(context);
  return logic_.OnResult(world, event);
}

Status LedgerProcessor::CloseWave(SliceContext& context) {
  SliceWorld world(context);
  return logic_.CloseWave(world);
}

Result<std::unique_ptr<StateObject>> LedgerProcessor::DecodeState(std::string_view /*key*/,
                                                                  std::uint64_t layout,
                                                                  std::string_view bytes) {
  if (layout != kLayout || !knows_layout_) return DataLoss("a state of a layout not seen before");
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState state, LedgerState::Decode(bytes));
  return std::unique_ptr<StateObject>(std::make_unique<LedgerObject>(std::move(state)));
}

std::unique_ptr<StateObject> LedgerProcessor::NewState(std::string_view /*key*/) {
  return std::make_unique<LedgerObject>(LedgerState());
}

void LedgerProcessor::TimersOf(std::string_view /*key*/, const StateObject& state,
                               TimerSink& timers) {
  for (const auto& reminder : static_cast<const LedgerObject&>(state).state.reminders) {
    timers.Add(reminder.due, reminder.name);
  }
}

std::string LedgerProcessor::LayoutBytes(std::uint64_t /*layout*/) {
  knows_layout_ = true;
  return std::string(kLayoutBytes);
}

Status LedgerProcessor::OnLayout(std::uint64_t layout, std::string_view bytes) {
  if (layout != kLayout || bytes != kLayoutBytes) return DataLoss("an unknown layout");
  knows_layout_ = true;
  return {};
}

Status LedgerProcessor::OnTaskOpened(TaskView& task) {
  journal_.opened.push_back(task.row());
  return task.ForEachState([&](std::string_view key, const StateObject& object) {
    for (const std::string& id : static_cast<const LedgerObject&>(object).state.calls) {
      task.HandOut({std::string(key) + "/" + id, std::string(key) + " " + id});
    }
    return Status();
  });
}

void LedgerProcessor::OnTaskRolledBack(Partition /*row*/) { logic_.ForgetWave(); }

void LedgerProcessor::OnTaskClosed(Partition row) {
  logic_.ForgetWave();
  journal_.closed.push_back(row);
}

void LedgerProcessor::OnGlobalRecord(const GlobalRecord& record) {
  journal_.globals.push_back(std::to_string(record.global) + ":" +
                             std::string(record.key.value_or("")) + "=" +
                             std::string(record.value.value_or("")));
}

}  // namespace evenkeel::testing
