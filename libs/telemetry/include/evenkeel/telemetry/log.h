#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace evenkeel {

enum class LogSeverity : std::uint8_t {
  kDebug,    ///< Per record. Off unless asked for.
  kInfo,     ///< Life cycle.
  kWarning,  ///< We degraded or retried.
  kError,    ///< A human should look.
};

/// Text that may stand in a log: a setting, a topic, an error of ours. The wrapper is there to be
/// written out: nothing a customer is known by may be put in it.
struct PublicText {
  explicit PublicText(std::string_view text) : value(text) {}
  std::string value;
};

/// A customer as a log may name them: a keyed hash, useless without the key.
struct CustomerHash {
  std::uint64_t value = 0;
};

/// What a log line may carry. A std::string does not convert: say PublicText, and mean it.
class LogValue {
 public:
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T value) : content_(static_cast<std::int64_t>(value)) {}  // NOLINT
  template <std::same_as<bool> T>              // A template, so that no pointer becomes a bool.
  LogValue(T value) : content_(value) {}       // NOLINT
  LogValue(double value) : content_(value) {}  // NOLINT
  LogValue(PublicText text) : content_(std::move(text.value)) {}  // NOLINT
  LogValue(CustomerHash customer);                                // NOLINT
  template <std::size_t N>
  LogValue(const char (&literal)[N]) : content_(std::string(literal)) {}  // NOLINT

  const std::variant<std::int64_t, bool, double, std::string>& content() const { return content_; }

 private:
  std::variant<std::int64_t, bool, double, std::string> content_;
};

struct LogField {
  const char* name;
  LogValue value;
};

/// Writes one JSON line: {"ts", "level", "component", "msg", fields...}.
///
/// Thread-safety: any thread; a line is written whole.
class Logger {
 public:
  using Sink = std::function<void(std::string_view line)>;

  /// Lines go to standard error.
  Logger();
  explicit Logger(Sink sink) : sink_(std::move(sink)) {}

  void set_minimum(LogSeverity minimum) { minimum_ = minimum; }

  void Write(LogSeverity severity, std::string_view component, std::string_view message,
             std::initializer_list<LogField> fields = {}) const;

 private:
  Sink sink_;
  LogSeverity minimum_ = LogSeverity::kInfo;
};

/// Hashes customers for the log, under a key of this deployment.
class CustomerHasher {
 public:
  explicit CustomerHasher(std::array<std::uint8_t, 16> key) : key_(key) {}
  CustomerHash operator()(std::string_view customer) const;

 private:
  std::array<std::uint8_t, 16> key_;
};

}  // namespace evenkeel
