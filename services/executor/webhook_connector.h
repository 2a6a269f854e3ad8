#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "executor/connector.h"
#include "executor/standard_webhooks.h"

#include "evenkeel/base/result.h"

namespace evenkeel {

/// Posts actions to one URL, signed as Standard Webhooks says, with the action id as `webhook-id`
/// and `idempotency-key`.
///
/// 2xx is done. 425 and 429 are tried again. 408, 5xx and no answer after the request was sent are
/// ambiguous: the effect may have happened. Other answers are final; a redirect, which is never
/// followed, is one of them. Retry-After is honoured.
///
/// Addresses that are not public are refused unless allowed: the one that is connected to is looked
/// at, whatever the name resolved to before.
class WebhookConnector final : public Connector {
 public:
  struct Options {
    std::string url;  ///< http://host[:port]/path; https where OpenSSL knows the certificate.
    std::chrono::milliseconds timeout{15000};  ///< Of a call, from its name lookup to its answer.
    bool idempotent = true;                    ///< Whether the target promises to honour the key.
    bool is_private_allowed = false;           ///< Loopback, link-local and private addresses.
    std::size_t answer_bytes_max = 64U << 10;
  };
  using WallClock = std::function<std::int64_t()>;  ///< Seconds since 1970, for the signature.

  /// Errors: kInvalidArgument (url), naming it and the remedy.
  static Result<std::unique_ptr<WebhookConnector>> Create(Options options, WebhookSecret secret,
                                                          WallClock clock);

  CallResult Execute(const ActionCall& call) override;
  bool idempotent() const override { return options_.idempotent; }

 private:
  WebhookConnector(Options options, WebhookSecret secret, WallClock clock);

  Options options_;
  WebhookSecret secret_;
  WallClock clock_;
};

}  // namespace evenkeel
