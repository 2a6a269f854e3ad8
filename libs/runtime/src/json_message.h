#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "evenkeel/runtime/rpc.h"

namespace evenkeel {

/// Fills `message` from protobuf's JSON form. An error says where the text is not JSON (line and
/// column), or which field is wrong; unknown fields are wrong. For a word that is none of an enum's
/// it names the ones that are.
std::optional<RpcError> ParseJson(std::string_view text, google::protobuf::Message& message);

/// Protobuf's JSON form: names in lowerCamelCase, nothing for absent fields and zeros.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace evenkeel
