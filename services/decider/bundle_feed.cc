#include "decider/bundle_feed.h"

#include <utility>

#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

// A bundle has at most 16 MiB; what claims to be larger is none.
constexpr std::uint32_t kChunksMax = 64;

std::string IdOf(std::string_view name, const Sha256Digest& digest) {
  return std::string(name) + "@" + ToHex(digest);
}

}  // namespace

void BundleFeed::OnRecord(std::string_view key, std::optional<std::string_view> value) {
  if (!value) {
    // The tombstone of a chunk: the bundle is of no use any more.
    assemblies_.erase(std::string(key.substr(0, key.rfind('/'))));
    return;
  }
  if (key == kActiveBundleKey) {
    Result<ActiveBundle> active = DecodeActiveBundle(*value);
    if (active.ok()) {
      wanted_ = *std::move(active);
    } else {
      refusal_ = active.status().WithContext("pointer to the active bundle");
    }
    return;
  }
  Result<BundleChunk> chunk = DecodeBundleChunk(*value);
  if (!chunk.ok() || chunk->chunk_count == 0 || chunk->chunk_count > kChunksMax ||
      chunk->index >= chunk->chunk_count) {
    refusal_ = InvalidArgument("chunk " + std::string(key) + " of a bundle cannot be read");
    return;
  }
  Assembly& assembly = assemblies_[IdOf(chunk->name, chunk->digest)];
  assembly.chunks.resize(chunk->chunk_count);
  assembly.total_bytes = chunk->total_bytes;
  assembly.chunks[chunk->index] = std::move(chunk->content);
}

bool BundleFeed::Adopt(const std::function<Status(const Bundle&)>& accept) {
  if (!wanted_) return false;
  const ActiveBundle wanted = *std::exchange(wanted_, std::nullopt);
  if (wanted.revision <= revision_) return false;  // Read again after a reconnection.
  Result<std::shared_ptr<const Bundle>> bundle = Compile(wanted);
  const Status status = bundle.ok() ? accept(**bundle) : bundle.status();
  if (!status.ok()) {
    refusal_ = status.WithContext("bundle " + IdOf(wanted.name, wanted.digest) + " of revision " +
                                  std::to_string(wanted.revision) +
                                  " is refused, the one before stays in force");
    return false;
  }
  refusal_ = {};
  revision_ = wanted.revision;
  active_ = *std::move(bundle);
  return true;
}

Result<std::shared_ptr<const Bundle>> BundleFeed::Compile(const ActiveBundle& wanted) const {
  if (wanted.key_id.empty() && !options_.is_unsigned_allowed) {
    return FailedPrecondition("it is not signed; set bundles.is_unsigned_allowed: true to take it");
  }
  if (!wanted.key_id.empty()) {
    return FailedPrecondition("this build does not check signatures of bundles yet");
  }
  const auto found = assemblies_.find(IdOf(wanted.name, wanted.digest));
  if (found == assemblies_.end()) return NotFound("none of its chunks is in the topic");
  std::string bytes;
  for (const std::optional<std::string>& chunk : found->second.chunks) {
    if (!chunk) return DataLoss("a chunk of it is missing");
    bytes += *chunk;
  }
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ParseCanonicalBytes(bytes));
  if (BundleDigest(files) != wanted.digest) return DataLoss("its bytes do not fit its digest");
  Diagnostics diagnostics;
  std::shared_ptr<const Bundle> bundle = Bundle::Compile(files, *zones_, diagnostics);
  if (bundle == nullptr) return diagnostics.ToStatus();
  return bundle;
}

}  // namespace evenkeel
