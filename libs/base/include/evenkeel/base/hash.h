#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace evenkeel {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 of `bytes`.
Sha256Digest Sha256(std::string_view bytes);

/// SHA-256 of a sequence of parts, for content that is not in one piece.
class Sha256Stream {
 public:
  Sha256Stream();
  void Update(std::string_view bytes);

  /// Updates with the length of `bytes` (8 bytes, big-endian) and then `bytes`: two sequences of
  /// fields never hash alike because their borders moved.
  void UpdateField(std::string_view bytes);

  /// Call once.
  Sha256Digest Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;  // OpenSSL's.
};

/// A 64-bit keyed hash (SipHash-2-4) of `bytes`: hard to collide for who does not know the key.
std::uint64_t SipHash64(const std::array<std::uint8_t, 16>& key, std::string_view bytes);

/// The 32-bit murmur2 of Kafka's Java client.
std::int32_t Murmur2(std::string_view bytes);

/// The partition that Kafka's Java client gives a keyed record: `(murmur2 & 0x7fffffff) % count`.
///
/// REQUIRES: `partition_count` > 0.
std::int32_t PartitionOf(std::string_view key, std::int32_t partition_count);

/// Lower-case hexadecimal digits of `bytes`.
std::string ToHex(std::string_view bytes);
std::string ToHex(const Sha256Digest& digest);

/// `digest` as bytes.
inline std::string_view AsBytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace evenkeel
