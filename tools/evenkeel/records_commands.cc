#include <cstdio>

#include "commands.h"
#include "context.h"
#include "record_json.h"
#include "record_pages.h"
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

struct DumpFlags {
  std::string topic;
  std::string format = "json";
};

struct DecisionFlags {
  std::string customer;
  std::size_t last = 10;
};

struct DeadLetterFlags {
  std::string topic;
  std::size_t limit = 1000;
};

void PutLine(const nlohmann::ordered_json& line) { std::puts(line.dump().c_str()); }

Status Dump(const GlobalFlags& global, const DumpFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  EVENKEEL_ASSIGN_OR_RETURN(const Partition partitions, PartitionsOf(*log, flags.topic));
  for (Partition partition = 0; partition < partitions; ++partition) {
    EVENKEEL_RETURN_IF_ERROR(
        ForEachRecord(*log, {flags.topic, partition}, [&](const OwnedRecord& record) {
          PutLine(flags.format == "digests" ? DigestJson(context->deployment(), record)
                                            : RecordJson(context->deployment(), record));
          return true;
        }));
  }
  return {};
}

Status Decisions(const GlobalFlags& global, const DecisionFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const Deployment& deployment = context->deployment();
  const Partition partition = PartitionOf(flags.customer, deployment.row_count);
  std::vector<OwnedRecord> found;
  EVENKEEL_RETURN_IF_ERROR(ForEachRecord(*log, {deployment.names().Decisions(), partition},
                                         [&](const OwnedRecord& record) {
                                           if (record.key == flags.customer) {
                                             found.push_back(record);
                                             if (found.size() > flags.last)
                                               found.erase(found.begin());
                                           }
                                           return true;
                                         }));
  if (found.empty()) {
    return NotFound("no decision about customer \"" + flags.customer +
                    "\" yet; is that how the signals name them?");
  }
  for (const OwnedRecord& record : found) {
    std::puts(RecordJson(deployment, record).dump(2).c_str());
  }
  return {};
}

Status ListDeadLetters(const GlobalFlags& global, const DeadLetterFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  std::vector<std::string> topics = {flags.topic};
  if (flags.topic.empty()) topics = DeadLetterTopics(context->deployment());
  std::size_t left = flags.limit;
  for (const std::string& topic : topics) {
    EVENKEEL_ASSIGN_OR_RETURN(const Partition partitions, PartitionsOf(*log, topic));
    for (Partition partition = 0; partition < partitions && left > 0; ++partition) {
      EVENKEEL_RETURN_IF_ERROR(
          ForEachRecord(*log, {topic, partition}, [&](const OwnedRecord& record) {
            PutLine(DeadLetterJson(record));
            return --left > 0;
          }));
    }
  }
  return {};
}

}  // namespace

void AddDumpCommand(CLI::App& topics, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* dump = topics.add_subcommand("dump", "Print a topic's committed records, decoded");
  auto options = std::make_shared<DumpFlags>();
  dump->add_option("--topic", options->topic, "The whole name, with its prefix")->required();
  dump->add_option("--format", options->format,
                   "json: one object a line; digests: the same with SHA-256 in place of values")
      ->check(CLI::IsMember({"json", "digests"}));
  dump->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Dump(flags, *options); };
  });
}

void AddDecisionsCommand(CLI::App& app, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* decisions =
      app.add_subcommand("decisions", "What was decided about a customer, and what spoke for it");
  auto options = std::make_shared<DecisionFlags>();
  decisions->add_option("--customer", options->customer)->required();
  decisions->add_option("--last", options->last, "The newest so many")->check(CLI::Range(1, 1000));
  decisions->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Decisions(flags, *options); };
  });
}

void AddDeadLettersCommands(CLI::App& dlq, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* list = dlq.add_subcommand("list", "Records that could not be understood, and why");
  auto options = std::make_shared<DeadLetterFlags>();
  list->add_option("--topic", options->topic, "A dead-letter topic; default: all of them");
  list->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 1000000));
  list->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return ListDeadLetters(flags, *options); };
  });
}

}  // namespace evenkeel
