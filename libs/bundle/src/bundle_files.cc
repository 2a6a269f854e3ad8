#include "evenkeel/bundle/bundle_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "files.h"

#include "evenkeel/base/bytes.h"
#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "evenkeel.bundle.files.v1";
constexpr std::size_t kFilesMax = 256;
constexpr std::size_t kFileBytesMax = 4U << 20U;
constexpr std::size_t kBytesMax = 16U << 20U;

/// The names of the entries of `directory`, sorted. A folder's ends in '/'.
Result<std::vector<std::string>> List(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with('.') || name == "README.md" || name == "LICENSE") continue;
    names.push_back(it->is_directory(error) ? name + "/" : name);
    if (names.size() > kFilesMax) {
      return InvalidArgument(directory.string() + " has more than 256 files; is it a bundle?");
    }
  }
  if (error)
    return NotFound("cannot read the folder " + directory.string() + ": " + error.message());
  std::ranges::sort(names);
  return names;
}

Status ReadInto(const fs::path& root, const std::string& name, BundleFiles& files) {
  if (!name.ends_with(".yaml")) {
    return InvalidArgument(Quoted(name) +
                           " is not part of a bundle; name it *.yaml or move it out of " +
                           root.string());
  }
  EVENKEEL_ASSIGN_OR_RETURN(files[name],
                            internal::ReadWholeFile((root / name).string(), kFileBytesMax));
  return {};
}

}  // namespace

Result<BundleFiles> ReadBundleDirectory(const std::string& directory) {
  const fs::path root(directory);
  BundleFiles files;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(root));
  for (const std::string& name : names) {
    if (name != "models/") {
      EVENKEEL_RETURN_IF_ERROR(ReadInto(root, name, files));
      continue;
    }
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<std::string> models, List(root / "models"));
    for (const std::string& model : models) {
      EVENKEEL_RETURN_IF_ERROR(ReadInto(root, name + model, files));
    }
  }
  std::size_t bytes = 0;
  for (const auto& [name, content] : files) bytes += content.size();
  if (bytes > kBytesMax)
    return InvalidArgument("the bundle in " + directory + " is larger than 16 MiB");
  if (files.empty()) return NotFound(directory + " holds no *.yaml; is it a bundle?");
  return files;
}

std::string CanonicalBytes(const BundleFiles& files) {
  std::string bytes(kMark);
  ByteWriter writer(bytes);
  writer.Varint(files.size());
  for (const auto& [name, content] : files) {
    writer.Bytes(name);
    writer.Bytes(content);
  }
  return bytes;
}

Result<BundleFiles> ParseCanonicalBytes(std::string_view bytes) {
  const Status damaged = DataLoss("these bytes are no bundle");
  if (!bytes.starts_with(kMark) || bytes.size() > 2 * kBytesMax) return damaged;
  ByteReader reader(bytes.substr(kMark.size()));
  const std::uint64_t count = reader.Varint();
  if (count > kFilesMax) return damaged;
  BundleFiles files;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name(reader.Bytes());
    if (!files.empty() && name <= files.rbegin()->first) return damaged;
    files[name] = reader.Bytes();
  }
  if (!reader.done()) return damaged;
  return files;
}

Sha256Digest BundleDigest(const BundleFiles& files) { return Sha256(CanonicalBytes(files)); }

}  // namespace evenkeel
