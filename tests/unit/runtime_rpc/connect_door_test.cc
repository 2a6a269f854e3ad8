#include <algorithm>
#include <future>
#include <iterator>

#include "rpc_rig.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr const char* kGetScore = "/evenkeel.v1.ScoreService/GetScore";
constexpr const char* kApprove = "/evenkeel.v1.ApprovalService/Approve";

httplib::Result Post(RpcRig& rig, const std::string& body, const httplib::Headers& headers = {},
                     const char* path = kGetScore, const char* type = "application/json") {
  return rig.Http().Post(path, headers, body, type);
}

httplib::Result Score(RpcRig& rig, const std::string& customer) {
  return Post(rig, json{{"customerId", customer}}.dump());
}

TEST(ConnectDoorTest, AnswersJsonWithJson) {
  RpcRig rig;
  const auto answer = Score(rig, "ada");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(answer->body),
            json({{"customerId", "ada"}, {"freshness", {{"taskSequence", "9007199254740993"}}}}));
  EXPECT_EQ(Score(rig, "thread")->status, 200);
}

TEST(ConnectDoorTest, AnswersProtobufWithProtobuf) {
  RpcRig rig;
  v1::GetScoreRequest request;
  request.set_customer_id("ada");
  const auto answer = Post(rig, request.SerializeAsString(), {}, kGetScore, "application/proto");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->get_header_value("Content-Type"), "application/proto");
  v1::GetScoreResponse response;
  ASSERT_TRUE(response.ParseFromString(answer->body));
  EXPECT_EQ(response.customer_id(), "ada");
}

TEST(ConnectDoorTest, AnswersGetInEveryEncodingOfTheMessage) {
  RpcRig rig;
  for (const char* query : {
           "?connect=v1&encoding=json&message=%7B%22customerId%22%3A%22ada%22%7D",
           "?encoding=json&message=%7b%22customer_id%22:%22ada%22%7d",
           "?encoding=json&base64=1&message=eyJjdXN0b21lcklkIjoiYWRhIn0",
           "?encoding=json&base64=1&message=eyJjdXN0b21lcklkIjoiYWRhIn0%3D",
           "?encoding=proto&base64=1&message=CgNhZGE&compression=identity",
           "?encoding=proto&message=%0A%03ada",
       }) {
    SCOPED_TRACE(query);
    const auto answer = rig.Http().Get(std::string(kGetScore) + query);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << answer->body;
    EXPECT_THAT(answer->body, HasSubstr("ada"));
    EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-store");
  }
}

struct ErrorRow {
  int code;
  const char* name;
  int http_status;
};

// The table of the Connect protocol, "Error Codes".
constexpr ErrorRow kErrors[] = {
    {1, "canceled", 499},
    {2, "unknown", 500},
    {3, "invalid_argument", 400},
    {4, "deadline_exceeded", 504},
    {5, "not_found", 404},
    {6, "already_exists", 409},
    {7, "permission_denied", 403},
    {8, "resource_exhausted", 429},
    {9, "failed_precondition", 400},
    {10, "aborted", 409},
    {11, "out_of_range", 400},
    {12, "unimplemented", 501},
    {13, "internal", 500},
    {14, "unavailable", 503},
    {15, "data_loss", 500},
    {16, "unauthenticated", 401},
};

TEST(ConnectDoorTest, GivesEveryCodeItsNameAndHttpStatusAndItsDetails) {
  RpcRig rig;
  for (const ErrorRow& row : kErrors) {
    SCOPED_TRACE(row.name);
    const auto answer = Score(rig, "error:" + std::to_string(row.code));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, row.http_status);
    EXPECT_EQ(answer->get_header_value("Content-Type"), "application/json");
    EXPECT_EQ(answer->get_header_value("Retry-After"), "2");  // 1500 ms, in whole seconds.
    const json body = json::parse(answer->body);
    EXPECT_EQ(body["code"], row.name);
    EXPECT_EQ(body["message"],
              "said \xC3\xBC"
              "ber all: 100 %");
    ASSERT_EQ(body["details"].size(), 3U);
    const json info = body["details"][0];
    EXPECT_EQ(info["type"], "google.rpc.ErrorInfo");
    EXPECT_EQ(info["debug"], json({{"reason", "MADE_UP"},
                                   {"domain", "evenkeel"},
                                   {"metadata", {{"owner", "decider-2"}}}}));
    EXPECT_THAT(info["value"].get<std::string>(), ::testing::Not(HasSubstr("=")));
    EXPECT_EQ(body["details"][1]["type"], "google.rpc.BadRequest");
    EXPECT_EQ(body["details"][2], json({{"type", "google.rpc.RetryInfo"},
                                        {"value", "CggIARCAyrXuAQ"},
                                        {"debug", {{"retryDelay", "1.500s"}}}}));
  }
}

/// A request, and what is wrong with it.
struct BadRow {
  const char* what;
  httplib::Headers headers;
  const char* type;
  std::string body;
  int status;
  const char* code;
  const char* message;  ///< A part of it.
};

constexpr const char* kGood = R"({"customerId":"ada"})";
constexpr const char* kJson = "application/json";

std::vector<BadRow> BadBodies() {
  return {
      {"cut off", {}, kJson, "{\n  \"customerId\": \"a", 400, "invalid_argument", "line 2, column"},
      {"no JSON", {}, kJson, "customer=ada", 400, "invalid_argument", "line 1, column 1"},
      {"empty", {}, kJson, "", 400, "invalid_argument", "{}"},
      {"two values", {}, kJson, std::string(kGood) + " {}", 400, "invalid_argument", "column 22"},
      {"no object", {}, kJson, "[]", 400, "invalid_argument", "message"},
      {"unknown field", {}, kJson, R"({"no":1})", 400, "invalid_argument", "no: there is no such"},
      {"wrong type",
       {},
       kJson,
       R"({"withFeatures":"x"})",
       400,
       "invalid_argument",
       "with_features"},
      {"no UTF-8", {}, kJson, "{\"customerId\":\"\xff\"}", 400, "invalid_argument", "column"},
      {"no protobuf", {}, "application/proto", "\xff", 400, "invalid_argument", "GetScoreRequest"},
  };
}

std::vector<BadRow> BadHeaders() {
  const char* const timeout = "Connect-Timeout-Ms";
  const char* const kind = "Authorization";
  const char* const wrong = "invalid_argument";
  return {
      {"version", {{"Connect-Protocol-Version", "2"}}, kJson, kGood, 400, wrong, "is not 1"},
      {"timeout of words", {{timeout, "soon"}}, kJson, kGood, 400, wrong, "connect-timeout-ms"},
      {"negative timeout", {{timeout, "-1"}}, kJson, kGood, 400, wrong, "connect-timeout-ms"},
      {"11 digits", {{timeout, "10000000000"}}, kJson, kGood, 400, wrong, "10 digits"},
      {"timeout of 0", {{timeout, "0"}}, kJson, kGood, 504, "deadline_exceeded", "passed"},
      {"unknown codec", {}, "text/plain", kGood, 415, "unimplemented", "application/json"},
      {"streams", {}, "application/connect+json", kGood, 415, "unimplemented", "application/json"},
      {"latin1", {}, "application/json; charset=latin1", kGood, 415, "unimplemented", "latin1"},
      {"compressed", {{"Content-Encoding", "gzip"}}, kJson, kGood, 415, "unimplemented", "gzip"},
      {"wrong token", {{kind, "Bearer nobody"}}, kJson, kGood, 401, "unauthenticated", "token"},
      {"other scheme", {{kind, "Basic YTpi"}}, kJson, kGood, 401, "unauthenticated", "Bearer"},
  };
}

TEST(ConnectDoorTest, SaysWhatIsWrongWithARequest) {
  RpcRig rig;
  std::vector<BadRow> rows = BadBodies();
  std::ranges::move(BadHeaders(), std::back_inserter(rows));
  for (const BadRow& row : rows) {
    SCOPED_TRACE(row.what);
    const auto answer = Post(rig, row.body, row.headers, kGetScore, row.type);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, row.status);
    const json body = json::parse(answer->body);
    EXPECT_EQ(body["code"], row.code);
    EXPECT_THAT(body["message"].get<std::string>(), HasSubstr(row.message));
  }
  EXPECT_FALSE(rig.last_context().has_value()) << "a handler was asked";
}

TEST(ConnectDoorTest, TakesJsonWithItsCharacterSetAndBodiesSaidToBePlain) {
  RpcRig rig;
  const auto answer = Post(rig, R"({"customerId":"ada"})", {{"Content-Encoding", "identity"}},
                           kGetScore, "Application/JSON; charset=UTF-8");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
}

TEST(ConnectDoorTest, AnswersPlainWhateverEncodingsTheCallerKnows) {
  RpcRig rig;
  const auto answer = Post(rig, R"({"customerId":"ada"})", {{"Accept-Encoding", "gzip, br"}});
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->has_header("Content-Encoding"));
  EXPECT_EQ(json::parse(answer->body)["customerId"], "ada");
}

TEST(ConnectDoorTest, SaysWhatIsWrongWithAGet) {
  RpcRig rig;
  const std::tuple<const char*, int, const char*> rows[] = {
      {"?connect=v2&encoding=json&message=%7B%7D", 400, "connect=v2"},
      {"?encoding=yaml&message=%7B%7D", 415, "encoding=yaml"},
      {"?message=%7B%7D", 415, "encoding="},
      {"?encoding=json", 400, "message="},
      {"?encoding=json&message=%7B%7", 400, "percent"},
      {"?encoding=json&base64=1&message=!", 400, "base64"},
      {"?encoding=json&message=%7B%7D&compression=gzip", 501, "identity"},
      {"?encoding=json&message=%7B%22no%22:1%7D", 400, "no such field"},
  };
  for (const auto& [query, status, message] : rows) {
    SCOPED_TRACE(query);
    const auto answer = rig.Http().Get(std::string(kGetScore) + query);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    EXPECT_THAT(json::parse(answer->body)["message"].get<std::string>(), HasSubstr(message));
  }
}

TEST(ConnectDoorTest, TakesGetOnlyForMethodsWithoutSideEffects) {
  RpcRig rig;
  const auto refused = rig.Http().Get(std::string(kApprove) + "?encoding=json&message=%7B%7D");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 405);
  EXPECT_EQ(refused->get_header_value("Allow"), "POST");
  const auto put = rig.Http().Put(kGetScore, "{}", "application/json");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->status, 405);
  EXPECT_EQ(put->get_header_value("Allow"), "GET, POST");
}

TEST(ConnectDoorTest, TellsWhatIsElsewhereFromWhatIsNowhere) {
  RpcRig rig;
  const std::tuple<const char*, int, const char*> rows[] = {
      {"/evenkeel.v1.ScoreService/BatchGetScores", 501, "evenkeel-other"},
      {"/evenkeel.v1.DecisionService/GetDecision", 501, "evenkeel-console"},
      {"/evenkeel.v1.DecisionService/ListDecisions", 404, "ListDecisions"},
      {"/evenkeel.v1.ScoreService/Nothing", 404, "Nothing"},
  };
  for (const auto& [path, status, message] : rows) {
    SCOPED_TRACE(path);
    const auto answer = Post(rig, "{}", {}, path);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    const json body = json::parse(answer->body);
    EXPECT_EQ(body["code"], "unimplemented");
    EXPECT_THAT(body["message"].get<std::string>(), HasSubstr(message));
  }
  EXPECT_EQ(Post(rig, "{}", {}, "/evenkeel.v1.NoService/Nothing")->status, 404);
}

TEST(ConnectDoorTest, LetsInWhomTheMethodIsFor) {
  RpcRig rig;
  const auto with = [&](std::string_view token) {
    return Post(rig, "{}", {{"Authorization", "Bearer " + std::string(token)}}, kApprove);
  };
  EXPECT_EQ(json::parse(with(kApproverToken)->body)["verdict"]["comment"], "ann");
  EXPECT_EQ(with(kAuditorToken)->status, 403);
  const auto nobody = Post(rig, "{}", {}, kApprove);
  EXPECT_EQ(nobody->status, 401);
  EXPECT_EQ(nobody->get_header_value("WWW-Authenticate"), "Bearer");
}

TEST(ConnectDoorTest, TellsHandlersHeadersAndTimeLeft) {
  RpcRig rig({.deadline_max = milliseconds(60'000)});
  Post(rig, "{}", {{"X-Request", "7"}, {"Connect-Timeout-Ms", "45000"}});
  const RpcContext context = rig.last_context().value();
  EXPECT_EQ(context.Header("x-request"), "7");
  EXPECT_EQ(context.Header("content-type"), "");
  EXPECT_GT(context.TimeLeft(), milliseconds(10'000));  // More than the default.
  EXPECT_LE(context.TimeLeft(), milliseconds(45'000));
}

TEST(ConnectDoorTest, AnswersForAHandlerThatDoesNot) {
  RpcRig rig;
  const auto late = Post(rig, R"({"customerId":"hold"})", {{"Connect-Timeout-Ms", "20"}});
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, 504);
  const auto dropped = Score(rig, "drop");
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->status, 500);
}

TEST(ConnectDoorTest, WaitsForAnswersOnNoThread) {
  RpcRig rig({}, {.threads = 1});
  constexpr std::size_t kWaiting = 8;
  std::vector<std::future<int>> calls;
  for (std::size_t i = 0; i < kWaiting; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return Score(rig, "hold")->status; }));
  }
  rig.AwaitHeld(kWaiting);
  EXPECT_EQ(Score(rig, "ada")->status, 200);
  for (auto& reply : rig.TakeHeld()) reply(v1::GetScoreResponse());
  for (auto& call : calls) EXPECT_EQ(call.get(), 200);
}

TEST(ConnectDoorTest, RefusesMoreOpenCallsThanItsLimit) {
  RpcRig rig({.open_calls_max = 1});
  auto first = std::async(std::launch::async, [&] { return Score(rig, "hold")->status; });
  rig.AwaitHeld();
  const auto second = Score(rig, "ada");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 429);
  EXPECT_EQ(second->get_header_value("Retry-After"), "1");
  for (auto& reply : rig.TakeHeld()) reply(v1::GetScoreResponse());
  EXPECT_EQ(first.get(), 200);
}

TEST(ConnectDoorTest, RefusesWhatIsTooLarge) {
  RpcRig rig({.request_max_bytes = 1000});
  const std::string head = R"({"customerId":")";
  const auto body = [&](std::size_t size) {
    return head + std::string(size - head.size() - 2, 'x') + R"("})";
  };
  EXPECT_EQ(Post(rig, body(1000))->status, 200);
  EXPECT_EQ(Post(rig, body(1001))->status, 413);
  const auto answer = Score(rig, "large");
  EXPECT_EQ(answer->status, 429);
  EXPECT_THAT(answer->body, HasSubstr("ask for less"));
}

TEST(ConnectDoorTest, AnswersOpenCallsWhenItStops) {
  RpcRig rig;
  auto call = std::async(std::launch::async, [&] { return Score(rig, "hold")->status; });
  rig.AwaitHeld();
  rig.server().Stop(steady_clock::now() + milliseconds(20));
  EXPECT_EQ(call.get(), 503);
  EXPECT_EQ(Score(rig, "ada")->status, 503);
}

TEST(ConnectDoorTest, CountsItsCallsWithThoseOfGrpc) {
  RpcRig rig;
  Score(rig, "ada");
  grpc::ClientContext context;
  v1::GetScoreResponse response;
  ASSERT_TRUE(rig.Scores()->GetScore(&context, {}, &response).ok());
  EXPECT_THAT(rig.Scrape(), HasSubstr("grpc_server_started_total{grpc_method=\"GetScore\","
                                      "grpc_service=\"evenkeel.v1.ScoreService\","
                                      "grpc_type=\"unary\"} 2"));
}

}  // namespace
}  // namespace evenkeel
