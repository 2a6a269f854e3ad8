#pragma once

#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>

#include "evenkeel/state/store_resources.h"

namespace evenkeel {

class StoreResources::Shared {
 public:
  explicit Shared(const Options& options);

  /// What a store opens its database with.
  const rocksdb::Options& database_options() const { return database_options_; }
  std::size_t cache_bytes() const { return cache_->GetUsage(); }

 private:
  std::shared_ptr<rocksdb::Cache> cache_;
  rocksdb::Options database_options_;
};

}  // namespace evenkeel
