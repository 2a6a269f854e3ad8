#include "delivery_gate.h"

namespace evenkeel::kafka {

void DeliveryGate::BeginStart(Offset next, std::uint64_t start) {
  // A start to confirm the one before keeps what that one saw.
  if (next != next_ || confirmed_) seen_ = First::kNothing;
  state_ = State::kStarting;
  start_ = start;
  next_ = next;
  confirmed_ = false;
}

bool DeliveryGate::Open(std::uint64_t start) {
  if (state_ != State::kStarting || start != start_) return false;
  state_ = State::kOpen;
  return true;
}

void DeliveryGate::Close() { state_ = State::kClosed; }

bool DeliveryGate::Confirmed(First kind, Offset offset) {
  const bool same =
      seen_ == kind && (kind == First::kRecord ? offset == seen_at_ : offset >= seen_at_);
  confirmed_ = offset == next_ || same;
  seen_ = kind;
  seen_at_ = offset;
  return confirmed_;
}

DeliveryGate::Verdict DeliveryGate::OnRecord(Offset offset) {
  if (state_ != State::kOpen) return Verdict::kNotStarted;
  if (offset < next_) return Verdict::kBelow;
  if (!confirmed_ && !Confirmed(First::kRecord, offset)) return Verdict::kRestart;
  next_ = offset + 1;
  return Verdict::kDeliver;
}

DeliveryGate::Verdict DeliveryGate::OnEnd(Offset offset) {
  if (state_ != State::kOpen) return Verdict::kNotStarted;
  if (offset < next_) return Verdict::kBelow;
  if (!confirmed_ && !Confirmed(First::kEnd, offset)) return Verdict::kRestart;
  next_ = offset;
  return Verdict::kDeliver;
}

}  // namespace evenkeel::kafka
