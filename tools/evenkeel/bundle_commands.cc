#include <chrono>
#include <cstdio>

#include "commands.h"
#include "context.h"
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

constexpr std::size_t kChunkBytes = 512U << 10;

TimeMs WallClock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

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

std::vector<OwnedRecord> ChunkRecords(const std::string& topic, const Bundle& bundle,
                                      const std::string& bytes) {
  std::vector<OwnedRecord> records;
  const std::size_t count = (bytes.size() + kChunkBytes - 1) / kChunkBytes;
  for (std::size_t index = 0; index < count; ++index) {
    const BundleChunk chunk{.name = bundle.name(),
                            .digest = bundle.digest(),
                            .index = static_cast<std::uint32_t>(index),
                            .chunk_count = static_cast<std::uint32_t>(count),
                            .total_bytes = static_cast<std::int64_t>(bytes.size()),
                            .content = bytes.substr(index * kChunkBytes, kChunkBytes)};
    records.push_back(
        {.topic = topic, .key = BundleChunkKey(chunk), .value = EncodeBundleChunk(chunk)});
  }
  return records;
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

Status Publish(const GlobalFlags& flags, const std::string& directory) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto bundle, LoadBundle(directory));
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ReadBundleDirectory(directory));
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(flags.config, flags.sets));
  if (!context->decider().bundles().is_unsigned_allowed()) {
    return FailedPrecondition(
        "bundles cannot be signed yet, and the configuration does not allow unsigned ones; set "
        "bundles.is_unsigned_allowed: true where whoever may write to the bundles topic is "
        "trusted");
  }
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  const std::string topic = context->deployment().names().Bundles();
  EVENKEEL_ASSIGN_OR_RETURN(const std::int64_t revision, ActiveRevision(*log, topic));
  std::vector<OwnedRecord> records = ChunkRecords(topic, *bundle, CanonicalBytes(files));
  const char* user = getlogin();
  const ActiveBundle active{.name = bundle->name(),
                            .digest = bundle->digest(),
                            .revision = revision + 1,
                            .activated = WallClock(),
                            .activated_by = user == nullptr ? "unknown" : user};
  records.push_back(
      {.topic = topic, .key = std::string(kActiveBundleKey), .value = EncodeActiveBundle(active)});
  EVENKEEL_RETURN_IF_ERROR(log->Load("bundle", records, active.revision));
  std::printf("%s is revision %lld\n", bundle->id().c_str(),
              static_cast<long long>(active.revision));
  return {};
}

}  // namespace

void AddBundleCommands(CLI::App& bundle, const GlobalFlags& flags, Chosen& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* lint = bundle.add_subcommand("lint", "Say everything that is wrong with a bundle");
  lint->add_option("directory", *directory)->required();
  lint->callback([&chosen, directory] { chosen.run = [directory] { return Lint(*directory); }; });
  CLI::App* publish = bundle.add_subcommand("publish", "Put a bundle in force");
  publish->add_option("directory", *directory)->required();
  publish->callback([&flags, &chosen, directory] {
    chosen.run = [&flags, directory] { return Publish(flags, *directory); };
  });
}

}  // namespace evenkeel
