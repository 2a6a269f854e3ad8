#include "evenkeel/codec/decode_error.h"

#include <string>

#include "message_plan.h"

#include "evenkeel/base/check.h"
#include "evenkeel/v1/dead_letter.pb.h"

namespace evenkeel {

std::string_view DecodeErrorName(DecodeError error) {
  static const auto* const kNames = [] {
    const auto& type = *v1::DeadLetterReason_descriptor();
    auto* names = new std::vector<std::string>(static_cast<std::size_t>(type.value_count()));
    for (int i = 0; i < type.value_count(); ++i) {
      names->at(static_cast<std::size_t>(type.value(i)->number())) =
          internal::SymbolOf(type.name(), type.value(i)->name());
    }
    return names;
  }();
  return kNames->at(static_cast<std::size_t>(error));
}

}  // namespace evenkeel
