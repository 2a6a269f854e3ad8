#pragma once

#include <cstdint>
#include <string_view>

#include "evenkeel/base/status.h"

namespace google::protobuf {
class Message;
}

namespace evenkeel::internal {

/// Reads `bytes` into `message`, refusing what this version does not know: unknown fields and enum
/// values, anywhere inside. `what` names the thing in messages: "a commit record".
///
/// Errors: kDataLoss (not such a message), kFailedPrecondition (of a later version).
Status ParseStrict(std::string_view what, std::string_view bytes,
                   google::protobuf::Message& message);

/// kFailedPrecondition unless `format` is 1.
Status CheckFormat(std::string_view what, std::uint32_t format);

/// kDataLoss: "`what` has a damaged `field`".
Status Damaged(std::string_view what, std::string_view field);

}  // namespace evenkeel::internal
