#include "dealings.h"

#include <algorithm>
#include <cmath>

#include "hazard.h"

namespace simulator {

int Dealings::ContactsSince(int day) const {
  return static_cast<int>(
      std::count_if(contact_days.begin(), contact_days.end(), [&](int d) { return d > day; }));
}

double Dealings::EffectsOn(const Parameters& parameters, int day) const {
  double sum = 0;
  for (const Trace& trace : traces) {
    if (trace.value != 0) sum += Decayed(parameters, trace.value, day - trace.day);
  }
  return sum;
}

void Dealings::Leave(const Parameters& parameters, std::size_t trace, double effect, int day) {
  Trace& left = traces[trace];
  const double remains = Decayed(parameters, left.value, day - left.day);
  if (std::abs(effect) >= std::abs(remains) && effect != 0) left = {effect, day};
}

std::int64_t Dealings::TakeOff(std::int64_t list_cents, int months) {
  std::int64_t off = 0;
  if (discount_payments > 0) {
    const int covered = std::min(months, discount_payments);
    off = static_cast<std::int64_t>(static_cast<double>(list_cents) * discount * covered / months);
    discount_payments -= covered;
  }
  const std::int64_t credit = std::min(credit_cents, list_cents - off);
  credit_cents -= credit;
  return off + credit;
}

}  // namespace simulator
