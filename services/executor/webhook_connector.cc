#include "executor/webhook_connector.h"

#include <algorithm>
#include <utility>

#include "executor/target_address.h"
#include <curl/curl.h>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(char* text) const { curl_free(text); }
};
using Handle = std::unique_ptr<CURL, CurlFree>;
using Url = std::unique_ptr<CURLU, CurlFree>;

/// Once in the life of the process, before its threads call.
void InitCurl() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  EVENKEEL_CHECK(kDone == CURLE_OK);
}

/// A part of `url`, or "" if it has none.
std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, CurlFree> owned(text);
  return text;
}

/// The answer of a call, as far as it came.
struct Exchange {
  const WebhookConnector::Options& options;
  std::size_t received = 0;
  std::string refused_address;  ///< The last one that was not connected to.
};

// The status is all that counts; the body is of no use and must not be endless.
std::size_t OnBody(char* /*bytes*/, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.received += size * count;
  return exchange.received <= exchange.options.answer_bytes_max ? size * count : 0;
}

curl_socket_t OpenSocket(void* context, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (!exchange.options.is_private_allowed && !IsPublicAddress(address->addr)) {
    exchange.refused_address = AddressText(address->addr);
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

template <typename T>
T InfoOf(CURL* handle, CURLINFO info) {
  T value{};
  curl_easy_getinfo(handle, info, &value);
  return value;
}

/// The target says that it did nothing and may do it later.
bool WorthAnotherTry(long status) { return status == 425 || status == 429; }

/// The answer of a server, or of something before it, that failed on the way: the effect may have
/// happened.
bool IsUnsure(long status) { return status == 408 || status >= 500; }

/// "https://host:port" of where a redirect leads; its path may hold anything.
std::string OriginOf(const char* location) {
  const Url url(curl_url());
  if (location == nullptr || curl_url_set(url.get(), CURLUPART_URL, location, 0) != CURLUE_OK) {
    return "another place";
  }
  const std::string port = PartOf(url.get(), CURLUPART_PORT);
  return PartOf(url.get(), CURLUPART_SCHEME) + "://" + PartOf(url.get(), CURLUPART_HOST) +
         (port.empty() ? "" : ":" + port);
}

CallResult FromAnswer(CURL* handle, long status) {
  CallResult result;
  result.status = static_cast<std::uint32_t>(status);
  result.detail = "HTTP " + std::to_string(status);
  if (status >= 200 && status < 300) {
    result.outcome = CallOutcome::kDone;
  } else if (WorthAnotherTry(status) || IsUnsure(status)) {
    result.outcome = IsUnsure(status) ? CallOutcome::kAmbiguous : CallOutcome::kRetry;
    constexpr curl_off_t kLongest{24 * 3600};
    const auto wait = InfoOf<curl_off_t>(handle, CURLINFO_RETRY_AFTER);
    if (wait > 0) result.retry_after = std::chrono::seconds(std::min(wait, kLongest));
  } else {
    result.outcome = CallOutcome::kFailed;
    if (status >= 300 && status < 400) {
      result.detail += " to " + OriginOf(InfoOf<const char*>(handle, CURLINFO_REDIRECT_URL)) +
                       ": redirects are not followed; set webhook.url to where the target is";
    }
  }
  return result;
}

CallResult FromError(CURL* handle, CURLcode error, const Exchange& exchange) {
  if (!exchange.refused_address.empty() && error == CURLE_COULDNT_CONNECT) {
    return {CallOutcome::kFailed, 0,
            exchange.refused_address +
                " is not a public address; to call it all the same, set "
                "webhook.is_private_allowed: true",
            std::nullopt};
  }
  // Only a request that never began proves that the target saw nothing.
  const bool never_sent = InfoOf<curl_off_t>(handle, CURLINFO_PRETRANSFER_TIME_T) == 0;
  return {never_sent ? CallOutcome::kRetry : CallOutcome::kAmbiguous, 0, curl_easy_strerror(error),
          std::nullopt};
}

std::unique_ptr<curl_slist, CurlFree> Headers(
    std::initializer_list<std::pair<const char*, std::string>> fields) {
  std::unique_ptr<curl_slist, CurlFree> list;
  for (const auto& [name, value] : fields) {
    curl_slist* longer = curl_slist_append(list.get(), (name + (":" + value)).c_str());
    EVENKEEL_CHECK(longer != nullptr);
    static_cast<void>(list.release());  // NOLINT(bugprone-unused-return-value)
    list.reset(longer);
  }
  return list;
}

}  // namespace

Result<std::unique_ptr<WebhookConnector>> WebhookConnector::Create(Options options,
                                                                   WebhookSecret secret,
                                                                   WallClock clock) {
  InitCurl();
  const Url url(curl_url());
  const bool is_url = curl_url_set(url.get(), CURLUPART_URL, options.url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = PartOf(url.get(), CURLUPART_SCHEME);
  if (!is_url || (scheme != "http" && scheme != "https")) {
    return InvalidArgument("webhook url \"" + options.url +
                           "\": expected http://host[:port]/path or https://host[:port]/path");
  }
  const std::string host = PartOf(url.get(), CURLUPART_HOST);
  if (host.empty() || !PartOf(url.get(), CURLUPART_USER).empty()) {
    return InvalidArgument("webhook url \"" + options.url +
                           "\": expected a host and no credentials in it");
  }
  if (!options.is_private_allowed && IsPrivateLiteral(host)) {
    return InvalidArgument("webhook url \"" + options.url +
                           "\": not a public address; to call it all the same, set "
                           "webhook.is_private_allowed: true");
  }
  return std::unique_ptr<WebhookConnector>(
      new WebhookConnector(std::move(options), std::move(secret), std::move(clock)));
}

WebhookConnector::WebhookConnector(Options options, WebhookSecret secret, WallClock clock)
    : options_(std::move(options)), secret_(std::move(secret)), clock_(std::move(clock)) {}

CallResult WebhookConnector::Execute(const ActionCall& call) {
  const Handle handle(curl_easy_init());
  if (handle == nullptr) return {CallOutcome::kRetry, 0, "out of memory", std::nullopt};
  const std::int64_t now = clock_();
  const auto headers =
      Headers({{"Content-Type", " application/json"},
               {"webhook-id", " " + call.action_id},
               {"webhook-timestamp", " " + std::to_string(now)},
               {"webhook-signature", " " + secret_.Sign(call.action_id, now, call.body)},
               {"idempotency-key", " " + call.action_id},
               {"Expect", ""}});  // No waiting for "100 Continue".
  Exchange exchange{.options = options_, .received = 0, .refused_address = {}};
  const auto set = [&](CURLoption option, auto value) {
    EVENKEEL_CHECK(curl_easy_setopt(handle.get(), option, value) == CURLE_OK);
  };
  set(CURLOPT_URL, options_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");  // A proxy of the environment would hide the address.
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  set(CURLOPT_POSTFIELDS, call.body.c_str());
  set(CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, OnBody);
  set(CURLOPT_WRITEDATA, &exchange);
  const CURLcode error = curl_easy_perform(handle.get());
  // What came after the status, or did not, changes nothing.
  const long status = InfoOf<long>(handle.get(), CURLINFO_RESPONSE_CODE);
  if (status >= 200) return FromAnswer(handle.get(), status);
  return FromError(handle.get(), error, exchange);
}

}  // namespace evenkeel
