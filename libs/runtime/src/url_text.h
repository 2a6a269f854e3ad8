#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

/// The parameters of a query, decoded; of repeated names the first. Absent: not percent-encoded.
std::optional<std::map<std::string, std::string, std::less<>>> ParseQuery(std::string_view query);

/// Unpadded, in the standard alphabet.
std::string EncodeBase64(std::string_view bytes);

/// The standard or the URL-safe alphabet, padded or not. Absent: it is something else.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace evenkeel
