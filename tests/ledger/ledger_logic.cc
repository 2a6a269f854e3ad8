#include "ledger/ledger_logic.h"

#include <algorithm>
#include <charconv>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::int64_t Number(const std::string& word) {
  std::int64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

}  // namespace

std::string LedgerState::Encode() const {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.Signed(balance);
  writer.Varint(operations);
  writer.Signed(last_now.value);
  writer.Varint(reminders.size());
  for (const Reminder& reminder : reminders) {
    writer.Signed(reminder.due.value);
    writer.Bytes(reminder.name);
    writer.Varint(reminder.repeats);
    writer.Signed(reminder.period_ms);
  }
  writer.Varint(calls.size());
  for (const std::string& call : calls) writer.Bytes(call);
  writer.Bytes(padding);
  return bytes;
}

Result<LedgerState> LedgerState::Decode(std::string_view bytes) {
  LedgerState state;
  ByteReader reader(bytes);
  state.balance = reader.Signed();
  state.operations = reader.Varint();
  state.last_now.value = reader.Signed();
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    Reminder reminder;
    reminder.due.value = reader.Signed();
    reminder.name = reader.Bytes();
    reminder.repeats = static_cast<std::uint32_t>(reader.Varint());
    reminder.period_ms = reader.Signed();
    state.reminders.insert(std::move(reminder));
  }
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    state.calls.emplace(reader.Bytes());
  }
  state.padding = reader.Bytes();
  if (!reader.done()) return DataLoss("a ledger state cannot be read");
  return state;
}

Status LedgerLogic::OnRecord(LedgerWorld& world, const LogRecord& record) {
  const std::vector<std::string> words = Words(record.value.value_or(""));
  if (!record.key || record.key->empty()) {
    world.DeadLetter(record, "no_key");
    return {};
  }
  // A second operation on a batched account closes the wave, so that its order is kept.
  const bool is_batched = std::any_of(batch_.begin(), batch_.end(),
                                      [&](const Batched& b) { return b.key == *record.key; });
  if (is_batched) EVENKEEL_RETURN_IF_ERROR(CloseWave(world));
  return Apply(world, record, words);
}

Status LedgerLogic::Apply(LedgerWorld& world, const LogRecord& record,
                          const std::vector<std::string>& words) {
  const std::string key(*record.key);
  const std::string verb = words.empty() ? "" : words[0];
  const auto number = [&](std::size_t i) { return i < words.size() ? Number(words[i]) : 0; };
  if (verb == "tick") return {};
  if (verb == "fail") return Internal("the ledger was told to fail");
  if (verb == "add") return Change(world, key, number(1), "add");
  if (verb == "batch") {
    batch_.push_back({key, number(1)});
    return {};
  }
  if (verb == "send" && words.size() == 3) {
    EVENKEEL_RETURN_IF_ERROR(Change(world, key, -number(2), "send"));
    return world.Emit(topics_.transfers, PartitionOf(words[1], world.row_count()), words[1],
                      "add " + words[2]);
  }
  if (verb == "pad" || verb == "pad!") {
    return Grow(world, record, static_cast<std::size_t>(number(1)), verb == "pad");
  }
  if (verb == "forget") return world.Delete(key);
  if (verb == "huge") {
    const Status emitted = world.Emit(topics_.out, std::nullopt, key, std::string(2 << 20, 'x'));
    if (emitted.code() != StatusCode::kResourceExhausted) return emitted;
    world.DeadLetter(record, "output_too_large");
    return {};
  }
  if (verb != "remind" && verb != "every" && verb != "call") {
    world.DeadLetter(record, "undecodable");
    return {};
  }
  EVENKEEL_RETURN_IF_ERROR(Change(world, key, 0, verb));
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState * state, world.State(key, /*create=*/true));
  if (verb == "call") {
    const std::string id = words.size() > 1 ? words[1] : std::to_string(state->operations);
    state->calls.insert(id);
    world.HandOut(key + "/" + id, key + " " + id);
  } else {
    const std::int64_t delay = number(1);
    state->reminders.insert({.due = world.now() + std::chrono::milliseconds(delay),
                             .name = verb + std::to_string(state->operations),
                             .repeats = static_cast<std::uint32_t>(number(2)),
                             .period_ms = delay});
  }
  return {};
}

Status LedgerLogic::Grow(LedgerWorld& world, const LogRecord& record, std::size_t bytes,
                         bool asks) {
  const std::string key(*record.key);
  EVENKEEL_ASSIGN_OR_RETURN(const LedgerState* found, world.State(key, /*create=*/false));
  const std::size_t size = (found != nullptr ? *found : LedgerState()).Encode().size();
  constexpr std::size_t kHeadroom = 1024;  // For timers and calls.
  if (asks && size + bytes + kHeadroom > world.state_bytes_max()) {
    world.DeadLetter(record, "state_too_large");
    return {};
  }
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState * state, world.State(key, /*create=*/true));
  state->padding.append(bytes, 'p');
  return Change(world, key, 0, "pad");
}

Status LedgerLogic::OnTimer(LedgerWorld& world, std::string_view key, TimeMs due,
                            std::string_view name) {
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState * state, world.State(key, /*create=*/false));
  if (state == nullptr) return Internal("a timer without a state");
  const auto found =
      std::find_if(state->reminders.begin(), state->reminders.end(),
                   [&](const LedgerState::Reminder& r) { return r.due == due && r.name == name; });
  if (found == state->reminders.end()) return Internal("a timer that is not set");
  LedgerState::Reminder reminder = *found;
  state->reminders.erase(found);
  if (reminder.repeats > 1) {
    --reminder.repeats;
    reminder.due = due + std::chrono::milliseconds(reminder.period_ms);
    state->reminders.insert(reminder);
  }
  return Change(world, key, 1, name);
}

Status LedgerLogic::OnResult(LedgerWorld& world, std::string_view event) {
  const std::vector<std::string> words = Words(event);
  if (words.size() != 3) return Internal("a result that the ledger's sink did not write");
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState * state, world.State(words[0], /*create=*/false));
  // Answered before, or the account is gone.
  if (state == nullptr || state->calls.erase(words[1]) == 0) return {};
  return Change(world, words[0], Number(words[2]), "call");
}

Status LedgerLogic::CloseWave(LedgerWorld& world) {
  while (!batch_.empty()) {
    const Batched next = std::move(batch_.front());
    batch_.pop_front();
    EVENKEEL_RETURN_IF_ERROR(Change(world, next.key, next.amount, "batch"));
  }
  return {};
}

Status LedgerLogic::Change(LedgerWorld& world, std::string_view key, std::int64_t amount,
                           std::string_view why) {
  EVENKEEL_ASSIGN_OR_RETURN(LedgerState * state, world.State(key, /*create=*/true));
  state->balance += amount;
  ++state->operations;
  state->last_now = world.now();
  world.MarkDirty(key);
  const std::string line = std::string(why) + " " + std::to_string(state->balance) + " " +
                           std::to_string(state->operations) + " " +
                           std::to_string(world.now().value);
  world.AdvanceChain(std::string(key) + "=" + line);
  return world.Emit(topics_.out, std::nullopt, key, line);
}

}  // namespace evenkeel::testing
