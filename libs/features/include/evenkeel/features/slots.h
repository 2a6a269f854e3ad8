#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/time.h"
#include "evenkeel/features/layout.h"
#include "evenkeel/features/open_case.h"

namespace evenkeel {

/// What fell into one span of time. `index` is its start, counted in buckets since 1970.
struct Bucket {
  std::int64_t index = 0;
  std::int64_t value = 0;

  friend bool operator==(const Bucket&, const Bucket&) = default;
};

/// What is kept for one feature of one customer. Which members matter is up to the kind.
struct Slot {
  std::int64_t number = 0;      ///< The total, or the newest number.
  std::vector<Bucket> buckets;  ///< Ascending by index.
  bool is_set = false;          ///< last, time since: there is a newest signal,
  TimeMs newest;                ///< its event time,
  std::uint64_t order = 0;      ///< and what tells two of the same time apart.
  std::string symbol;
  std::vector<OpenCase> cases;  ///< Ascending by key.

  friend bool operator==(const Slot&, const Slot&) = default;
};

/// The state of a feature that the active layout does not have.
struct ParkedSlot {
  std::uint64_t key = 0;
  TimeMs since;
  std::string bytes;

  friend bool operator==(const ParkedSlot&, const ParkedSlot&) = default;
};

/// The features' part of a customer's state.
struct FeatureSlots {
  std::vector<Slot> slots;         ///< One per slot of the layout, in its order.
  std::vector<ParkedSlot> parked;  ///< Ascending by key.

  friend bool operator==(const FeatureSlots&, const FeatureSlots&) = default;
};

void WriteSlots(ByteWriter& writer, const Layout& layout, const FeatureSlots& slots);

/// On bytes that are no such slots, `reader` is not ok afterwards.
FeatureSlots ReadSlots(ByteReader& reader, const Layout& layout);

/// Moves `slots` from one layout to another. A slot that `to` does not have is parked; one that it
/// has and `from` had not comes back from the parked ones or starts empty; what was parked before
/// `drop_before` is dropped.
void MigrateSlots(FeatureSlots& slots, const Layout& from, const Layout& to, TimeMs now,
                  TimeMs drop_before);

/// A deadline of an open case, and the case's key.
struct CaseDeadline {
  TimeMs due;
  std::uint64_t key = 0;
};

/// The earliest deadline of all slots that nobody was told of yet; nothing if there is none.
std::optional<CaseDeadline> FirstDeadline(const FeatureSlots& slots);

/// Notes that the deadline was told: it is none for FirstDeadline() any more. Returns the indices
/// of the slots that have it.
std::vector<std::size_t> TellDeadline(FeatureSlots& slots, const CaseDeadline& deadline);

}  // namespace evenkeel
