#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/ingest_event.h"

#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/runtime/http_listener.h"

namespace evenkeel {

/// A CloudEvent as it came in, in the form of a record in binary mode without a key.
struct CloudEvent {
  EncodedRecord record;

  /// An attribute; empty if it is not there.
  std::string_view Attribute(std::string_view name) const;
};

/// Why a request cannot be taken: as a whole, or some of its events.
struct RequestProblem {
  int status = 400;
  std::string code = "invalid_argument";  ///< Of google.rpc.Code, in lower case.
  std::string message;
  std::vector<EventProblem> events;
  std::optional<std::int64_t> limit;  ///< The one that was passed.
};

template <typename T>
using Taken = std::variant<T, RequestProblem>;

/// The media type in lower case, without parameters.
std::string MediaTypeOf(std::string_view content_type);

/// True if the request is a CloudEvent in one of the three modes of HTTP.
bool IsCloudEvent(const HttpRequest& request);

/// The events of a request in binary, structured or batched mode (CloudEvents 1.0, HTTP binding):
/// attributes of binary mode are percent-decoded, extensions are kept. What is wrong with single
/// events is all told.
Taken<std::vector<CloudEvent>> ReadCloudEvents(const HttpRequest& request, std::size_t batch_max);

/// "the batch has 7 events; at most 5 are taken", 413.
RequestProblem BatchTooLarge(std::size_t count, std::size_t batch_max);

/// "2 of 7 events cannot be taken; nothing was written".
RequestProblem BadEvents(std::vector<EventProblem> problems, std::size_t count);

}  // namespace evenkeel
