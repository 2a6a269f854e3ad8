#include "common/api_server.h"

#include <filesystem>
#include <fstream>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "evenkeel/v1/control_service.grpc.pb.h"

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

class ApiServerTest : public ::testing::Test {
 protected:
  std::string Read(const std::string& name) const {
    std::ifstream file(directory_ + "/" + name);
    std::string word;
    file >> word;
    return word;
  }

  std::unique_ptr<ApiServer> Make(const v1::ApiConfig& config, bool makes_people) {
    auto api =
        ApiServer::Create(config, metrics_, {.directory = directory_, .makes_people = makes_people})
            .value();
    api->registry().Unary<v1::ListControlsRequest, v1::ListControlsResponse>(
        "evenkeel.v1.ControlService/ListControls", RpcAccess::kPerson,
        [](const RpcContext& context, const v1::ListControlsRequest&,
           const RpcReply<v1::ListControlsResponse>& reply) {
          v1::ListControlsResponse response;
          response.add_entries()->set_reason(context.person->name);
          reply(std::move(response));
        });
    api->http().Handle("GET", "/who", [people = &api->people()](const HttpRequest& request) {
      const auto person = people->Authenticate(BearerToken(request));
      return HttpResponse{.body = person.ok() ? person->name : "nobody"};
    });
    EXPECT_TRUE(api->Start().ok());
    return api;
  }

  const testing::TempDirectory folder_;
  const std::string directory_ = folder_.path();
  Metrics metrics_{"test"};
};

TEST_F(ApiServerTest, OpensBothDoorsForThePeopleItMade) {
  auto api = Make({}, true);
  const std::string first = Read("people.tokens");
  const std::string name = first.substr(0, first.find(':'));
  const std::string bearer = "Bearer " + first.substr(first.find(':') + 1);

  httplib::Client http("127.0.0.1", std::stoi(Read("http.port")));
  const httplib::Headers token = {{"Authorization", bearer}};
  const auto called =
      http.Post("/evenkeel.v1.ControlService/ListControls", token, "{}", "application/json");
  ASSERT_TRUE(called);
  EXPECT_EQ(called->body, "{\"entries\":[{\"reason\":\"" + name + "\"}]}");
  EXPECT_EQ(http.Get("/who", token)->body, name);
  EXPECT_EQ(http.Get("/who")->body, "nobody");

  const auto stub = v1::ControlService::NewStub(
      grpc::CreateChannel("127.0.0.1:" + Read("grpc.port"), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.AddMetadata("authorization", bearer);
  v1::ListControlsResponse response;
  EXPECT_TRUE(stub->ListControls(&context, {}, &response).ok());
  EXPECT_EQ(response.entries(0).reason(), name);
}

TEST_F(ApiServerTest, TakesItsPortFilesAwayWhenItGoes) {
  Make({}, false);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/http.port"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/grpc.port"));
}

TEST_F(ApiServerTest, HasNobodyWithoutAFileButWantsOneThatIsNamed) {
  const auto api = Make({}, false);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/people"));
  EXPECT_EQ(api->people().Authenticate("x").status().code(), StatusCode::kUnauthenticated);
  v1::ApiConfig named;
  named.set_people_file(directory_ + "/elsewhere");
  const auto other = ApiServer::Create(named, metrics_, {.directory = directory_});
  EXPECT_THAT(other.status().message(), HasSubstr("elsewhere"));
}

TEST_F(ApiServerTest, RefusesWhatIsNoPortAndWhatOthersCanReach) {
  v1::ApiConfig config;
  config.mutable_grpc()->set_port(70'000);
  EXPECT_THAT(ApiServer::Check(config, "api").message(), HasSubstr("api.grpc.port: 70000"));
  config.mutable_grpc()->set_port(0);
  EXPECT_TRUE(ApiServer::Check(config, "api").ok());
  config.mutable_http()->set_address("0.0.0.0");
  EXPECT_THAT(ApiServer::Create(config, metrics_, {.directory = directory_}).status().message(),
              HasSubstr("0.0.0.0"));
}

}  // namespace
}  // namespace evenkeel
