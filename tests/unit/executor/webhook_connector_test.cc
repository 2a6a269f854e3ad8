#include "executor/webhook_connector.h"

#include <semaphore>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A target whose answer each test chooses.
class WebhookConnectorTest : public ::testing::Test {
 protected:
  WebhookConnectorTest() {
    server_.Post("/hook", [this](const httplib::Request& request, httplib::Response& response) {
      seen_ = request;
      answer_(response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~WebhookConnectorTest() override { server_.stop(); }

  CallResult Call(std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    auto connector =
        WebhookConnector::Create({.url = "http://127.0.0.1:" + std::to_string(port_) + "/hook",
                                  .timeout = timeout,
                                  .is_private_allowed = true},
                                 WebhookSecret::Parse(kSecret).value(), [] { return 1614265330; });
    return connector.value()->Execute({.action_id = "a1", .type = "t", .body = R"({"x":1})"});
  }
  CallResult CallWithStatus(int status) {
    answer_ = [status](httplib::Response& response) { response.status = status; };
    return Call();
  }

  std::binary_semaphore release_{0};  // Handlers may still be in it when a test has ended.
  httplib::Server server_;
  httplib::Request seen_;
  std::function<void(httplib::Response&)> answer_ = [](httplib::Response&) {};
  int port_ = 0;
  std::jthread thread_;
};

TEST_F(WebhookConnectorTest, SendsASignedRequestUnderTheActionId) {
  EXPECT_EQ(CallWithStatus(200).outcome, CallOutcome::kDone);
  EXPECT_EQ(seen_.get_header_value("webhook-id"), "a1");
  EXPECT_EQ(seen_.get_header_value("idempotency-key"), "a1");
  EXPECT_EQ(seen_.get_header_value("webhook-timestamp"), "1614265330");
  EXPECT_EQ(seen_.get_header_value("webhook-signature"),
            WebhookSecret::Parse(kSecret)->Sign("a1", 1614265330, R"({"x":1})"));
  EXPECT_EQ(seen_.get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(seen_.body, R"({"x":1})");
}

TEST_F(WebhookConnectorTest, TellsPassingTroubleFromFinalRefusal) {
  for (const int status : {425, 429}) {
    EXPECT_EQ(CallWithStatus(status).outcome, CallOutcome::kRetry) << status;
  }
  for (const int status : {408, 500, 502, 503, 504}) {
    EXPECT_EQ(CallWithStatus(status).outcome, CallOutcome::kAmbiguous) << status;
  }
  for (const int status : {301, 302, 307, 400, 401, 404, 409, 410, 422}) {
    EXPECT_EQ(CallWithStatus(status).outcome, CallOutcome::kFailed) << status;
  }
}

TEST_F(WebhookConnectorTest, HonoursRetryAfter) {
  answer_ = [](httplib::Response& response) {
    response.status = 429;
    response.set_header("Retry-After", "7");
  };
  EXPECT_EQ(Call().retry_after, std::chrono::seconds(7));
}

TEST_F(WebhookConnectorTest, IsUnsureWhenNoAnswerComes) {
  answer_ = [this](httplib::Response&) { release_.acquire(); };
  const CallResult result = Call(std::chrono::seconds(1));
  release_.release();
  EXPECT_EQ(result.outcome, CallOutcome::kAmbiguous);
}

TEST_F(WebhookConnectorTest, TriesAgainWhenNobodyListens) {
  const int free_port = [] {
    httplib::Server server;
    const int port = server.bind_to_any_port("127.0.0.1");
    std::jthread thread([&server] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
    server.stop();
    return port;
  }();
  auto connector = WebhookConnector::Create(
      {.url = "http://127.0.0.1:" + std::to_string(free_port) + "/", .is_private_allowed = true},
      WebhookSecret::Parse(kSecret).value(), [] { return 1; });
  EXPECT_EQ(connector.value()->Execute({.action_id = "a", .body = "{}"}).outcome,
            CallOutcome::kRetry);
}

TEST_F(WebhookConnectorTest, StopsReadingAnEndlessAnswer) {
  answer_ = [](httplib::Response& response) {
    response.set_content(std::string(1 << 20, 'x'), "text/plain");
  };
  EXPECT_EQ(Call().outcome, CallOutcome::kDone);
}

TEST_F(WebhookConnectorTest, NamesWhereARedirectLeadsAndDoesNotFollowIt) {
  answer_ = [this](httplib::Response& response) {
    response.set_redirect("http://127.0.0.1:" + std::to_string(port_) + "/other?token=secret");
  };
  int followed = 0;
  server_.Get("/other", [&](const httplib::Request&, httplib::Response&) { ++followed; });
  const CallResult result = Call();
  EXPECT_EQ(result.outcome, CallOutcome::kFailed);
  EXPECT_THAT(result.detail, HasSubstr("HTTP 302 to http://127.0.0.1:" + std::to_string(port_)));
  EXPECT_THAT(result.detail, HasSubstr("redirects are not followed; set webhook.url"));
  EXPECT_THAT(result.detail, Not(HasSubstr("secret")));
  EXPECT_EQ(followed, 0);
}

// The name is public; what it resolves to is not.
TEST_F(WebhookConnectorTest, DoesNotConnectToAnAddressThatIsNotPublic) {
  int called = 0;
  answer_ = [&](httplib::Response&) { ++called; };
  const std::string url = "http://localhost:" + std::to_string(port_) + "/hook";
  const auto call = [&](bool is_allowed) {
    auto connector =
        WebhookConnector::Create({.url = url, .is_private_allowed = is_allowed},
                                 WebhookSecret::Parse(kSecret).value(), [] { return 1; });
    return connector.value()->Execute({.action_id = "a", .body = "{}"});
  };
  const CallResult refused = call(false);
  EXPECT_EQ(refused.outcome, CallOutcome::kFailed);
  EXPECT_THAT(refused.detail, HasSubstr("is not a public address"));
  EXPECT_THAT(refused.detail, HasSubstr("webhook.is_private_allowed: true"));
  EXPECT_EQ(called, 0);
  EXPECT_EQ(call(true).outcome, CallOutcome::kDone);
  EXPECT_EQ(called, 1);
}

TEST(WebhookUrlTest, RefusesAnAddressThatIsNotPublicAtOnce) {
  for (const char* url : {"http://127.0.0.1/", "https://10.1.2.3:8443/x", "http://[::1]/",
                          "http://169.254.169.254/latest", "http://2130706433/"}) {
    const Status status =
        WebhookConnector::Create({.url = url}, WebhookSecret::Parse(kSecret).value(), [] {
          return 1;
        }).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << url;
    EXPECT_THAT(status.message(), HasSubstr("is_private_allowed: true")) << url;
  }
}

TEST(WebhookUrlTest, RefusesWhatIsNoTarget) {
  for (const char* url : {"", "127.0.0.1:80", "ftp://x/", "http://", "http://user:pw@host/"}) {
    EXPECT_EQ(WebhookConnector::Create({.url = url}, WebhookSecret::Parse(kSecret).value(),
                                       [] { return 1; })
                  .status()
                  .code(),
              StatusCode::kInvalidArgument)
        << url;
  }
}

}  // namespace
}  // namespace evenkeel
