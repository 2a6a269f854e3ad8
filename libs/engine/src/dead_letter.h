#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/log/record.h"

namespace evenkeel {

/// The record that carries a poison record to `<topic>.dlq`: key, value and headers as they were;
/// on top, where it lay and why, in our own names (`evenkeel.errors.*`, text) and in those that
/// Spring's tools read (`kafka_dlt-*`). What is too large for a record is cut and says so.
class DeadLetterRecord {
 public:
  struct Cause {
    std::string_view topic;   ///< Where `record` was read.
    std::string_view group;   ///< Who read it.
    std::string_view reason;  ///< A code.
    std::string_view detail;  ///< A sentence.
  };

  /// `bytes_max` bounds key, value and headers together. Borrows from `record`.
  DeadLetterRecord(const LogRecord& record, const Cause& cause, std::size_t bytes_max);
  DeadLetterRecord(const DeadLetterRecord&) = delete;
  DeadLetterRecord& operator=(const DeadLetterRecord&) = delete;

  const OutRecord& out() const { return out_; }

 private:
  void CopyHeaders(const LogRecord& record, std::size_t bytes_max);
  void CopyKeyAndValue(const LogRecord& record, std::size_t bytes_max);
  void AddCoordinates(const LogRecord& record, const Cause& cause);
  void Add(std::string_view name, std::string value);

  std::string topic_;
  std::deque<std::string> values_;  ///< Of headers that we add; addresses stay.
  std::vector<RecordHeader> headers_;
  OutRecord out_;
};

}  // namespace evenkeel
