#include "line_buffer.h"

#include <algorithm>

namespace evenkeel::internal {
namespace {

constexpr std::size_t kReadBytes = 256U * 1024;

}  // namespace

void LineBuffer::Forget(std::size_t start) {
  begin_ += std::min(start, bytes_.size());
  bytes_ = std::string_view(storage_).substr(begin_);
}

Result<bool> LineBuffer::Fill(std::size_t index) {
  while (!is_at_end_ && index >= bytes_.size()) {
    storage_.erase(0, begin_);
    begin_ = 0;
    const std::size_t size = storage_.size();
    storage_.resize(size + kReadBytes);
    Result<std::size_t> count = source_.Read({storage_.data() + size, kReadBytes});
    storage_.resize(size + (count.ok() ? *count : 0));
    bytes_ = storage_;
    if (!count.ok()) return count.status();
    is_at_end_ = *count == 0;
  }
  return index < bytes_.size();
}

}  // namespace evenkeel::internal
