#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace evenkeel {

/// Name and value of a record's header. A header may repeat; the value may be any bytes.
struct RecordHeader {
  std::string_view name;
  std::string_view value;
};

/// The value of the last header called `name`, or nothing.
inline std::optional<std::string_view> FindHeader(std::span<const RecordHeader> headers,
                                                  std::string_view name) {
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
    if (it->name == name) return it->value;
  }
  return std::nullopt;
}

}  // namespace evenkeel
