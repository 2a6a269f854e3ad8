#include <cstring>
#include <unordered_map>
#include <utility>

#include "line_buffer.h"
#include "text.h"
#include <nlohmann/json.hpp>

#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/bundle/rows.h"

namespace evenkeel {
namespace {

using internal::LineBuffer;

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kKeysMax = 4096;  // Of one object; also bounds the search for repeats.

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

using Slots = std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>>;

/// Takes the parser's events and keeps the wanted fields. Numbers are kept as their digits.
class RowHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  RowHandler(const Slots& slots, std::size_t count) : slots_(slots), found_(count) {}

  void Reset() {
    found_.assign(found_.size(), {});
    text_.clear();
    path_.clear();
    depth_ = 0;
    error_.clear();
    error_at_ = 0;
  }

  bool null() override { return Scalar(RawValue::Kind::kNull, ""); }
  bool boolean(bool value) override {
    return Scalar(RawValue::Kind::kFlag, value ? "true" : "false");
  }
  bool number_integer(number_integer_t value) override {
    return Scalar(RawValue::Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Scalar(RawValue::Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& digits) override {
    return Scalar(RawValue::Kind::kNumber, digits);
  }
  bool string(string_t& value) override { return Scalar(RawValue::Kind::kText, value); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Enter(false); }
  bool key(string_t& name) override {
    Level& level = levels_[depth_ - 1];
    if (level.key_count == level.keys.size()) level.keys.emplace_back();
    for (std::size_t i = 0; i < level.key_count; ++i) {
      if (level.keys[i] == name) return Fail("the key " + Quoted(name) + " is there twice");
    }
    if (level.key_count == kKeysMax) return Fail("an object has more than 4096 keys");
    level.keys[level.key_count++] = name;
    path_.resize(level.path_size);
    if (!path_.empty()) path_ += '.';
    path_ += name;
    return true;
  }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return Fail("a list; every line must be an object {...}");
    return Enter(true);
  }
  bool end_array() override { return Leave(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    if (!error_.empty()) return false;
    error_at_ = position == 0 ? 0 : position - 1;
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error ...".
    const std::string_view what = e.what();
    const std::size_t start = what.find(": ");
    error_ = start == std::string_view::npos ? what : what.substr(start + 2);
    return false;
  }

  void CopyTo(std::vector<RawValue>& values) const {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      values[i] = {found_[i].kind, std::string_view(text_).substr(found_[i].begin, found_[i].size)};
    }
  }
  std::string& error() { return error_; }
  std::size_t error_at() const { return error_at_; }

 private:
  struct Found {
    RawValue::Kind kind = RawValue::Kind::kMissing;
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  /// An object or list that is still open. Its strings are kept for the next one.
  struct Level {
    std::size_t path_size = 0;
    bool is_list = false;
    std::size_t index = 0;
    std::vector<std::string> keys;
    std::size_t key_count = 0;
  };

  bool Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
    return false;
  }

  /// In a list, the path of the next item.
  void NextItem() {
    if (depth_ == 0 || !levels_[depth_ - 1].is_list) return;
    Level& level = levels_[depth_ - 1];
    path_.resize(level.path_size);
    path_ += '.';
    path_ += std::to_string(level.index++);
  }

  bool Scalar(RawValue::Kind kind, std::string_view text) {
    if (depth_ == 0) return Fail("a single value; every line must be an object {...}");
    NextItem();
    const auto slot = slots_.find(std::string_view(path_));
    if (slot == slots_.end()) return true;
    Found& found = found_[slot->second];
    if (found.kind != RawValue::Kind::kMissing) {
      return Fail("the field " + Quoted(path_) + " is there twice, once with a dot in its key");
    }
    found = {kind, text_.size(), text.size()};
    text_ += text;
    return true;
  }

  bool Enter(bool is_list) {
    if (depth_ == kDepthMax) return Fail("nested deeper than 16 levels");
    NextItem();
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.path_size = path_.size();
    level.is_list = is_list;
    level.index = 0;
    level.key_count = 0;
    return true;
  }

  bool Leave() {
    path_.resize(levels_[--depth_].path_size);
    return true;
  }

  const Slots& slots_;
  std::vector<Found> found_;
  std::string text_;
  std::string path_;
  std::vector<Level> levels_;
  std::size_t depth_ = 0;
  std::string error_;
  std::size_t error_at_ = 0;
};

class JsonLinesReader final : public RowReader {
 public:
  JsonLinesReader(ByteSource& source, std::string file, const std::vector<std::string>& wanted)
      : buffer_(source), file_(std::move(file)), handler_(slots_, wanted.size()) {
    values_.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) slots_.emplace(wanted[i], i);
  }

  Result<bool> Next() override {
    do {
      EVENKEEL_ASSIGN_OR_RETURN(const bool has_line, ReadLine());
      if (!has_line) return false;
    } while (internal::Trim(raw_).empty());
    error_.clear();
    handler_.Reset();
    Parse();
    if (error_.empty()) {
      handler_.CopyTo(values_);
    } else {
      values_.assign(values_.size(), {});
    }
    return true;
  }

 private:
  Result<bool> ReadLine() {
    buffer_.Forget(line_end_);
    line_end_ = 0;
    ++line_;
    std::size_t at = 0;
    for (;;) {
      EVENKEEL_ASSIGN_OR_RETURN(const bool has_more, buffer_.Has(at));
      if (!has_more) break;
      const std::string_view rest = buffer_.bytes().substr(at);
      const std::size_t newline = rest.find('\n');
      at += std::min(newline, rest.size());
      if (at > LineBuffer::kRowBytesMax) {
        return InvalidArgument(file_ + ":" + std::to_string(line_) +
                               ": the line is longer than 1 MiB");
      }
      if (newline != std::string_view::npos) {
        line_end_ = 1;
        break;
      }
    }
    line_end_ += at;
    raw_ = buffer_.bytes().substr(0, at);
    if (line_ == 1 && raw_.starts_with("\xEF\xBB\xBF")) raw_.remove_prefix(3);
    if (raw_.ends_with('\r')) raw_.remove_suffix(1);
    return line_end_ > 0;
  }

  void Fail(std::size_t at, std::string_view message) {
    error_ = file_ + ":" + std::to_string(line_) + ":" + std::to_string(at + 1) + ": " +
             std::string(message);
  }

  void Parse() {
    if (const std::size_t bad = internal::FirstInvalidUtf8(raw_); bad != std::string_view::npos) {
      return Fail(bad, "not UTF-8");
    }
    const bool is_read = nlohmann::json::sax_parse(raw_.begin(), raw_.end(), &handler_,
                                                   nlohmann::json::input_format_t::json);
    if (!is_read) Fail(handler_.error_at(), handler_.error());
  }

  LineBuffer buffer_;
  const std::string file_;
  Slots slots_;
  RowHandler handler_;
  std::size_t line_end_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> ReadJsonLines(ByteSource& source, std::string file,
                                         const std::vector<std::string>& wanted) {
  return std::make_unique<JsonLinesReader>(source, std::move(file), wanted);
}

}  // namespace evenkeel
