#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/model/global_entry.h"
#include "evenkeel/policy/control.h"

namespace evenkeel {

/// What operators say right now, from the records of the control topic: kill switches that are on,
/// and autonomy levels.
///
/// An entry that cannot be read stops everything until it is replaced: what an operator wanted to
/// stop must not go on because of a misspelling.
///
/// Thread-safety: one thread.
class ControlFeed {
 public:
  /// `revision` is that of the topic after this record.
  void OnRecord(std::string_view key, std::optional<std::string_view> value,
                std::uint64_t revision);

  const Control& control() const { return control_; }

 private:
  void Rebuild(std::uint64_t revision);

  std::map<std::string, std::optional<ControlEntry>, std::less<>> entries_;  // None: unreadable.
  Control control_;
};

}  // namespace evenkeel
