#include <cstdio>

#include "commands.h"
#include "context.h"
#include "customer_fold.h"
#include "record_pages.h"
#include <CLI/CLI.hpp>

#include "evenkeel/bundle/bundle.h"

namespace evenkeel {
namespace {

struct CustomersFlags {
  std::string bundle;
  std::optional<std::int64_t> at_ms;
};

Result<CustomerFold> Fold(const GlobalFlags& global) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const std::string& named = context->decider().engine().application();
  const std::string topic =
      context->deployment().names().Changelog(named.empty() ? "decider" : named);
  EVENKEEL_ASSIGN_OR_RETURN(const Partition partitions, PartitionsOf(*log, topic));
  CustomerFold fold;
  for (Partition row = 0; row < partitions; ++row) {
    Status taken;
    EVENKEEL_RETURN_IF_ERROR(ForEachRecord(*log, {topic, row}, [&](const OwnedRecord& record) {
      taken = fold.Take(row, record.key.value_or(std::string()), record.value);
      return taken.ok();
    }));
    EVENKEEL_RETURN_IF_ERROR(taken.WithContext(topic + "[" + std::to_string(row) + "]"));
  }
  return fold;
}

Status Dump(const GlobalFlags& global, const CustomersFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(const TimeZoneDatabase zones, TimeZoneDatabase::Open());
  EVENKEEL_ASSIGN_OR_RETURN(const auto bundle, Bundle::LoadDirectory(flags.bundle, zones));
  EVENKEEL_ASSIGN_OR_RETURN(const auto core, DecisionCore::Create(bundle->core(), {}));
  EVENKEEL_ASSIGN_OR_RETURN(const CustomerFold fold, Fold(global));
  std::optional<TimeMs> at;
  if (flags.at_ms) at = TimeMs{*flags.at_ms};
  for (const auto& [customer, entry] : fold.entries()) {
    EVENKEEL_ASSIGN_OR_RETURN(const auto json, fold.Describe(customer, entry, *core, at));
    std::puts(json.dump().c_str());
  }
  return {};
}

Status Digest(const GlobalFlags& global) {
  EVENKEEL_ASSIGN_OR_RETURN(const CustomerFold fold, Fold(global));
  std::printf("{\"customers\": %zu, \"digest\": \"%s\"}\n", fold.entries().size(),
              ToHex(fold.Digest()).c_str());
  return {};
}

}  // namespace

void AddCustomersCommands(CLI::App& customers, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* dump = customers.add_subcommand(
      "dump", "Print what is known of every customer, from the decider's changelog");
  auto options = std::make_shared<CustomersFlags>();
  dump->add_option("--bundle", options->bundle, "Folder whose definitions name the values")
      ->required();
  dump->add_option(
      "--at", options->at_ms,
      "Values as of this time, in milliseconds since 1970. Default: where the clock of "
      "the customer's task stands");
  dump->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Dump(flags, *options); };
  });
  CLI::App* digest = customers.add_subcommand(
      "digest", "Print one digest over the states of all customers, to compare two logs");
  digest->callback([&flags, &chosen] { chosen.run = [&flags] { return Digest(flags); }; });
}

}  // namespace evenkeel
