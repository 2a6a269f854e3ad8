#include "evenkeel/engine/task_board.h"

#include <string>
#include <utility>

namespace evenkeel {
namespace {

std::string Millis(MonotonicTime::duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) +
         " ms";
}

}  // namespace

Result<TaskBoard::Task> TaskBoard::Find(Partition row, MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(row);
  if (found == rows_.end()) return NotFound("task " + std::to_string(row) + " is not here");
  EVENKEEL_RETURN_IF_ERROR(CheckTrust(now));
  const Entry& entry = found->second;
  if (entry.phase == TaskPhase::kRunning) return entry.task;
  std::string why =
      "task " + std::to_string(row) + " is " + std::string(TaskPhaseName(entry.phase));
  if (!entry.status.ok()) why += ": " + entry.status.message();
  return Unavailable(std::move(why));
}

Status TaskBoard::CheckTrust(MonotonicTime now) const {
  if (now - turned_at_ > patience_) {
    return Unavailable("the worker has not polled for " + Millis(now - turned_at_) +
                       "; another may own its tasks by now");
  }
  if (now - reached_at_ > patience_) {
    return Unavailable("the log was not reachable for " + Millis(now - reached_at_) +
                       "; another may own the tasks by now");
  }
  if (now < doubted_until_) {
    return Unavailable("the worker was away; whether its tasks are still its own shows within " +
                       Millis(doubted_until_ - now));
  }
  return {};
}

void TaskBoard::Turn(MonotonicTime now, bool is_log_reachable) {
  const std::lock_guard lock(mutex_);
  if (turned_at_ == MonotonicTime()) turned_at_ = reached_at_ = now;
  const bool was_away = now - turned_at_ > patience_;
  const bool was_cut_off = is_log_reachable && now - reached_at_ > patience_;
  if (was_away || was_cut_off) {
    doubted_since_ = now;
    doubted_until_ = now + patience_;
  }
  turned_at_ = now;
  if (is_log_reachable) reached_at_ = now;
}

void TaskBoard::Proven(MonotonicTime begun) {
  const std::lock_guard lock(mutex_);
  if (begun >= doubted_since_) doubted_until_ = doubted_since_;
}

void TaskBoard::Hide(Partition row, TaskPhase phase, const Status& status) {
  const std::lock_guard lock(mutex_);
  rows_[row] = {.phase = phase, .status = status, .task = {}};
}

void TaskBoard::Show(Partition row, Task task) {
  const std::lock_guard lock(mutex_);
  rows_[row] = {.phase = TaskPhase::kRunning, .status = {}, .task = std::move(task)};
}

void TaskBoard::Remove(Partition row) {
  const std::lock_guard lock(mutex_);
  rows_.erase(row);
}

void TaskBoard::Clear() {
  const std::lock_guard lock(mutex_);
  rows_.clear();
  doubted_until_ = doubted_since_;
}

}  // namespace evenkeel
