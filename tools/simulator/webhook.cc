#include "webhook.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "sha256.h"

namespace simulator {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kBlock = 64;

std::string Raw(std::string_view text) {
  const std::string hex = Digest(text);
  std::string raw;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    raw += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return raw;
}

/// In time that does not depend on where the two differ.
bool IsSame(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

std::string Digest(std::string_view text) {
  Sha256 digest;
  digest.Update(text);
  return digest.Hex();
}

std::string HmacSha256(std::string_view key, std::string_view message) {
  std::string inner = key.size() > kBlock ? Raw(key) : std::string(key);
  inner.resize(kBlock, '\0');
  std::string outer = inner;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return Raw(outer + Raw(inner + std::string(message)));
}

std::string Base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[word >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return text;
}

bool FromBase64(std::string_view text, std::string* bytes) {
  bytes->clear();
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::string_view four = text.substr(i, 4);
    std::uint32_t word = 0;
    for (const char c : four) {
      const std::size_t at = kAlphabet.find(c);
      word = word << 6 | (at == std::string_view::npos ? 0U : static_cast<std::uint32_t>(at));
    }
    for (int shift = 16; shift >= 0; shift -= 8) *bytes += static_cast<char>(word >> shift & 255U);
  }
  const std::size_t end = text.find('=');
  if (end != std::string_view::npos && text.size() - end <= 2) {
    bytes->resize(bytes->size() - (text.size() - end));
  }
  return Base64(*bytes) == text;
}

std::string ReadSecrets(const std::string& path, std::vector<std::string>* secrets) {
  constexpr std::string_view kPrefix = "whsec_";
  std::ifstream in(path);
  if (!in) return "--secret-file " + path + " cannot be read";
  std::string line;
  while (in >> line) {
    std::string secret;
    const bool is_named = line.rfind(kPrefix, 0) == 0;
    if (!is_named || !FromBase64(std::string_view(line).substr(kPrefix.size()), &secret) ||
        secret.size() < 24 || secret.size() > 64) {
      return path + ": a line is not whsec_ and 24 to 64 bytes in base64; make one with: " +
             "echo whsec_$(head -c 32 /dev/urandom | base64 -w0)";
    }
    secrets->push_back(secret);
  }
  return secrets->empty() ? path + ": there is no secret in it" : "";
}

std::string Refusal(const std::vector<std::string>& secrets, const CallHeaders& headers,
                    std::string_view body) {
  if (headers.id.empty() || headers.timestamp.empty() || headers.signature.empty()) {
    return "missing_header";
  }
  const std::string text = headers.id + "." + headers.timestamp + "." + std::string(body);
  std::string_view left = headers.signature;
  while (!left.empty()) {
    const std::string_view one = left.substr(0, left.find(' '));
    for (const std::string& secret : secrets) {
      if (IsSame(one, "v1," + Base64(HmacSha256(secret, text)))) return "";
    }
    left.remove_prefix(std::min(left.size(), one.size() + 1));
  }
  return "bad_signature";
}

}  // namespace simulator
