#include "common/open_log.h"

#include <chrono>
#include <fstream>

#include "evenkeel/base/clock.h"
#include "evenkeel/log/kafka_log.h"
#include "evenkeel/log/local_log.h"

namespace evenkeel {
namespace {

/// "key=value" lines; '#' begins a comment line.
Status ReadSecrets(const std::string& file, KafkaProperties& properties) {
  std::ifstream in(file);
  if (!in) return NotFound("log.kafka.secrets_file: " + file + " cannot be read");
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument("log.kafka.secrets_file: " + file + ":" + std::to_string(number) +
                             ": expected key=value");
    }
    properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return {};
}

Result<KafkaProperties> PropertiesOf(const v1::KafkaConfig& config) {
  KafkaProperties properties(config.properties().begin(), config.properties().end());
  if (!config.secrets_file().empty()) {
    EVENKEEL_RETURN_IF_ERROR(ReadSecrets(config.secrets_file(), properties));
  }
  if (!config.bootstrap_servers().empty()) {
    properties["bootstrap.servers"] = config.bootstrap_servers();
  }
  return properties;
}

/// As syslog has it: 3 and below are errors, 4 warnings, the rest is of no interest.
void LogLine(const Logger& logger, int severity, std::string_view line) {
  constexpr int kError = 3;
  constexpr int kWarning = 4;
  if (severity > kWarning) return;
  logger.Write(severity <= kError ? LogSeverity::kError : LogSeverity::kWarning, "kafka",
               "librdkafka has something to say", {{"line", PublicText(line)}});
}

Result<std::unique_ptr<LogCluster>> OpenKafka(const v1::KafkaConfig& config, const Logger* logger) {
  KafkaLogOptions options;
  if (logger != nullptr) {
    options.log = [logger](int severity, std::string_view line) {
      LogLine(*logger, severity, line);
    };
  }
  EVENKEEL_ASSIGN_OR_RETURN(options.properties, PropertiesOf(config));
  Result<std::unique_ptr<LogCluster>> cluster = OpenKafkaCluster(std::move(options));
  if (!cluster.ok()) return cluster.status().WithContext("log.kafka");
  return cluster;
}

Result<std::unique_ptr<LogCluster>> OpenLocal(const v1::LocalLogConfig& config,
                                              GroupMembers members) {
  if (config.directory().empty()) {
    return InvalidArgument("log.local.directory is not set; name a folder for the log");
  }
  Result<std::unique_ptr<LocalLog>> log = LocalLog::Open(
      {.folder = config.directory(), .wall_clock = WallTime, .members = std::move(members)});
  if (!log.ok()) return log.status().WithContext("log.local");
  return std::unique_ptr<LogCluster>(*std::move(log));
}

}  // namespace

Status CheckLogConfig(const v1::LogConfig& config) {
  if (config.has_kafka()) {
    EVENKEEL_ASSIGN_OR_RETURN(const KafkaProperties properties, PropertiesOf(config.kafka()));
    return CheckKafkaProperties(properties).WithContext("log.kafka");
  }
  if (config.has_local() && !config.local().directory().empty()) return {};
  return InvalidArgument("log: set log.kafka.bootstrap_servers or log.local.directory");
}

Result<std::unique_ptr<LogCluster>> OpenLog(const v1::LogConfig& config, GroupMembers members,
                                            const Logger* logger) {
  switch (config.kind_case()) {
    case v1::LogConfig::kKafka:
      return OpenKafka(config.kafka(), logger);
    case v1::LogConfig::kLocal:
      return OpenLocal(config.local(), std::move(members));
    case v1::LogConfig::KIND_NOT_SET:
      break;
  }
  return InvalidArgument("log: set log.kafka.bootstrap_servers or log.local.directory");
}

std::string LocalPortFile(const v1::LocalLogConfig& config) { return config.directory() + ".port"; }

}  // namespace evenkeel
