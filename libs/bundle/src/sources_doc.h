#pragma once

#include <optional>
#include <string>
#include <vector>

#include "values.h"

// sources.yaml as written.

namespace evenkeel::internal {

enum class RowFormat : std::uint8_t { kCsv, kJsonLines };
template <>
struct Words<RowFormat> {
  static constexpr std::pair<std::string_view, RowFormat> kAll[] = {
      {"csv", RowFormat::kCsv}, {"json_lines", RowFormat::kJsonLines}};
};

enum class ValueKind : std::uint8_t { kText, kInteger, kNumber, kFlag, kMoney, kTime };
template <>
struct Words<ValueKind> {
  static constexpr std::pair<std::string_view, ValueKind> kAll[] = {
      {"text", ValueKind::kText}, {"integer", ValueKind::kInteger}, {"number", ValueKind::kNumber},
      {"flag", ValueKind::kFlag}, {"money", ValueKind::kMoney},     {"time", ValueKind::kTime}};
};

/// A word of the source and the text that takes its place.
struct WordMap {
  std::vector<std::pair<std::string, std::string>> words;
};
template <>
struct Value<WordMap> : PlainValue {
  static std::string TypeName() { return "map of texts to texts"; }
  static std::string Show(const WordMap&) { return "none"; }
  static void Read(const Cursor& cursor, WordMap& target);
};

/// What a field of a row must be.
struct RowTest {
  std::vector<std::string> any_of;
  std::vector<std::string> none_of;
  std::string prefix;
  std::optional<bool> present;
};
template <>
struct Value<RowTest> : PlainValue {
  static std::string TypeName() {
    return "text, list of texts, `{prefix: text}`, `{not: text or list}` or `{present: true or "
           "false}`";
  }
  static std::string Show(const RowTest&) { return "none"; }
  static void Read(const Cursor& cursor, RowTest& target);
};

struct RowConditions {
  struct Item {
    std::string field;
    RowTest test;
  };
  std::vector<Item> items;
};
template <>
struct Value<RowConditions> : PlainValue {
  static std::string TypeName() { return "map of fields to " + Value<RowTest>::TypeName(); }
  static std::string Show(const RowConditions&) { return "always"; }
  static void Read(const Cursor& cursor, RowConditions& target);
};

struct ValueDoc {
  static constexpr std::string_view kTitle = "Value of a row";
  static constexpr std::string_view kAbout =
      "How a value comes from a row. Numbers are read as decimal digits, exactly. What cannot be "
      "read makes the row a dead letter `bad_value`.";
  std::optional<Placed<std::string>> field;
  std::optional<Placed<std::string>> constant;
  ValueKind as = ValueKind::kText;
  bool optional = false;
  std::int64_t scale = 2;
  std::optional<Currency> currency;
  std::optional<std::string> currency_field;
  std::string format = "iso8601";
  std::optional<Placed<std::string>> zone;
  WordMap words;
  std::string prefix;
  std::string strip_prefix;
  std::string strip_suffix;
  bool is_minor = false;
  std::int64_t multiply = 1;
  Place place;
  std::string path;

  void Describe(Fields& fields);
};

struct IdDoc {
  static constexpr std::string_view kTitle = "Id of a row";
  static constexpr std::string_view kAbout =
      "What a repeat is told by, together with the source. Without it, the id is "
      "`<SHA-256 of the file>#<line>`: every line of a file counts, and loading the same file "
      "again "
      "changes nothing.";
  std::vector<std::string> fields;
  void Describe(Fields& f) {
    f.Required("fields", fields, "Fields whose values make the id, joined by `/`.");
  }
};

struct ConsentDoc {
  static constexpr std::string_view kTitle = "Consent of a row";
  static constexpr std::string_view kAbout =
      "An answer to \"may we contact you for this purpose on this channel?\".";
  Name purpose;
  std::optional<Name> channel;
  ValueDoc granted;
  std::optional<ValueDoc> since;
  std::string method = "import";
  std::optional<ValueDoc> reference;
  Place place;
  void Describe(Fields& f) {
    f.Required("purpose", purpose, "What for: a purpose of the policy.");
    f.Optional("channel", channel, "Where; without it, on every channel.");
    f.Required("granted", granted, "A flag: true for yes, false for no.");
    f.Optional("since", since, "When the customer said so; without it, the time of the row.");
    f.Optional("method", method, "How the answer was given, for the proof.");
    f.Optional("reference", reference, "Where the proof is kept, at its holder.");
  }
};

/// The values of a signal by the names of the contract ("amount", "attributes.plan").
struct ValueMap {
  struct Item {
    std::string name;
    Place place;
    std::string path;
    ValueDoc value;
  };
  std::vector<Item> items;
};
template <>
struct Value<ValueMap> {
  static std::string TypeName() { return "map of names to " + Value<ValueDoc>::TypeName(); }
  static std::string Show(const ValueMap&) { return "none"; }
  static void Document(Page& page) { Value<ValueDoc>::Document(page); }
  static void Read(const Cursor& cursor, ValueMap& target);
};

struct SignalDoc {
  static constexpr std::string_view kTitle = "Signal of a row";
  static constexpr std::string_view kAbout = "A kind of signal, and which rows are of it.";
  Placed<std::string> type;
  RowConditions when;
  ValueMap values;
  std::vector<ConsentDoc> consents;
  std::string path;
  void Describe(Fields& f) {
    f.Required("type", type,
               "`<family>.<kind>` of the contract, such as `billing.invoice`, or `custom.<name>`.");
    f.Optional("when", when, "Rows that are of this kind: all of these hold.");
    f.Optional("values", values,
               "The facts, by their names in the contract. A profile has `kind`, `time_zone`, "
               "`jurisdiction`, `segment`, `language`, `is_vulnerable` and `attributes.<name>`.");
    f.Optional("consents", consents, "Of a profile: what the customer agreed to.");
  }
};

struct SkipDoc {
  static constexpr std::string_view kTitle = "Rows to skip";
  static constexpr std::string_view kAbout = "Rows that say nothing about a customer.";
  RowConditions when;
  void Describe(Fields& f) { f.Required("when", when, "Rows for which all of these hold."); }
};

struct DeadLetterDoc {
  static constexpr std::string_view kTitle = "Rows to set aside";
  static constexpr std::string_view kAbout = "Rows that go to the dead letters.";
  RowConditions when;
  Name reason;
  std::string path;
  void Describe(Fields& f) {
    f.Required("when", when, "Rows for which all of these hold.");
    f.Required("reason", reason, "The reason they carry there.");
  }
};

struct SourceDoc {
  static constexpr std::string_view kTitle = "Source";
  static constexpr std::string_view kAbout =
      "How the rows of a file, or the events of a producer, become signals. A row without a "
      "customer is a dead letter `no_customer`, one that no signal fits `unmapped`.";
  std::string about;
  RowFormat format = RowFormat::kJsonLines;
  std::string delimiter = ",";
  std::vector<std::string> columns;
  ValueDoc source;
  ValueDoc customer;
  std::optional<IdDoc> id;
  ValueDoc time;
  std::vector<SkipDoc> skip;
  std::vector<DeadLetterDoc> dead_letter;
  std::vector<SignalDoc> signals;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("about", about, "For people.");
    f.Required("format", format, "How the rows are written.");
    f.Optional("delimiter", delimiter, "Of a CSV file: one character, or `tab`.");
    f.Optional("columns", columns, "Of a CSV file without a header line: its columns in order.");
    f.Required("source", source, "Who says so: a URI reference, the same for all rows or a field.");
    f.Required("customer", customer, "Whom the row is about: the key of the signal.");
    f.Optional("id", id, "What a repeat is told by.");
    f.Required("time", time, "When it happened; its `as` is always `time`.");
    f.Optional("skip", skip, "Rows to leave out, before all else.");
    f.Optional("dead_letter", dead_letter, "Rows to set aside.");
    f.Required("signals", signals, "The first one whose `when` holds makes the signal.");
  }
};

struct SourcesDoc {
  static constexpr std::string_view kTitle = "sources.yaml";
  static constexpr std::string_view kAbout =
      "How events of any shape become signals, without code.";
  Named<SourceDoc> sources;
  void Describe(Fields& f) { f.Required("sources", sources, "The sources by name."); }
};

}  // namespace evenkeel::internal
