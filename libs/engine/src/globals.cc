#include "globals.h"

#include <algorithm>

namespace evenkeel {

Globals::Globals(const WorkerOptions& options, Processor& processor)
    : options_(options),
      processor_(processor),
      globals_(options.globals.size()),
      adopted_(options.globals.size(), 0) {}

void Globals::Begin(LogSession& session, Requests& requests, Now now) {
  is_ready_ = false;
  has_news_ = true;
  for (std::uint32_t i = 0; i < globals_.size(); ++i) Ask(i, session, requests, now);
}

void Globals::Ask(std::uint32_t global, LogSession& session, Requests& requests, Now now) {
  Global& it = globals_[global];
  it.reader.reset();
  it.target.reset();
  it.is_at_end = false;
  requests.Add(session.QueryWatermarks({options_.globals[global], 0}),
               {.kind = Requests::Kind::kGlobalWatermark, .index = global, .asked = now.monotonic});
}

void Globals::OnWatermarks(std::uint32_t global, const WatermarksDone& done, LogSession& session) {
  Global& it = globals_[global];
  it.target = done.high;
  it.next = std::max(it.next, done.low);
  it.reader = session.OpenReader({options_.globals[global], 0}, it.next);
}

Globals::Global* Globals::Find(ReaderId reader) {
  for (Global& global : globals_) {
    if (global.reader == reader) return &global;
  }
  return nullptr;
}

bool Globals::OnRecord(const LogRecord& record) {
  Global* global = Find(record.stream);
  if (global == nullptr) return false;
  if (record.offset < global->next) return true;
  global->next = record.offset + 1;
  global->revision = global->next;
  global->is_at_end = false;
  has_news_ = true;
  processor_.OnGlobalRecord({.global = static_cast<std::size_t>(global - globals_.data()),
                             .offset = record.offset,
                             .timestamp = record.timestamp,
                             .key = record.key,
                             .value = record.value,
                             .headers = record.headers});
  return true;
}

bool Globals::OnAtEnd(ReaderId reader, Offset end) {
  Global* global = Find(reader);
  if (global == nullptr) return false;
  global->is_at_end = end >= global->next && global->target && end >= *global->target;
  return true;
}

bool Globals::OnReaderFailed(ReaderId reader, LogSession& session, Requests& requests, Now now) {
  Global* global = Find(reader);
  if (global == nullptr) return false;
  Ask(static_cast<std::uint32_t>(global - globals_.data()), session, requests, now);
  return true;
}

void Globals::Settle() {
  const bool all_at_end =
      std::all_of(globals_.begin(), globals_.end(), [](const Global& g) { return g.is_at_end; });
  if (!has_news_ || !all_at_end) return;
  has_news_ = false;
  is_ready_ = true;
  named_.clear();
  for (std::size_t i = 0; i < globals_.size(); ++i) {
    adopted_[i] = globals_[i].revision;
    named_.push_back({options_.globals[i], globals_[i].revision});
  }
  std::sort(named_.begin(), named_.end(),
            [](const GlobalRevision& a, const GlobalRevision& b) { return a.topic < b.topic; });
  processor_.OnGlobalsAtEnd();
}

bool Globals::Covers(std::span<const GlobalRevision> used) const {
  return std::all_of(used.begin(), used.end(), [&](const GlobalRevision& revision) {
    const auto found = std::find_if(named_.begin(), named_.end(), [&](const GlobalRevision& own) {
      return own.topic == revision.topic;
    });
    return found == named_.end() || found->revision >= revision.revision;
  });
}

}  // namespace evenkeel
