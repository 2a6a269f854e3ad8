#pragma once

#include <google/protobuf/message.h>

namespace evenkeel {

/// Sets every field of `message`, the same way each time: numbers that do not fit a double, bytes
/// that are no text, text beyond ASCII, the last value of each enum, two elements of each list, one
/// member of each oneof. Messages inside messages down to `depth`.
void Fill(google::protobuf::Message& message, int depth = 6);

}  // namespace evenkeel
