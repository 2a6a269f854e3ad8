#pragma once

// Model values <-> messages. Private to codec.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/model/money.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/v1/common.pb.h"

namespace evenkeel::internal {

Money FromMessage(const v1::Money& message);
void ToMessage(const Money& money, v1::Money& message);

/// The digest in `bytes`; nothing unless there are 32.
std::optional<Sha256Digest> DigestFrom(std::string_view bytes);

/// 32 lower-case hexadecimal digits.
bool IsId(std::string_view text);

/// `value` under `name`. REQUIRES: not a double that is no whole count of millionths.
void ToMessage(std::string_view name, const FieldValue& value, v1::NamedValue& message);
SignalField FromMessage(const v1::NamedValue& message);

/// The bytes of a message in field order, maps sorted: the same for equal messages.
std::string CanonicalBytes(const google::protobuf::Message& message);
void AppendCanonicalBytes(const google::protobuf::Message& message, std::string& out);

/// The enumerator of `number`. The caller has made sure that there is one.
template <typename Enum>
Enum EnumCast(int number) {
  return static_cast<Enum>(number);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
}

/// What a record of ours says of itself.
struct OwnEvent {
  std::string_view id;
  std::string_view deployment;
  std::string_view type;
  TimeMs time;
};

/// The headers of CloudEvents in binary mode with protobuf data.
std::vector<std::pair<std::string, std::string>> CloudEventHeaders(const OwnEvent& event);

}  // namespace evenkeel::internal
