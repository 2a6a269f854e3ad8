#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/codec/decode_error.h"
#include "evenkeel/codec/signal_decoder.h"

namespace evenkeel::internal {

/// A CloudEvent, its attributes and data apart. Borrowed from the record or from `owned`.
struct Envelope {
  std::string_view id;
  std::string_view source;
  std::string_view type;
  std::string_view subject;
  std::string_view time;
  std::string_view data;
  bool is_json = false;

  /// What had to be copied out of structured mode.
  struct Owned {
    std::string id, source, type, subject, time, data;
  } owned;
};

/// Takes `record` apart, in binary or structured mode, without a schema registry's framing.
/// Checks what every event must have: version, id, source, type, data; and that texts are UTF-8.
std::optional<DecodeFailure> OpenEnvelope(const RecordView& record, Envelope& envelope);

/// Takes the framing of a schema registry off `data`, if there is one: a zero byte, four bytes of
/// schema id and, for protobuf, the path of the message. Neither protobuf nor JSON begins with a
/// zero byte, so that the framing shows by itself.
std::optional<DecodeFailure> StripFraming(std::string_view& data, bool is_json);

/// Nothing, if brackets in the JSON text `json` lie in each other at most `depth_max` deep.
std::optional<DecodeFailure> CheckJsonDepth(std::string_view json, std::size_t depth_max);

}  // namespace evenkeel::internal
