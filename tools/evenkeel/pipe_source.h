#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "evenkeel/bundle/byte_source.h"

namespace evenkeel {

/// A pipe, as its bytes come.
class PipeSource final : public ByteSource {
 public:
  /// `on_pause` is called when nothing came for a moment, and what it says ends the reading.
  PipeSource(int file, std::function<Status()> on_pause)
      : file_(file), on_pause_(std::move(on_pause)) {}

  /// Waits for at least one byte, or the end.
  Result<std::size_t> Read(std::span<char> buffer) override;

 private:
  const int file_;
  const std::function<Status()> on_pause_;
  std::chrono::steady_clock::time_point paused_ = std::chrono::steady_clock::now();
};

}  // namespace evenkeel
