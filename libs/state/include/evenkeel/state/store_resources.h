#pragma once

#include <cstddef>
#include <memory>

namespace evenkeel {

/// What the stores of a process share: one block cache and one bound on what is not yet flushed.
///
/// Thread-safety: all calls, from any thread.
class StoreResources {
 public:
  struct Options {
    std::size_t cache_bytes = 256 << 20;
    std::size_t unflushed_bytes = 256 << 20;
    int background_jobs = 2;
  };

  explicit StoreResources(const Options& options);
  ~StoreResources();
  StoreResources(const StoreResources&) = delete;
  StoreResources& operator=(const StoreResources&) = delete;

  /// Of the block cache that all stores share; memory for what is not flushed is charged to it.
  std::size_t cache_bytes() const;

  class Shared;
  const Shared& shared() const { return *shared_; }

 private:
  std::unique_ptr<Shared> shared_;
};

}  // namespace evenkeel
