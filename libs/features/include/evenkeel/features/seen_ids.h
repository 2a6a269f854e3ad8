#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/time.h"
#include "evenkeel/features/definition.h"

namespace evenkeel {

/// The first 8 bytes of the SHA-256 of a signal's source and id: enough to tell the few hundred of
/// one customer apart.
using SignalKey = std::uint64_t;
SignalKey SignalKeyOf(std::string_view source, std::string_view id);

enum class Seen : std::uint8_t {
  kNew = 1,
  kRepeat = 2,    ///< Same id, same content: drop it.
  kConflict = 3,  ///< Same id, other content: bad input.
  /// Older than the ids that are remembered: whether it is a repeat is not known, and it counts.
  kPastHorizon = 4,
};

/// The ids of a customer's newest signals.
class SeenIds {
 public:
  /// Looks `key` up; changes nothing.
  Seen Check(const DuplicatePolicy& policy, const SignalKey& key, std::uint64_t content,
             TimeMs event_time) const;

  /// Remembers a signal that Check() called kNew, and forgets those that fall out of the horizon or
  /// of the number that is kept. What is remembered in the end does not depend on the order.
  void Insert(const DuplicatePolicy& policy, const SignalKey& key, std::uint64_t content,
              TimeMs event_time);

  std::size_t size() const { return entries_.size(); }

  /// How an id is written: 12 bytes of it, or, up to version 3 of the state, 24.
  enum class Width : std::uint8_t { kNarrow, kWide };

  void Write(ByteWriter& writer) const;
  /// On bytes that are none, `reader` is not ok afterwards.
  void Read(ByteReader& reader, Width width = Width::kNarrow);

  friend bool operator==(const SeenIds&, const SeenIds&) = default;

 private:
  struct Entry {
    TimeMs event_time;
    SignalKey key = 0;
    std::uint32_t content = 0;  // The low half: what differs is told with odds of 4 billion to 1.

    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  std::vector<Entry> entries_;  // Ascending.
};

}  // namespace evenkeel
