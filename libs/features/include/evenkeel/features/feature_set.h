#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/features/definition.h"
#include "evenkeel/features/layout.h"
#include "evenkeel/features/slots.h"
#include "evenkeel/model/bad_input.h"
#include "evenkeel/model/signal.h"

namespace evenkeel {

/// A feature's value at a moment: units of 10^-scale of its definition, or a symbol.
struct FeatureValue {
  bool is_missing = true;  ///< Only `last` and `time since` can be missing.
  std::int64_t number = 0;
  std::string_view symbol;  ///< Lives as long as the slots.
};

/// What a signal changes, ready to be applied. Reuse one for many signals: it keeps its memory.
struct FeatureUpdate {
  struct Change {
    std::uint32_t slot = 0;
    std::int64_t number = 0;
    std::string_view symbol;  ///< Lives as long as the signal.
    OpenCase said;            ///< open cases: what the signal says of the case `said.key`.
  };
  std::vector<Change> changes;
};

/// Something wrong in a list of definitions.
struct FeatureProblem {
  std::size_t index = 0;
  std::string field;    ///< Of FeatureDefinition.
  std::string problem;  ///< With value and remedy.
};

/// All that is wrong in `definitions`; empty if FeatureSet takes them.
std::vector<FeatureProblem> CheckFeatures(std::span<const FeatureDefinition> definitions);

/// The features of a bundle, compiled. What they keep of the signals of a customer does not depend
/// on the order in which the signals come, nor on when.
///
/// Thread-safety: immutable.
class FeatureSet {
 public:
  /// REQUIRES: CheckFeatures() found nothing.
  explicit FeatureSet(std::vector<FeatureDefinition> definitions);

  /// The slots in their order. Values and names below are in this order too.
  const Layout& layout() const { return layout_; }
  std::size_t size() const { return features_.size(); }
  const FeatureDefinition& definition(std::size_t index) const { return features_[index]; }
  std::optional<std::size_t> Find(std::string_view name) const;
  /// Indices, by ascending name.
  const std::vector<std::uint32_t>& by_name() const { return by_name_; }

  /// Works out what `signal` changes, and that nothing stands against it. Changes nothing.
  BadInput Prepare(const FeatureSlots& slots, const Signal& signal, FeatureUpdate& update) const;

  /// Applies what Prepare() found for the same slots and signal.
  void Apply(FeatureSlots& slots, const Signal& signal, const FeatureUpdate& update) const;

  /// The values at `now`. REQUIRES: `values` has size() places.
  void Read(const FeatureSlots& slots, TimeMs now, std::span<FeatureValue> values) const;

 private:
  struct TypeEntry {
    std::string type;
    std::vector<std::uint32_t> slots;
  };

  void IndexTypes();
  BadInput PrepareOne(const Slot& slot, std::uint32_t index, const Signal& signal,
                      FeatureUpdate& update) const;
  BadInput PrepareCase(std::uint32_t index, const Signal& signal, FeatureUpdate& update) const;

  std::vector<FeatureDefinition> features_;  // In slot order.
  Layout layout_;
  std::vector<std::uint32_t> by_name_;
  std::vector<TypeEntry> by_type_;            // Ascending by type.
  std::vector<std::uint32_t> pattern_slots_;  // Those that know types by pattern.
};

}  // namespace evenkeel
