#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "evenkeel/runtime/rpc.h"

namespace evenkeel {

/// What a page token belongs to: the filters of a list, without page size and token.
std::string FilterDigest(const google::protobuf::Message& request);

/// An opaque token for "the page after `last`" of the list with these filters.
std::string MakePageToken(std::string_view filter_digest, std::string_view last);

/// What MakePageToken() was given; empty for no token. An error for what is no token, and for one
/// of another query.
std::optional<RpcError> ReadPageToken(std::string_view filter_digest, std::string_view token,
                                      std::string& last);

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;

/// The page size asked for, or an error.
std::optional<RpcError> CheckPageSize(bool is_there, int page_size, int& out);

}  // namespace evenkeel
