#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "evenkeel/base/status.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace evenkeel {

/// What is particular about a service's main().
struct ServiceSpec {
  std::string name;         ///< "evenkeel-decider".
  std::string description;  ///< One line for --help.
  /// Holds the defaults; the sources are laid over it.
  google::protobuf::Message& config;
  /// Says what is wrong with the configuration as a whole, naming keys.
  std::function<Status()> check;
  /// Runs until the token is stopped (returns OK) or an error that a restart may cure.
  std::function<Status(const std::stop_token&, const std::string& config_file)> run;
};

/// Reads flags, file and environment, checks, and runs or prints:
///   --config FILE  --set key=value  --check-config  --print-config  --version
///
/// Returns the exit code: 0 in order; 1 the service failed; 2 the flags or the configuration are
/// wrong (said on standard error).
int RunServiceMain(int argc, char** argv, const ServiceSpec& spec);

}  // namespace evenkeel
