#pragma once

#include <cstdint>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// Something with an id and a life. Of what is said about it, the newest by event time holds; of
/// two of the same time, that with the larger content hash.
struct OpenCase {
  std::uint64_t key = 0;  ///< Hash of its id.
  bool is_open = false;
  TimeMs life = TimeMs::Min();  ///< When it was opened or closed last. Min(): not known.
  std::uint64_t life_order = 0;
  TimeMs due = TimeMs::Max();       ///< Its deadline. Max(): none.
  TimeMs due_said = TimeMs::Min();  ///< When the deadline was said.
  std::uint64_t due_order = 0;
  TimeMs told = TimeMs::Min();  ///< Up to here, its timer has fired.

  /// The deadline that counts: Max() where it is closed, has none, or was opened again since.
  TimeMs Deadline() const { return is_open && due_said >= life ? due : TimeMs::Max(); }

  friend bool operator==(const OpenCase&, const OpenCase&) = default;
};

}  // namespace evenkeel
