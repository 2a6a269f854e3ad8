#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "message_plan.h"

#include "evenkeel/codec/decode_error.h"
#include "evenkeel/model/signal_payload.h"

namespace google::protobuf {
class Message;
}

namespace evenkeel::internal {

/// What a typed payload needs to know of the signal around it.
struct PayloadContext {
  TimeMs event_time;
};

/// Reads `bytes`, a message of `plan`'s type that Flatten() has accepted, as the payload of its
/// kind. `canonical` becomes the bytes that the content hash is made of.
///
/// REQUIRES: `plan.payload` is not kNone.
std::optional<DecodeFailure> DecodePayload(const MessagePlan& plan, std::string_view bytes,
                                           const PayloadContext& context, SignalPayload& payload,
                                           std::string& canonical);

/// The message that carries `payload`, or null for std::monostate. `customer` fills the field that
/// names the customer, where there is one.
std::unique_ptr<google::protobuf::Message> PayloadMessage(const SignalPayload& payload,
                                                          std::string_view customer);

}  // namespace evenkeel::internal
