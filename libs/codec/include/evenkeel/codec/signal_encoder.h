#pragma once

#include "evenkeel/base/result.h"
#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/model/signal_payload.h"

namespace evenkeel {

/// Writes a signal as CloudEvents in binary mode with protobuf data. Without a payload the data are
/// made of `signal.fields`; with one, of the payload alone. Equal signals give equal bytes.
///
/// Numbers fit where they are exact: an integer into a decimal field, a whole decimal into an
/// integer field, an integer into a time. The record's timestamp is the caller's: the event time
/// for loaders of history.
///
/// Errors: kInvalidArgument naming type, field and what would be right: an unknown type, a field
/// the type does not have, a value of another kind, a missing required field. `fault`, where given,
/// becomes the field's name if one is at fault.
Result<EncodedRecord> EncodeSignal(const Signal& signal, const SignalPayload& payload = {},
                                   std::string* fault = nullptr);

}  // namespace evenkeel
