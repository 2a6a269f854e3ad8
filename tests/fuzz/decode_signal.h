#pragma once

#include <string_view>

namespace evenkeel::testing {

/// Decodes one fuzzed record and checks what must hold of whatever comes out. Aborts if it does
/// not.
///
/// `input`: the type of signal, a line feed, one letter for the form (p protobuf, j JSON,
/// s structured, e protobuf under the event clock), then the value.
void DecodeFuzzedSignal(std::string_view input);

}  // namespace evenkeel::testing
