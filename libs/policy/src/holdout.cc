#include "evenkeel/policy/holdout.h"

#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/features/fixed_math.h"

namespace evenkeel {
namespace {

__extension__ using UInt128 = unsigned __int128;

// An even draw from 0 to 999,999.
std::int64_t Draw(std::string_view purpose, std::string_view salt, std::string_view customer) {
  Sha256Stream stream;
  stream.UpdateField(purpose);
  stream.UpdateField(salt);
  stream.UpdateField(customer);
  const Sha256Digest digest = stream.Finish();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return static_cast<std::int64_t>((static_cast<UInt128>(value) * kMillion) >> 64);
}

}  // namespace

HoldoutDraw DrawHoldout(const HoldoutPolicy& policy, std::string_view customer, TimeMs now) {
  HoldoutDraw draw;
  if (policy.share_ppm == 0) return draw;
  for (const HoldoutEpoch& epoch : policy.epochs) {
    if (epoch.from <= now) ++draw.epoch;
  }
  if (draw.epoch < 0) return draw;
  const std::int64_t staying_ppm = policy.share_ppm - policy.rotating_ppm;
  if (Draw("holdout", policy.epochs[0].salt, customer) < staying_ppm) {
    draw.is_held_out = true;
  } else if (policy.rotating_ppm > 0) {
    // Of those not held out for good, the share that makes `rotating_ppm` of all.
    const std::int64_t share = policy.rotating_ppm * kMillion / (kMillion - staying_ppm);
    const auto& epoch = policy.epochs[static_cast<std::size_t>(draw.epoch)];
    draw.is_held_out = Draw("holdout-rotating", epoch.salt, customer) < share;
  }
  return draw;
}

}  // namespace evenkeel
