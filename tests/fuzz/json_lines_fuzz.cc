// Any bytes as JSON lines through a mapping: every line becomes a signal or a dead letter, and
// what becomes a signal is UTF-8 with a customer.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "evenkeel/bundle/mapping.h"

namespace {

constexpr std::string_view kSources = R"(
sources:
  s:
    format: json_lines
    source: {constant: s}
    customer: {field: who}
    id: {fields: [id]}
    time: {field: at, zone: Europe/Berlin}
    signals:
      - type: custom.a
        when: {kind: a}
        values:
          number: {field: n, as: number, optional: true}
          whole: {field: i, as: integer, multiply: 60, optional: true}
          money: {field: m, as: money, scale: 3, currency_field: cur, optional: true}
          flag: {field: o.f, as: flag, optional: true}
          time: {field: l.0, as: time, format: unix_ms, optional: true}
      - type: profile.updated
        values: {segment: {field: seg, optional: true}}
        consents: [{purpose: marketing, granted: {field: yes, optional: true}}]
)";

const evenkeel::SourceMapping& Mapping() {
  static const evenkeel::SourceMapping kMapping = [] {
    evenkeel::Diagnostics diagnostics;
    const auto zones = evenkeel::TimeZoneDatabase::Open().value();
    auto sources = evenkeel::LoadSources("s", kSources, zones, diagnostics);
    if (!diagnostics.empty()) std::abort();
    return sources.at(0);
  }();
  return kMapping;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evenkeel::MemorySource bytes({reinterpret_cast<const char*>(data), size});
  evenkeel::SignalReader reader(Mapping(), bytes, "f", "digest");
  evenkeel::MappedRow row;
  for (;;) {
    const evenkeel::Result<bool> more = reader.Next(row);
    if (!more.ok() || !*more) return 0;
    const bool is_signal = row.kind == evenkeel::MappedRow::Kind::kSignal;
    if (is_signal && (row.signal.customer.value().empty() || row.signal.id.empty())) std::abort();
    if (!is_signal && row.reason.empty()) std::abort();
  }
}
