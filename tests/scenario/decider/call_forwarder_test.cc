// What the owner of a task says about a question that was passed on reaches the caller unchanged.

#include "decider/call_forwarder.h"

#include <future>

#include <gtest/gtest.h>

#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/rpc_server.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/score_service.pb.h"

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kGetScore[] = "evenkeel.v1.ScoreService/GetScore";

/// A decider elsewhere that answers every question alike.
class Owner {
 public:
  Owner() {
    registry_.Unary<v1::GetScoreRequest, v1::GetScoreResponse>(
        kGetScore, RpcAccess::kAnyone,
        [this](const RpcContext& context, const v1::GetScoreRequest&,
               const RpcReply<v1::GetScoreResponse>& reply) {
          forwarded_ = std::string(context.Header(kForwardedHeader));
          if (says) return reply(*says);
          held_.push_back(reply);
        });
    EVENKEEL_CHECK(server_.ServeGrpc({}).ok());
    address = "127.0.0.1:" + std::to_string(server_.grpc_port());
  }
  ~Owner() { server_.Stop(std::chrono::steady_clock::now()); }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  RpcError Ask(milliseconds time = seconds(60)) {
    CallForwarder forwarder;
    std::promise<RpcError> told;
    forwarder.Call({.address = address, .addressee = "d2"}, kGetScore, v1::GetScoreRequest(),
                   std::make_unique<v1::GetScoreResponse>(),
                   std::chrono::steady_clock::now() + time, [&told](auto answer) {
                     auto* error = std::get_if<RpcError>(&answer);
                     told.set_value(error == nullptr ? RpcError{.code = StatusCode::kOk} : *error);
                   });
    return told.get_future().get();
  }

  std::optional<RpcError> says;  ///< Nothing: it does not answer.
  std::string address;
  const std::string& forwarded() const { return forwarded_; }

 private:
  Metrics metrics_{"test"};
  People people_;
  RpcRegistry registry_;
  std::string forwarded_;
  std::vector<RpcReply<v1::GetScoreResponse>> held_;
  RpcServer server_{registry_, people_, metrics_, {}};
};

std::string Show(const RpcError& error) {
  std::string text =
      std::string(StatusCodeName(error.code)) + " " + error.reason + ": " + error.message;
  for (const auto& [name, value] : error.metadata) text += " " + name + "=" + value;
  for (const FieldViolation& bad : error.violations)
    text += " " + bad.field + ":" + bad.description;
  if (error.retry_delay) text += " in " + std::to_string(error.retry_delay->count()) + " ms";
  return text;
}

TEST(CallForwarderTest, WhatTheOwnerSaysComesThroughWhole) {
  RpcError bad_field = RpcError::BadField("rule", "is none; there are: regular_review");
  bad_field.violations.push_back({"customer_id", "is empty"});
  bad_field.reason = "INVALID_ARGUMENT";
  const RpcError errors[] = {
      bad_field,
      {.code = StatusCode::kNotFound, .message = "check the id", .reason = "CUSTOMER_UNKNOWN"},
      // Not the address that was asked.
      {.code = StatusCode::kUnavailable,
       .message = "ask its owner",
       .reason = "NOT_OWNER",
       .metadata = {{"owner", "127.0.0.1:1"}},
       .retry_delay = milliseconds(1500)},
      {.code = StatusCode::kUnavailable,
       .message = "is being restored",
       .reason = "TASK_NOT_READY",
       .retry_delay = milliseconds(250)},
      {.code = StatusCode::kDataLoss, .message = "is damaged", .reason = "DATA_LOSS"},
  };
  Owner owner;
  for (const RpcError& error : errors) {
    owner.says = error;
    EXPECT_EQ(Show(owner.Ask()), Show(error));
    EXPECT_EQ(owner.forwarded(), "d2");
  }
}

TEST(CallForwarderTest, WhoDoesNotAnswerIsNamed) {
  Owner owner;
  const auto expect_silence = [&owner](const RpcError& error) {
    EXPECT_EQ(error.code, StatusCode::kUnavailable);
    EXPECT_EQ(error.reason, "OWNER_UNAVAILABLE");
    EXPECT_EQ(error.metadata, (std::map<std::string, std::string>{{"owner", owner.address}}));
    EXPECT_TRUE(error.retry_delay);
  };
  expect_silence(owner.Ask(milliseconds(200)));  // Holds the question.
  owner.says = RpcError{.code = StatusCode::kDeadlineExceeded, .message = "the deadline was over"};
  expect_silence(owner.Ask());
  owner.address = "127.0.0.1:1";  // Nobody.
  expect_silence(owner.Ask());
}

}  // namespace
}  // namespace evenkeel::testing
