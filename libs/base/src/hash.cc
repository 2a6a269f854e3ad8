#include "evenkeel/base/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Sha256Digest Sha256(std::string_view bytes) {
  Sha256Stream stream;
  stream.Update(bytes);
  return stream.Finish();
}

// OpenSSL's, not libsodium's: it uses the processor's instructions for it (ADR 16).
Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  // Looking it up takes longer than a hash does.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVENKEEL_CHECK(EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) == 1);
}

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Sha256Stream::Update(std::string_view bytes) {
  EVENKEEL_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

void Sha256Stream::UpdateField(std::string_view bytes) {
  std::array<char, 8> length;
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] =
        static_cast<char>((static_cast<std::uint64_t>(bytes.size()) >> (56 - 8 * i)) & 0xFF);
  }
  Update({length.data(), length.size()});
  Update(bytes);
}

Sha256Digest Sha256Stream::Finish() {
  Sha256Digest digest;
  EVENKEEL_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::uint64_t SipHash64(const std::array<std::uint8_t, 16>& key, std::string_view bytes) {
  static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8);
  std::array<std::uint8_t, 8> out;
  crypto_shorthash(out.data(), Bytes(bytes), bytes.size(), key.data());
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < out.size(); ++i) value |= std::uint64_t{out[i]} << (8 * i);
  return value;
}

// MurmurHash2 by Austin Appleby (public domain), with the seed and tail order of Kafka's Java
// client, org.apache.kafka.common.utils.Utils.
std::int32_t Murmur2(std::string_view bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto* data = Bytes(bytes);
  const std::size_t length = bytes.size();
  std::uint32_t h = kSeed ^ static_cast<std::uint32_t>(length);
  const std::size_t whole = length / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t k = std::uint32_t{data[i]} | std::uint32_t{data[i + 1]} << 8 |
                      std::uint32_t{data[i + 2]} << 16 | std::uint32_t{data[i + 3]} << 24;
    k *= kMultiplier;
    k ^= k >> 24;
    k *= kMultiplier;
    h *= kMultiplier;
    h ^= k;
  }
  const std::size_t rest = length - whole;
  if (rest >= 3) h ^= std::uint32_t{data[whole + 2]} << 16;
  if (rest >= 2) h ^= std::uint32_t{data[whole + 1]} << 8;
  if (rest >= 1) {
    h ^= data[whole];
    h *= kMultiplier;
  }
  h ^= h >> 13;
  h *= kMultiplier;
  h ^= h >> 15;
  return static_cast<std::int32_t>(h);
}

std::int32_t PartitionOf(std::string_view key, std::int32_t partition_count) {
  EVENKEEL_CHECK(partition_count > 0);
  return (Murmur2(key) & 0x7fffffff) % partition_count;
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::string ToHex(const Sha256Digest& digest) { return ToHex(AsBytes(digest)); }

}  // namespace evenkeel
