#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"

namespace google::protobuf {
class Message;
}

namespace evenkeel {

/// Where a configuration comes from besides its defaults. Later ones win: file, environment, flags.
struct ConfigSources {
  std::string file;                                ///< A YAML file; empty for none.
  std::map<std::string, std::string> environment;  ///< As ReadConfigEnvironment() gives it.
  std::vector<std::string> sets;                   ///< "kafka.bootstrap_servers=..." from --set.
};

/// Lays `sources` over `config`, which holds the defaults. The message type is the schema: keys are
/// its fields' names in snake_case, enums are written in lower case without their prefix.
///
/// Fields named `..._ms` take "500ms", "10s", "5m", "2h", "1d" (or milliseconds as a number);
/// fields named `..._bytes` take "64KiB", "32MiB", "1GiB" (or bytes).
///
/// Errors: kInvalidArgument naming source, place, key, value and what would be right; all that
/// were found, one per line. Unknown keys are errors.
Status LoadConfig(const ConfigSources& sources, google::protobuf::Message& config);

/// The variables of `environ` that belong to a configuration: "EVENKEEL__KAFKA__BOOTSTRAP_SERVERS"
/// is the key "kafka.bootstrap_servers".
std::map<std::string, std::string> ReadConfigEnvironment(char** environ);

/// The effective configuration as YAML. Values of keys that hold secrets print as "[hidden]".
std::string PrintConfig(const google::protobuf::Message& config);

/// True for keys whose values are secrets (passwords, private keys, tokens), by their name.
bool IsSecretKey(std::string_view key);

}  // namespace evenkeel
