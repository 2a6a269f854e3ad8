#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/byte_source.h"

namespace evenkeel {

/// A field of a row as it was written: numbers are still digits.
struct RawValue {
  enum class Kind : std::uint8_t { kMissing, kNull, kText, kNumber, kFlag };

  Kind kind = Kind::kMissing;
  std::string_view text;  ///< Of a flag: "true" or "false".

  /// Missing, null or an empty text.
  bool empty() const { return text.empty(); }
};

/// Where a value of a signal comes from. Both live as long as the mapping that says so.
struct RowOrigin {
  std::string_view key;    ///< Of sources.yaml, "sources.shop.customer"; empty: of none.
  std::string_view field;  ///< Of the row, "who"; empty: of none, such as a constant.
};

/// Reads a file row by row, in constant memory.
///
/// Thread-safety: one thread at a time.
class RowReader {
 public:
  virtual ~RowReader() = default;

  /// Goes to the next row; false at the end. Empty lines are no rows. A row that cannot be read is
  /// a row with an error(); the next one is read as usual.
  ///
  /// Errors: those after which no row can be found: of the source; a missing column; a row of more
  /// than 1 MiB (such as after a quote that is never closed).
  virtual Result<bool> Next() = 0;

  /// Of the wanted fields, in their order. Lives until the next call of Next().
  std::span<const RawValue> values() const { return values_; }
  /// The row as it stands in the file, without its line end. Lives until the next call of Next().
  std::string_view raw() const { return raw_; }
  /// The line in which the row begins, from 1.
  std::int64_t line() const { return line_; }
  /// What is wrong with the row, with file, line and column; empty if nothing is.
  const std::string& error() const { return error_; }

 protected:
  std::vector<RawValue> values_;
  std::string_view raw_;
  std::int64_t line_ = 0;
  std::string error_;
};

struct CsvOptions {
  char delimiter = ',';
  /// Names of the columns where the file has no header line; else empty.
  std::vector<std::string> columns;
};

/// Rows of a CSV file (RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes;
/// lines end in LF or CRLF; a byte order mark is skipped). Every row must have as many fields as
/// the header and be UTF-8.
///
/// `file` names the source in errors. `source` must outlive the reader.
std::unique_ptr<RowReader> ReadCsv(ByteSource& source, std::string file, CsvOptions options,
                                   std::vector<std::string> wanted);

/// Rows of a file of JSON objects, one a line. A wanted field of an object inside has dots in its
/// name ("address.city"), one of a list its index ("items.0.sku"). Keys that repeat, more than 16
/// levels and bytes that are not UTF-8 make a row an error.
std::unique_ptr<RowReader> ReadJsonLines(ByteSource& source, std::string file,
                                         const std::vector<std::string>& wanted);

}  // namespace evenkeel
