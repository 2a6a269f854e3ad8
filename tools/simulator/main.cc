#include <cstdio>
#include <exception>
#include <string>

#include "generate.h"
#include <CLI/CLI.hpp>

namespace {

int Run(int argc, char** argv) {
  CLI::App app{"A world of subscription customers that links nothing of Evenkeel"};
  app.require_subcommand(1);
  simulator::Order order;
  CLI::App* generate = app.add_subcommand("generate", "Writes a world that nobody touches");
  generate->add_option("--seed", order.seed, "Same seed, same bytes")->capture_default_str();
  generate->add_option("--customers", order.customers, "How many there may be")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  generate->add_option("--days", order.days)->check(CLI::Range(1, 3650))->capture_default_str();
  generate->add_option("--start", order.start, "First day, YYYY-MM-DD")->capture_default_str();
  generate->add_option("--out", order.out, "JSON lines; a manifest is written beside")->required();
  generate->add_option("--truth", order.truth, "What no line says, one customer a line");
  CLI11_PARSE(app, argc, argv);

  std::string manifest;
  const std::string error = simulator::Generate(order, &manifest);
  if (!error.empty()) {
    std::fprintf(stderr, "evenkeel-simulator: %s\n", error.c_str());
    return 1;
  }
  std::printf("%s\n", manifest.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {  // Out of memory.
    std::fprintf(stderr, "evenkeel-simulator: %s\n", error.what());
    return 1;
  }
}
