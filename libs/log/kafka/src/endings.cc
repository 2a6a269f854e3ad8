#include "endings.h"

#include <algorithm>
#include <utility>

namespace evenkeel::kafka {

void Endings::Add(std::string transactional_id, ControlThread::Ending ending) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [](const Waiting& each) { return each.ending.is_over(); });
  waiting_.push_back({std::move(transactional_id), std::move(ending), Clock::now() + patience_});
}

bool Endings::IsOver(const Waiting& waiting) const {
  if (waiting.ending.is_over()) return true;
  if (Clock::now() < waiting.deadline) return false;
  const auto running = waiting.ending.running();
  complaint_("session " + waiting.transactional_id +
             ": left behind, librdkafka does not return from '" +
             (running ? running->name : "a call") + "'");
  return true;
}

bool Endings::AreOver(const std::string& transactional_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& each) {
    return each.transactional_id == transactional_id && IsOver(each);
  });
  return std::none_of(waiting_.begin(), waiting_.end(), [&](const Waiting& each) {
    return each.transactional_id == transactional_id;
  });
}

void Endings::AwaitAll() {
  std::vector<Waiting> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(waiting_);
  }
  for (const Waiting& each : all) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(each.deadline - Clock::now());
    each.ending.Await(std::max(left, std::chrono::milliseconds(0)));
    IsOver(each);
  }
}

}  // namespace evenkeel::kafka
