#include "ledger/ledger_oracle.h"

#include <algorithm>
#include <tuple>

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

constexpr std::string_view kStateHeader("\1\x4c\x45\x44\x47\x45\x52\x00\x01", 9);
constexpr std::string_view kLayoutKey("L\x4c\x45\x44\x47\x45\x52\x00\x01", 9);
constexpr std::string_view kLayoutBytes = "balance operations last_now reminders calls padding";

void AddOptional(Sha256Stream& digest, const std::optional<std::string>& bytes) {
  digest.UpdateField(bytes ? "1" : "0");
  digest.UpdateField(bytes.value_or(""));
}

/// What the order of records and the event clock see of a timestamp.
TimeMs Believed(TimeMs time) {
  return time.value >= 946'684'800'000 && time.value < 4'102'444'800'000 ? time : TimeMs::Min();
}

template <typename T>
Status Same(const char* what, const T& ours, const T& theirs) {
  if (ours == theirs) return {};
  return Internal(std::string("the oracle disagrees about ") + what);
}

}  // namespace

/// The oracle's own slice: plain maps.
class OracleWorld final : public LedgerWorld {
 public:
  explicit OracleWorld(LedgerOracle& oracle) : oracle_(oracle) {}

  TimeMs now() const override { return oracle_.clock_; }
  Partition row_count() const override { return oracle_.options_.row_count; }
  Result<LedgerState*> State(std::string_view key, bool create) override {
    const auto found = oracle_.states_.find(std::string(key));
    if (found != oracle_.states_.end()) return &found->second;
    return create ? &oracle_.states_[std::string(key)] : nullptr;
  }
  void MarkDirty(std::string_view key) override { oracle_.dirty_.insert(std::string(key)); }
  Status Delete(std::string_view key) override {
    oracle_.states_.erase(std::string(key));
    oracle_.dirty_.insert(std::string(key));
    return {};
  }
  Status Emit(std::string_view topic, std::optional<Partition> partition, std::string_view key,
              std::string_view value) override {
    if (key.size() + value.size() > oracle_.options_.output_bytes_max) {
      return {StatusCode::kResourceExhausted, "too large"};
    }
    oracle_.transaction_outputs_.push_back({std::string(topic),
                                            partition.value_or(oracle_.options_.row),
                                            std::string(key), std::string(value)});
    return {};
  }
  void DeadLetter(const LogRecord& record, std::string_view /*reason*/) override {
    LedgerOracle::Out out{.topic = record_topic + ".dlq", .partition = oracle_.options_.row};
    if (record.key) out.key = std::string(*record.key);
    if (record.value) out.value = std::string(*record.value);
    oracle_.transaction_outputs_.push_back(std::move(out));
    ++oracle_.dead_letters_;
  }
  void HandOut(std::string /*id*/, std::string /*bytes*/) override {}
  void AdvanceChain(std::string_view link) override {
    oracle_.chain_head_ = AsBytes(Sha256(oracle_.chain_head_ + std::string(link)));
    ++oracle_.chain_sequence_;
  }
  std::size_t state_bytes_max() const override { return oracle_.options_.state_bytes_max; }

  std::string record_topic;  ///< Of the record in hand.

 private:
  LedgerOracle& oracle_;
};

Status LedgerOracle::Run(const RowHistory& history) {
  for (const CommitRecord& commit : history.journal) {
    if (Status status = RunTransaction(history, commit); !status.ok()) {
      return status.WithContext("row " + std::to_string(options_.row) + ", transaction " +
                                std::to_string(commit.sequence));
    }
  }
  return {};
}

Status LedgerOracle::RunTransaction(const RowHistory& history, const CommitRecord& commit) {
  EVENKEEL_RETURN_IF_ERROR(Same("the sequence", ++sequence_, commit.sequence));
  transaction_outputs_.clear();
  dirty_.clear();
  stored_before_.clear();
  for (const auto& [key, state] : states_) stored_before_.insert(key);
  records_in_ = 0;
  dead_letters_ = 0;
  for (const AcceptedGap& gap : commit.accepted_gaps) {
    EVENKEEL_RETURN_IF_ERROR(Same("where a gap begins", next_[gap.topic], gap.from));
    next_[gap.topic] = gap.to;
  }
  for (const SliceRecord& slice : commit.slices) {
    EVENKEEL_RETURN_IF_ERROR(RunSlice(history, slice));
  }
  digest_ = DigestOfTransaction(digest_);
  has_layout_ = has_layout_ || !states_.empty();
  for (const InputNext& input : commit.inputs) {
    // An input that never moved stands at the log's beginning.
    const auto found = next_.find(input.topic);
    if (found == next_.end() || found->second == 0) continue;
    EVENKEEL_RETURN_IF_ERROR(Same("where an input ends", found->second, input.next));
  }
  EVENKEEL_RETURN_IF_ERROR(Same("the clock", clock_, commit.as_of));
  EVENKEEL_RETURN_IF_ERROR(Same("the last tick", last_tick_, commit.last_tick));
  EVENKEEL_RETURN_IF_ERROR(Same(("the count of records: " + std::to_string(records_in_) + " or " +
                                 std::to_string(commit.records_in))
                                    .c_str(),
                                records_in_, commit.records_in));
  EVENKEEL_RETURN_IF_ERROR(Same("the count of dead letters", dead_letters_, commit.dead_letters));
  EVENKEEL_RETURN_IF_ERROR(
      Same("the count of outputs", std::uint64_t{transaction_outputs_.size()}, commit.records_out));
  EVENKEEL_RETURN_IF_ERROR(Same("the chain's length", chain_sequence_, commit.chain_sequence));
  EVENKEEL_RETURN_IF_ERROR(Same("the chain's head", chain_head_, commit.chain_head));
  EVENKEEL_RETURN_IF_ERROR(Same("the digest", digest_, commit.digest));
  for (const Out& out : transaction_outputs_) {
    outputs_.push_back(out.topic + "/" + std::to_string(out.partition) + " " +
                       out.key.value_or("<none>") + "=" + out.value.value_or("<none>"));
  }
  return {};
}

Status LedgerOracle::RunSlice(const RowHistory& history, const SliceRecord& slice) {
  OracleWorld world(*this);
  if (!options_.event_clock) {
    if (slice.as_of < clock_) return Internal("as_of goes back");
    clock_ = slice.as_of;
  }
  for (const std::string& event : slice.local_events) {
    EVENKEEL_RETURN_IF_ERROR(logic_.OnResult(world, event));
  }
  EVENKEEL_RETURN_IF_ERROR(RunTimers(slice));
  EVENKEEL_RETURN_IF_ERROR(RunRecords(history, slice));
  EVENKEEL_RETURN_IF_ERROR(logic_.CloseWave(world));
  return Same("the clock after a slice", clock_, slice.as_of);
}

Status LedgerOracle::RunTimers(const SliceRecord& slice) {
  OracleWorld world(*this);
  std::optional<TimerPosition> last;
  for (std::uint32_t i = 0; i < slice.timers_fired; ++i) {
    last = FirstTimer();
    if (!last) return Internal("a timer fired that is not set");
    if (!options_.event_clock && last->due > clock_) return Internal("a timer fired too early");
    if (options_.event_clock && last->due > clock_) {
      EVENKEEL_RETURN_IF_ERROR(logic_.CloseWave(world));
      clock_ = last->due;
    }
    EVENKEEL_RETURN_IF_ERROR(logic_.OnTimer(world, last->key, last->due, last->name));
  }
  EVENKEEL_RETURN_IF_ERROR(Same("the last timer that fired", last, slice.timer_cursor));
  const std::optional<TimerPosition> left = FirstTimer();
  const bool is_late = left && !options_.event_clock && left->due <= clock_;
  if (is_late && slice.timers_fired < options_.timers_per_slice) {
    return Internal("timer '" + left->name + "' of " + left->key + ", due " +
                    std::to_string(clock_.value - left->due.value) + " ms ago, did not fire");
  }
  return {};
}

Status LedgerOracle::RunRecords(const RowHistory& history, const SliceRecord& slice) {
  struct Cursor {
    std::string topic;
    const std::vector<StoredLine>* lines;
    std::size_t index;
    Offset end;
    bool has_next() const { return index < lines->size() && (*lines)[index].offset < end; }
    const StoredLine& line() const { return (*lines)[index]; }
  };
  std::vector<Cursor> cursors;
  for (const InputNext& end : slice.ends) {
    const std::vector<StoredLine>& lines = history.inputs.at(end.topic);
    const auto begin = std::lower_bound(
        lines.begin(), lines.end(), next_[end.topic],
        [](const StoredLine& line, Offset offset) { return line.offset < offset; });
    cursors.push_back(
        {end.topic, &lines, static_cast<std::size_t>(begin - lines.begin()), end.next});
    next_[end.topic] = end.next;
  }
  while (true) {
    Cursor* first = nullptr;
    for (Cursor& cursor : cursors) {
      const bool waits_for_tick =
          !options_.tick_input.empty() && !options_.clock_inputs.contains(cursor.topic);
      if (!cursor.has_next() || waits_for_tick) continue;
      if (first == nullptr || std::pair(Believed(cursor.line().timestamp), cursor.topic) <
                                  std::pair(Believed(first->line().timestamp), first->topic)) {
        first = &cursor;
      }
    }
    if (first == nullptr) break;
    const StoredLine& line = first->line();
    ++first->index;
    const bool moves = options_.event_clock && options_.clock_inputs.contains(first->topic);
    const TimeMs clock = moves ? std::max(clock_, Believed(line.timestamp)) : clock_;
    if (clock > clock_) {
      OracleWorld world(*this);
      EVENKEEL_RETURN_IF_ERROR(logic_.CloseWave(world));
    }
    if (options_.event_clock) {
      const std::optional<TimerPosition> timer = FirstTimer();
      if (timer && timer->due < clock) return Internal("a record overtook a timer");
    }
    clock_ = clock;
    if (first->topic == options_.tick_input) {
      std::vector<std::tuple<std::string, std::string, Offset, const StoredLine*>> ordered;
      for (Cursor& cursor : cursors) {
        if (options_.clock_inputs.contains(cursor.topic)) continue;
        for (; cursor.has_next() && Believed(cursor.line().timestamp) <= last_tick_;
             ++cursor.index) {
          ordered.emplace_back(
              cursor.line().key.value_or("") + "|" + cursor.line().value.value_or(""), cursor.topic,
              cursor.line().offset, &cursor.line());
        }
      }
      last_tick_ = std::max(last_tick_, Believed(line.timestamp));
      std::sort(ordered.begin(), ordered.end());
      for (const auto& [key, topic, offset, entering] : ordered) {
        EVENKEEL_RETURN_IF_ERROR(RunRecord(topic, *entering));
      }
    }
    EVENKEEL_RETURN_IF_ERROR(RunRecord(first->topic, line));
  }
  for (const Cursor& cursor : cursors) {
    if (cursor.has_next()) return Internal("a slice took records that had to wait for a tick");
  }
  return {};
}

Status LedgerOracle::RunRecord(const std::string& topic, const StoredLine& line) {
  OracleWorld world(*this);
  world.record_topic = topic;
  LogRecord record;
  record.offset = line.offset;
  record.partition = options_.row;
  record.timestamp = line.timestamp;
  if (line.key) record.key = *line.key;
  if (line.value) record.value = *line.value;
  ++records_in_;
  return logic_.OnRecord(world, record);
}

std::optional<TimerPosition> LedgerOracle::FirstTimer() const {
  std::optional<TimerPosition> first;
  for (const auto& [key, state] : states_) {
    if (state.reminders.empty()) continue;
    const auto& reminder = *state.reminders.begin();
    TimerPosition timer{reminder.due, key, reminder.name};
    if (!first || timer < *first) first = std::move(timer);
  }
  return first;
}

std::string LedgerOracle::DigestOfTransaction(const std::string& before) const {
  Sha256Stream digest;
  digest.UpdateField(before);
  for (const Out& out : transaction_outputs_) {
    digest.UpdateField(out.topic);
    digest.UpdateField(std::to_string(out.partition));
    AddOptional(digest, out.key);
    AddOptional(digest, out.value);
  }
  bool has_layout = has_layout_;
  for (const std::string& key : dirty_) {
    const auto state = states_.find(key);
    if (state == states_.end() && !stored_before_.contains(key)) continue;
    if (state != states_.end() && !has_layout) {
      has_layout = true;
      digest.UpdateField(kLayoutKey);
      AddOptional(digest, std::string(kLayoutBytes));
    }
    digest.UpdateField("S" + key);
    AddOptional(digest, state == states_.end()
                            ? std::nullopt
                            : std::optional(std::string(kStateHeader) + state->second.Encode()));
  }
  return std::string(AsBytes(digest.Finish()));
}

std::map<std::string, std::string> LedgerOracle::States() const {
  std::map<std::string, std::string> states;
  for (const auto& [key, state] : states_) {
    states["S" + key] = std::string(kStateHeader) + state.Encode();
  }
  return states;
}

std::size_t LedgerOracle::open_calls() const {
  std::size_t calls = 0;
  for (const auto& [key, state] : states_) calls += state.calls.size();
  return calls;
}

std::string LedgerOracle::StateDigest() const {
  Sha256Stream digest;
  for (const auto& [key, value] : States()) {
    digest.UpdateField(key);
    digest.UpdateField(value);
  }
  return ToHex(digest.Finish());
}

}  // namespace evenkeel::testing
