// Every kind of complaint of the loader, word by word.

#include <string>

#include "small_bundle.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/bundle/bundle.h"

namespace evenkeel {
namespace {

using testing::SmallBundle;
using testing::With;

const TimeZoneDatabase& Zones() {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  return kZones;
}

std::string Complaints(const BundleFiles& files) {
  Diagnostics diagnostics;
  const auto bundle = Bundle::Compile(files, Zones(), diagnostics);
  EXPECT_EQ(bundle == nullptr, !diagnostics.empty());
  return diagnostics.ToString();
}

struct Case {
  std::string file;
  std::string from;
  std::string to;
  std::string message;
};

class BundleErrorsTest : public ::testing::TestWithParam<Case> {};

TEST(BundleErrorsTest, FindsNothingWrongWithWhatIsRight) {
  EXPECT_EQ(Complaints(SmallBundle()), "");
}

TEST_P(BundleErrorsTest, SaysWhatWhereAndWhatInstead) {
  const Case& c = GetParam();
  EXPECT_EQ(Complaints(With(SmallBundle(), c.file, c.from, c.to)), c.message);
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, BundleErrorsTest,
    ::testing::Values(
        Case{"policy.yaml", "caps:", "caps: [",
             "policy.yaml:3:1: not YAML: end of sequence flow not found"},
        Case{"policy.yaml", "week:", "week: &w",
             "policy.yaml:2:9: anchors (&name) are not allowed; write the value out"},
        Case{"policy.yaml", "{contacts_max: 2, window: 7d}", "*w",
             "policy.yaml:2:9: not YAML: the referenced anchor is not defined"},
        Case{"policy.yaml", "7d}", "!!str 7d}",
             "policy.yaml:2:35: the tag 'tag:yaml.org,2002:str' is not allowed; remove it"},
        Case{"policy.yaml", "caps:", "caps: {}\ncaps:",
             "policy.yaml:2:1: the key 'caps' repeats the one in line 1; remove one of them"},
        Case{"policy.yaml",
             "caps:", "? [a]\n: 1\ncaps:", "policy.yaml:1:3: a key must be plain text"},
        Case{"policy.yaml", "caps:", "---\ncaps: {}\n---\ncaps:",
             "policy.yaml:2:1: the key 'decision_points' is missing; add it\npolicy.yaml:2:1: "
             "decision_points: the map is empty; add a decision point\npolicy.yaml:4:1: a second "
             "document (---) starts here; a file holds one"},
        Case{"policy.yaml", "caps:",
             "\xff"
             "caps:",
             "policy.yaml:1:1: not UTF-8; save the file as UTF-8"},
        Case{"bundle.yaml", "name: small",
             "x: " + std::string(40, '[') + std::string(40, ']') + "\nname: small",
             "bundle.yaml:1:35: nested deeper than 32 levels; flatten it"},
        Case{"policy.yaml",
             "caps:", "cap:", "policy.yaml:1:1: unknown key 'cap'; did you mean 'caps'?"},
        Case{"policy.yaml", "caps:", "something_else_entirely: 1\ncaps:",
             "policy.yaml:1:1: unknown key 'something_else_entirely'; known: decision_points, "
             "caps, cool_downs, quiet_hours, autonomy, approvals, classes, receipt_grace"},
        Case{"policy.yaml", "window: 7d", "windw: 7d",
             "policy.yaml:2:9: caps.week: the key 'window' is missing; add it\npolicy.yaml:2:27: "
             "caps.week: unknown key 'windw'; did you mean 'window'?"},
        Case{"policy.yaml", "{contacts_max: 2, window: 7d}", "2",
             "policy.yaml:2:9: caps.week: found a single value where a map (Cap) belongs; write "
             "'key: value' lines"},
        Case{"policy.yaml", "  - {domain: retention, level: L2}", "  domain: x",
             "policy.yaml:6:3: autonomy: found a map where a list (of Autonomy) belongs; write '- "
             "value' lines or [a, b]"},
        Case{"policy.yaml", "week:", "Week:",
             "policy.yaml:2:3: caps.Week: 'Week' is not a name; write lower-case letters, digits "
             "and '_', first a letter, at most 64"}));

INSTANTIATE_TEST_SUITE_P(
    Values, BundleErrorsTest,
    ::testing::Values(
        Case{"policy.yaml", "7d}", "7 days}",
             "policy.yaml:2:35: caps.week.window: '7 days' is not a duration; write a whole number "
             "and a unit (ms, s, min, h, d, w), such as 7d"},
        Case{"policy.yaml", "autonomy:", "approvals:\n  by_risk: {high: execute}\nautonomy:",
             "policy.yaml:6:12: approvals.by_risk.high: actions of high risk never go out unasked; "
             "write 'ask' or 'recommend'"},
        Case{"policy.yaml", "autonomy:", "approvals: {money_above: 5.00 USD}\nautonomy:",
             "policy.yaml:5:26: approvals.money_above: the amount is in USD, the bundle in EUR; "
             "convert it"},
        Case{"policy.yaml", "autonomy:", "approvals: {expires_after: 31d}\nautonomy:",
             "policy.yaml:5:28: approvals.expires_after: '31d' is out of range; write 1min to 30d"},
        Case{"policy.yaml", "7d}", "500d}",
             "policy.yaml:2:35: caps.week.window: '500d' is out of range; write 1min to 400d"},
        Case{"policy.yaml", "contacts_max: 2", "contacts_max: two",
             "policy.yaml:2:24: caps.week.contacts_max: 'two' is not a whole number; write digits, "
             "such as 3"},
        Case{"policy.yaml", "contacts_max: 2", "contacts_max: 0",
             "policy.yaml:2:24: caps.week.contacts_max: '0' is out of range; write 1 to 1000"},
        Case{"policy.yaml", "\"20:00\"", "\"24:00\"",
             "policy.yaml:4:17: quiet_hours.night.from: '24:00' is not a time of day; write hours "
             "and minutes in quotes, such as \"20:00\""},
        Case{
            "policy.yaml", "\"20:00\"", "\"08:00\"",
            "policy.yaml:4:10: quiet_hours.night: 'from' and 'to' are the same; the span is empty"},
        Case{"policy.yaml", "L2", "L7",
             "policy.yaml:6:32: autonomy[0].level: 'L7' is not known here; did you mean 'L0'?"},
        Case{"bundle.yaml", "EUR\ntime", "euro\ntime",
             "bundle.yaml:3:11: currency: 'euro' is not a currency; write an ISO 4217 code, such "
             "as EUR"},
        Case{"bundle.yaml", "9.00 EUR", "9.00",
             "bundle.yaml:5:40: value.margin: '9.00' is not money; write an amount and a currency, "
             "such as 12.50 EUR"},
        Case{"bundle.yaml", "9.00 EUR", "9.0000001 EUR",
             "bundle.yaml:5:40: value.margin: '9.0000001 EUR' is not money; write an amount and a "
             "currency, such as 12.50 EUR"},
        Case{"bundle.yaml", "10 %", "110 %",
             "bundle.yaml:7:10: holdout.share: '110 %' is not a percentage; write a number from 0 "
             "to 100 and '%', such as 10 %"},
        Case{"bundle.yaml", "2026-01-01", "2026-13-01",
             "bundle.yaml:9:14: holdout.epochs[0].from: '2026-13-01' is not a time; write an ISO "
             "8601 time, such as 2026-03-01T10:00:00Z"},
        Case{"bundle.yaml", "name: small", "name: Small Bundle",
             "bundle.yaml:1:7: name: 'Small Bundle' is not a name; write lower-case letters, "
             "digits and '_', first a letter, at most 64"},
        Case{"bundle.yaml", "version: \"1\"", "version: \"\"",
             "bundle.yaml:2:10: version: the text is empty; write a word or a quoted text"},
        Case{"bundle.yaml", "version: \"1\"", "version: \"1\"\nformat: 2",
             "bundle.yaml:1:1: format: '2' is out of range; write 1 to 1"},
        Case{"features.yaml", "symbol: true", "symbol: yes",
             "features.yaml:4:71: features.payment.value.field: in the contract this is a word; "
             "only 'last' takes it, with 'symbol: true'\nfeatures.yaml:4:88: "
             "features.payment.symbol: 'yes' is not true or false; write true or false"},
        Case{"models/churn.yaml", "-0.1", "heavy",
             "models/churn.yaml:7:37: hazards.voluntary.terms[0].weight: 'heavy' is not a weight; "
             "write digits and at most 6 decimal places, such as -0.25"},
        Case{"models/churn.yaml", "0.875", "1.5",
             "models/churn.yaml:9:51: golden[0].churn: '1.5' is not a chance; write 0 to 1 or 0 % "
             "to 100 %, such as 5 %"},
        Case{"catalogue.yaml", "mean: 1 %", "mean: 0.01",
             "catalogue.yaml:8:32: actions.letter.uplift[0].mean: '0.01' is not a change in "
             "percentage points; write a number from -100 to 100 and '%', such as -1.5 %"}));

INSTANTIATE_TEST_SUITE_P(
    Features, BundleErrorsTest,
    ::testing::Values(
        Case{"features.yaml", "kind: count", "kind: counter",
             "features.yaml:2:20: features.sessions.kind: 'counter' is not known here; did you "
             "mean 'count'?"},
        Case{"features.yaml", "[usage.session], window", "[usage.sessions], window",
             "features.yaml:2:32: features.sessions.on[0]: there is no signal 'usage.sessions'; "
             "did you mean 'usage.session'?"},
        Case{"features.yaml", "[usage.session], window", "[], window",
             "features.yaml:2:13: features.sessions.on: the list is empty; name a type, such as "
             "billing.invoice"},
        Case{"features.yaml", "window: 28d", "window: 100h",
             "features.yaml:2:56: features.sessions.window: '100h' is cut into whole hours below "
             "3d and whole days from there on; round it"},
        Case{"features.yaml", "window: 28d", "window: 28d, when: {platfrom: web}",
             "features.yaml:2:68: features.sessions.when.platfrom: there is no field 'platfrom'; "
             "did you mean 'platform'?"},
        Case{"features.yaml", "window: 28d", "window: 28d, when: {duration_s: long}",
             "features.yaml:2:80: features.sessions.when.duration_s: 'long' is not a whole number, "
             "which the field is; only flags, numbers and words can be compared"},
        Case{"features.yaml", "window: 28d", "value: {field: duration_s}",
             "features.yaml:2:13: features.sessions: only sum, decayed_sum and last take 'value' "
             "and 'times'; remove them"},
        Case{"features.yaml", "kind: count", "kind: sum",
             "features.yaml:2:13: features.sessions: the key 'value' is missing; name the field"},
        Case{"features.yaml", "kind: count", "kind: time_since",
             "catalogue.yaml:3:18: segments.quiet.when.feature.sessions: features of kind "
             "time_since are durations; write a unit, such as 30d\nfeatures.yaml:2:13: "
             "features.sessions.window: only count and sum have a window; remove "
             "it\nmodels/churn.yaml:7:9: hazards.voluntary.terms[0].per: features of kind "
             "time_since are durations; write a unit, such as 30d"},
        Case{"features.yaml", "kind: count, on", "kind: count, id: ticket_id, on",
             "features.yaml:2:13: features.sessions: only open_cases take 'id', 'closed_by', "
             "'updated_by', 'due' and 'read'; remove them"},
        Case{"features.yaml",
             "  price:", "  tickets: {kind: open_cases, on: [support.ticket_opened]}\n  price:",
             "features.yaml:3:12: features.tickets: open_cases need the keys 'id' and 'closed_by'; "
             "add them"},
        Case{"features.yaml", "  price:",
             "  tickets: {kind: open_cases, on: [support.ticket_opened], id: ticket_i, due: "
             "priority, "
             "closed_by: {on: [support.ticket_resolved]}}\n  price:",
             "features.yaml:3:64: features.tickets.id: support.ticket_opened has no field "
             "'ticket_i'; did you mean 'ticket_id'?\nfeatures.yaml:3:64: features.tickets.id: "
             "support.ticket_resolved has no field 'ticket_i'; did you mean "
             "'ticket_id'?\nfeatures.yaml:3:79: features.tickets.due: in the contract this is no "
             "time; name another"},
        Case{"features.yaml", "kind: count", "kind: count, half_life: 7d",
             "features.yaml:2:13: features.sessions.half_life: decayed_sum, and nothing else, has "
             "a half-life; add or remove it"},
        Case{"features.yaml", "field: amount", "field: amont",
             "features.yaml:3:61: features.price.value.field: billing.invoice has no field "
             "'amont'; did you mean 'amount'?"},
        Case{"features.yaml", ", currency: EUR", "",
             "features.yaml:3:10: features.price: money needs the key 'currency'; add it"},
        Case{"features.yaml", ", symbol: true", "",
             "features.yaml:4:71: features.payment.value.field: in the contract this is a word; "
             "only 'last' takes it, with 'symbol: true'"},
        Case{"features.yaml", "field: amount, scale: 2", "field: amount, scale: 12",
             "features.yaml:3:53: features.price.value.scale: '12' is out of range; write 0 to 9"},
        Case{"features.yaml", "currency: EUR", "currency: EUR, when: {status: opened}",
             "features.yaml:3:110: features.price.when.status: 'opened' is no word of the "
             "contract; did you mean 'open'?"}));

INSTANTIATE_TEST_SUITE_P(
    Model, BundleErrorsTest,
    ::testing::Values(
        Case{"models/churn.yaml", "feature: sessions", "feature: session",
             "models/churn.yaml:7:19: hazards.voluntary.terms[0].feature: there is no feature "
             "'session'; did you mean 'sessions'?"},
        Case{"models/churn.yaml", "feature: sessions", "feature: payment",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0]: the feature 'payment' is a word; "
             "write 'shape: symbols'"},
        Case{"models/churn.yaml", "feature: sessions", "feature: last_session, centre: 7",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0].centre: features of kind "
             "time_since are durations; write a unit, such as 30d\nmodels/churn.yaml:7:9: "
             "hazards.voluntary.terms[0].per: features of kind time_since are durations; write a "
             "unit, such as 30d"},
        Case{"models/churn.yaml", "weight: -0.1", "weight: -0.1, per: 7d",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0].per: a duration fits only features "
             "of kind time_since; write a number"},
        Case{"models/churn.yaml", "weight: -0.1", "weight: -0.1, per: 0",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0]: 'per' must be above 0"},
        Case{"models/churn.yaml", "weight: -0.1", "weight: -0.1, min: 5, max: 1",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0]: 'min' is above 'max'; swap them"},
        Case{"models/churn.yaml", "weight: -0.1", "shape: bins",
             "models/churn.yaml:7:9: hazards.voluntary.terms[0]: 'bins' belong to 'shape: bins'; "
             "add or remove them"},
        Case{"models/churn.yaml", "weight: -0.1",
             "shape: bins, bins: [{from: 2, weight: 1}, {from: 2, weight: 0}]",
             "models/churn.yaml:7:71: hazards.voluntary.terms[0].bins[1].from: bins must rise; "
             "sort them"},
        Case{"models/churn.yaml", "  voluntary:", "  other:",
             "catalogue.yaml:6:5: actions.letter.cause: the model has no hazard of this cause; add "
             "it to models/ or change the cause\nmodels/churn.yaml:1:1: hazards: there is no "
             "hazard; add 'voluntary' or 'involuntary'\nmodels/churn.yaml:4:3: hazards: unknown "
             "key 'other'; known: voluntary, involuntary"},
        Case{"models/churn.yaml", "sessions: 0}", "sessions: many}",
             "models/churn.yaml:9:30: golden[0].inputs.sessions: 'many' is not a number; write "
             "digits, such as 3"},
        Case{"models/churn.yaml", "sessions: 0}", "session: 0}",
             "models/churn.yaml:9:30: golden[0].inputs.session: there is no feature 'session'; did "
             "you mean 'sessions'?"},
        Case{"models/churn.yaml", "0.875", "0.876",
             "models/churn.yaml:9:5: golden[0]: 'nothing': the card gives 875000000, the row says "
             "876000000 (in billionths); mend the row or the weights"},
        Case{"models/churn.yaml", "  - {name: nothing, inputs: {sessions: 0}, churn: 0.875}",
             "  []",
             "models/churn.yaml:1:1: golden: the list is empty; add an example with its answer"}));

INSTANTIATE_TEST_SUITE_P(
    Catalogue, BundleErrorsTest,
    ::testing::Values(
        Case{"catalogue.yaml", "0.01 EUR", "0.01 USD",
             "catalogue.yaml:11:37: actions.letter.treatments.plain.cost: the amount is in USD, "
             "the bundle in EUR; convert it"},
        Case{"catalogue.yaml", "0.01 EUR", "-0.01 EUR",
             "catalogue.yaml:11:37: actions.letter.treatments.plain.cost: the amount is out of "
             "range; write 0 to 1000000000"},
        Case{"catalogue.yaml", "segment: quiet", "segment: quite",
             "catalogue.yaml:8:19: actions.letter.uplift[0].segment: there is no segment 'quite'; "
             "did you mean 'quiet'?"},
        Case{"catalogue.yaml", "low: 0 %", "low: 1.5 %",
             "catalogue.yaml:8:9: actions.letter.uplift[0]: the interval is out of order; write "
             "low <= mean <= high"},
        Case{"catalogue.yaml", "{mean: 0.5", "{segment: quiet, mean: 0.5",
             "catalogue.yaml:9:9: actions.letter.uplift[1]: there is another uplift for this "
             "segment; remove one"},
        Case{"catalogue.yaml", "basis: assumed}\n    treat", "basis: measured}\n    treat",
             "catalogue.yaml:9:52: actions.letter.uplift[1].basis: 'measured' is not known here; "
             "known: assumed"},
        Case{"catalogue.yaml", "    treatments:",
             "    resolution:\n      - {mean: 9 %, low: 1 %, high: 20 %, basis: assumed}\n"
             "    treatments:",
             "catalogue.yaml:6:5: actions.letter.resolution: bundle.yaml does not say what it is "
             "worth; add value.resolution"},
        Case{"catalogue.yaml",
             "segments:", "service_recovery: {errors: {feature: session}}\nsegments:",
             "catalogue.yaml:2:38: service_recovery.errors.feature: there is no feature "
             "'session'; did you mean 'sessions'?"},
        Case{"catalogue.yaml",
             "segments:", "service_recovery: {errors: {feature: sessions, limit: 2h}}\nsegments:",
             "catalogue.yaml:2:28: service_recovery.errors.limit: a duration fits only features of "
             "kind time_since; write a number"},
        Case{"catalogue.yaml", "    purpose: marketing",
             "    purpose: marketing\n    answers: [errors]",
             "catalogue.yaml:7:15: actions.letter.answers[0]: there is no listed sign 'errors'; "
             "none "
             "is defined"},
        Case{
            "policy.yaml", "{every: 7d, domains", "{on_due: [sessions], domains",
            "policy.yaml:8:21: decision_points.weekly.on_due[0]: 'sessions' has no deadlines; name "
            "one of kind open_cases with 'due'"},
        Case{"catalogue.yaml", "feature.sessions", "feature.session",
             "catalogue.yaml:3:18: segments.quiet.when.feature.session: there is no feature "
             "'session'; did you mean 'sessions'?"},
        Case{"catalogue.yaml", "feature.sessions", "profil.segment",
             "catalogue.yaml:3:18: segments.quiet.when.profil.segment: nothing is known of "
             "'profil.segment'; did you mean 'profile.segment'?"},
        Case{"catalogue.yaml", "{below: 3}", "few",
             "catalogue.yaml:3:18: segments.quiet.when.feature.sessions: 'feature.sessions' is a "
             "number; write at_least or below"},
        Case{"catalogue.yaml", "{below: 3}", "{below: 3d}",
             "catalogue.yaml:3:18: segments.quiet.when.feature.sessions: a duration fits only "
             "features of kind time_since; write a number"},
        Case{"catalogue.yaml", "feature.sessions", "feature.payment",
             "catalogue.yaml:3:18: segments.quiet.when.feature.payment: 'feature.payment' is a "
             "text; write a text or a list of texts"},
        Case{"catalogue.yaml", "purpose: marketing", "purpose: marketing\n    cause: involuntary",
             "catalogue.yaml:6:5: actions.letter.cause: the model has no hazard of this cause; add "
             "it to models/ or change the cause"},
        Case{"catalogue.yaml", "cost: 0.01 EUR", "cost: 0.01 EUR, send_window: 5s",
             "catalogue.yaml:11:60: actions.letter.treatments.plain.send_window: '5s' is out of "
             "range; write 1min to 30d"},
        Case{"bundle.yaml", "margin_feature: price", "margin_feature: prize",
             "bundle.yaml:5:25: value.margin_feature: there is no feature 'prize'; did you mean "
             "'price'?"},
        Case{"bundle.yaml", "share: 10 %", "share: 10 %\n  rotating: 20 %",
             "bundle.yaml:7:3: holdout.rotating: the part is larger than the share; lower it"},
        Case{"bundle.yaml", "salt: small-2026}",
             "salt: small-2026}\n    - {from: 2025-01-01, salt: small-2025}",
             "bundle.yaml:10:7: holdout.epochs[1].from: epochs must rise; sort them"},
        Case{"bundle.yaml", "salt: small-2026", "salt: abc",
             "bundle.yaml:9:7: holdout.epochs[0].salt: 'abc' is too short to be a salt; write at "
             "least 8 characters"},
        Case{"bundle.yaml", "Europe/Berlin", "Europe/Bonn",
             "bundle.yaml:4:12: time_zone: there is no time zone 'Europe/Bonn'; did you mean "
             "'Europe/London'?"}));

INSTANTIATE_TEST_SUITE_P(
    Policy, BundleErrorsTest,
    ::testing::Values(Case{"policy.yaml", "window: 7d", "window: 7d, channels: [mail]",
                           "policy.yaml:2:50: caps.week.channels[0]: there is no channel 'mail'; "
                           "did you mean 'email'?"},
                      Case{"policy.yaml", "window: 7d", "window: 7d, purposes: [sales]",
                           "policy.yaml:2:50: caps.week.purposes[0]: there is no purpose 'sales'; "
                           "known: marketing"},
                      Case{"policy.yaml",
                           "caps:", "cool_downs: {x: {pause: 1d, actions: [leter]}}\ncaps:",
                           "policy.yaml:1:39: cool_downs.x.actions[0]: there is no action 'leter'; "
                           "did you mean 'letter'?"},
                      Case{"policy.yaml", "domain: retention", "domain: retentoin",
                           "policy.yaml:6:5: autonomy[0].domain: there is no domain of an action "
                           "'retentoin'; did you mean 'retention'?"},
                      Case{"policy.yaml", "level: L2", "level: L2, action: leter",
                           "policy.yaml:6:44: autonomy[0].action: there is no action 'leter'; did "
                           "you mean 'letter'?"},
                      Case{"policy.yaml", "{every: 7d, domains", "{domains",
                           "policy.yaml:8:11: decision_points.weekly: nothing opens this decision; "
                           "add 'on_signal', 'on_due' or 'every'"},
                      Case{"policy.yaml", "domains: [retention]", "domains: []",
                           "policy.yaml:8:11: decision_points.weekly.domains: the list is empty; "
                           "name a domain of the actions"},
                      Case{"policy.yaml", "every: 7d", "on_signal: [{on: [billing.refnd]}]",
                           "policy.yaml:8:30: decision_points.weekly.on_signal[0].on[0]: there is "
                           "no signal 'billing.refnd'; did you mean 'billing.refund'?"}));

TEST(BundleErrorsTest, SaysEverythingAtOnce) {
  BundleFiles files = With(SmallBundle(), "policy.yaml", "7d}", "7 days}");
  files = With(files, "catalogue.yaml", "segment: quiet", "segment: quite");
  files["extra.yaml"] = "";
  files["models/second.yaml"] = "";
  EXPECT_EQ(
      Complaints(files),
      "catalogue.yaml:8:19: actions.letter.uplift[0].segment: there is no segment 'quite'; did you "
      "mean 'quiet'?\nextra.yaml: no part of a bundle is called 'extra.yaml'; known: bundle.yaml, "
      "sources.yaml, features.yaml, catalogue.yaml, policy.yaml\nmodels/second.yaml: there is a "
      "model in models/churn.yaml too; keep one\npolicy.yaml:2:35: caps.week.window: '7 days' is "
      "not a duration; write a whole number and a unit (ms, s, min, h, d, w), such as 7d");
}

TEST(BundleErrorsTest, SaysThatFilesAreMissingOrEmpty) {
  EXPECT_EQ(Complaints({{"bundle.yaml", ""}}),
            "bundle.yaml: the file holds no map; write 'key: value' lines\ncatalogue.yaml: the "
            "file is missing; add it\nfeatures.yaml: the file is missing; add it\nmodels/: there "
            "is no model; add models/churn.yaml\npolicy.yaml: the file is missing; add it");
}

}  // namespace
}  // namespace evenkeel
