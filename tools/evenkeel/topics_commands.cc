#include <cstdio>

#include "commands.h"
#include "context.h"
#include <CLI/CLI.hpp>

#include "evenkeel/runtime/topics.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kTimeout = std::chrono::seconds(30);

std::vector<TopicSpec> PlanOf(const CommandContext& context, std::int16_t replication_factor) {
  TopicPlanOptions options = context.deployment().topic_plan();
  options.replication_factor = replication_factor;
  return PlanTopics(options);
}

Status Create(const GlobalFlags& flags, std::int16_t replication_factor) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(flags.config, flags.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogCluster * cluster, context->Cluster());
  const std::vector<TopicSpec> plan = PlanOf(*context, replication_factor);
  EVENKEEL_RETURN_IF_ERROR(CreateTopics(*cluster, plan, kTimeout));
  std::printf("%zu topics with prefix %s are there\n", plan.size(),
              context->deployment().prefix.c_str());
  return {};
}

Status List(const GlobalFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(flags.config, flags.sets));
  for (const TopicSpec& spec : PlanOf(*context, -1)) {
    std::printf("%s: %d partitions%s\n", spec.name.c_str(), spec.partitions,
                spec.compacted ? ", compacted" : "");
  }
  return {};
}

Status Check(const GlobalFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(flags.config, flags.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogCluster * cluster, context->Cluster());
  const std::vector<TopicSpec> plan = PlanOf(*context, -1);
  EVENKEEL_ASSIGN_OR_RETURN(const TopicCheck check, CheckTopics(*cluster, plan, kTimeout));
  for (const std::string& topic : check.unreadable) {
    std::printf("%s: its settings may not be read; check them by hand\n", topic.c_str());
  }
  for (const TopicProblem& problem : check.problems) {
    std::printf("%s: %s\n", problem.topic.c_str(), problem.what.c_str());
  }
  if (check.problems.empty()) {
    std::printf("%zu topics are as they should be\n", plan.size());
    return {};
  }
  return FailedPrecondition(std::to_string(check.problems.size()) +
                            " topics are missing or wrong; `evenkeel topics create` makes those "
                            "that are missing");
}

}  // namespace

void AddTopicsCommands(CLI::App& topics, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* create = topics.add_subcommand("create", "Create the deployment's topics");
  auto replication = std::make_shared<std::int16_t>(-1);
  create->add_option("--replication-factor", *replication, "-1: the broker's default");
  create->callback([&flags, &chosen, replication] {
    chosen.run = [&flags, replication] { return Create(flags, *replication); };
  });
  CLI::App* list = topics.add_subcommand("list", "List the topics that the deployment must have");
  list->callback([&flags, &chosen] { chosen.run = [&flags] { return List(flags); }; });
  CLI::App* check = topics.add_subcommand("check", "Compare the topics with what they must be");
  check->callback([&flags, &chosen] { chosen.run = [&flags] { return Check(flags); }; });
}

}  // namespace evenkeel
