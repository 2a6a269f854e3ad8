#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "commands.h"
#include "context.h"
#include "record_json.h"
#include <CLI/CLI.hpp>

namespace evenkeel {
namespace {

constexpr Offset kFromBeginning = -1;
constexpr Offset kFromEnd = -2;
constexpr std::chrono::milliseconds kPause{200};

struct TailFlags {
  bool from_beginning = false;
  std::size_t limit = 0;
};

/// Prints what came since the last turn. Returns how many records that were.
Result<std::size_t> PrintNew(const Deployment& deployment, LogAccess& log,
                             std::map<TopicPartition, Offset>& positions, std::size_t left) {
  std::size_t printed = 0;
  for (auto& [where, next] : positions) {
    EVENKEEL_ASSIGN_OR_RETURN(const ReadPage page, log.Read(where, next, left - printed));
    for (const OwnedRecord& record : page.records) {
      std::puts(RecordJson(deployment, record).dump().c_str());
    }
    printed += page.records.size();
    next = page.next;
    if (printed == left) break;
  }
  std::fflush(stdout);
  return printed;
}

Status Tail(const GlobalFlags& global, const TailFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const Deployment& deployment = context->deployment();
  std::map<TopicPartition, Offset> positions;
  for (const std::string& topic : deployment.signals) {
    for (Partition partition = 0; partition < deployment.row_count; ++partition) {
      positions[{deployment.names().Signals(topic), partition}] =
          flags.from_beginning ? kFromBeginning : kFromEnd;
    }
  }
  std::size_t left = flags.limit == 0 ? SIZE_MAX : flags.limit;
  while (left > 0) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const std::size_t printed,
        PrintNew(deployment, *log, positions, std::min<std::size_t>(left, 1000)));
    left -= printed;
    if (printed == 0) std::this_thread::sleep_for(kPause);
  }
  return {};
}

}  // namespace

void AddTailCommand(CLI::App& signals, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* tail = signals.add_subcommand("tail", "Print signals as they come, decoded");
  auto options = std::make_shared<TailFlags>();
  tail->add_flag("--from-beginning", options->from_beginning, "And those that are there already");
  tail->add_option("--limit", options->limit, "End after so many; 0: never");
  tail->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Tail(flags, *options); };
  });
}

}  // namespace evenkeel
