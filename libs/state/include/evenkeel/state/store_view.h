#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

/// Where a task stood.
struct StorePosition {
  TimeMs as_of;
  std::uint64_t sequence = 0;  ///< Of its transactions.
  std::uint64_t epoch = 0;     ///< Of the task.

  friend bool operator==(const StorePosition&, const StorePosition&) = default;
};

/// A task's store as it was when the view was made: everything read through it is of one moment,
/// whatever is applied meanwhile. Made by TaskStore::View().
///
/// It keeps the database open and the directory locked, also after the store is gone: hold it for
/// one answer and let go. Whoever wants the directory meanwhile is told to try again.
///
/// Thread-safety: all calls, from any thread. The last holder closes the database on its thread.
class StoreView {
 public:
  StoreView() = default;
  StoreView(const StoreView&) = delete;
  StoreView& operator=(const StoreView&) = delete;
  virtual ~StoreView() = default;

  virtual const StorePosition& position() const = 0;

  /// As TaskStore::Get(). Errors: kDataLoss.
  virtual Result<std::optional<std::string>> Get(std::string_view key) const = 0;
};

}  // namespace evenkeel
