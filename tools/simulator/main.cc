#include <cstdio>
#include <exception>
#include <string>

#include "generate.h"
#include "run.h"
#include "value.h"
#include <CLI/CLI.hpp>

namespace simulator {
namespace {

/// A subcommand that prints one thing, or fails with a message.
struct Command {
  CLI::App* app;
  std::function<std::string(std::string*)> run;
};

Command GenerateCommand(CLI::App& app, Order& order) {
  CLI::App* command = app.add_subcommand("generate", "Writes a world that nobody touches");
  command->add_option("--seed", order.seed, "Same seed, same bytes")->capture_default_str();
  command->add_option("--customers", order.customers, "How many there may be")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--days", order.days)->check(CLI::Range(1, 3650))->capture_default_str();
  command->add_option("--start", order.start, "First day, YYYY-MM-DD")->capture_default_str();
  command->add_option("--out", order.out, "JSON lines; a manifest is written beside")->required();
  command->add_option("--truth", order.truth, "What no line says, one customer a line");
  return {command, [&order](std::string* text) { return Generate(order, text); }};
}

void AddWorld(CLI::App& command, RunId& id) {
  command.add_option("--seed", id.seed)->capture_default_str();
  command.add_option("--customers", id.customers)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--days", id.days)->check(CLI::Range(1, 3650))->capture_default_str();
  command.add_option("--start", id.start, "First day, YYYY-MM-DD")->capture_default_str();
}

void AddDoors(CLI::App& command, RunOrder& order) {
  command.add_option("--events-url", order.events_url, "Takes the lines, by POST")->required();
  command.add_option("--ticks-url", order.ticks_url, "Takes the time, by POST");
  command.add_option("--progress-url", order.progress_url, "Says whether all is done");
  command.add_option("--port-file", order.port_file,
                     "The port of these URLs is what this file says, asked before each try");
  command.add_option("--progress-port-file", order.progress_port_file,
                     "The same for --progress-url alone");
  command.add_option("--batch", order.batch_lines, "Lines in a request")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  command.add_option("--patience", order.patience_s, "Seconds to try again for")
      ->capture_default_str();
}

void AddWebhook(CLI::App& command, RunOrder& order) {
  command.add_option("--webhook-port", order.webhook_port, "Actions come here; 0: any free one")
      ->check(CLI::Range(0, 65535));
  command.add_option("--webhook-url-file", order.webhook_url_file, "Gets the URL to call");
  command.add_option("--secret-file", order.secret_file, "whsec_<base64>, one a line")->required();
  const CLI::Range share(0.0, 1.0);
  command.add_option("--fail-share", order.trouble.fails, "Of calls: 500")->check(share);
  command.add_option("--busy-share", order.trouble.busy, "Of calls: 429")->check(share);
  command.add_option("--slow-share", order.trouble.slow, "Of calls: answered late")->check(share);
  command.add_option("--slow-ms", order.slow_ms, "How late")->capture_default_str();
}

void AddReviewer(CLI::App& command, Reviewer::Options& reviewer) {
  command.add_option("--approvals-url", reviewer.url,
                     "The approval service: a person of this world answers, with --lockstep");
  command.add_option("--tokens-file", reviewer.tokens_file, "name:token, one a line");
  command.add_option("--approver", reviewer.name, "Who answers")->capture_default_str();
  const CLI::Range share(0.0, 1.0);
  command.add_option("--yes-share", reviewer.yes, "Of requests")->check(share);
  command.add_option("--no-share", reviewer.no, "Of requests")->check(share);
}

Command RunCommand(CLI::App& app, RunOrder& order) {
  CLI::App* command =
      app.add_subcommand("run", "Lives a world: signals out by HTTP, actions in by webhook");
  AddWorld(*command, order.id);
  AddDoors(*command, order);
  AddWebhook(*command, order);
  AddReviewer(*command, order.reviewer);
  command->add_option("--journal", order.journal, "JSON lines; an unfinished run goes on from it")
      ->required();
  command->add_option("--events-file", order.events_file, "Gets every line that was sent");
  command->add_flag("--stay", order.is_staying, "Take calls after the last day, until killed");
  command->add_flag("--lockstep", order.is_lockstep, "Wait each tick until all is done");
  command->add_option("--ticks-per-day", order.id.ticks_per_day, "With --lockstep")
      ->check(CLI::Range(1, 1440))
      ->capture_default_str();
  command->add_option("--days-per-second", order.days_per_second, "Without --lockstep")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  return {command, [&order](std::string* text) {
            order.trouble.seed = order.id.seed;
            order.reviewer.seed = order.id.seed;
            order.reviewer.port_file =
                order.progress_port_file.empty() ? order.port_file : order.progress_port_file;
            order.reviewer.patience = std::chrono::seconds(order.patience_s);
            return Run(order, text);
          }};
}

Command ValueCommand(CLI::App& app, ValueOrder& order) {
  CLI::App* command =
      app.add_subcommand("value", "What policies are worth, on the same random numbers");
  AddWorld(*command, order.id);
  command->add_option("--journal", order.journal,
                      "Of a finished run: its actions are a policy, too, and its world is taken");
  command->add_option("--policies", order.policies, "Only these; see README.md")->delimiter(',');
  command->add_flag("--by-action", order.is_by_action, "Each action of the journal alone, too");
  command->add_flag("--json", order.is_json, "A JSON line per policy instead of a table");
  return {command, [&order](std::string* text) { return EvaluateAll(order, text); }};
}

int Main(int argc, char** argv) {
  CLI::App app{"A world of subscription customers that links nothing of Evenkeel"};
  app.require_subcommand(1);
  Order order;
  RunOrder run;
  ValueOrder value;
  const std::vector<Command> commands{GenerateCommand(app, order), RunCommand(app, run),
                                      ValueCommand(app, value)};
  CLI11_PARSE(app, argc, argv);
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    std::string text;
    const std::string error = command.run(&text);
    if (!error.empty()) {
      std::fprintf(stderr, "evenkeel-simulator: %s\n", error.c_str());
      return 1;
    }
    std::printf("%s\n", text.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace simulator

int main(int argc, char** argv) {
  try {
    return simulator::Main(argc, argv);
  } catch (const std::exception& error) {  // Out of memory.
    std::fprintf(stderr, "evenkeel-simulator: %s\n", error.what());
    return 1;
  }
}
