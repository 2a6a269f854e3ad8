// Any bytes as any file of a bundle: refused or taken, never more. The first byte says which file.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "evenkeel/bundle/bundle.h"

namespace {

constexpr std::array<const char*, 6> kFiles = {"bundle.yaml",   "sources.yaml",
                                               "features.yaml", "catalogue.yaml",
                                               "policy.yaml",   "models/churn.yaml"};

const evenkeel::TimeZoneDatabase& Zones() {
  static const evenkeel::TimeZoneDatabase kZones = evenkeel::TimeZoneDatabase::Open().value();
  return kZones;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  evenkeel::BundleFiles files;
  for (const char* file : kFiles) files[file] = "{}";
  files[kFiles[data[0] % kFiles.size()]] = text;
  evenkeel::Diagnostics diagnostics;
  const auto bundle = evenkeel::Bundle::Compile(files, Zones(), diagnostics);
  // Either it is good or there is something to say.
  if ((bundle == nullptr) == diagnostics.empty()) std::abort();
  return 0;
}
