#include "store_resources.h"

#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace evenkeel {
namespace {

rocksdb::BlockBasedTableOptions TableOptions(std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = 8 * 1024;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  return table;
}

}  // namespace

StoreResources::Shared::Shared(const Options& options) {
  cache_ = rocksdb::NewLRUCache(options.cache_bytes, /*num_shard_bits=*/-1,
                                /*strict_capacity_limit=*/false, /*high_pri_pool_ratio=*/0.3);
  rocksdb::Options& db = database_options_;
  db.create_if_missing = true;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.unflushed_bytes, cache_);
  db.write_buffer_size = 16 << 20;
  db.max_write_buffer_number = 3;
  db.max_background_jobs = options.background_jobs;
  db.level_compaction_dynamic_level_bytes = true;
  db.compression = rocksdb::kLZ4Compression;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(cache_)));
  db.max_open_files = -1;
  db.paranoid_checks = true;
  db.force_consistency_checks = true;
  // An orderly end flushes by itself. Anything else must look like a crash: a suffix is lost.
  db.avoid_flush_during_shutdown = true;
  db.keep_log_file_num = 2;
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.stats_dump_period_sec = 0;
  db.env = rocksdb::Env::Default();
}

StoreResources::StoreResources(const Options& options)
    : shared_(std::make_unique<Shared>(options)) {}
StoreResources::~StoreResources() = default;

std::size_t StoreResources::cache_bytes() const { return shared_->cache_bytes(); }

}  // namespace evenkeel
