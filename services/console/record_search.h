#pragma once

#include <algorithm>
#include <optional>

#include "evenkeel/log/record.h"

namespace evenkeel {

/// Whether there is any record in a stretch of one partition. Offsets alone do not tell: behind the
/// last record stand markers of transactions. What was found out once holds for ever, because
/// nothing below an end ever comes to be.
class RecordSearch {
 public:
  enum class Finding { kNone, kSome, kLook };

  /// Of [from, until). kLook: read on from next_look() and tell.
  Finding Look(Offset from, Offset until) const {
    if (from >= until) return Finding::kNone;
    if (found_ && from <= *found_ && *found_ < until) return Finding::kSome;
    if (from >= empty_from_ && until <= empty_until_) return Finding::kNone;
    return Finding::kLook;
  }

  /// Where to read on to answer for stretches from `from`.
  Offset next_look(Offset from) const {
    return from >= empty_from_ && from <= empty_until_ ? empty_until_ : from;
  }

  /// Read from next_look(from): the first record is at `offset`.
  void OnRecord(Offset from, Offset offset) {
    Extend(from, offset);
    found_ = offset;
  }
  /// Read from next_look(from): there is none below `end`.
  void OnEnd(Offset from, Offset end) { Extend(from, end); }

 private:
  void Extend(Offset from, Offset until) {
    const bool joins = from >= empty_from_ && from <= empty_until_;
    if (!joins) empty_from_ = from;
    empty_until_ = joins ? std::max(empty_until_, until) : until;
    if (found_ && *found_ < from) found_.reset();
  }

  Offset empty_from_ = 0;
  Offset empty_until_ = 0;       ///< No record in [empty_from_, empty_until_).
  std::optional<Offset> found_;  ///< The first record at or behind empty_until_.
};

}  // namespace evenkeel
