#include <algorithm>
#include <utility>

#include "line_buffer.h"
#include "text.h"

#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/bundle/rows.h"

namespace evenkeel {
namespace {

using internal::LineBuffer;

class CsvReader final : public RowReader {
 public:
  CsvReader(ByteSource& source, std::string file, CsvOptions options,
            std::vector<std::string> wanted)
      : buffer_(source),
        file_(std::move(file)),
        delimiter_(options.delimiter),
        columns_(std::move(options.columns)),
        wanted_(std::move(wanted)) {}

  Result<bool> Next() override {
    if (!is_open_) EVENKEEL_RETURN_IF_ERROR(Open());
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_row, ReadRow());
    if (!has_row) return false;
    if (error_.empty()) CheckRow();
    values_.assign(wanted_.size(), {});
    if (!error_.empty()) return true;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      values_[i] = {RawValue::Kind::kText, FieldAt(column_of_[i])};
    }
    return true;
  }

 private:
  enum class State : std::uint8_t { kStart, kPlain, kQuoted, kQuoteInQuoted };

  Status Open() {
    is_open_ = true;
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_mark, buffer_.Has(2));
    if (has_mark && buffer_.bytes().starts_with("\xEF\xBB\xBF")) row_end_ = 3;
    if (columns_.empty()) EVENKEEL_RETURN_IF_ERROR(ReadHeader());
    for (const std::string& name : wanted_) {
      const auto found = std::ranges::find(columns_, name);
      if (found == columns_.end()) {
        return InvalidArgument(file_ + ": there is no column " + Quoted(name) +
                               SuggestFrom(name, columns_));
      }
      column_of_.push_back(static_cast<std::size_t>(found - columns_.begin()));
    }
    return {};
  }

  Status ReadHeader() {
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_header, ReadRow());
    if (!has_header) return InvalidArgument(file_ + ": the file is empty; it needs a header line");
    if (!error_.empty()) return InvalidArgument(error_);
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const std::string name(FieldAt(i));
      if (std::ranges::find(columns_, name) != columns_.end()) {
        return InvalidArgument(file_ + ":" + std::to_string(line_) + ": the column " +
                               Quoted(name) + " is there twice; rename one");
      }
      columns_.push_back(name);
    }
    return {};
  }

  std::string_view FieldAt(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(decoded_).substr(begin, ends_[index] - begin);
  }

  std::string PlaceOf(std::size_t index) const {
    const std::string_view before = buffer_.bytes().substr(0, index);
    const auto line = line_ + std::ranges::count(before, '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? index + 1 : index - newline;
    return file_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  }

  void Fail(std::size_t index, std::string_view message) {
    if (error_.empty()) error_ = PlaceOf(index) + std::string(message);
  }

  void CheckRow() {
    if (const std::size_t bad = internal::FirstInvalidUtf8(raw_); bad != std::string_view::npos) {
      Fail(bad, "not UTF-8");
    } else if (ends_.size() != columns_.size()) {
      Fail(0, "the row has " + std::to_string(ends_.size()) + " fields, the header " +
                  std::to_string(columns_.size()));
    }
  }

  /// Reads rows until one is not an empty line. False at the end of the file.
  Result<bool> ReadRow() {
    for (;;) {
      next_line_ += std::ranges::count(buffer_.bytes().substr(0, row_end_), '\n');
      buffer_.Forget(row_end_);
      line_ = next_line_;
      error_.clear();
      decoded_.clear();
      ends_.clear();
      EVENKEEL_ASSIGN_OR_RETURN(const bool has_more, buffer_.Has(0));
      if (!has_more) return false;
      EVENKEEL_RETURN_IF_ERROR(Scan());
      if (!raw_.empty()) return true;
    }
  }

  /// Takes one row apart, up to and with its line end.
  Status Scan() {
    State state = State::kStart;
    std::size_t opened_at = 0;
    std::size_t at = 0;
    for (;;) {
      EVENKEEL_ASSIGN_OR_RETURN(const bool has_more, buffer_.Has(at));
      if (!has_more) return EndOfFile(state, opened_at, at);
      if (at == LineBuffer::kRowBytesMax) return TooLong(state, opened_at);
      if (const std::size_t n = TakeRun(at, state); n > 0) {
        at += n;
        continue;
      }
      const char c = buffer_.bytes()[at];
      if (c == '\n') return EndRow(at);
      if (c == '"' && state == State::kStart) opened_at = at;
      state = Take(state, c, at++);
    }
  }

  /// Copies bytes that mean nothing special, as many as are at hand. Returns how many.
  std::size_t TakeRun(std::size_t at, State& state) {
    if (state == State::kQuoteInQuoted) return 0;
    const std::string_view rest = buffer_.bytes().substr(at, LineBuffer::kRowBytesMax - at);
    std::size_t n = 0;
    if (state == State::kQuoted) {
      n = std::min(rest.find('"'), rest.size());
    } else {
      while (n < rest.size() && rest[n] != delimiter_ && rest[n] != '\n' && rest[n] != '"' &&
             rest[n] != '\r') {
        ++n;
      }
      if (n > 0) state = State::kPlain;
    }
    decoded_.append(rest.substr(0, n));
    return n;
  }

  State Take(State state, char c, std::size_t at) {
    if (state == State::kQuoted) return State::kQuoteInQuoted;  // Only '"' ends a run there.
    if (c == delimiter_) {
      ends_.push_back(decoded_.size());
      return State::kStart;
    }
    if (c == '"') return TakeQuote(state, at);
    if (c == '\r') return TakeReturn(state, at);
    // Only after a closing quote: elsewhere such bytes are part of a run.
    Fail(at, "text after a closing quote; double the quotes inside of a field");
    decoded_ += c;
    return State::kPlain;
  }

  State TakeQuote(State state, std::size_t at) {
    if (state == State::kStart) return State::kQuoted;
    decoded_ += '"';
    if (state == State::kQuoteInQuoted) return State::kQuoted;
    Fail(at, "a quote inside of an unquoted field; quote the field and double the quote");
    return State::kPlain;
  }

  State TakeReturn(State state, std::size_t at) {
    const Result<bool> has_more = buffer_.Has(at + 1);
    const bool is_line_end = has_more.ok() && (!*has_more || buffer_.bytes()[at + 1] == '\n');
    if (is_line_end) return state;
    Fail(at, "a carriage return without a line feed; end lines in LF or CRLF");
    decoded_ += '\r';
    return State::kPlain;
  }

  Status EndRow(std::size_t at) {
    row_end_ = at + 1;
    raw_ = buffer_.bytes().substr(0, at);
    if (raw_.ends_with('\r')) raw_.remove_suffix(1);
    ends_.push_back(decoded_.size());
    return {};
  }

  Status EndOfFile(State state, std::size_t opened_at, std::size_t at) {
    if (state == State::kQuoted) {
      return InvalidArgument(PlaceOf(opened_at) + "a quote opens here and is never closed");
    }
    EVENKEEL_RETURN_IF_ERROR(EndRow(at));
    row_end_ = at;
    return {};
  }

  Status TooLong(State state, std::size_t opened_at) const {
    if (state == State::kQuoted) {
      return InvalidArgument(PlaceOf(opened_at) +
                             "a quote opens here and is not closed within 1 MiB");
    }
    return InvalidArgument(PlaceOf(0) + "the row is longer than 1 MiB");
  }

  LineBuffer buffer_;
  const std::string file_;
  const char delimiter_;
  std::vector<std::string> columns_;
  const std::vector<std::string> wanted_;
  std::vector<std::size_t> column_of_;  // Of each wanted field.
  bool is_open_ = false;

  // The row at hand.
  std::string decoded_;
  std::vector<std::size_t> ends_;  // Of each field, in decoded_.
  std::size_t row_end_ = 0;        // In the buffer, its line end included.
  std::int64_t next_line_ = 1;
};

}  // namespace

std::unique_ptr<RowReader> ReadCsv(ByteSource& source, std::string file, CsvOptions options,
                                   std::vector<std::string> wanted) {
  return std::make_unique<CsvReader>(source, std::move(file), std::move(options),
                                     std::move(wanted));
}

}  // namespace evenkeel
