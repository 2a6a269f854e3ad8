#include "evenkeel/telemetry/log.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>

#include <nlohmann/json.hpp>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::string_view LevelName(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::kDebug:
      return "debug";
    case LogSeverity::kInfo:
      return "info";
    case LogSeverity::kWarning:
      return "warn";
    case LogSeverity::kError:
      return "error";
  }
  return "error";
}

std::string Timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> fraction;
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(millis));
  return std::string(text.data(), length) + fraction.data();
}

void WriteToStandardError(std::string_view line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

LogValue::LogValue(CustomerHash customer) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(customer.value));
  content_ = std::string(text.data());
}

Logger::Logger() : sink_(WriteToStandardError) {}

void Logger::Write(LogSeverity severity, std::string_view component, std::string_view message,
                   std::initializer_list<LogField> fields) const {
  if (severity < minimum_) return;
  nlohmann::ordered_json line;
  line["ts"] = Timestamp();
  line["level"] = LevelName(severity);
  line["component"] = component;
  line["msg"] = message;
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[field.name] = value; }, field.value.content());
  }
  // Bytes that are not UTF-8 must not make the log throw.
  sink_(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

CustomerHash CustomerHasher::operator()(std::string_view customer) const {
  return {SipHash64(key_, customer)};
}

}  // namespace evenkeel
