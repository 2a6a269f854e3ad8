#include "executor/executor_state.h"

#include <algorithm>

#include "evenkeel/base/bytes.h"

namespace evenkeel {
namespace {

constexpr std::uint8_t kFormat = 1;

void EncodeClaim(ByteWriter& out, const Claim& claim) {
  out.Bytes(AsBytes(claim.digest));
  out.Byte(static_cast<std::uint8_t>(claim.phase));
  out.Bytes(claim.channel);
  out.Varint(claim.attempts);
  out.Signed(claim.first_called.value);
  out.Signed(claim.due.value);
  out.Bytes(claim.payload);
  out.Byte(claim.ended ? static_cast<std::uint8_t>(*claim.ended) : 0);
}

bool DecodeClaim(ByteReader& in, Claim& claim) {
  const std::string_view digest = in.Bytes();
  if (digest.size() != claim.digest.size()) return false;
  std::copy(digest.begin(), digest.end(), claim.digest.begin());
  const std::uint8_t phase = in.Byte();
  if (phase < 1 || phase > 3) return false;
  claim.phase = static_cast<ClaimPhase>(phase);
  claim.channel = in.Bytes();
  claim.attempts = static_cast<std::uint32_t>(in.Varint());
  claim.first_called.value = in.Signed();
  claim.due.value = in.Signed();
  claim.payload = in.Bytes();
  const std::uint8_t ended = in.Byte();
  if (ended > 8) return false;
  if (ended != 0) claim.ended = static_cast<ReceiptStatus>(ended);
  return in.ok();
}

}  // namespace

Result<std::unique_ptr<ExecutorState>> ExecutorState::Decode(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t format = in.Byte();
  if (format != kFormat) {
    return DataLoss("executor state of format " + std::to_string(format) +
                    "; this build reads format 1 only");
  }
  auto state = std::make_unique<ExecutorState>();
  for (std::uint64_t left = in.Varint(); left > 0; --left) {
    std::string action_id(in.Bytes());
    Claim claim;
    if (!DecodeClaim(in, claim)) return DataLoss("executor state is damaged");
    state->claims.emplace(std::move(action_id), std::move(claim));
  }
  if (!in.done()) return DataLoss("executor state is damaged");
  return state;
}

void ExecutorState::EncodeTo(std::string& out) const {
  ByteWriter writer(out);
  writer.Byte(kFormat);
  writer.Varint(claims.size());
  for (const auto& [action_id, claim] : claims) {
    writer.Bytes(action_id);
    EncodeClaim(writer, claim);
  }
}

}  // namespace evenkeel
