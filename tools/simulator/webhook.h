#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simulator {

/// HMAC-SHA256 (RFC 2104), 32 bytes; and base64 (RFC 4648).
std::string HmacSha256(std::string_view key, std::string_view message);
std::string Base64(std::string_view bytes);
/// False where the text is none, padding included.
bool FromBase64(std::string_view text, std::string* bytes);

/// SHA-256 of a text, in hexadecimal.
std::string Digest(std::string_view text);

/// Reads a file of secrets, `whsec_<base64 of 24 to 64 bytes>` a line. Returns what is wrong, else
/// an empty string.
std::string ReadSecrets(const std::string& path, std::vector<std::string>* secrets);

/// The headers of a call, as Standard Webhooks has them.
struct CallHeaders {
  std::string id;
  std::string timestamp;
  std::string signature;
};

/// Why a call is to be refused, or an empty string: it carries a signature `v1,...` of one of the
/// secrets over "id.timestamp.body". Its time is not compared with ours, which is simulated.
std::string Refusal(const std::vector<std::string>& secrets, const CallHeaders& headers,
                    std::string_view body);

}  // namespace simulator
