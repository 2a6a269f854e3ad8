#include <cstdio>

#include "commands.h"
#include "context.h"
#include <CLI/CLI.hpp>

#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

struct GapFlags {
  std::string application;  ///< Empty: whose input the topic is.
  Partition partition = 0;
  GapOrder order;
};

/// Executors read actions; everything else is the decider's.
std::string ApplicationOf(const GapFlags& flags, const std::string& prefix) {
  if (!flags.application.empty()) return flags.application;
  return flags.order.topic.starts_with(prefix + "actions.") ? "executor" : "decider";
}

Status Accept(const GlobalFlags& global, const GapFlags& flags) {
  if (flags.order.from < 0 || flags.order.to <= flags.order.from) {
    return InvalidArgument("--from " + std::to_string(flags.order.from) + " --to " +
                           std::to_string(flags.order.to) +
                           ": expected 0 <= from < to; take both from the task's message");
  }
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const std::string application = ApplicationOf(flags, context->deployment().prefix);
  const OwnedRecord record{.topic = context->deployment().names().Changelog(application),
                           .partition = flags.partition,
                           .key = GapKey(flags.order),
                           .value = EncodeGap(flags.order)};
  EVENKEEL_RETURN_IF_ERROR(log->Load("gap", {record}, 0));
  std::printf("task %d of the %s skips %s[%d] %lld to %lld when it is tried again\n",
              flags.partition, application.c_str(), flags.order.topic.c_str(), flags.partition,
              static_cast<long long>(flags.order.from), static_cast<long long>(flags.order.to - 1));
  return {};
}

}  // namespace

void AddGapCommands(CLI::App& gap, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* accept = gap.add_subcommand(
      "accept", "Order a stopped task to go on without records that are gone, on record");
  auto options = std::make_shared<GapFlags>();
  accept
      ->add_option("--application", options->application,
                   "decider or executor, where the topic does not say it")
      ->check(CLI::IsMember({"decider", "executor"}));
  accept->add_option("--topic", options->order.topic)->required();
  accept->add_option("--partition", options->partition)->required();
  accept->add_option("--from", options->order.from, "The first missing offset")->required();
  accept->add_option("--to", options->order.to, "The first offset that is there")->required();
  accept->add_option("--by", options->order.accepted_by, "Who says so, and why")->required();
  accept->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Accept(flags, *options); };
  });
}

}  // namespace evenkeel
