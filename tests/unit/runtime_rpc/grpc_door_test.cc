#include <future>
#include <latch>

#include "rpc_rig.h"
#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/v1/approval_service.grpc.pb.h"
#include "evenkeel/v1/control_service.grpc.pb.h"
#include "evenkeel/v1/decision_service.grpc.pb.h"

namespace evenkeel {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;

/// A deadline that is only there so that a broken server does not hang the test.
constexpr std::chrono::seconds kLong{30};

struct Outcome {
  grpc::Status status;
  v1::GetScoreResponse response;
};

Outcome Get(RpcRig& rig, const std::string& customer, std::optional<milliseconds> timeout = kLong,
            std::string_view token = {}) {
  grpc::ClientContext context;
  if (timeout) context.set_deadline(system_clock::now() + *timeout);
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + std::string(token));
  context.AddMetadata("x-request", "7");
  v1::GetScoreRequest request;
  request.set_customer_id(customer);
  Outcome outcome;
  outcome.status = rig.Scores()->GetScore(&context, request, &outcome.response);
  return outcome;
}

grpc::Status Approve(RpcRig& rig, std::string_view token, std::string* who = nullptr) {
  grpc::ClientContext context;
  context.set_deadline(system_clock::now() + kLong);
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + std::string(token));
  v1::ApproveResponse response;
  const auto status = v1::ApprovalService::NewStub(rig.Channel())->Approve(&context, {}, &response);
  if (who != nullptr) *who = response.verdict().comment();
  return status;
}

TEST(GrpcDoorTest, AnswersFromAHandlerAtOnceAndFromAnotherThread) {
  RpcRig rig;
  const Outcome outcome = Get(rig, "ada");
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  EXPECT_EQ(outcome.response.customer_id(), "ada");
  EXPECT_EQ(outcome.response.freshness().task_sequence(), 9'007'199'254'740'993);
  EXPECT_TRUE(Get(rig, "thread").status.ok());
}

TEST(GrpcDoorTest, TellsHandlersMetadataAndTimeLeft) {
  RpcRig rig;
  Get(rig, "ada", milliseconds(5000));
  const RpcContext context = rig.last_context().value();
  EXPECT_EQ(context.method, "evenkeel.v1.ScoreService/GetScore");
  EXPECT_EQ(context.Header("x-request"), "7");
  EXPECT_EQ(context.Header("authorization"), "");
  EXPECT_THAT(context.TimeLeft(), Le(milliseconds(6000)));  // gRPC rounds up on its way.
}

TEST(GrpcDoorTest, GivesCallsWithoutADeadlineTheDefaultAndClampsLongOnes) {
  RpcRig rig({.default_deadline = milliseconds(60'000), .deadline_max = milliseconds(90'000)});
  Get(rig, "ada", std::nullopt);
  EXPECT_THAT(rig.last_context()->TimeLeft(), AllOf(Gt(milliseconds(0)), Le(milliseconds(60'000))));
  Get(rig, "ada", std::chrono::hours(5));
  EXPECT_THAT(rig.last_context()->TimeLeft(),
              AllOf(Gt(milliseconds(60'000)), Le(milliseconds(90'000))));
}

TEST(GrpcDoorTest, AnswersForAHandlerThatDoesNot) {
  RpcRig rig({.default_deadline = milliseconds(50)});
  const Outcome late = Get(rig, "hold", std::nullopt);
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(late.status.error_message(), HasSubstr("deadline"));
  for (auto& reply : rig.TakeHeld()) reply(v1::GetScoreResponse());  // Dropped, not a crash.
  EXPECT_EQ(Get(rig, "drop").status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(Get(rig, "twice").status.ok());
}

/// GetScore for "ada" with a grpc-timeout of one's own. gRPC's own client would end a call whose
/// deadline has passed without asking the server. Returns the lines of headers and trailers; none
/// where the server ended the stream before it had the whole request.
std::string CallWithTimeout(const RpcRig& rig, const char* timeout) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr,
                                                                      &curl_slist_free_all);
  for (const std::string& line :
       {std::string("content-type: application/grpc"), std::string("te: trailers"),
        "grpc-timeout: " + std::string(timeout)}) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(rig.server().grpc_port()) +
                          "/evenkeel.v1.ScoreService/GetScore";
  const std::string request("\0\0\0\0\5\n\3ada", 10);  // Not compressed, 5 bytes.
  std::string lines;
  const auto add = +[](char* data, std::size_t size, std::size_t count, void* to) {
    if (to != nullptr) static_cast<std::string*>(to)->append(data, size * count);
    return size * count;
  };
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.data());
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, add);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &lines);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, add);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, nullptr);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  const CURLcode done = curl_easy_perform(curl.get());
  EXPECT_TRUE(done == CURLE_OK || done == CURLE_HTTP2_STREAM) << curl_easy_strerror(done);
  return lines;
}

TEST(GrpcDoorTest, RefusesADeadlineThatHasPassedWithoutAskingTheHandler) {
  RpcRig rig;
  int answered = 0;
  // Often: gRPC ends most of these calls by itself, and hands on some that we must refuse.
  for (int i = 0; i < 500; ++i) {
    const std::string lines = CallWithTimeout(rig, "0n");
    if (lines.empty()) continue;
    ++answered;
    ASSERT_THAT(lines, HasSubstr("grpc-status: 4"));
  }
  EXPECT_GT(answered, 0);
  EXPECT_FALSE(rig.last_context().has_value());
  EXPECT_THAT(CallWithTimeout(rig, "30S"), HasSubstr("grpc-status: 0"));
  EXPECT_TRUE(rig.last_context().has_value());
}

TEST(GrpcDoorTest, GivesEveryCodeWithItsDetails) {
  RpcRig rig;
  for (int code = 1; code <= 16; ++code) {
    SCOPED_TRACE(code);
    const Outcome outcome = Get(rig, "error:" + std::to_string(code));
    EXPECT_EQ(static_cast<int>(outcome.status.error_code()), code);
    EXPECT_EQ(outcome.status.error_message(),
              "said \xC3\xBC"
              "ber all: 100 %");
    const google::rpc::Status details = DetailsOf(outcome.status);
    EXPECT_EQ(details.code(), code);
    const auto info = Find<google::rpc::ErrorInfo>(details).value();
    EXPECT_EQ(info.reason(), "MADE_UP");
    EXPECT_EQ(info.domain(), "evenkeel");
    EXPECT_EQ(info.metadata().at("owner"), "decider-2");
    const auto bad = Find<google::rpc::BadRequest>(details).value();
    EXPECT_EQ(bad.field_violations(0).field(), "customer_id");
    const auto retry = Find<google::rpc::RetryInfo>(details).value();
    EXPECT_EQ(retry.retry_delay().seconds(), 1);
    EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  }
}

TEST(GrpcDoorTest, NamesTheProcessThatHasAMethod) {
  RpcRig rig;
  grpc::ClientContext context;
  v1::BatchGetScoresResponse response;
  const auto status = rig.Scores()->BatchGetScores(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("evenkeel-other"));
  const auto info = Find<google::rpc::ErrorInfo>(DetailsOf(status)).value();
  EXPECT_EQ(info.reason(), "SERVED_ELSEWHERE");
  EXPECT_EQ(info.metadata().at("process"), "evenkeel-other");
}

TEST(GrpcDoorTest, NamesAMethodThatIsNotThere) {
  RpcRig rig;
  grpc::ClientContext of_known_service;
  v1::ListDecisionsResponse decisions;
  const auto method =
      v1::DecisionService::NewStub(rig.Channel())->ListDecisions(&of_known_service, {}, &decisions);
  EXPECT_EQ(method.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(method.error_message(), HasSubstr("DecisionService/ListDecisions"));
  grpc::ClientContext of_no_service;
  v1::ListControlsResponse controls;
  const auto service =
      v1::ControlService::NewStub(rig.Channel())->ListControls(&of_no_service, {}, &controls);
  EXPECT_EQ(service.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(service.error_message(), HasSubstr("ControlService/ListControls"));
}

TEST(GrpcDoorTest, LetsInWhomTheMethodIsFor) {
  RpcRig rig;
  std::string who;
  EXPECT_TRUE(Approve(rig, kApproverToken, &who).ok());
  EXPECT_EQ(who, "ann");
  EXPECT_EQ(Approve(rig, "").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Approve(rig, "wrong").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  const auto denied = Approve(rig, kAuditorToken);
  EXPECT_EQ(denied.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(denied.error_message(), AllOf(HasSubstr("ada"), HasSubstr("approver")));
}

TEST(GrpcDoorTest, RefusesAWrongTokenEvenWhereNoneIsNeeded) {
  RpcRig rig;
  EXPECT_EQ(Get(rig, "ada", kLong, "wrong").status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Get(rig, "ada", kLong, kAuditorToken).status.ok());
  EXPECT_EQ(rig.last_context()->person->name, "ada");
}

TEST(GrpcDoorTest, RefusesWhatIsTooLarge) {
  RpcRig rig({.request_max_bytes = 1000});
  EXPECT_EQ(Get(rig, std::string(2000, 'x')).status.error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  const Outcome answer = Get(rig, "large");
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("ask for less"));
}

TEST(GrpcDoorTest, RefusesMoreOpenCallsThanItsLimit) {
  RpcRig rig({.open_calls_max = 1});
  auto first = std::async(std::launch::async, [&] { return Get(rig, "hold"); });
  rig.AwaitHeld();
  const Outcome second = Get(rig, "ada");
  EXPECT_EQ(second.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(DetailsOf(second.status))->reason(), "TOO_MANY_CALLS");
  for (auto& reply : rig.TakeHeld()) reply(v1::GetScoreResponse());
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_TRUE(Get(rig, "ada").status.ok());
}

TEST(GrpcDoorTest, StopsThoughAHandlerNeverAnswers) {
  RpcRig rig;
  auto call = std::async(std::launch::async, [&] { return Get(rig, "hold"); });
  rig.AwaitHeld();
  rig.server().Stop(steady_clock::now() + milliseconds(20));
  EXPECT_EQ(call.get().status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GrpcDoorTest, LetsOpenCallsEndBeforeItStops) {
  RpcRig rig;
  auto call = std::async(std::launch::async, [&] { return Get(rig, "hold"); });
  rig.AwaitHeld();
  auto stop =
      std::async(std::launch::async, [&] { rig.server().Stop(steady_clock::now() + kLong); });
  for (auto& reply : rig.TakeHeld()) reply(v1::GetScoreResponse());
  EXPECT_TRUE(call.get().status.ok());
  stop.get();
}

TEST(GrpcDoorTest, AnswersEveryCallWhenItStopsUnderLoad) {
  constexpr int kRounds = 10;
  constexpr int kCallers = 4;
  for (int round = 0; round < kRounds; ++round) {
    RpcRig rig;
    std::latch calling(kCallers);
    std::vector<std::future<grpc::StatusCode>> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.push_back(std::async(std::launch::async, [&, i] {
        const char* customer = i % 2 == 0 ? "thread" : "ada";
        EXPECT_TRUE(Get(rig, customer).status.ok());
        calling.count_down();
        for (;;) {
          const grpc::Status status = Get(rig, customer).status;
          if (!status.ok()) return status.error_code();
        }
      }));
    }
    auto held =
        std::async(std::launch::async, [&] { return Get(rig, "hold").status.error_code(); });
    rig.AwaitHeld();
    calling.wait();
    rig.server().Stop(steady_clock::now() + milliseconds(20));
    for (auto& caller : callers) EXPECT_EQ(caller.get(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(held.get(), grpc::StatusCode::UNAVAILABLE);
  }
}

TEST(GrpcDoorTest, CountsCallsUnderTheUsualNames) {
  RpcRig rig;
  Get(rig, "ada");
  Get(rig, "error:5");
  const std::string scrape = rig.Scrape();
  constexpr const char* kLabels =
      "grpc_method=\"GetScore\",grpc_service=\"evenkeel.v1.ScoreService\",grpc_type=\"unary\"}";
  EXPECT_THAT(scrape, HasSubstr(std::string("grpc_server_started_total{") + kLabels + " 2"));
  EXPECT_THAT(scrape, HasSubstr(std::string("grpc_server_handled_total{grpc_code=\"OK\",") +
                                kLabels + " 1"));
  EXPECT_THAT(scrape, HasSubstr(std::string("grpc_server_handled_total{grpc_code=\"NotFound\",") +
                                kLabels + " 1"));
  EXPECT_THAT(scrape,
              HasSubstr(std::string("grpc_server_handling_seconds_count{") + kLabels + " 2"));
}

TEST(GrpcDoorTest, RefusesToListenBeyondLoopbackAndOnATakenPort) {
  const People nobody;
  const RpcRegistry registry;
  Metrics metrics("test");
  RpcServer first(registry, nobody, metrics, {});
  EXPECT_THAT(first.ServeGrpc({.address = "0.0.0.0"}).message(), HasSubstr("0.0.0.0"));
  ASSERT_TRUE(first.ServeGrpc({}).ok());
  RpcServer second(registry, nobody, metrics, {});
  const Status taken = second.ServeGrpc({.port = first.grpc_port()});
  EXPECT_EQ(taken.code(), StatusCode::kUnavailable);
  EXPECT_THAT(taken.message(), HasSubstr(std::to_string(first.grpc_port())));
}

}  // namespace
}  // namespace evenkeel
