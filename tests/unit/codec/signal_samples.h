#pragma once

#include <cstdint>
#include <string>

#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_types.h"
#include "evenkeel/model/signal.h"

namespace evenkeel::testing {

inline constexpr TimeMs kSampleTime{1'795'000'000'000};  // 2026-11-18

/// A word of random bits that depends on nothing but its arguments.
inline std::uint64_t Mix(std::uint64_t seed, std::uint64_t place) {
  std::uint64_t x = seed * 0x9E3779B97F4A7C15U + place * 0xBF58476D1CE4E5B9U + 1;
  x ^= x >> 31;
  x *= 0x94D049BB133111EBU;
  return x ^ (x >> 29);
}

inline FieldValue SampleValue(const SignalFieldInfo& field, std::uint64_t random) {
  switch (field.kind) {
    case FieldKind::kBool:
      return (random & 1U) != 0;
    case FieldKind::kInteger:
      return static_cast<std::int64_t>(1 + random % 100'000);
    case FieldKind::kNumber:
      return static_cast<double>(static_cast<std::int64_t>(random >> 20)) / 1024;
    case FieldKind::kText:
      return "text-" + std::to_string(random % 1000) + "-\xC3\xA9";
    case FieldKind::kSymbol:
      return field.symbols[random % field.symbols.size()];
    case FieldKind::kMoney:
      return Money{.units = static_cast<std::int64_t>(random >> 8),
                   .scale = static_cast<std::uint8_t>(random % 7),
                   .currency = {{'E', 'U', 'R'}}};
    case FieldKind::kTime:
      return TimeMs{kSampleTime.value + static_cast<std::int64_t>(random % 1'000'000)};
  }
  return false;
}

/// A signal of `type` in which every field (or, with a sparse mask, some) has a value.
inline Signal SampleSignal(const SignalTypeInfo& type, std::uint64_t seed, bool is_sparse) {
  Signal signal;
  signal.id = "id-" + std::to_string(seed);
  signal.source = "/tests";
  signal.type = type.type;
  signal.family = type.family;
  signal.customer = CustomerId("customer-" + std::to_string(seed % 97));
  signal.event_time = kSampleTime;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const std::uint64_t random = Mix(seed, i);
    if (is_sparse && !type.fields[i].is_required && (random >> 60) < 8) continue;
    signal.fields.push_back({type.fields[i].name, SampleValue(type.fields[i], random)});
  }
  return signal;
}

/// `record` as a log gives it back, in the partition that is right for its key.
inline RecordView AsRead(const EncodedRecord& record, const std::vector<RecordHeader>& headers) {
  return {.partition = 0,
          .timestamp = kSampleTime,
          .key = record.key,
          .value = record.value,
          .headers = headers};
}

}  // namespace evenkeel::testing
