#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/decision/decision_core.h"
#include "evenkeel/features/layout.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// The customers' states as the changelog of a decider has them: the last value of every key.
/// Memory: that of the states.
class CustomerFold {
 public:
  struct Entry {
    Partition row = 0;
    std::string value;  ///< As in the changelog: format, layout, state.
  };

  /// Takes the next record of the changelog; those of one partition come in their order.
  /// Errors: kDataLoss for what no decider wrote.
  Status Take(Partition row, std::string_view key, std::optional<std::string_view> value);

  const std::map<std::string, Entry>& entries() const { return entries_; }

  /// Where the task's clock stood at its last commit. Min() if it has none.
  TimeMs as_of(Partition row) const;

  /// SHA-256 over customers and states, in the order of customers: the same states, the same
  /// digest, whichever log and however they came about.
  Sha256Digest Digest() const;

  /// A customer for people and scripts, by the definitions of `core`. `at`: the time of the values;
  /// without one, as_of() of the customer's task. Decimals are strings: they are exact.
  Result<nlohmann::ordered_json> Describe(const std::string& customer, const Entry& entry,
                                          const DecisionCore& core, std::optional<TimeMs> at) const;

 private:
  std::map<std::string, Entry> entries_;
  std::map<Partition, TimeMs> as_of_;
  LayoutSet layouts_;
};

}  // namespace evenkeel
