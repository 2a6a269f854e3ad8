#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "stored_record.h"

#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// Names a transactional id to the partitions. Never 0.
using ProducerId = std::uint64_t;

/// One partition: records and transaction markers in offset order.
class SimPartition {
 public:
  struct Entry {
    Offset offset = 0;
    TimeMs timestamp;
    ProducerId producer = 0;
    std::shared_ptr<const StoredRecord> record;  // None: a transaction marker.
    bool aborted = false;
  };

  /// Adds a record to the open transaction of `producer`, opening it here if need be.
  Offset Append(ProducerId producer, TimeMs timestamp, std::shared_ptr<const StoredRecord> record);

  /// Ends the open transaction of `producer` with a marker. REQUIRES: it has one here.
  void EndTransaction(ProducerId producer, bool commit, TimeMs now);

  Offset low() const { return low_; }
  Offset high() const { return high_; }

  /// Where committed readers stop: the first offset of the oldest open transaction, or high().
  Offset last_stable() const;

  bool pending(const Entry& entry) const;

  /// The first committed record at or above `position` and below last_stable(), or null. Moves
  /// `position` over what is not to be seen, to last_stable() if nothing is left.
  const Entry* NextCommitted(Offset& position) const;

  /// REQUIRES: `before` <= high().
  void DeleteBefore(Offset before);
  void DeleteOlderThan(TimeMs time);
  void Compact(TimeMs keep_tombstones_from);

  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry>::const_iterator LowerBound(Offset offset) const;

  std::deque<Entry> entries_;
  std::map<ProducerId, Offset> open_;  // First offset of each open transaction.
  Offset low_ = 0;
  Offset high_ = 0;
};

}  // namespace evenkeel
