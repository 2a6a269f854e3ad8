#include "evenkeel/runtime/http_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

TEST(HttpListenerTest, AnswersWhatItsHandlersSay) {
  auto listener = HttpListener::Create({}).value();
  listener->Handle("POST", "/echo", [](const HttpRequest& request) {
    return HttpResponse{.status = 202, .body = request.query + ":" + request.body};
  });
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Post("/echo?a=b", "body", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "a=b:body");
  const auto missing = client.Get("/nothing");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
}

TEST(HttpListenerTest, RefusesABodyOverItsLimit) {
  auto listener = HttpListener::Create({.max_body_bytes = 8}).value();
  listener->Handle("POST", "/echo", [](const HttpRequest&) { return HttpResponse{}; });
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Post("/echo", "123456789", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST(HttpListenerTest, RefusesToListenBeyondLoopback) {
  const auto listener = HttpListener::Create({.address = "0.0.0.0"});
  EXPECT_EQ(listener.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(listener.status().message(), HasSubstr("0.0.0.0"));
}

TEST(HttpListenerTest, SaysThatAPortIsTaken) {
  const auto first = HttpListener::Create({}).value();
  const auto second = HttpListener::Create({.port = first->port()});
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(std::to_string(first->port())));
}

TEST(HttpListenerTest, HandlesDoubleStopsAndStopsBeforeStart) {
  auto listener = HttpListener::Create({}).value();
  listener->Stop();
  listener->Start();
  listener->Stop();
  listener->Stop();
}

}  // namespace
}  // namespace evenkeel
