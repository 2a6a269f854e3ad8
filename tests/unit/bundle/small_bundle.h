#pragma once

#include <string>
#include <string_view>

#include "evenkeel/bundle/bundle_files.h"

namespace evenkeel::testing {

/// The smallest bundle that shows most of what a bundle can say.
inline BundleFiles SmallBundle() {
  return {{"bundle.yaml", R"(name: small
version: "1"
currency: EUR
time_zone: Europe/Berlin
value: {margin_feature: price, margin: 9.00 EUR}
holdout:
  share: 10 %
  epochs:
    - {from: 2026-01-01, salt: small-2026}
)"},
          {"sources.yaml", R"(sources:
  app:
    format: json_lines
    source: {constant: app}
    customer: {field: who}
    time: {field: at}
    signals:
      - type: usage.session
        values: {duration_s: {field: seconds, as: integer}}
)"},
          {"features.yaml", R"(features:
  sessions: {kind: count, on: [usage.session], window: 28d}
  price: {kind: last, on: [billing.invoice], value: {field: amount, scale: 2}, currency: EUR}
  payment: {kind: last, on: [billing.payment_attempt], value: {field: status}, symbol: true}
  last_session: {kind: time_since, on: [usage.session]}
)"},
          {"models/churn.yaml", R"(name: card
version: "1"
hazards:
  voluntary:
    intercept: 0
    terms:
      - {feature: sessions, weight: -0.1}
golden:
  - {name: nothing, inputs: {sessions: 0}, churn: 0.875}
)"},
          {"catalogue.yaml", R"(retention: {voluntary_min: 5 %, involuntary_min: 5 %}
segments:
  quiet: {when: {feature.sessions: {below: 3}}}
actions:
  letter:
    purpose: marketing
    uplift:
      - {segment: quiet, mean: 1 %, low: 0 %, high: 2 %, basis: assumed}
      - {mean: 0.5 %, low: -1 %, high: 2 %, basis: assumed}
    treatments:
      plain: {channel: email, cost: 0.01 EUR}
)"},
          {"policy.yaml", R"(caps:
  week: {contacts_max: 2, window: 7d}
quiet_hours:
  night: {from: "20:00", to: "08:00"}
autonomy:
  - {domain: retention, level: L2}
decision_points:
  weekly: {every: 7d, domains: [retention]}
)"}};
}

/// `files` with the first `from` in the file `name` replaced by `to`.
inline BundleFiles With(BundleFiles files, const std::string& name, std::string_view from,
                        std::string_view to) {
  std::string& content = files.at(name);
  content.replace(content.find(from), from.size(), to);
  return files;
}

}  // namespace evenkeel::testing
