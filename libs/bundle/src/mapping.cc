#include "evenkeel/bundle/mapping.h"

#include <utility>

#include "signal_mapping.h"
#include "sources_doc.h"
#include "text.h"

namespace evenkeel {

using internal::CompileContext;
using internal::FieldSlots;
using internal::RowFilter;
using internal::RowFormat;
using internal::RowValue;
using internal::SignalMapping;
using internal::SourceDoc;
using internal::ValueKind;

namespace {

struct DeadLetterRule {
  RowFilter filter;
  std::string reason;
  std::string key;
};

}  // namespace

struct SourceMapping::Compiled {
  std::string name;
  std::string key;  // "sources.<name>"
  std::string id_key;
  RowFormat format = RowFormat::kJsonLines;
  CsvOptions csv;
  FieldSlots slots;
  RowValue source;
  RowValue customer;
  RowValue time;
  std::vector<std::size_t> id_slots;
  std::vector<RowFilter> skip;
  std::vector<DeadLetterRule> dead_letters;
  std::vector<SignalMapping> signals;
};

namespace {

constexpr std::size_t kCustomerBytesMax = 256;

void SetAside(std::string reason, std::string detail, MappedRow& row) {
  row.kind = MappedRow::Kind::kDeadLetter;
  row.reason = std::move(reason);
  row.detail = std::move(detail);
}

Status FillIdentity(const SourceMapping::Compiled& mapping, std::span<const RawValue> values,
                    SourceMapping::RowPlace place, MappedRow& row) {
  Signal& signal = row.signal;
  EVENKEEL_ASSIGN_OR_RETURN(signal.source, mapping.source.ReadText(values, row.origin));
  if (signal.source.empty()) return InvalidArgument("the source of the row is empty");
  row.has_time = !place.time || !mapping.time.IsAbsent(values);
  if (row.has_time) {
    EVENKEEL_ASSIGN_OR_RETURN(const std::optional<FieldValue> time,
                              mapping.time.Read(values, row.origin));
    signal.event_time = std::get<TimeMs>(*time);
  } else {
    signal.event_time = *place.time;
  }
  signal.id.clear();
  if (mapping.id_slots.empty()) {
    signal.id.append(place.file_digest).append("#").append(std::to_string(place.line));
    return {};
  }
  for (const std::size_t slot : mapping.id_slots) {
    if (values[slot].empty()) {
      row.origin = {mapping.id_key, mapping.slots.fields()[slot]};
      return InvalidArgument("the field " + Quoted(mapping.slots.fields()[slot]) +
                             ", part of the id, is missing or empty");
    }
    if (!signal.id.empty()) signal.id += '/';
    signal.id += values[slot].text;
  }
  return {};
}

/// The checks of a source that no single value can see.
void CheckSource(const SourceDoc& doc, Diagnostics& diagnostics) {
  if (doc.delimiter.size() != 1 && doc.delimiter != "tab") {
    diagnostics.Add(doc.place, doc.path + ".delimiter",
                    Quoted(doc.delimiter) + " is not one character; write , or ; or tab");
  }
  if (doc.delimiter == "\"" || doc.delimiter == "\n" || doc.delimiter == "\r") {
    diagnostics.Add(doc.place, doc.path + ".delimiter",
                    "a quote or line end cannot delimit fields");
  }
  const bool is_absolute = doc.time.format == "unix_s" || doc.time.format == "unix_ms" ||
                           doc.time.format == "iso8601" ||
                           doc.time.format.find("%z") != std::string::npos;
  if (!is_absolute && !doc.time.zone) {
    diagnostics.Add(doc.time.place, doc.time.path,
                    "times in the format " + Quoted(doc.time.format) +
                        " do not say their offset; add 'zone', such as Europe/London");
  }
  if (doc.signals.empty()) {
    diagnostics.Add(doc.place, doc.path + ".signals", "the list is empty; add a signal");
  }
}

std::shared_ptr<const SourceMapping::Compiled> CompileSource(const std::string& name,
                                                             const SourceDoc& doc,
                                                             internal::ZoneCache& zones,
                                                             Diagnostics& diagnostics) {
  CheckSource(doc, diagnostics);
  auto compiled = std::make_shared<SourceMapping::Compiled>();
  CompileContext context{compiled->slots, zones, diagnostics};
  compiled->name = name;
  compiled->key = doc.path;
  compiled->format = doc.format;
  compiled->csv.delimiter = doc.delimiter == "tab" ? '\t' : doc.delimiter[0];
  compiled->csv.columns = doc.columns;
  compiled->source = RowValue::Compile(doc.source, context);
  compiled->customer = RowValue::Compile(doc.customer, context);
  internal::ValueDoc time = doc.time;
  time.as = ValueKind::kTime;
  time.optional = false;
  compiled->time = RowValue::Compile(time, context);
  if (doc.id) {
    compiled->id_key = doc.path + ".id.fields";
    for (const std::string& field : doc.id->fields) {
      compiled->id_slots.push_back(compiled->slots.SlotOf(field));
    }
  }
  for (const internal::SkipDoc& skip : doc.skip) {
    compiled->skip.push_back(RowFilter::Compile(skip.when, compiled->slots));
  }
  for (const internal::DeadLetterDoc& letter : doc.dead_letter) {
    compiled->dead_letters.push_back(
        {RowFilter::Compile(letter.when, compiled->slots), letter.reason.value, letter.path});
  }
  for (const internal::SignalDoc& signal : doc.signals) {
    compiled->signals.push_back(SignalMapping::Compile(signal, context));
  }
  return compiled;
}

}  // namespace

SourceMapping::SourceMapping(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

const std::string& SourceMapping::name() const { return compiled_->name; }

const std::vector<std::string>& SourceMapping::fields() const { return compiled_->slots.fields(); }

std::string_view SourceMapping::format() const {
  return compiled_->format == RowFormat::kCsv ? "csv" : "json_lines";
}

std::unique_ptr<RowReader> SourceMapping::Read(ByteSource& bytes, std::string file) const {
  if (compiled_->format == RowFormat::kCsv) {
    return ReadCsv(bytes, std::move(file), compiled_->csv, fields());
  }
  return ReadJsonLines(bytes, std::move(file), fields());
}

RowOrigin SourceMapping::OriginOf(const MappedRow& row, std::string_view value) const {
  for (const SignalMapping& signal : compiled_->signals) {
    if (signal.key() == row.origin.key) return signal.OriginOf(value);
  }
  return row.origin;
}

SourceMapping::Origins SourceMapping::OriginsOf(const MappedRow& row) const {
  const Compiled& mapping = *compiled_;
  RowOrigin id{mapping.id_key, {}};
  if (has_id()) id.field = fields()[mapping.id_slots.front()];
  return {row.origin, mapping.source.origin(), mapping.customer.origin(), id,
          mapping.time.origin()};
}

bool SourceMapping::has_id() const { return !compiled_->id_slots.empty(); }

void SourceMapping::Map(std::span<const RawValue> values, RowPlace place, MappedRow& row) const {
  for (const RowFilter& skip : compiled_->skip) {
    if (skip.Holds(values)) {
      row.kind = MappedRow::Kind::kSkipped;
      return;
    }
  }
  for (const DeadLetterRule& rule : compiled_->dead_letters) {
    if (!rule.filter.Holds(values)) continue;
    row.origin = {rule.key, {}};
    return SetAside(rule.reason, "as the source says", row);
  }
  Result<std::string> customer = compiled_->customer.ReadText(values, row.origin);
  if (!customer.ok()) return SetAside("bad_value", customer.status().message(), row);
  if (customer->empty()) {
    return SetAside(
        "no_customer",
        "the row names no customer: " + Quoted(row.origin.field) + " is missing or empty", row);
  }
  if (customer->size() > kCustomerBytesMax) {
    return SetAside("bad_value", "the customer is longer than 256 bytes", row);
  }
  row.signal.customer = CustomerId(std::move(customer).value());
  if (Status status = FillIdentity(*compiled_, values, place, row); !status.ok()) {
    return SetAside("bad_value", status.message(), row);
  }
  for (const SignalMapping& signal : compiled_->signals) {
    if (!signal.Fits(values)) continue;
    const Status status = signal.Fill(values, row);
    if (!status.ok()) return SetAside("bad_value", status.message(), row);
    row.kind = MappedRow::Kind::kSignal;
    return;
  }
  row.origin = {compiled_->key, {}};
  SetAside("unmapped", "no signal of the source fits the row", row);
}

std::vector<SourceMapping> LoadSources(const std::string& file, std::string_view text,
                                       const TimeZoneDatabase& zones, Diagnostics& diagnostics) {
  internal::YamlNode root;
  if (!internal::ParseYaml(file, text, root, diagnostics)) return {};
  internal::SourcesDoc doc;
  internal::Value<internal::SourcesDoc>::Read({&root, &file, "", &diagnostics}, doc);
  internal::ZoneCache cache(zones);
  std::vector<SourceMapping> mappings;
  mappings.reserve(doc.sources.entries.size());
  for (const auto& entry : doc.sources.entries) {
    mappings.emplace_back(CompileSource(entry.name, entry.value, cache, diagnostics));
  }
  return mappings;
}

SignalReader::SignalReader(SourceMapping mapping, ByteSource& bytes, std::string file,
                           std::string file_digest)
    : mapping_(std::move(mapping)),
      rows_(mapping_.Read(bytes, file)),
      file_(std::move(file)),
      file_digest_(std::move(file_digest)) {}

Result<bool> SignalReader::Next(MappedRow& row) {
  EVENKEEL_ASSIGN_OR_RETURN(const bool has_row, rows_->Next());
  if (!has_row) return false;
  row.raw = rows_->raw();
  row.line = rows_->line();
  if (!rows_->error().empty()) {
    row.origin = {};
    SetAside("malformed_row", rows_->error(), row);
    return true;
  }
  mapping_.Map(rows_->values(), {file_digest_, row.line}, row);
  if (row.kind == MappedRow::Kind::kDeadLetter) {
    row.detail = file_ + ":" + std::to_string(row.line) + ": " + row.detail;
  }
  return true;
}

}  // namespace evenkeel
