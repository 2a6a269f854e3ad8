#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/record_header.h"

namespace evenkeel {

/// A record as it goes to the log: its key, value and headers, owned.
struct EncodedRecord {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// `record`'s headers, as the log takes them. They live as long as `record` stays as it is.
inline std::vector<RecordHeader> HeaderViews(const EncodedRecord& record) {
  std::vector<RecordHeader> views;
  views.reserve(record.headers.size());
  for (const auto& [name, value] : record.headers) views.push_back({name, value});
  return views;
}

}  // namespace evenkeel
