#include "executor/standard_webhooks.h"

#include <array>
#include <fstream>

#include <sodium.h>

namespace evenkeel {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kExpected =
    "expected \"whsec_\" and 24 to 64 bytes in base64, such as: "
    "echo whsec_$(head -c 32 /dev/urandom | base64 -w0)";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<WebhookSecret> WebhookSecret::Parse(std::string_view text) {
  const auto wrong = [] { return InvalidArgument("webhook secret: " + std::string(kExpected)); };
  if (text.rfind(kPrefix, 0) != 0) return wrong();
  text.remove_prefix(kPrefix.size());
  std::string key(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), text.data(),
                        text.size(), nullptr, &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size() || length < 24 || length > 64) {
    return wrong();
  }
  key.resize(length);
  return WebhookSecret(std::move(key));
}

Result<WebhookSecret> WebhookSecret::Load(const std::string& file) {
  std::ifstream in(file);
  if (!in) return NotFound("webhook secret file " + file + " cannot be read");
  std::string line;
  std::getline(in, line);
  Result<WebhookSecret> secret = Parse(line);
  if (!secret.ok()) return secret.status().WithContext(file);
  return secret;
}

std::string WebhookSecret::Sign(std::string_view id, std::int64_t timestamp_s,
                                std::string_view body) const {
  const std::string signed_text =
      std::string(id) + "." + std::to_string(timestamp_s) + "." + std::string(body);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key_), key_.size());
  crypto_auth_hmacsha256_update(&state, Bytes(signed_text), signed_text.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES,
                                             sodium_base64_VARIANT_ORIGINAL)>
      text;
  sodium_bin2base64(text.data(), text.size(), mac.data(), mac.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  return std::string("v1,") + text.data();
}

}  // namespace evenkeel
