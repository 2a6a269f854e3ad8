#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/features/definition.h"
#include "evenkeel/model/signal.h"

namespace evenkeel::testing {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr TimeMs kMonday{1'704'067'200'000};  // 2024-01-01T00:00Z.

inline constexpr Currency kEuro{{'E', 'U', 'R'}};

inline TimeMs At(std::int64_t days, std::int64_t hours = 0) {
  return {kMonday.value + days * kDayMs + hours * kHourMs};
}

/// A signal of `type` with the content hash that its facts give it.
inline Signal MakeSignal(std::string type, TimeMs time, std::vector<SignalField> fields = {},
                         std::string id = "") {
  static int next_id = 0;
  Signal signal;
  signal.id = id.empty() ? "id-" + std::to_string(++next_id) : std::move(id);
  signal.source = "test";
  signal.type = std::move(type);
  signal.customer = CustomerId("ada");
  signal.event_time = time;
  std::sort(fields.begin(), fields.end(),
            [](const SignalField& a, const SignalField& b) { return a.name < b.name; });
  signal.fields = std::move(fields);
  std::string facts = signal.type + std::to_string(time.value);
  for (const SignalField& field : signal.fields) {
    facts += field.name;
    if (const auto* text = std::get_if<std::string>(&field.value)) facts += *text;
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      facts += std::to_string(*number);
    }
    if (const auto* money = std::get_if<Money>(&field.value)) {
      facts += std::to_string(money->units) + "/" + std::to_string(money->scale);
    }
  }
  signal.content_hash = SipHash64({}, facts);
  return signal;
}

inline FeatureDefinition Count(std::string name, std::string type, std::int64_t window_ms = 0) {
  return {.name = std::move(name),
          .kind = FeatureKind::kCount,
          .match = {.types = {std::move(type)}, .fields = {}},
          .window_ms = window_ms};
}

inline FeatureDefinition Sum(std::string name, std::string type, std::string field,
                             std::uint8_t scale, std::int64_t window_ms = 0) {
  return {.name = std::move(name),
          .kind = FeatureKind::kSum,
          .match = {.types = {std::move(type)}, .fields = {}},
          .value = {.field = std::move(field), .scale = scale},
          .scale = scale,
          .window_ms = window_ms};
}

}  // namespace evenkeel::testing
