// What is wrong with a call about approvals, control and lists, asked through both public doors.

#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/api_server.h"
#include "console_rig.h"
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Answer {
  std::string code;  ///< As Connect says it: "not_found"; "ok".
  std::string message;
  nlohmann::json body;  ///< Of a Connect answer.
};

std::string CodeName(grpc::StatusCode code) {
  std::string name(code == grpc::StatusCode::OK ? "ok"
                                                : StatusCodeName(static_cast<StatusCode>(code)));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

grpc::ByteBuffer RequestBytes(const std::string& method, const std::string& json) {
  const std::size_t slash = method.find('/');
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      "evenkeel.v1." + method.substr(0, slash) + "." + method.substr(slash + 1));
  const std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(descriptor->input_type())
          ->New());
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, request.get()).ok()) << json;
  const grpc::Slice slice(request->SerializeAsString());
  return {&slice, 1};
}

class DoorsTest : public ::testing::Test {
 protected:
  DoorsTest() : bench_(MakeLocalBench()), world_(*bench_, {}), metrics_("test") {
    v1::ConsoleConfig config;
    app_ = ConsoleApp::Create(
               config, world_.StoreOf("console"),
               {world_.deployment, bench_->cluster(), world_.cluster_id, world_.stores, logger_})
               .value();
    api_ =
        ApiServer::Create({}, metrics_,
                          {.directory = world_.StoreOf("api"), .makes_people = true, .limits = {}})
            .value();
    app_->Register(api_->registry(), api_->http());
    app_->Start();
    EXPECT_TRUE(api_->Start().ok());
    std::ifstream tokens(world_.StoreOf("api") + "/people.tokens");
    for (std::string line; std::getline(tokens, line);) {
      tokens_[line.substr(0, line.find(':'))] = line.substr(line.find(':') + 1);
    }
    EXPECT_EQ(tokens_.size(), 3U);
    tokens_["nobody"] = "no-such-token";
  }
  ~DoorsTest() override { api_->Stop(std::chrono::steady_clock::now() + std::chrono::seconds(5)); }

  Answer Connect(const std::string& method, const std::string& json, const std::string& person) {
    httplib::Client client("127.0.0.1", api_->http_port());
    client.set_read_timeout(30);
    httplib::Headers headers;
    if (!person.empty()) headers.emplace("authorization", "Bearer " + tokens_.at(person));
    const auto result = client.Post("/evenkeel.v1." + method, headers, json, "application/json");
    if (!result) return {"no answer", "", {}};
    Answer answer{"ok", "", nlohmann::json::parse(result->body)};
    if (result->status != 200) {
      answer.code = answer.body.at("code");
      answer.message = answer.body.at("message");
    }
    return answer;
  }

  Answer Grpc(const std::string& method, const std::string& json, const std::string& person) {
    grpc::GenericStub stub(grpc::CreateChannel("127.0.0.1:" + std::to_string(api_->grpc_port()),
                                               grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!person.empty()) context.AddMetadata("authorization", "Bearer " + tokens_.at(person));
    const grpc::ByteBuffer request = RequestBytes(method, json);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/evenkeel.v1." + method, {}, &request, &response,
                   [&done](const grpc::Status& status) { done.set_value(status); });
    const grpc::Status status = done.get_future().get();
    return {CodeName(status.error_code()), status.error_message(), {}};
  }

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
  Metrics metrics_;
  Logger logger_{[](std::string_view) {}};
  std::unique_ptr<ConsoleApp> app_;
  std::unique_ptr<ApiServer> api_;
  std::map<std::string, std::string> tokens_;
};

/// As protobuf's JSON has bytes.
std::string Base64(const std::string& bytes) {
  v1::ApproveRequest request;
  request.set_action_digest(bytes);
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(request, &json).ok());
  return nlohmann::json::parse(json).at("actionDigest");
}

TEST_F(DoorsTest, BadInputIsRefusedAlikeAtBothDoors) {
  const TimeMs later = bench_->now().wall + hours(1);
  const v1::ApprovalRequest open = RequestFor("ada", 1, later);
  v1::ApprovalRequest own = RequestFor("ada", 2, later);
  own.set_proposer("approver");
  const v1::ApprovalRequest late = RequestFor("ada", 3, bench_->now().wall - hours(1));
  const v1::ApprovalRequest answered = RequestFor("ada", 4, later);
  world_.Write({RecordOf(world_, open), RecordOf(world_, own), RecordOf(world_, late),
                RecordOf(world_, answered)});
  const auto about = [](const v1::ApprovalRequest& request, const std::string& digest = "") {
    return nlohmann::json{
        {"approvalId", request.approval_id()},
        {"actionDigest", Base64(digest.empty() ? request.action_digest() : digest)}}
        .dump();
  };
  ASSERT_EQ(Connect("ApprovalService/Approve", about(answered), "approver").code, "ok");
  const std::string other(32, 'x');
  const std::string no_id =
      R"({"approvalId": "ffffffffffffffffffffffffffffffff", "actionDigest": ")" + Base64(other) +
      "\"}";
  struct Case {
    const char* what;
    std::string method;
    std::string json;
    std::string person;
    std::string code;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"unknown", "ApprovalService/Approve", no_id, "approver", "not_found", "check the id"},
      {"expired", "ApprovalService/Approve", about(late), "approver", "failed_precondition",
       "expired"},
      {"other digest", "ApprovalService/Approve", about(open, other), "approver",
       "failed_precondition", ToHex(other)},
      {"own proposal", "ApprovalService/Reject", about(own), "approver", "permission_denied",
       "somebody else"},
      {"twice", "ApprovalService/Approve", about(answered), "approver", "already_exists",
       "approved by approver"},
      {"another after it", "ApprovalService/Reject", about(answered), "approver", "already_exists",
       "approved by approver"},
      {"no token", "ApprovalService/Approve", about(open), "", "unauthenticated", "token"},
      {"wrong token", "ApprovalService/Approve", about(open), "nobody", "unauthenticated", "token"},
      {"another's role", "ApprovalService/Approve", about(open), "operator", "permission_denied",
       "approver"},
      {"who only reads", "ApprovalService/Reject", about(open), "auditor", "permission_denied",
       "approver"},
      {"unknown scope", "ControlService/SetKillSwitch",
       R"({"scope": "customer:ada", "reason": "x"})", "operator", "invalid_argument",
       "\"channel:<name>\""},
      {"no reason", "ControlService/SetKillSwitch", R"({"scope": "all", "isEngaged": true})",
       "operator", "invalid_argument", "reason"},
      {"level outside", "ControlService/SetAutonomyLevel", R"({"level": 7, "reason": "x"})",
       "operator", "invalid_argument", "AUTONOMY_LEVEL_L0"},
      {"level missing", "ControlService/SetAutonomyLevel",
       R"({"domain": "retention", "reason": "x"})", "operator", "invalid_argument",
       "AUTONOMY_LEVEL_L5"},
      {"switch without token", "ControlService/SetKillSwitch", R"({"scope": "all", "reason": "x"})",
       "", "unauthenticated", "token"},
      {"switch by an approver", "ControlService/SetKillSwitch",
       R"({"scope": "all", "reason": "x"})", "approver", "permission_denied", "operator"},
      {"nonsense for a token", "DecisionService/ListDecisions", R"({"pageToken": "next"})", "",
       "invalid_argument", "no token of ours"},
      {"a decision without id", "DecisionService/GetDecision", "{}", "", "invalid_argument",
       "decision_id"},
      {"an unknown decision", "DecisionService/GetDecision",
       R"({"decisionId": "ffffffffffffffffffffffffffffffff"})", "", "not_found", "check the id"},
  };
  for (const Case& each : cases) {
    for (const bool is_grpc : {false, true}) {
      const Answer answer = is_grpc ? Grpc(each.method, each.json, each.person)
                                    : Connect(each.method, each.json, each.person);
      EXPECT_EQ(answer.code, each.code) << each.what << (is_grpc ? " by gRPC" : " by HTTP");
      EXPECT_THAT(answer.message, HasSubstr(each.message)) << each.what;
    }
  }
  EXPECT_EQ(world_.Read(world_.deployment.names().Verdicts()).size(), 1U);
}

TEST_F(DoorsTest, AWordThatIsNoValueOfAnEnumIsToldTheFieldAndTheValues) {
  const std::string levels =
      " is none of AutonomyLevel; use AUTONOMY_LEVEL_L0, AUTONOMY_LEVEL_L1, AUTONOMY_LEVEL_L2, "
      "AUTONOMY_LEVEL_L3, AUTONOMY_LEVEL_L4, AUTONOMY_LEVEL_L5";
  struct Case {
    const char* method;
    const char* field;
    const char* value;    ///< As JSON.
    std::string message;  ///< Begins like this, after the field.
  };
  const Case cases[] = {
      {"ControlService/SetAutonomyLevel", "level", R"("AUTONOMY_LEVEL_L6")",
       R"("AUTONOMY_LEVEL_L6")" + levels},
      {"ControlService/SetAutonomyLevel", "level", R"("L6")", R"("L6")" + levels},
      {"ControlService/SetAutonomyLevel", "level", "true", "true" + levels},
      {"ControlService/SetAutonomyLevel", "level", "2.5", "2.5" + levels},
      {"ControlService/SetAutonomyLevel", "level", "99999999999", "99999999999" + levels},
      {"ApprovalService/ListApprovals", "state", R"("OPEN")",
       R"("OPEN" is none of ApprovalState; use APPROVAL_STATE_)"},
      {"DecisionService/ListDecisions", "verdict", R"("it for type int32")",
       R"("it for type int32" is none of DecisionVerdict; use DECISION_VERDICT_)"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.value);
    const std::string json = "{\"" + std::string(each.field) + "\": " + each.value + "}";
    const Answer answer = Connect(each.method, json, "operator");
    EXPECT_EQ(answer.code, "invalid_argument");
    EXPECT_THAT(answer.message, StartsWith(each.field + (": " + each.message)));
    EXPECT_THAT(answer.message, Not(HasSubstr("UNSPECIFIED")));
    const auto& violation = answer.body["details"][1]["debug"]["fieldViolations"][0];
    EXPECT_EQ(violation["field"], each.field) << answer.body;
    EXPECT_THAT(violation["description"], StartsWith(each.message));
  }
}

TEST_F(DoorsTest, APageTokenOfAnotherQueryIsRefusedAtBothDoors) {
  for (int i = 1; i <= 3; ++i) {
    world_.Write({RecordOf(world_, RequestFor("ada", i, bench_->now().wall + hours(i)))});
  }
  ASSERT_TRUE(world_.Until([&] { return app_->views().Snapshot().totals.open_approvals == 3; }));
  const Answer page = Connect("ApprovalService/ListApprovals", R"({"pageSize": 2})", "");
  ASSERT_EQ(page.code, "ok");
  const std::string token = page.body.at("nextPageToken");
  const auto ask = [&token](const std::string& filter) {
    return "{\"pageToken\": \"" + token + "\"" + filter + "}";
  };
  EXPECT_EQ(Connect("ApprovalService/ListApprovals", ask(""), "").body.at("approvals").size(), 1U);
  EXPECT_EQ(Grpc("ApprovalService/ListApprovals", ask(""), "").code, "ok");
  for (const auto& [method, filter] : std::map<std::string, std::string>{
           {"ApprovalService/ListApprovals", R"(, "customerId": "bob")"},
           {"DecisionService/ListDecisions", ""}}) {
    for (const Answer& answer : {Connect(method, ask(filter), ""), Grpc(method, ask(filter), "")}) {
      EXPECT_EQ(answer.code, "invalid_argument") << method;
      EXPECT_THAT(answer.message, HasSubstr("another query")) << method;
    }
  }
}

TEST_F(DoorsTest, ProgressIsTheSameAsJsonAndAsACall) {
  world_.Write({RecordOf(world_, RequestFor("ada", 1, bench_->now().wall + hours(1)))});
  ASSERT_TRUE(world_.Until([&] { return app_->views().Snapshot().totals.open_approvals == 1; }));
  httplib::Client client("127.0.0.1", api_->http_port());
  const auto result = client.Get("/progress");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  const nlohmann::json page = nlohmann::json::parse(result->body);
  EXPECT_EQ(page.at("idle"), true);
  EXPECT_EQ(page.at("open_actions"), 0);
  EXPECT_EQ(page.at("open_approvals"), 1);
  EXPECT_TRUE(page.at("stream_time").is_null());
  EXPECT_EQ(page.at("lag").at("records"), 0);
  const Answer call = Connect("ControlService/GetProgress", "{}", "");
  ASSERT_EQ(call.code, "ok");
  EXPECT_EQ(call.body.at("isIdle"), true);
  EXPECT_EQ(call.body.at("openApprovalCount"), "1");
  EXPECT_EQ(call.body.at("partitions").size(), page.at("topics").size());
}

}  // namespace
}  // namespace evenkeel::testing
