#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// Signs deliveries as the Standard Webhooks specification says (symmetric, version v1).
class WebhookSecret {
 public:
  /// `text` is "whsec_" and base64 of 24 to 64 bytes. The message of an error never holds it.
  static Result<WebhookSecret> Parse(std::string_view text);

  /// The same from the first line of a file.
  static Result<WebhookSecret> Load(const std::string& file);

  /// The value of `webhook-signature`: "v1," and base64 of HMAC-SHA256 over "id.timestamp.body".
  std::string Sign(std::string_view id, std::int64_t timestamp_s, std::string_view body) const;

 private:
  explicit WebhookSecret(std::string key) : key_(std::move(key)) {}

  std::string key_;
};

}  // namespace evenkeel
