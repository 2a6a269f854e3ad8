#pragma once

#include <memory>
#include <vector>

#include "client.h"
#include <librdkafka/rdkafka.h>

#include "evenkeel/log/record.h"

namespace evenkeel::kafka {

/// Turns what one poll fetched into records, without copying a byte: each record's storage owns its
/// message, and all records of a batch together keep the client alive.
class RecordBatch {
 public:
  /// At most `capacity` records will be added.
  RecordBatch(std::shared_ptr<Client> client, std::size_t capacity);
  RecordBatch(const RecordBatch&) = delete;
  RecordBatch& operator=(const RecordBatch&) = delete;
  ~RecordBatch();

  /// Takes the message over. Its record has no `stream` yet.
  LogRecord Add(rd_kafka_message_t* message);

 private:
  struct Shared;
  struct Cell;
  static constexpr std::size_t kCells = 256;  // Of one allocation.

  std::shared_ptr<Client> client_;
  const std::size_t capacity_;
  Shared* shared_ = nullptr;  // Made with the first record.
};

}  // namespace evenkeel::kafka
