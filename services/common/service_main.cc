#include "common/service_main.h"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <google/protobuf/message.h>
#include <unistd.h>

#include "evenkeel/runtime/config_loader.h"
#include "evenkeel/runtime/stop_signal.h"

namespace evenkeel {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

void Say(const std::string& name, const Status& status) {
  std::fprintf(stderr, "%s: %s\n", name.c_str(), status.message().c_str());
}

}  // namespace

int RunServiceMain(int argc, char** argv, const ServiceSpec& spec) {
  const StopSignal stop_signal;  // First: before any thread exists.
  CLI::App app{spec.description, spec.name};
  ConfigSources sources;
  bool check_only = false;
  bool print_only = false;
  app.add_option("--config", sources.file, "Configuration as YAML");
  app.add_option("--set", sources.sets, "key=value, laid over file and environment");
  app.add_flag("--check-config", check_only, "Say what is wrong with the configuration and end");
  app.add_flag("--print-config", print_only, "Print the effective configuration and end");
  app.set_version_flag("--version", EVENKEEL_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUse;
  }
  sources.environment = ReadConfigEnvironment(environ);
  Status status = LoadConfig(sources, spec.config);
  if (status.ok()) status = spec.check();
  if (!status.ok()) {
    Say(spec.name, status);
    return kWrongUse;
  }
  if (print_only) std::fputs(PrintConfig(spec.config).c_str(), stdout);
  if (check_only || print_only) return 0;
  status = spec.run(stop_signal.token(), sources.file);
  if (status.ok() || status.code() == StatusCode::kCancelled) return 0;
  Say(spec.name, status);
  return kFailed;
}

}  // namespace evenkeel
