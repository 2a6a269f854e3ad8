#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evenkeel/base/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace evenkeel {

/// Flags that all commands share.
struct GlobalFlags {
  std::string config;
  std::vector<std::string> sets;
};

/// The command that the flags chose; main() runs it.
struct Chosen {
  std::function<Status()> run;
};

// Each adds its commands under the word that it is given ("topics", ...).
void AddTopicsCommands(CLI::App& topics, const GlobalFlags& flags, Chosen& chosen);
void AddSignalsCommands(CLI::App& signals, const GlobalFlags& flags, Chosen& chosen);
void AddDumpCommand(CLI::App& topics, const GlobalFlags& flags, Chosen& chosen);
void AddCustomersCommands(CLI::App& customers, const GlobalFlags& flags, Chosen& chosen);
void AddTailCommand(CLI::App& signals, const GlobalFlags& flags, Chosen& chosen);
void AddDecisionsCommand(CLI::App& app, const GlobalFlags& flags, Chosen& chosen);
void AddDeadLettersCommands(CLI::App& dlq, const GlobalFlags& flags, Chosen& chosen);
void AddBundleCommands(CLI::App& bundle, const GlobalFlags& flags, Chosen& chosen);
void AddKeyCommands(CLI::App& key, Chosen& chosen);
void AddGapCommands(CLI::App& gap, const GlobalFlags& flags, Chosen& chosen);

}  // namespace evenkeel
