#include <cstdio>
#include <exception>

#include "commands.h"
#include <CLI/CLI.hpp>

namespace evenkeel {
namespace {

int Run(int argc, char** argv) {
  CLI::App app{"Evenkeel's command line: topics, signals, decisions, bundles, dead letters",
               "evenkeel"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(EVENKEEL_VERSION));
  GlobalFlags flags;
  Chosen chosen;
  app.add_option("--config", flags.config, "Configuration of a decider or a standalone process");
  app.add_option("--set", flags.sets, "key=value, laid over the configuration");
  const auto group = [&app](const char* name, const char* description) -> CLI::App& {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->require_subcommand(1);
    return *sub;
  };
  CLI::App& topics = group("topics", "The deployment's topics");
  AddTopicsCommands(topics, flags, chosen);
  AddDumpCommand(topics, flags, chosen);
  CLI::App& signals = group("signals", "What happened to customers");
  AddSignalsCommands(signals, flags, chosen);
  AddTailCommand(signals, flags, chosen);
  AddCustomersCommands(group("customers", "What is known of customers"), flags, chosen);
  AddDecisionsCommand(app, flags, chosen);
  AddBundleCommands(group("bundle", "Policy as files"), flags, chosen);
  AddDeadLettersCommands(group("dlq", "Records that could not be understood"), flags, chosen);
  AddKeyCommands(group("key", "Keys that sign actions"), chosen);
  AddGapCommands(group("gap", "Input that was gone before it was read"), flags, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status status = chosen.run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "evenkeel: %s\n", status.message().c_str());
  return 1;
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  try {
    return evenkeel::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "evenkeel: %s\n", error.what());
    return 1;
  }
}
