#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/byte_source.h"
#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/bundle/rows.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/model/signal_payload.h"

namespace evenkeel {

/// What became of a row.
struct MappedRow {
  enum class Kind : std::uint8_t { kSignal, kSkipped, kDeadLetter };

  Kind kind = Kind::kSkipped;
  Signal signal;          ///< kSignal; without content_hash.
  SignalPayload payload;  ///< kSignal, of the families that have one.
  /// kDeadLetter: `malformed_row`, `no_customer`, `bad_value`, `unmapped`, or as the source says.
  std::string reason;
  std::string detail;     ///< kDeadLetter: for people, with place and value: not for logs.
  RowOrigin origin;       ///< kDeadLetter: what is to be looked at; kSignal: the signal's key.
  std::string_view raw;   ///< The row as it stands in the file, until the next one is read.
  std::int64_t line = 0;  ///< In the file, from 1.
  bool has_time = true;   ///< kSignal; false: `signal` has the time of its place.
};

/// One source of sources.yaml, compiled: rows in, signals out.
///
/// Thread-safety: immutable; safe to share. Copies share.
class SourceMapping {
 public:
  /// What a row is called where its source gives it no id, and when it happened where the row does
  /// not say.
  struct RowPlace {
    std::string_view file_digest;  ///< SHA-256 of the file in hex.
    std::int64_t line = 0;
    std::optional<TimeMs> time = {};  ///< Nothing: a row must say it.
  };

  const std::string& name() const;
  /// The fields that Map() wants, in this order.
  const std::vector<std::string>& fields() const;
  /// "csv" or "json_lines".
  std::string_view format() const;
  /// Where the parts of a row's signal come from.
  struct Origins {
    RowOrigin signal;
    RowOrigin source;
    RowOrigin customer;
    RowOrigin id;  ///< Of more than one field: the first. Without fields: no key.
    RowOrigin time;
  };
  /// REQUIRES, here and below: Map() made a signal of `row`.
  Origins OriginsOf(const MappedRow& row) const;
  /// Where the value of that name in the contract comes from; the signal's if it is not mapped.
  RowOrigin OriginOf(const MappedRow& row, std::string_view value) const;
  /// Rows have an id of their own, wherever they stand.
  bool has_id() const;

  /// Turns the values of fields() into a signal, or says why not. Everything of `row` is replaced
  /// but `raw` and `line`.
  void Map(std::span<const RawValue> values, RowPlace place, MappedRow& row) const;

  /// A reader of rows of this source's format. `bytes` must outlive it.
  std::unique_ptr<RowReader> Read(ByteSource& bytes, std::string file) const;

  struct Compiled;
  explicit SourceMapping(std::shared_ptr<const Compiled> compiled);

 private:
  std::shared_ptr<const Compiled> compiled_;
};

/// Loads the text of a sources.yaml; everything that is wrong goes to `diagnostics`, which then is
/// not empty and the result of no use.
std::vector<SourceMapping> LoadSources(const std::string& file, std::string_view text,
                                       const TimeZoneDatabase& zones, Diagnostics& diagnostics);

/// A file, row by row, as signals. Constant memory.
///
/// Thread-safety: one thread at a time.
class SignalReader {
 public:
  /// `file_digest` is DigestOf() the file, in hex; `file` its name in messages. `bytes` must
  /// outlive the reader.
  SignalReader(SourceMapping mapping, ByteSource& bytes, std::string file, std::string file_digest);

  /// The next row; false at the end.
  ///
  /// Errors: those of RowReader::Next().
  Result<bool> Next(MappedRow& row);

 private:
  SourceMapping mapping_;
  std::unique_ptr<RowReader> rows_;
  std::string file_;
  std::string file_digest_;
};

}  // namespace evenkeel
