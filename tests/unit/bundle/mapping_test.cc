#include "evenkeel/bundle/mapping.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TimeZoneDatabase& Zones() {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  return kZones;
}

constexpr std::string_view kHead = R"(
sources:
  s:
    format: csv
    source: {constant: "urn:test"}
    customer: {field: who}
    time: {field: at, format: "%d/%m/%Y %H:%M", zone: Europe/London}
)";

/// The first source of `yaml`, which must be right.
SourceMapping Load(const std::string& yaml) {
  Diagnostics diagnostics;
  std::vector<SourceMapping> sources = LoadSources("sources.yaml", yaml, Zones(), diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return sources.at(0);
}

std::string Complaints(const std::string& yaml) {
  Diagnostics diagnostics;
  LoadSources("sources.yaml", yaml, Zones(), diagnostics);
  return diagnostics.ToString();
}

std::string Show(const FieldValue& value) {
  struct {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return "~" + std::to_string(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const Money& v) const {
      return std::to_string(v.units) + "/" + std::to_string(v.scale) +
             std::string(v.currency.view());
    }
    std::string operator()(TimeMs v) const { return "@" + std::to_string(v.value); }
  } show;
  return std::visit(show, value);
}

std::string Show(const MappedRow& row) {
  if (row.kind == MappedRow::Kind::kSkipped) return "skipped";
  if (row.kind == MappedRow::Kind::kDeadLetter) return row.reason + ": " + row.detail;
  std::string text = row.signal.type + " " + row.signal.customer.value() + " @" +
                     std::to_string(row.signal.event_time.value);
  for (const SignalField& field : row.signal.fields)
    text += " " + field.name + "=" + Show(field.value);
  return text;
}

std::vector<std::string> Map(const std::string& yaml, std::string_view text) {
  MemorySource bytes(text);
  SignalReader reader(Load(yaml), bytes, "f", "abc");
  std::vector<std::string> rows;
  MappedRow row;
  for (;;) {
    const Result<bool> more = reader.Next(row);
    EXPECT_TRUE(more.ok()) << more.status().message();
    if (!more.ok() || !*more) return rows;
    rows.push_back(Show(row));
  }
}

TEST(MappingTest, ReadsEveryKindOfValue) {
  const std::string yaml = std::string(kHead) + R"(
    signals:
      - type: custom.thing
        values:
          text: {field: t, strip_prefix: "<", strip_suffix: ">", prefix: "k-"}
          whole: {field: i, as: integer, multiply: 60}
          real: {field: r, as: number}
          flag: {field: b, as: flag, words: {"Y": "true", "N": "false"}}
          money: {field: m, as: money, scale: 3, currency: GBP}
          cents: {field: c, as: money, minor: true, currency_field: cur}
          moment: {field: u, as: time, format: unix_s}
          fixed: {constant: "v1"}
)";
  EXPECT_THAT(Map(yaml,
                  "who,at,t,i,r,b,m,c,cur,u\n"
                  "ada,01/07/2011 12:00,<x>,2,0.5,Y,2.55,1999,EUR,1.5\n"),
              ElementsAre("custom.thing ada @1309518000000 cents=1999/2EUR fixed=v1 flag=true "
                          "moment=@1500 money=2550/3GBP real=~0.500000 text=k-x whole=120"));
}

TEST(MappingTest, ReadsLocalTimesInTheirZone) {
  const std::string yaml = std::string(kHead) + "    signals: [{type: custom.x}]\n";
  EXPECT_THAT(Map(yaml,
                  "who,at\na,01/01/2011 12:00\na,01/07/2011 12:00\na,27/03/2011 01:30\n"
                  "a,30/10/2011 01:30\na,30/02/2011 01:30\na,1/1/2011 00:00\n"),
              ElementsAre("custom.x a @1293883200000", "custom.x a @1309518000000",
                          // Never shown and shown twice.
                          "custom.x a @1301189400000", "custom.x a @1319934600000",
                          "bad_value: f:6: at: '30/02/2011 01:30' is not a time in the format "
                          "%d/%m/%Y %H:%M",
                          "bad_value: f:7: at: '1/1/2011 00:00' is not a time in the format "
                          "%d/%m/%Y %H:%M"));
}

TEST(MappingTest, ReadsIsoTimesWithTheirOffset) {
  const std::string yaml = R"(
sources:
  s:
    format: json_lines
    source: {field: from, prefix: "urn:demo:"}
    customer: {field: who}
    id: {fields: [n, event]}
    time: {field: at}
    signals: [{type: custom.x}]
)";
  EXPECT_THAT(
      Map(yaml,
          "{\"n\":1,\"event\":\"e\",\"from\":\"crm\",\"who\":\"a\",\"at\":\"2026-01-05T10:00:00.25+"
          "02:00\"}\n"
          "{\"n\":1,\"event\":\"e\",\"from\":\"crm\",\"who\":\"a\",\"at\":\"2026-01-05T10:00Z\"}\n"
          "{\"n\":1,\"event\":\"e\",\"from\":\"crm\",\"who\":\"a\",\"at\":\"2026-01-05T10:00\"}\n"
          "{\"n\":1,\"from\":\"crm\",\"who\":\"a\",\"at\":\"2026-01-05T10:00Z\"}\n"
          "{\"n\":1,\"event\":\"e\",\"who\":\"a\",\"at\":\"2026-01-05T10:00Z\"}\n"
          "{\"n\":1,\"event\":\"e\",\"from\":\"crm\",\"who\":\"a\"}\n"),
      ElementsAre("custom.x a @1767600000250", "custom.x a @1767607200000",
                  "bad_value: f:3: at: '2026-01-05T10:00' says no offset from UTC, and its source "
                  "no 'zone'",
                  "bad_value: f:4: the field 'event', part of the id, is missing or empty",
                  "bad_value: f:5: the source of the row is empty",
                  "bad_value: f:6: the field 'at' is missing or empty"));
}

TEST(MappingTest, NamesRowsByFileAndLineOrByFields) {
  MemorySource bytes("who,at\na,01/01/2011 12:00\n\na,01/01/2011 12:00\n");
  SignalReader reader(Load(std::string(kHead) + "    signals: [{type: custom.x}]\n"), bytes, "f",
                      "abc");
  MappedRow row;
  ASSERT_TRUE(*reader.Next(row));
  EXPECT_EQ(row.signal.id, "abc#2");
  EXPECT_EQ(row.signal.source, "urn:test");
  EXPECT_EQ(row.raw, "a,01/01/2011 12:00");
  ASSERT_TRUE(*reader.Next(row));
  EXPECT_EQ(row.signal.id, "abc#4");
}

TEST(MappingTest, ChoosesTheFirstSignalThatFits) {
  const std::string yaml = std::string(kHead) + R"(
    skip:
      - when: {k: [noise, test]}
    dead_letter:
      - {when: {k: bad, v: {present: true}}, reason: known_bad}
    signals:
      - {type: custom.a, when: {k: {prefix: a}, v: {not: "0"}}}
      - {type: custom.b, when: {k: [a, b]}}
      - {type: custom.c, when: {k: {present: false}}}
)";
  EXPECT_THAT(
      Map(yaml,
          "who,at,k,v\nx,01/01/2011 12:00,ab,1\nx,01/01/2011 12:00,a,0\n"
          "x,01/01/2011 12:00,,0\nx,01/01/2011 12:00,z,0\nx,01/01/2011 12:00,test,0\n"
          "x,01/01/2011 12:00,bad,1\n,01/01/2011 12:00,a,1\n"),
      ElementsAre("custom.a x @1293883200000", "custom.b x @1293883200000",
                  "custom.c x @1293883200000",
                  "unmapped: f:5: no signal of the source fits the row", "skipped",
                  "known_bad: f:7: as the source says",
                  "no_customer: f:8: the row names no customer: 'who' is missing or empty"));
}

TEST(MappingTest, SetsAsideWhatItCannotReadExactly) {
  const std::string yaml = std::string(kHead) + R"(
    signals:
      - type: custom.x
        values:
          m: {field: m, as: money, currency: EUR, optional: true}
          n: {field: n, as: number, optional: true}
          i: {field: i, as: integer, optional: true}
          b: {field: b, as: flag, optional: true}
)";
  EXPECT_THAT(
      Map(yaml,
          "who,at,m,n,i,b\na,01/01/2011 12:00,,,,\na,01/01/2011 12:00,1.005,,,\n"
          "a,01/01/2011 12:00,,NaN,,\na,01/01/2011 12:00,,,1.5,\na,01/01/2011 12:00,,,,yes\n"
          "a,01/01/2011 12:00\n"),
      ElementsAre("custom.x a @1293883200000",
                  "bad_value: f:3: m: '1.005' has more than 2 decimal places",
                  "bad_value: f:4: n: 'NaN' is not a number",
                  "bad_value: f:5: i: '1.5' is not a whole number",
                  "bad_value: f:6: b: 'yes' is not true or false",
                  "malformed_row: f:7:1: the row has 2 fields, the header 6"));
}

TEST(MappingTest, BuildsProfilesWithConsents) {
  const std::string yaml = R"(
sources:
  crm:
    format: json_lines
    source: {constant: crm}
    customer: {field: who}
    time: {field: at}
    signals:
      - type: profile.updated
        values:
          kind: {constant: person}
          time_zone: {field: tz}
          segment: {field: seg}
          language: {field: lang, optional: true}
          attributes.plan: {field: plan}
          attributes.tenure: {field: tenure, as: integer}
        consents:
          - {purpose: marketing, channel: email, granted: {field: mail}, since: {field: since, optional: true}, reference: {field: proof}}
          - {purpose: marketing, channel: sms, granted: {field: sms, optional: true}}
)";
  MemorySource bytes(
      R"({"who":"a","at":"2026-01-05T10:00Z","tz":"Europe/Rome","seg":"family","plan":"plus","tenure":7,"mail":true,"since":"2025-01-01","proof":"p1"})");
  SignalReader reader(Load(yaml), bytes, "f", "abc");
  MappedRow row;
  ASSERT_TRUE(*reader.Next(row));
  ASSERT_EQ(row.kind, MappedRow::Kind::kDeadLetter);  // "2025-01-01" alone says no offset.
  EXPECT_THAT(row.detail, HasSubstr("since: '2025-01-01' says no offset"));

  MemorySource more(
      R"({"who":"a","at":"2026-01-05T10:00Z","tz":"Europe/Rome","seg":"family","plan":"plus","tenure":7,"mail":true,"since":"2025-01-01T00:00Z","proof":"p1"})");
  SignalReader again(Load(yaml), more, "f", "abc");
  ASSERT_TRUE(*again.Next(row));
  ASSERT_EQ(row.kind, MappedRow::Kind::kSignal) << row.detail;
  EXPECT_TRUE(row.signal.fields.empty());
  ProfileUpdate expected;
  expected.kind = CustomerKind::kPerson;
  expected.time_zone = "Europe/Rome";
  expected.segment = "family";
  expected.attributes = {{"plan", std::string("plus")}, {"tenure", std::int64_t{7}}};
  expected.consents = {
      {"marketing", "email", ConsentState::kGranted, {1735689600000}, {}, {"import", "p1", ""}}};
  EXPECT_EQ(std::get<ProfileUpdate>(row.payload), expected);
}

struct Wrong {
  std::string_view rest;
  std::string_view message;
};

TEST(MappingTest, SaysWhatIsWrongWithASource) {
  const Wrong cases[] = {
      {"    signals: []\n", "sources.yaml:4:5: sources.s.signals: the list is empty; add a signal"},
      {"    signals: [{type: billing}]\n",
       "sources.yaml:8:22: sources.s.signals[0].type: 'billing' is not a type of signal; write "
       "<family>.<kind>, such as billing.invoice, or custom.<name>"},
      {"    signals: [{typ: custom.x}]\n",
       "sources.yaml:8:15: sources.s.signals[0]: the key 'type' is missing; add it\n"
       "sources.yaml:8:16: sources.s.signals[0]: unknown key 'typ'; did you mean 'type'?"},
      {"    signals: [{type: custom.x, values: {m: {field: m, as: money}}}]\n",
       "sources.yaml:8:44: sources.s.signals[0].values.m: money needs a currency; write either "
       "'currency' or 'currency_field'"},
      {"    signals: [{type: custom.x, values: {m: {as: text}}}]\n",
       "sources.yaml:8:44: sources.s.signals[0].values.m: a value comes from one place; write "
       "either 'field' or 'constant'"},
      {"    signals: [{type: custom.x, values: {m: {field: m, as: tme}}}]\n",
       "sources.yaml:8:59: sources.s.signals[0].values.m.as: 'tme' is not known here; did you mean "
       "'time'?"},
      {"    signals: [{type: custom.x, values: {m: {field: m, as: time, format: '%Y'}}}]\n",
       "sources.yaml:8:44: sources.s.signals[0].values.m.format: '%Y' is not a time format; write "
       "iso8601, unix_s, unix_ms or a pattern with %Y, %m and %d"},
      {"    signals: [{type: custom.x, values: {m: {field: m, as: time, zone: Europe/Lodnon}}}]\n",
       "sources.yaml:8:71: sources.s.signals[0].values.m.zone: there is no time zone "
       "'Europe/Lodnon'; did you mean 'Europe/London'?"},
      {"    signals: [{type: profile.updated, values: {timezone: {field: z}}}]\n",
       "sources.yaml:8:48: sources.s.signals[0].values.timezone: 'timezone' is not part of a "
       "profile; did you mean 'time_zone'?"},
      {"    signals: [{type: custom.x, when: {k: {prefx: a}}}]\n",
       "sources.yaml:8:43: sources.s.signals[0].when.k: unknown key 'prefx'; did you mean "
       "'prefix'?"},
  };
  for (const Wrong& c : cases) {
    EXPECT_EQ(Complaints(std::string(kHead) + std::string(c.rest)), c.message);
  }
}

}  // namespace
}  // namespace evenkeel
