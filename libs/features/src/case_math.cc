#include "case_math.h"

#include <algorithm>

#include "evenkeel/base/hash.h"
#include "evenkeel/features/far_time.h"

namespace evenkeel::internal {
namespace {

bool IsNewer(TimeMs time, std::uint64_t order, TimeMs than, std::uint64_t than_order) {
  return time > than || (time == than && order > than_order);
}

bool Speaks(const SignalMatch& match, const Signal& signal) {
  return MatchesType(match, signal.type) && MatchesFields(match, signal);
}

/// True if the signal says when the case is due; `due` is that, if it is one.
bool TakeDue(const std::string& field, const Signal& signal, TimeMs& due, BadInput& problem) {
  const FieldValue* value = field.empty() ? nullptr : signal.Find(field);
  if (value == nullptr) return false;
  const auto* time = std::get_if<TimeMs>(value);
  if (time == nullptr) {
    problem = {BadInputCode::kWrongType,
               "field '" + field + "' is no time, and cases are due then"};
    return false;
  }
  if (!IsWithinBounds(*time)) {
    problem = {BadInputCode::kMalformed, "field '" + field + "' is not between 2000 and 2100"};
    return false;
  }
  due = *time;
  return true;
}

TimeMs LastHeard(const OpenCase& one) { return std::max(one.life, one.due_said); }

/// What was said longest ago goes: so that the result does not depend on who came first, also the
/// half of a case that is too old.
void ForgetBefore(std::vector<OpenCase>& cases, TimeMs cut) {
  for (OpenCase& one : cases) {
    if (one.life < cut) {
      one.is_open = false;
      one.life = TimeMs::Min();
      one.life_order = 0;
    }
    if (one.due_said < cut) {
      one.due = TimeMs::Max();
      one.due_said = TimeMs::Min();
      one.due_order = 0;
    }
  }
  std::erase_if(cases, [](const OpenCase& one) { return LastHeard(one) == TimeMs::Min(); });
}

void ForgetOne(std::vector<OpenCase>& cases) {
  const auto goes_first = [](const OpenCase& a, const OpenCase& b) {
    if (a.is_open != b.is_open) return b.is_open;
    if (LastHeard(a) != LastHeard(b)) return LastHeard(a) < LastHeard(b);
    return a.key < b.key;
  };
  cases.erase(std::min_element(cases.begin(), cases.end(), goes_first));
}

}  // namespace

bool SpeaksOfCases(const FeatureDefinition& definition, std::string_view type) {
  return MatchesType(definition.match, type) || MatchesType(definition.cases.closed_by, type) ||
         MatchesType(definition.cases.updated_by, type);
}

std::optional<OpenCase> TakeCase(const FeatureDefinition& definition, const Signal& signal,
                                 BadInput& problem) {
  const bool is_closed = Speaks(definition.cases.closed_by, signal);
  const bool is_opened = !is_closed && Speaks(definition.match, signal);
  if (!is_opened && !is_closed && !Speaks(definition.cases.updated_by, signal)) return {};
  const FieldValue* id = signal.Find(definition.cases.id);
  if (id == nullptr) return {};
  const auto* text = std::get_if<std::string>(id);
  if (text == nullptr) {
    problem = {BadInputCode::kWrongType,
               "field '" + definition.cases.id + "' is no text, and names a case"};
    return {};
  }
  OpenCase said{.key = SipHash64({}, *text)};
  if (is_opened || is_closed) {
    said.is_open = is_opened;
    said.life = signal.event_time;
    said.life_order = signal.content_hash;
  }
  if (TakeDue(definition.cases.due, signal, said.due, problem)) {
    said.due_said = signal.event_time;
    said.due_order = signal.content_hash;
  }
  if (!problem.ok() || LastHeard(said) == TimeMs::Min()) return {};
  return said;
}

void AddCase(Slot& slot, const OpenCase& said, TimeMs time) {
  // The newest signal of the slot is the end that "too old" is counted back from.
  slot.newest = slot.is_set ? std::max(slot.newest, time) : time;
  slot.is_set = true;
  const TimeMs cut{slot.newest.value - kCaseKeepMs};
  std::vector<OpenCase>& cases = slot.cases;
  auto place =
      std::lower_bound(cases.begin(), cases.end(), said.key,
                       [](const OpenCase& one, std::uint64_t key) { return one.key < key; });
  if (place == cases.end() || place->key != said.key) {
    place = cases.insert(place, OpenCase{.key = said.key});
  }
  if (IsNewer(said.life, said.life_order, place->life, place->life_order)) {
    place->is_open = said.is_open;
    place->life = said.life;
    place->life_order = said.life_order;
  }
  if (IsNewer(said.due_said, said.due_order, place->due_said, place->due_order)) {
    place->due = said.due;
    place->due_said = said.due_said;
    place->due_order = said.due_order;
  }
  ForgetBefore(cases, cut);
  if (cases.size() > kCasesMax) ForgetOne(cases);
}

FeatureValue ValueOfCases(const FeatureDefinition& definition, const Slot& slot, TimeMs now) {
  std::int64_t open = 0;
  std::int64_t overdue = 0;
  TimeMs first = TimeMs::Max();
  for (const OpenCase& one : slot.cases) {
    open += one.is_open ? 1 : 0;
    overdue += one.Deadline() <= now ? 1 : 0;
    first = std::min(first, one.Deadline());
  }
  switch (definition.cases.reading) {
    case CaseReading::kOpen:
      return {false, open, {}};
    case CaseReading::kOverdue:
      return {false, overdue, {}};
    case CaseReading::kDueIn:
      break;
  }
  if (first == TimeMs::Max()) return {};
  return {false, std::max<std::int64_t>(0, (first - now).count()), {}};
}

void WriteCases(ByteWriter& writer, const std::vector<OpenCase>& cases) {
  writer.Varint(cases.size());
  for (const OpenCase& one : cases) {
    writer.Varint(one.key);
    writer.Byte(one.is_open ? 1 : 0);
    WriteFarTime(writer, one.life);
    writer.Varint(one.life_order);
    WriteFarTime(writer, one.due);
    WriteFarTime(writer, one.due_said);
    writer.Varint(one.due_order);
    WriteFarTime(writer, one.told);
  }
}

void ReadCases(ByteReader& reader, std::vector<OpenCase>& cases) {
  const std::uint64_t count = reader.Varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    OpenCase one;
    one.key = reader.Varint();
    one.is_open = reader.Byte() != 0;
    one.life = ReadFarTime(reader);
    one.life_order = reader.Varint();
    one.due = ReadFarTime(reader);
    one.due_said = ReadFarTime(reader);
    one.due_order = reader.Varint();
    one.told = ReadFarTime(reader);
    cases.push_back(one);
  }
}

}  // namespace evenkeel::internal

namespace evenkeel {

std::optional<CaseDeadline> FirstDeadline(const FeatureSlots& slots) {
  std::optional<CaseDeadline> first;
  for (const Slot& slot : slots.slots) {
    for (const OpenCase& one : slot.cases) {
      const TimeMs due = one.Deadline();
      if (due == TimeMs::Max() || due <= one.told) continue;
      const bool is_first =
          !first || due < first->due || (due == first->due && one.key < first->key);
      if (is_first) first = CaseDeadline{due, one.key};
    }
  }
  return first;
}

std::vector<std::size_t> TellDeadline(FeatureSlots& slots, const CaseDeadline& deadline) {
  std::vector<std::size_t> told;
  for (std::size_t i = 0; i < slots.slots.size(); ++i) {
    for (OpenCase& one : slots.slots[i].cases) {
      if (one.key != deadline.key || one.Deadline() > deadline.due || one.Deadline() <= one.told) {
        continue;
      }
      one.told = one.Deadline();
      told.push_back(i);
    }
  }
  return told;
}

}  // namespace evenkeel
