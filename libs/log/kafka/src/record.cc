#include "record.h"

#include <algorithm>
#include <atomic>

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {

struct RecordBatch::Cell {
  Shared* shared = nullptr;
  rd_kafka_message_t* message = nullptr;
  std::vector<RecordHeader> headers;
};

struct RecordBatch::Shared {
  Shared(std::shared_ptr<Client> owner, std::size_t capacity)
      : client(std::move(owner)), cells(std::make_unique<Cell[]>(capacity)) {}

  void Release() {
    if (live.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  const std::shared_ptr<Client> client;
  std::atomic<std::size_t> live{1};  // The batch itself, and each record.
  std::size_t used = 0;
  const std::unique_ptr<Cell[]> cells;
};

namespace {

std::optional<std::string_view> Bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

std::vector<RecordHeader> HeadersOf(const rd_kafka_message_t* message) {
  std::vector<RecordHeader> all;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
  all.reserve(rd_kafka_header_cnt(headers));
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (rd_kafka_header_get_all(headers, all.size(), &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    all.push_back({name, Bytes(value, size).value_or(std::string_view())});
  }
  return all;
}

}  // namespace

RecordBatch::RecordBatch(std::shared_ptr<Client> client, std::size_t capacity)
    : client_(std::move(client)), capacity_(capacity) {}

RecordBatch::~RecordBatch() {
  if (shared_ != nullptr) shared_->Release();
}

LogRecord RecordBatch::Add(rd_kafka_message_t* message) {
  // A poll may ask for far more than there is: a batch's cells cost memory before they are used.
  if (shared_ != nullptr && shared_->used == std::min<std::size_t>(capacity_, kCells)) {
    shared_->Release();
    shared_ = nullptr;
  }
  if (shared_ == nullptr) shared_ = new Shared(client_, std::min<std::size_t>(capacity_, kCells));
  Cell& cell = shared_->cells[shared_->used++];
  shared_->live.fetch_add(1, std::memory_order_relaxed);
  cell.shared = shared_;
  cell.message = message;
  cell.headers = HeadersOf(message);
  LogRecord record;
  record.partition = message->partition;
  record.offset = message->offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp.value = rd_kafka_message_timestamp(message, &type);
  record.key = Bytes(message->key, message->key_len);
  record.value = Bytes(message->payload, message->len);
  record.headers = cell.headers;
  record.storage = RecordStorage(&cell, [](const void* at) {
    auto* released = static_cast<Cell*>(const_cast<void*>(at));
    rd_kafka_message_destroy(released->message);
    released->headers = {};
    released->shared->Release();
  });
  return record;
}

}  // namespace evenkeel::kafka
