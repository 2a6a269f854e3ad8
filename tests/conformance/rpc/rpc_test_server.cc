// Serves every method of every service with answers that are filled and follow from the request, so
// that clients of different kinds can be compared.
//
//   rpc_test_server FOLDER    writes FOLDER/methods.json (method, request, who may call), opens
//   both
//                             doors (FOLDER/http.port, FOLDER/grpc.port, FOLDER/people) and runs
//                             until its input ends
//
// The header `x-answer: error:N` asks any method for an error of code N.

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "common/api_server.h"
#include "filler.h"
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include "evenkeel/base/hash.h"
#include "evenkeel/v1/approval_service.pb.h"
#include "evenkeel/v1/control_service.pb.h"
#include "evenkeel/v1/decision_service.pb.h"
#include "evenkeel/v1/score_service.pb.h"

namespace evenkeel {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Json = nlohmann::ordered_json;

constexpr std::string_view kErrorPrefix = "error:";

RpcError ErrorOf(int code) {
  return {.code = static_cast<StatusCode>(code),
          .message = "an error of code " + std::to_string(code) + ": \xC3\xBC, 100 %",
          .reason = "ASKED_FOR",
          .metadata = {{"code", std::to_string(code)}, {"owner", "decider-2"}},
          .violations = {{"customer_ids[3]", "is \"made up\""}, {"rule", "too"}},
          .retry_delay = std::chrono::milliseconds(1250)};
}

/// Writes `text` into the first field of text that is found.
bool Mark(Message& message, const std::string& text) {
  const auto& type = *message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated()) {
      reflection->SetString(&message, field, text);
      return true;
    }
    if (field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    Message* inner = nullptr;
    if (!field->is_repeated()) {
      inner = reflection->MutableMessage(&message, field);
    } else if (reflection->FieldSize(message, field) > 0) {
      inner = reflection->MutableRepeatedMessage(&message, field, 0);
    }
    if (inner != nullptr && Mark(*inner, text)) return true;
  }
  return false;
}

class Server {
 public:
  explicit Server(ApiServer& api) : registry_(api.registry()) {}

  void RegisterAll() {
    using namespace v1;  // NOLINT: a table of names.
    Add<GetScoreRequest, GetScoreResponse>("ScoreService/GetScore");
    Add<BatchGetScoresRequest, BatchGetScoresResponse>("ScoreService/BatchGetScores");
    Add<NextBestActionRequest, NextBestActionResponse>("DecisionService/NextBestAction");
    Add<GetDecisionRequest, GetDecisionResponse>("DecisionService/GetDecision");
    Add<ListDecisionsRequest, ListDecisionsResponse>("DecisionService/ListDecisions");
    Add<ListApprovalsRequest, ListApprovalsResponse>("ApprovalService/ListApprovals");
    Add<GetApprovalRequest, GetApprovalResponse>("ApprovalService/GetApproval");
    Add<ApproveRequest, ApproveResponse>("ApprovalService/Approve", RpcAccess::kApprover);
    Add<RejectRequest, RejectResponse>("ApprovalService/Reject", RpcAccess::kApprover);
    Add<SetKillSwitchRequest, SetKillSwitchResponse>("ControlService/SetKillSwitch",
                                                     RpcAccess::kOperator);
    Add<SetAutonomyLevelRequest, SetAutonomyLevelResponse>("ControlService/SetAutonomyLevel",
                                                           RpcAccess::kOperator);
    Add<ListControlsRequest, ListControlsResponse>("ControlService/ListControls");
    Add<GetProgressRequest, GetProgressResponse>("ControlService/GetProgress");
  }

  /// Every method of the services is here: a new one has to be added above.
  bool IsComplete() const {
    for (const auto* service : registry_.Services()) {
      for (int i = 0; i < service->method_count(); ++i) {
        const std::string name = service->full_name() + "/" + service->method(i)->name();
        if (registry_.Find(name) != nullptr) continue;
        std::fprintf(stderr, "rpc_test_server: no %s\n", name.c_str());
        return false;
      }
    }
    return true;
  }

  const Json& methods() const { return methods_; }

 private:
  template <typename Request, typename Response>
  void Add(const std::string& short_name, RpcAccess access = RpcAccess::kAnyone) {
    const std::string name = "evenkeel.v1." + short_name;
    registry_.Unary<Request, Response>(
        name, access,
        [](const RpcContext& context, const Request& request, const RpcReply<Response>& reply) {
          const std::string_view asked = context.Header("x-answer");
          if (asked.starts_with(kErrorPrefix)) {
            int code = 0;
            std::from_chars(asked.data() + kErrorPrefix.size(), asked.data() + asked.size(), code);
            return reply(ErrorOf(code));
          }
          Response response;
          Fill(response);
          EVENKEEL_CHECK(Mark(response, ToHex(Sha256(request.SerializeAsString()))));
          reply(std::move(response));
        });
    Request request;
    Fill(request);
    std::string json;
    EVENKEEL_CHECK(google::protobuf::util::MessageToJsonString(request, &json).ok());
    const auto& options = registry_.Find(name)->descriptor->options();
    methods_.push_back({{"method", name},
                        {"request", Json::parse(json)},
                        {"role", access == RpcAccess::kApprover   ? "approver"
                                 : access == RpcAccess::kOperator ? "operator"
                                                                  : ""},
                        {"is_get_allowed", options.idempotency_level() ==
                                               google::protobuf::MethodOptions::NO_SIDE_EFFECTS}});
  }

  RpcRegistry& registry_;
  Json methods_ = Json::array();
};

int Run(const std::string& folder) {
  std::filesystem::create_directories(folder);
  Metrics metrics("test");
  auto api = ApiServer::Create({}, metrics, {.directory = folder, .makes_people = true}).value();
  Server server(*api);
  server.RegisterAll();
  if (!server.IsComplete()) return 1;
  std::ofstream(folder + "/methods.json") << server.methods().dump(1) << "\n";
  const Status started = api->Start();
  if (!started.ok()) {
    std::fprintf(stderr, "rpc_test_server: %s\n", started.message().c_str());
    return 1;
  }
  api->SetServing(true);
  std::cout << "ready" << std::endl;  // NOLINT(performance-avoid-endl): somebody waits for it.
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  api->Stop(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  return 0;
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: rpc_test_server FOLDER\n", stderr);
    return 2;
  }
  return evenkeel::Run(argv[1]);
}
