#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/features/definition.h"

namespace evenkeel {

/// One place of a customer's state: what is needed to read its bytes without the bundle.
struct SlotLayout {
  std::uint64_t key = 0;  ///< Hash of the definition: the same key, the same meaning.
  FeatureKind kind = FeatureKind::kCount;
  bool is_symbol = false;
  std::uint8_t scale = 0;
  std::int64_t bucket_ms = 0;     ///< 0: no buckets, one total.
  std::int64_t buckets_kept = 0;  ///< Back from the newest.
  std::string name;               ///< For people.

  friend bool operator==(const SlotLayout&, const SlotLayout&) = default;
};

/// Which slots a customer's state has, in the order of their bytes: ascending by key.
struct Layout {
  std::uint64_t id = 0;  ///< First 8 bytes of the SHA-256 of its bytes; in every state.
  std::vector<SlotLayout> slots;

  friend bool operator==(const Layout&, const Layout&) = default;
};

/// Sets `layout.id` from its slots.
void SealLayout(Layout& layout);

/// The layout's bytes, to be kept for as long as any state names its id.
std::string EncodeLayout(const Layout& layout);

/// kDataLoss if `bytes` are no layout.
Result<Layout> DecodeLayout(std::string_view bytes);

/// The layouts that states may be in.
class LayoutSet {
 public:
  /// Keeps the first of two with the same id.
  void Add(Layout layout);

  /// Null if unknown. Valid until the next Add().
  const Layout* Find(std::uint64_t id) const;

 private:
  std::vector<Layout> layouts_;  // Few: searched in order.
};

/// The key of `definition`: 8 bytes of the SHA-256 of all that gives it its meaning.
std::uint64_t SlotKeyOf(const FeatureDefinition& definition);

/// The slot that `definition` needs. REQUIRES: it passed CheckFeatures().
SlotLayout SlotLayoutOf(const FeatureDefinition& definition);

}  // namespace evenkeel
