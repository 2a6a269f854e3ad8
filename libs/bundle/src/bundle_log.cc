#include "evenkeel/bundle/bundle_log.h"

#include <algorithm>

#include <sodium.h>

#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kBundleBytesMax = std::int64_t{32} << 20U;

std::string IdOf(const std::string& name, const Sha256Digest& digest) {
  return name + "@" + ToHex(digest);
}

Status CheckChunk(const BundleChunk& chunk) {
  const bool adds_up =
      chunk.chunk_count > 0 && chunk.index < chunk.chunk_count && chunk.total_bytes > 0 &&
      chunk.total_bytes <= kBundleBytesMax && chunk.content.size() <= kBundleChunkBytes &&
      (static_cast<std::size_t>(chunk.total_bytes) + kBundleChunkBytes - 1) / kBundleChunkBytes ==
          chunk.chunk_count;
  if (adds_up) return {};
  return DataLoss("part " + std::to_string(chunk.index) + " of the bundle " +
                  IdOf(chunk.name, chunk.digest) +
                  " has sizes that do not add up; publish it anew");
}

}  // namespace

std::vector<BundleRecord> BundleRecords(const std::string& name, const BundleFiles& files,
                                        const BundleActivation& activation) {
  const std::string bytes = CanonicalBytes(files);
  BundleChunk chunk;
  chunk.name = name;
  chunk.digest = Sha256(bytes);
  chunk.chunk_count =
      static_cast<std::uint32_t>((bytes.size() + kBundleChunkBytes - 1) / kBundleChunkBytes);
  chunk.total_bytes = static_cast<std::int64_t>(bytes.size());
  std::vector<BundleRecord> records;
  for (; chunk.index < chunk.chunk_count; ++chunk.index) {
    chunk.content = bytes.substr(chunk.index * kBundleChunkBytes, kBundleChunkBytes);
    records.emplace_back(BundleChunkKey(chunk), EncodeBundleChunk(chunk));
  }
  ActiveBundle active;
  active.name = name;
  active.digest = chunk.digest;
  active.revision = activation.revision;
  active.activated = activation.time;
  active.activated_by = activation.by;
  if (!activation.key_id.empty()) {
    active.key_id = activation.key_id;
    active.signature = activation.sign(BundleSigningBytes(active));
  }
  records.emplace_back(kActiveBundleKey, EncodeActiveBundle(active));
  return records;
}

std::size_t BundleShelf::Parts::bytes() const {
  std::size_t sum = 0;
  for (const auto& [index, content] : contents) sum += content.size();
  return sum;
}

BundleShelf::BundleShelf(const TimeZoneDatabase& zones, Options options)
    : zones_(zones), options_(options) {}

Status BundleShelf::Apply(std::string_view key, std::optional<std::string_view> value) {
  if (key == kActiveBundleKey) {
    if (value) return TakePointer(*value);
    awaited_.reset();
    return {};
  }
  if (value) return TakeChunk(key, *value);
  // A tombstone of a part: what is in force is compiled already.
  parts_.erase(std::string(key.substr(0, key.rfind('/'))));
  return {};
}

Status BundleShelf::TakeChunk(std::string_view key, std::string_view value) {
  EVENKEEL_ASSIGN_OR_RETURN(BundleChunk chunk, DecodeBundleChunk(value));
  EVENKEEL_RETURN_IF_ERROR(CheckChunk(chunk));
  if (BundleChunkKey(chunk) != key) {
    return DataLoss("the record " + std::string(key) + " of the bundles topic holds " +
                    BundleChunkKey(chunk) + "; publish the bundle anew");
  }
  Parts& parts = parts_[IdOf(chunk.name, chunk.digest)];
  parts.chunk_count = chunk.chunk_count;
  parts.total_bytes = chunk.total_bytes;
  parts.arrived = ++arrivals_;
  parts.contents[chunk.index] = std::move(chunk.content);
  ForgetOldest();
  return awaited_ ? Follow() : Status();
}

Status BundleShelf::TakePointer(std::string_view value) {
  EVENKEEL_ASSIGN_OR_RETURN(ActiveBundle pointer, DecodeActiveBundle(value));
  const std::string id = IdOf(pointer.name, pointer.digest);
  if (pointer.revision <= revision_) {
    if (active_ != nullptr && pointer.revision == revision_ &&
        active_->digest() == pointer.digest) {
      return {};
    }
    return {StatusCode::kFailedPrecondition,
            "the activation of " + id + " has revision " + std::to_string(pointer.revision) +
                ", the bundle in force " + std::to_string(revision_) + "; activate it anew"};
  }
  EVENKEEL_RETURN_IF_ERROR(CheckSignature(pointer).WithContext("the bundle " + id));
  awaited_ = std::move(pointer);
  return Follow();
}

Status BundleShelf::CheckSignature(const ActiveBundle& pointer) const {
  if (pointer.key_id.empty()) {
    if (options_.allow_unsigned) return {};
    return {StatusCode::kPermissionDenied,
            "it is not signed; sign it, or allow unsigned bundles in the configuration"};
  }
  const auto key = options_.trusted_keys.find(pointer.key_id);
  if (key == options_.trusted_keys.end()) {
    return {StatusCode::kPermissionDenied,
            "it is signed with the key " + Quoted(pointer.key_id) +
                ", which is not trusted; add its public key to the configuration"};
  }
  const std::string bytes = BundleSigningBytes(pointer);
  if (crypto_sign_verify_detached(pointer.signature.data(),
                                  reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size(), key->second.data()) == 0) {
    return {};
  }
  return {StatusCode::kPermissionDenied,
          "its signature is not that of the key " + pointer.key_id + "; do not use it"};
}

Status BundleShelf::Follow() {
  const std::string id = IdOf(awaited_->name, awaited_->digest);
  const auto found = parts_.find(id);
  if (found == parts_.end() || found->second.contents.size() < found->second.chunk_count) return {};
  const ActiveBundle pointer = *awaited_;
  // Good or not, it is dealt with: the same parts would not become better.
  awaited_.reset();
  std::string bytes;
  for (const auto& [index, content] : found->second.contents) bytes += content;
  const bool adds_up = static_cast<std::int64_t>(bytes.size()) == found->second.total_bytes &&
                       Sha256(bytes) == pointer.digest;
  if (!adds_up) {
    parts_.erase(found);
    return DataLoss("the parts of the bundle " + id +
                    " do not add up to its digest; publish it anew");
  }
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ParseCanonicalBytes(bytes));
  Diagnostics diagnostics;
  std::shared_ptr<const Bundle> bundle = Bundle::Compile(files, zones_, diagnostics);
  if (bundle == nullptr) return diagnostics.ToStatus().WithContext("the bundle " + id);
  active_ = std::move(bundle);
  revision_ = pointer.revision;
  return {};
}

void BundleShelf::ForgetOldest() {
  std::size_t bytes = 0;
  for (const auto& [id, parts] : parts_) bytes += parts.bytes();
  while (bytes > options_.bytes_max && parts_.size() > 1) {
    const auto oldest = std::ranges::min_element(
        parts_, {}, [](const auto& entry) { return entry.second.arrived; });
    bytes -= oldest->second.bytes();
    parts_.erase(oldest);
  }
}

}  // namespace evenkeel
