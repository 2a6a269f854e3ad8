#include "timer_index.h"

#include <vector>

namespace evenkeel {
namespace {

constexpr std::size_t kPiece = 1024;

}  // namespace

void TimerIndex::Add(const TimerPosition& timer) {
  changes_[timer] = true;
  if (is_read_out_ || timer < horizon_) near_.insert(timer);
}

void TimerIndex::Remove(const TimerPosition& timer) {
  changes_[timer] = false;
  near_.erase(timer);
}

Result<const TimerPosition*> TimerIndex::First() {
  while (near_.empty() && !is_read_out_) EVENKEEL_RETURN_IF_ERROR(ReadOn());
  return near_.empty() ? nullptr : &*near_.begin();
}

Status TimerIndex::ReadOn() {
  std::vector<TimerPosition> piece;
  bool has_more = false;
  EVENKEEL_RETURN_IF_ERROR(store_.ForEachTimer(horizon_, [&](const TimerPosition& timer) {
    has_more = piece.size() == kPiece;
    if (!has_more) piece.push_back(timer);
    return !has_more;
  }));
  const TimerPosition begin = horizon_;
  is_read_out_ = !has_more;
  if (has_more) {
    horizon_ = piece.back();
    horizon_.name.push_back('\0');  // The next position after the last one of the piece.
  }
  near_.insert(piece.begin(), piece.end());
  for (auto it = changes_.lower_bound(begin); it != changes_.end(); ++it) {
    if (!is_read_out_ && !(it->first < horizon_)) break;
    if (it->second) {
      near_.insert(it->first);
    } else {
      near_.erase(it->first);
    }
  }
  return {};
}

void TimerIndex::AppendTo(StoreBatch& batch) const {
  for (const auto& [timer, is_added] : changes_) {
    if (is_added) {
      batch.AddTimer(timer);
    } else {
      batch.RemoveTimer(timer);
    }
  }
}

void TimerIndex::Rollback() {
  changes_.clear();
  near_.clear();
  horizon_ = {.due = TimeMs::Min()};
  is_read_out_ = false;
}

}  // namespace evenkeel
