#pragma once

#include <cstdint>
#include <string_view>

#include "evenkeel/base/hash.h"

namespace evenkeel {

/// The end of a hash chain over stored records: how many there are, and a hash over all of them.
///
/// A chain belongs to one partition. Whoever holds the head can tell that no earlier record was
/// changed, dropped, added or moved.
struct ChainHead {
  std::uint64_t sequence = 0;  ///< Of the newest link; 0 before the first.
  Sha256Digest head{};         ///< All zero before the first.

  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

/// The position after one more record with these stored bytes:
/// head' = SHA-256("evenkeel.chain.v1", sequence', head, payload), each part with its length.
ChainHead ExtendChain(const ChainHead& position, std::string_view payload);

}  // namespace evenkeel
