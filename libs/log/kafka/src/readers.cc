#include "readers.h"

#include <algorithm>

#include "errors.h"

namespace evenkeel::kafka {

bool Readers::IsFree(const TopicPartition& where) const {
  return std::ranges::none_of(readers_, [&](const auto& r) { return r.second.where == where; });
}

void Readers::Open(ReaderId id, const TopicPartition& where, Offset from) {
  TopicPtr& topic = topics_[where.topic];
  if (!topic) topic.reset(rd_kafka_topic_new(kafka(), where.topic.c_str(), nullptr));
  Reader& reader = readers_[id];
  reader.where = where;
  places_[{topic.get(), where.partition}] = id;
  core().control.Post(
      [this, id, where, from, fetcher = fetcher(), mailbox = core().mailbox](ControlWatch& watch) {
        const Status added = fetcher->Add(watch, where, from);
        if (!added.ok()) mailbox->Push([this, id, added] { Fail(id, added); });
        return true;
      });
  BeginStart(id, reader.gate, where, from);
}

void Readers::Close(ReaderId id) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  const TopicPartition where = found->second.where;
  DropKept(id);
  places_.erase({topics_[where.topic].get(), where.partition});
  readers_.erase(found);
  core().control.Post([where, fetcher = fetcher()](ControlWatch& watch) {
    fetcher->Remove(watch, where);
    return true;
  });
}

void Readers::Forget() {
  places_.clear();
  readers_.clear();
  topics_.clear();
}

std::optional<Feed::Target> Readers::FindTarget(const rd_kafka_message_t& message) {
  const auto place = places_.find({message.rkt, message.partition});
  if (place == places_.end()) return std::nullopt;
  return Target{place->second, place->second, &readers_.at(place->second).gate};
}

DeliveryGate* Readers::FindGate(std::uint64_t key) {
  const auto found = readers_.find(static_cast<ReaderId>(key));
  return found == readers_.end() ? nullptr : &found->second.gate;
}

void Readers::OnSought(const std::vector<Start>& starts) {
  for (const Start& start : starts) {
    if (!start.status.ok()) Fail(static_cast<ReaderId>(start.key), start.status);
  }
}

void Readers::OnEnd(const Target& target, Offset offset) {
  core().events.emplace_back(ReaderAtEnd{target.stream, offset});
}

void Readers::OnFailed(const Target& target, const rd_kafka_message_t&, const Status& status) {
  Fail(target.stream, status);
}

void Readers::Fail(ReaderId id, const Status& status) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  found->second.gate.Close();
  core().events.emplace_back(ReaderFailed{id, status});
}

void Readers::OnFatal(rd_kafka_resp_err_t error, std::string_view reason) {
  const Status status = ToStatus(error, "the reading client failed", reason);
  core().events.emplace_back(SessionFailed{CommitOutcome::kUnknown, status});
}

}  // namespace evenkeel::kafka
