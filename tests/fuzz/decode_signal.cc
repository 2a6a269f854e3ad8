#include "decode_signal.h"

#include <cmath>
#include <string>
#include <vector>

#include "evenkeel/base/check.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"
#include "evenkeel/codec/signal_types.h"

namespace evenkeel::testing {
namespace {

constexpr TimeMs kTimestamp{1'795'000'000'000};

std::string_view ContentType(char form) {
  if (form == 'j') return "application/json";
  return form == 's' ? "application/cloudevents+json" : "application/protobuf";
}

void CheckFields(const Signal& signal) {
  for (std::size_t i = 0; i < signal.fields.size(); ++i) {
    const SignalField& field = signal.fields[i];
    EVENKEEL_CHECK(i == 0 || signal.fields[i - 1].name < field.name);
    if (const auto* number = std::get_if<double>(&field.value)) {
      EVENKEEL_CHECK(std::isfinite(*number));
    }
  }
}

/// What was taken can be written, and is then taken as the same.
void CheckRoundTrip(const DecodedSignal& decoded, SignalDecoder& decoder) {
  const Result<EncodedRecord> record = EncodeSignal(decoded.signal, decoded.payload);
  // An enum value of a later version cannot be written by this one.
  if (decoded.unknown_value_count > 0) return;
  EVENKEEL_CHECK(record.ok());
  const auto headers = HeaderViews(*record);
  DecodedSignal again;
  const auto failure = decoder.Decode({.partition = 0,
                                       .timestamp = kTimestamp,
                                       .key = record->key,
                                       .value = record->value,
                                       .headers = headers},
                                      again);
  EVENKEEL_CHECK(!failure.has_value());
  if (std::holds_alternative<std::monostate>(decoded.payload)) {
    EVENKEEL_CHECK(again.signal.fields == decoded.signal.fields);
  }
  EVENKEEL_CHECK(again.payload == decoded.payload);
}

}  // namespace

void DecodeFuzzedSignal(std::string_view input) {
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos || line + 2 > input.size()) return;
  const SignalTypeInfo* type = FindSignalType(input.substr(0, line));
  if (type == nullptr) return;
  const char form = input[line + 1];
  const std::vector<RecordHeader> headers = {{"ce_specversion", "1.0"},
                                             {"ce_id", "1"},
                                             {"ce_source", "/fuzz"},
                                             {"ce_type", type->ce_type},
                                             {"content-type", ContentType(form)}};
  SignalDecoder decoder({.clock = form == 'e' ? ClockMode::kEvent : ClockMode::kWall});
  DecodedSignal decoded;
  const auto failure = decoder.Decode({.partition = 0,
                                       .timestamp = kTimestamp,
                                       .key = "customer",
                                       .value = input.substr(line + 2),
                                       .headers = headers},
                                      decoded);
  if (failure.has_value()) {
    EVENKEEL_CHECK(!failure->detail.empty());
    return;
  }
  EVENKEEL_CHECK(decoded.signal.family == SignalFamily::kTick ||
                 !decoded.signal.customer.value().empty());
  CheckFields(decoded.signal);
  CheckRoundTrip(decoded, decoder);
}

}  // namespace evenkeel::testing
