#include "executor/webhook_connector.h"

#include <charconv>

#include <httplib.h>

namespace evenkeel {
namespace {

/// The target says that it did nothing and may do it later.
bool WorthAnotherTry(int status) { return status == 425 || status == 429; }

/// The answer of a server, or of something before it, that failed on the way: the effect may have
/// happened.
bool IsUnsure(int status) { return status == 408 || status >= 500; }

std::optional<std::chrono::milliseconds> RetryAfter(const httplib::Headers& headers) {
  const auto header = headers.find("Retry-After");
  if (header == headers.end()) return std::nullopt;
  const std::string& text = header->second;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // The form with a date is rare and our own back-off serves.
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  constexpr std::int64_t kLongest = 24 * 3600;
  return std::chrono::seconds(std::min(seconds, kLongest));
}

CallResult FromAnswer(int status, const httplib::Headers& headers) {
  CallResult result;
  result.status = static_cast<std::uint32_t>(status);
  result.detail = "HTTP " + std::to_string(status);
  if (status >= 200 && status < 300) {
    result.outcome = CallOutcome::kDone;
  } else if (WorthAnotherTry(status) || IsUnsure(status)) {
    result.outcome = IsUnsure(status) ? CallOutcome::kAmbiguous : CallOutcome::kRetry;
    result.retry_after = RetryAfter(headers);
  } else {
    result.outcome = CallOutcome::kFailed;
  }
  return result;
}

CallResult FromError(httplib::Error error) {
  // Only a connection that was never made proves that the target saw nothing.
  const bool never_sent =
      error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout ||
      error == httplib::Error::BindIPAddress || error == httplib::Error::SSLConnection ||
      error == httplib::Error::SSLServerVerification;
  return {never_sent ? CallOutcome::kRetry : CallOutcome::kAmbiguous, 0, httplib::to_string(error),
          std::nullopt};
}

}  // namespace

Result<std::unique_ptr<WebhookConnector>> WebhookConnector::Create(Options options,
                                                                   WebhookSecret secret,
                                                                   WallClock clock) {
  const std::size_t scheme = options.url.find("://");
  const std::string name = options.url.substr(0, scheme);
  if (scheme == std::string::npos || (name != "http" && name != "https")) {
    return InvalidArgument("webhook url \"" + options.url +
                           "\": expected http://host[:port]/path or https://host[:port]/path");
  }
  const std::size_t slash = options.url.find('/', scheme + 3);
  std::string origin = options.url.substr(0, slash);
  std::string path = slash == std::string::npos ? "/" : options.url.substr(slash);
  if (origin.size() == scheme + 3 || origin.find('@') != std::string::npos) {
    return InvalidArgument("webhook url \"" + options.url +
                           "\": expected a host and no credentials in it");
  }
  return std::unique_ptr<WebhookConnector>(new WebhookConnector(
      std::move(options), std::move(secret), std::move(clock), std::move(origin), std::move(path)));
}

WebhookConnector::WebhookConnector(Options options, WebhookSecret secret, WallClock clock,
                                   std::string origin, std::string path)
    : options_(std::move(options)),
      secret_(std::move(secret)),
      clock_(std::move(clock)),
      origin_(std::move(origin)),
      path_(std::move(path)) {}

CallResult WebhookConnector::Execute(const ActionCall& call) {
  httplib::Client client(origin_);
  client.set_connection_timeout(options_.timeout);
  client.set_read_timeout(options_.timeout);
  client.set_write_timeout(options_.timeout);
  client.set_follow_location(false);
  const std::int64_t now = clock_();
  const httplib::Headers headers = {
      {"webhook-id", call.action_id},
      {"webhook-timestamp", std::to_string(now)},
      {"webhook-signature", secret_.Sign(call.action_id, now, call.body)},
      {"idempotency-key", call.action_id},
  };
  httplib::Request request;
  request.method = "POST";
  request.path = path_;
  request.headers = headers;
  request.body = call.body;
  request.set_header("Content-Type", "application/json");
  // The status is all that counts; the body is of no use and must not be endless.
  CallResult answered;
  request.response_handler = [&answered](const httplib::Response& response) {
    answered = FromAnswer(response.status, response.headers);
    return true;
  };
  std::size_t received = 0;
  request.content_receiver = [&](const char*, std::size_t length, std::uint64_t, std::uint64_t) {
    received += length;
    return received <= options_.answer_bytes_max;
  };
  const httplib::Result answer = client.send(request);
  if (answer) return FromAnswer(answer->status, answer->headers);
  return answered.status != 0 ? answered : FromError(answer.error());
}

}  // namespace evenkeel
