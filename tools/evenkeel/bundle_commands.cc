#include <algorithm>
#include <chrono>
#include <cstdio>

#include "commands.h"
#include "common/channels.h"
#include "context.h"
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "evenkeel/audit/signing.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/bundle/bundle.h"
#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

Result<std::shared_ptr<const Bundle>> LoadBundle(const std::string& directory) {
  EVENKEEL_ASSIGN_OR_RETURN(const TimeZoneDatabase zones, TimeZoneDatabase::Open());
  return Bundle::LoadDirectory(directory, zones);
}

Status Lint(const std::string& directory) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto bundle, LoadBundle(directory));
  std::printf("%s: nothing is wrong\n%s version %s\n", directory.c_str(), bundle->id().c_str(),
              bundle->version().c_str());
  return {};
}

/// The revision of the bundle in force; 0 if there is none.
Result<std::int64_t> ActiveRevision(LogAccess& log, const std::string& topic) {
  std::int64_t revision = 0;
  Offset from = -1;
  while (true) {
    EVENKEEL_ASSIGN_OR_RETURN(const ReadPage page, log.Read({topic, 0}, from, 1000));
    for (const OwnedRecord& record : page.records) {
      if (record.key != kActiveBundleKey || !record.value) continue;
      EVENKEEL_ASSIGN_OR_RETURN(const ActiveBundle active, DecodeActiveBundle(*record.value));
      revision = std::max(revision, active.revision);
    }
    if (page.at_end) return revision;
    from = page.next;
  }
}

struct PublishFlags {
  std::string directory;
  std::string key_file;
};

Status Publish(const GlobalFlags& global, const PublishFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto bundle, LoadBundle(flags.directory));
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ReadBundleDirectory(flags.directory));
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_RETURN_IF_ERROR(CheckChannels(bundle->core().catalogue, context->deployment().channels));
  if (flags.key_file.empty() && !context->decider().bundles().is_unsigned_allowed()) {
    return FailedPrecondition(
        "the configuration takes signed bundles only: sign with --key FILE, or set "
        "bundles.is_unsigned_allowed: true where whoever may write to the bundles topic is "
        "trusted");
  }
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const std::string topic = context->deployment().names().Bundles();
  EVENKEEL_ASSIGN_OR_RETURN(const std::int64_t revision, ActiveRevision(*log, topic));
  const char* user = getlogin();
  BundleActivation activation{
      .revision = revision + 1, .time = WallTime(), .by = user == nullptr ? "unknown" : user};
  std::optional<SigningKey> key;
  if (!flags.key_file.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(key, SigningKey::Load(flags.key_file));
    activation.key_id = key->key_id();
    activation.sign = [&key](std::string_view bytes) { return key->Sign(bytes).bytes; };
  }
  std::vector<OwnedRecord> records;
  for (auto& [record_key, value] : BundleRecords(bundle->name(), files, activation)) {
    records.push_back({.topic = topic, .key = std::move(record_key), .value = std::move(value)});
  }
  EVENKEEL_RETURN_IF_ERROR(log->Load("bundle", records, activation.revision));
  std::printf("%s is revision %lld\n", bundle->id().c_str(),
              static_cast<long long>(activation.revision));
  return {};
}

}  // namespace

void AddBundleCommands(CLI::App& bundle, const GlobalFlags& flags, Chosen& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* lint = bundle.add_subcommand("lint", "Say everything that is wrong with a bundle");
  lint->add_option("directory", *directory)->required();
  lint->callback([&chosen, directory] { chosen.run = [directory] { return Lint(*directory); }; });
  CLI::App* publish = bundle.add_subcommand("publish", "Put a bundle in force");
  auto options = std::make_shared<PublishFlags>();
  publish->add_option("directory", options->directory)->required();
  publish->add_option("--key", options->key_file, "Private key that signs it");
  publish->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Publish(flags, *options); };
  });
}

}  // namespace evenkeel
