#include "dead_letter.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::size_t kKept = 64 * 1024;     // Of a key or value that is cut.
constexpr std::size_t kOurShare = 8 * 1024;  // Left free for the headers that we add.
constexpr std::size_t kDetailMax = 1024;

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xFF));
  }
  return out;
}

std::size_t SizeOf(const std::optional<std::string_view>& bytes) {
  return bytes ? bytes->size() : 0;
}

}  // namespace

DeadLetterRecord::DeadLetterRecord(const LogRecord& record, const Cause& cause,
                                   std::size_t bytes_max)
    : topic_(std::string(cause.topic) + ".dlq") {
  out_.topic = topic_;
  out_.partition = record.partition;
  out_.timestamp = record.timestamp;
  CopyHeaders(record, bytes_max);
  CopyKeyAndValue(record, bytes_max);
  AddCoordinates(record, cause);
  out_.headers = headers_;
}

// Headers get at most a quarter: all of them, or none.
void DeadLetterRecord::CopyHeaders(const LogRecord& record, std::size_t bytes_max) {
  std::size_t bytes = 0;
  for (const RecordHeader& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  if (bytes <= bytes_max / 4) {
    headers_.assign(record.headers.begin(), record.headers.end());
  } else {
    Add("evenkeel.errors.headers.dropped_bytes", std::to_string(bytes));
  }
}

void DeadLetterRecord::CopyKeyAndValue(const LogRecord& record, std::size_t bytes_max) {
  const std::size_t whole_max = bytes_max - bytes_max / 4 - std::min(kOurShare, bytes_max / 4);
  out_.key = record.key;
  out_.value = record.value;
  if (SizeOf(record.key) + SizeOf(record.value) <= whole_max) return;
  const std::size_t kept = std::min(kKept, whole_max / 2);
  const auto cut = [&](std::optional<std::string_view>& bytes, const std::string& what) {
    if (SizeOf(bytes) <= kept) return;
    Add("evenkeel.errors." + what + ".size", std::to_string(bytes->size()));
    Add("evenkeel.errors." + what + ".sha256", ToHex(Sha256(*bytes)));
    bytes = bytes->substr(0, kept);
  };
  cut(out_.key, "key");
  cut(out_.value, "value");
}

void DeadLetterRecord::AddCoordinates(const LogRecord& record, const Cause& cause) {
  const std::string detail(cause.detail.substr(0, kDetailMax));
  Add("evenkeel.errors.topic", std::string(cause.topic));
  Add("evenkeel.errors.partition", std::to_string(record.partition));
  Add("evenkeel.errors.offset", std::to_string(record.offset));
  Add("evenkeel.errors.timestamp_ms", std::to_string(record.timestamp.value));
  Add("evenkeel.errors.reason", std::string(cause.reason));
  Add("evenkeel.errors.detail", detail);
  Add("kafka_dlt-original-topic", std::string(cause.topic));
  Add("kafka_dlt-original-partition", BigEndian(static_cast<std::uint64_t>(record.partition), 4));
  Add("kafka_dlt-original-offset", BigEndian(static_cast<std::uint64_t>(record.offset), 8));
  Add("kafka_dlt-original-timestamp",
      BigEndian(static_cast<std::uint64_t>(record.timestamp.value), 8));
  Add("kafka_dlt-original-consumer-group", std::string(cause.group));
  Add("kafka_dlt-exception-fqcn", "evenkeel." + std::string(cause.reason));
  Add("kafka_dlt-exception-message", detail);
}

void DeadLetterRecord::Add(std::string_view name, std::string value) {
  values_.emplace_back(name);
  const std::string& kept_name = values_.back();
  values_.push_back(std::move(value));
  headers_.push_back({kept_name, values_.back()});
}

}  // namespace evenkeel
