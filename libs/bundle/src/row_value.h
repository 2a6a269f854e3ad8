#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources_doc.h"
#include "time_format.h"

#include "evenkeel/bundle/rows.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/model/signal.h"

namespace evenkeel::internal {

/// The fields that a mapping wants of a row, each once.
class FieldSlots {
 public:
  std::size_t SlotOf(const std::string& field);
  const std::vector<std::string>& fields() const { return fields_; }

 private:
  std::vector<std::string> fields_;
};

/// Zones that a mapping uses, loaded once each.
class ZoneCache {
 public:
  explicit ZoneCache(const TimeZoneDatabase& database) : database_(database) {}
  Result<std::shared_ptr<const TimeZoneTable>> Get(const std::string& name);

 private:
  const TimeZoneDatabase& database_;
  std::vector<std::shared_ptr<const TimeZoneTable>> loaded_;
};

/// What compiling a source needs, and where it complains.
struct CompileContext {
  FieldSlots& slots;
  ZoneCache& zones;
  Diagnostics& diagnostics;
};

/// A ValueDoc, compiled: takes its value out of a row.
class RowValue {
 public:
  static RowValue Compile(const ValueDoc& doc, CompileContext& context);

  /// The value; nothing where it is optional and absent. `origin` becomes what was read.
  ///
  /// Errors: kInvalidArgument naming the field and what is wrong.
  Result<std::optional<FieldValue>> Read(std::span<const RawValue> row, RowOrigin& origin) const;

  /// True if the row has no text for it.
  bool IsAbsent(std::span<const RawValue> row) const { return TextOf(row).empty(); }

  /// The value as text: an integer or text. Empty where it is absent.
  Result<std::string> ReadText(std::span<const RawValue> row, RowOrigin& origin) const;

  RowOrigin origin() const { return {doc_.path, name_}; }

 private:
  std::string_view TextOf(std::span<const RawValue> row) const;
  std::string_view Clean(std::string_view text, std::string& scratch) const;
  Result<FieldValue> Parse(std::string_view text, std::span<const RawValue> row,
                           RowOrigin& origin) const;
  Result<FieldValue> ParseInteger(std::string_view text) const;
  Result<FieldValue> ParseNumber(std::string_view text) const;
  Result<FieldValue> ParseMoney(std::string_view text, std::span<const RawValue> row,
                                RowOrigin& origin) const;
  Result<FieldValue> ParseTime(std::string_view text) const;

  std::optional<std::size_t> slot_;
  std::optional<std::size_t> currency_slot_;
  std::string name_;  // Of the field, for messages.
  ValueDoc doc_;
  std::optional<TimeFormat> format_;
  std::shared_ptr<const TimeZoneTable> zone_;
};

/// RowConditions, compiled.
class RowFilter {
 public:
  static RowFilter Compile(const RowConditions& conditions, FieldSlots& slots);
  bool Holds(std::span<const RawValue> row) const;

 private:
  struct Test {
    std::size_t slot = 0;
    RowTest test;
  };
  std::vector<Test> tests_;
};

}  // namespace evenkeel::internal
