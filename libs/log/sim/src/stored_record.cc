#include "stored_record.h"

#include <utility>

#include "evenkeel/log/specs.h"

namespace evenkeel {

std::shared_ptr<const StoredRecord> StoreRecord(const OutRecord& record) {
  auto stored = std::make_shared<StoredRecord>();
  stored->bytes.reserve(RecordBytes(record));  // No view below may be moved by growth.
  const auto copy = [&stored](std::string_view part) {
    const std::size_t at = stored->bytes.size();
    stored->bytes.append(part);
    return std::string_view(stored->bytes).substr(at);
  };
  if (record.key) stored->key = copy(*record.key);
  if (record.value) stored->value = copy(*record.value);
  stored->headers.reserve(record.headers.size());
  for (const RecordHeader& header : record.headers) {
    const std::string_view name = copy(header.name);
    stored->headers.push_back({name, copy(header.value)});
  }
  stored->timestamp = record.timestamp;
  return stored;
}

RecordStorage KeepAlive(std::shared_ptr<const StoredRecord> record) {
  using Pointer = std::shared_ptr<const StoredRecord>;
  return {new Pointer(std::move(record)),
          [](const void* pointer) { delete static_cast<const Pointer*>(pointer); }};
}

}  // namespace evenkeel
