#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "evenkeel/bundle/byte_source.h"

namespace evenkeel::internal {

/// A window on a source that grows while a row needs it and forgets the rows before.
class LineBuffer {
 public:
  static constexpr std::size_t kRowBytesMax = 1U << 20U;

  explicit LineBuffer(ByteSource& source) : source_(source) {}

  /// Forgets all before `start`; what follows begins at 0.
  void Forget(std::size_t start);

  /// Makes the byte at `index` readable. False where the source ends before it.
  Result<bool> Has(std::size_t index) {
    if (index < bytes_.size()) [[likely]]
      return true;
    return Fill(index);
  }

  std::string_view bytes() const { return bytes_; }

 private:
  Result<bool> Fill(std::size_t index);

  ByteSource& source_;
  std::string storage_;
  std::string_view bytes_;
  std::size_t begin_ = 0;
  bool is_at_end_ = false;
};

}  // namespace evenkeel::internal
