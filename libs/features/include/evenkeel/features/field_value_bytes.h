#pragma once

#include "evenkeel/base/bytes.h"
#include "evenkeel/model/signal.h"

namespace evenkeel {

/// A field's value with its type.
void WriteFieldValue(ByteWriter& writer, const FieldValue& value);

/// On bytes that are none, `reader` may not be ok afterwards.
FieldValue ReadFieldValue(ByteReader& reader);

}  // namespace evenkeel
