#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "evenkeel/decision/customer_state.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/features/layout.h"

namespace evenkeel {

/// A customer's state as the engine holds it.
class CustomerObject final : public StateObject {
 public:
  /// `layouts` outlives the object and knows the state's layout.
  CustomerObject(CustomerState value, const LayoutSet& layouts)
      : state(std::move(value)), layouts_(layouts) {}

  std::uint64_t layout() const override { return state.layout_id; }
  void EncodeTo(std::string& out) const override {
    state.EncodeTo(*layouts_.Find(state.layout_id), out);
  }

  std::size_t MemoryBytes(std::size_t encoded) const override {
    constexpr std::size_t kGrowth = 4;  // Numbers are written short, and vectors have room.
    std::size_t bytes = sizeof(*this) + kGrowth * encoded;
    for (const Slot& slot : state.features.slots) {
      bytes += sizeof(Slot) + slot.buckets.capacity() * sizeof(Bucket) +
               slot.cases.capacity() * sizeof(OpenCase);
    }
    return bytes;
  }

  CustomerState state;

 private:
  const LayoutSet& layouts_;
};

}  // namespace evenkeel
