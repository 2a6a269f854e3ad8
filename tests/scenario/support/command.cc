#include "support/command.h"

#include <fstream>

#include <CLI/CLI.hpp>

#include "evenkeel/base/check.h"
#include "evenkeel/commands.h"
#include "evenkeel/runtime/log_api.h"

namespace evenkeel::testing {
namespace {

/// A process that has the log open, as commands find it.
class Door {
 public:
  Door(LogAccess& access, const std::string& folder) {
    Result<std::unique_ptr<HttpListener>> made = HttpListener::Create({});
    EVENKEEL_CHECK(made.ok());
    listener_ = *std::move(made);
    ServeLogAccess(*listener_, access);
    listener_->Start();
    std::ofstream(folder + ".port") << listener_->port();
  }

 private:
  std::unique_ptr<HttpListener> listener_;
};

std::string ConfigFile(ServiceWorld& world) {
  const std::string bootstrap = world.bench.bootstrap();
  const std::string log = bootstrap.empty()
                              ? "local: {directory: " + world.directory.path() + "/door}"
                              : "kafka: {bootstrap_servers: \"" + bootstrap + "\"}";
  std::string path = world.directory.path() + "/command.yaml";
  std::ofstream(path) << "deployment: {prefix: " << world.deployment.prefix << "}\nlog: {" << log
                      << ", partition_count: " << world.deployment.row_count << "}\n"
                      << "signals: [{topic: signals.v1}]\nchannels: [email, push, sms, task]\n";
  return path;
}

}  // namespace

Status RunCommand(ServiceWorld& world, const std::string& line) {
  const Door door(world.log(), world.directory.path() + "/door");
  GlobalFlags flags{.config = ConfigFile(world), .sets = {}};
  Chosen chosen;
  CLI::App app{"", "evenkeel"};
  app.add_option("--config", flags.config);
  AddTopicsCommands(*app.add_subcommand("topics"), flags, chosen);
  AddGapCommands(*app.add_subcommand("gap"), flags, chosen);
  try {
    app.parse(line, /*program_name_included=*/true);
  } catch (const CLI::ParseError& error) {
    return InvalidArgument(line + ": " + error.what());
  }
  return chosen.run ? chosen.run() : InvalidArgument(line + ": not a command");
}

}  // namespace evenkeel::testing
