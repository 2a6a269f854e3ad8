// Questions for another process: who is believed to be the owner, and who is not.

#include <ostream>

#include "decider/customer_reader.h"
#include "decider/query_service.h"
#include "direct_call.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/rpc_server.h"
#include "support/log_bench.h"
#include "support/service_world.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kGetScore[] = "evenkeel.v1.ScoreService/GetScore";
constexpr char kBatch[] = "evenkeel.v1.ScoreService/BatchGetScores";

/// A log that knows nothing but who is in a group.
class GroupOnly final : public LogCluster {
 public:
  explicit GroupOnly(std::vector<GroupMember> members) : members_(std::move(members)) {}

  Result<std::string> ClusterId(std::chrono::milliseconds) override { return Unavailable(""); }
  Status CreateTopic(const TopicSpec&, std::chrono::milliseconds) override {
    return Unavailable("");
  }
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>&,
                                                       std::chrono::milliseconds) override {
    return Unavailable("");
  }
  Status DeleteRecords(const TopicPartition&, Offset, std::chrono::milliseconds) override {
    return Unavailable("");
  }
  Result<std::vector<GroupMember>> DescribeGroup(const std::string&,
                                                 std::chrono::milliseconds) override {
    return members_;
  }
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions) override {
    return Unavailable("");
  }

 private:
  const std::vector<GroupMember> members_;
};

/// The process that is asked owns nothing; the other one, behind a real door, owns everything.
class ForwardingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Publish(DemoBundle(), 1);
    world_.StartDecider();
    WriteExpiredCard(world_, "ada", bench_.now().wall);
    ASSERT_TRUE(world_.UntilCaughtUp());
  }
  void TearDown() override {
    if (door_) door_->Stop(std::chrono::steady_clock::now());
  }

  static QueryIdentity Us() {
    return {.log = "log", .group = "a.decider", .members = {"d1-0"}, .host = "here"};
  }

  CustomerReader::Options Reading() {
    return {.row_count = world_.deployment.row_count,
            .clock = world_.deployment.clock,
            .origin = {.deployment = world_.deployment.prefix},
            .monotonic = [this] { return bench_.now().monotonic; },
            .wall = [this] { return bench_.now().wall; }};
  }

  /// Opens the door of the other process.
  void Open(const QueryIdentity& other) {
    ServiceWorld::Member& member = world_.member("d1");
    other_ = std::make_unique<QueryService>(
        CustomerReader(Reading(), {{member.worker->board(), member.window}}), other, nullptr, 1);
    other_->Register(registry_);
    door_ = std::make_unique<RpcServer>(registry_, people_, metrics_, RpcLimits{});
    ASSERT_TRUE(door_->ServeGrpc({}).ok());
    address_ = "127.0.0.1:" + std::to_string(door_->grpc_port());
  }

  /// What we answer where the group says that `instance` of `host` has all tasks.
  template <typename Response, typename Request>
  std::variant<Response, RpcError> Ask(const std::string& method, const Request& request,
                                       const std::string& instance, const std::string& host,
                                       const std::string& mark = "") {
    GroupMember member{.instance_id = instance, .address = Advertised(host, address_), .rows = {}};
    for (Partition row = 0; row < world_.deployment.row_count; ++row) member.rows.push_back(row);
    GroupOnly log({member});
    QueryService us(CustomerReader(Reading(), {}), Us(),
                    std::make_unique<OwnerDirectory>(log, OwnerDirectory::Options{}), 1);
    RpcRegistry registry;
    us.Register(registry);
    RpcContext context{.method = method,
                       .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60),
                       .person = {},
                       .metadata = {}};
    if (!mark.empty()) context.metadata.emplace(kForwardedHeader, mark);
    return CallDirectly<Response>(registry, context, request);
  }

  std::variant<v1::GetScoreResponse, RpcError> AskOne(const std::string& instance,
                                                      const std::string& host,
                                                      const std::string& mark = "") {
    v1::GetScoreRequest request;
    request.set_customer_id("ada");
    return Ask<v1::GetScoreResponse>(kGetScore, request, instance, host, mark);
  }

  SimBench bench_;
  ServiceWorld world_{bench_, {.clock = ClockMode::kEvent}};
  const People people_;
  Metrics metrics_{"test"};
  RpcRegistry registry_;
  std::unique_ptr<QueryService> other_;
  std::unique_ptr<RpcServer> door_;
  std::string address_;
};

TEST_F(ForwardingTest, TheOwnerOfOurDeploymentAnswers) {
  Open({.log = "log", .group = "a.decider", .members = {"d2-0", "d2-1"}, .host = "here"});
  const auto answer = AskOne("d2-1", "here");
  ASSERT_TRUE(std::holds_alternative<v1::GetScoreResponse>(answer))
      << std::get<RpcError>(answer).message;
  EXPECT_EQ(std::get<v1::GetScoreResponse>(answer).churn_size(), 1);
}

struct Stranger {
  const char* what;
  QueryIdentity identity;

  friend void PrintTo(const Stranger& stranger, std::ostream* out) { *out << stranger.what; }
};

class StrangerTest : public ForwardingTest, public ::testing::WithParamInterface<Stranger> {};

// It knows a customer of that name, too.
TEST_P(StrangerTest, AtTheOwnersAddressIsNotBelieved) {
  Open(GetParam().identity);
  const auto answer = AskOne("d2-0", "here");
  ASSERT_TRUE(std::holds_alternative<RpcError>(answer)) << "a stranger's score went through";
  const auto& error = std::get<RpcError>(answer);
  EXPECT_EQ(error.code, StatusCode::kUnavailable);
  EXPECT_EQ(error.reason, "TASK_NOT_READY");
  EXPECT_TRUE(error.retry_delay.has_value());

  v1::BatchGetScoresRequest request;
  request.add_customer_ids("ada");
  const auto batch = Ask<v1::BatchGetScoresResponse>(kBatch, request, "d2-0", "here");
  const auto& scores = std::get<v1::BatchGetScoresResponse>(batch);
  ASSERT_EQ(scores.scores_size(), 1);
  EXPECT_FALSE(scores.scores(0).has_score());
  EXPECT_EQ(scores.scores(0).error_code(), static_cast<int>(StatusCode::kUnavailable));
  EXPECT_EQ(scores.scores(0).error_reason(), "TASK_NOT_READY");
}

INSTANTIATE_TEST_SUITE_P(
    All, StrangerTest,
    ::testing::Values(Stranger{"Log", {"another", "a.decider", {"d2-0"}, "here"}},
                      Stranger{"Deployment", {"log", "b.decider", {"d2-0"}, "here"}},
                      Stranger{"Instance", {"log", "a.decider", {"d3-0"}, "here"}},
                      Stranger{"BeginningOfAName", {"log", "a.decider", {"d2-00"}, "here"}}),
    [](const auto& param) { return std::string(param.param.what); });

TEST_F(ForwardingTest, AnOwnerOnAnotherMachineIsNamedAndNotCalled) {
  // Whoever has that address on this machine would answer.
  Open({.log = "log", .group = "a.decider", .members = {"d2-0"}, .host = "there"});
  const auto answer = AskOne("d2-0", "there");
  ASSERT_TRUE(std::holds_alternative<RpcError>(answer));
  const auto& error = std::get<RpcError>(answer);
  EXPECT_EQ(error.code, StatusCode::kUnavailable);
  EXPECT_EQ(error.reason, "NOT_OWNER");
  EXPECT_THAT(error.metadata,
              ElementsAre(Pair("address", address_), Pair("host", "there"), Pair("owner", "d2-0")));
  EXPECT_THAT(error.message, HasSubstr("d2-0"));
  EXPECT_TRUE(error.retry_delay.has_value());
}

TEST_F(ForwardingTest, WhatWeGaveUpIsAskedOfNobody) {
  Open({.log = "log", .group = "a.decider", .members = {"d1-0"}, .host = "here"});
  const auto answer = AskOne("d1-0", "here");
  ASSERT_TRUE(std::holds_alternative<RpcError>(answer)) << "we called ourselves";
  EXPECT_EQ(std::get<RpcError>(answer).reason, "TASK_NOT_READY");
}

TEST_F(ForwardingTest, ACallIsPassedOnOnceAndToWhomItIsMeant) {
  Open({.log = "log", .group = "a.decider", .members = {"d2-0"}, .host = "here"});
  const QueryIdentity us = Us();
  const auto ours = AskOne("d2-0", "here", us.Addressee("d1-0"));
  ASSERT_TRUE(std::holds_alternative<RpcError>(ours)) << "passed on a second time";
  EXPECT_EQ(std::get<RpcError>(ours).reason, "NOT_OWNER");
  EXPECT_EQ(std::get<RpcError>(ours).metadata.at("owner"), "d2-0");
  for (const std::string& mark : {us.Addressee("d2-0"), us.Addressee("d1"), std::string("1"),
                                  std::string("log/b.decider/d1-0")}) {
    const auto answer = AskOne("d2-0", "here", mark);
    ASSERT_TRUE(std::holds_alternative<RpcError>(answer)) << mark;
    EXPECT_EQ(std::get<RpcError>(answer).reason, "NOT_OWNER") << mark;
    EXPECT_FALSE(std::get<RpcError>(answer).metadata.contains("owner")) << mark;
  }
}

TEST(AdvertisedTest, IsReadAsItWasWritten) {
  EXPECT_EQ(ParseAdvertised("d2-0", Advertised("node-7.example", "127.0.0.1:50051")),
            (TaskOwner{"d2-0", "node-7.example", "127.0.0.1:50051"}));
  for (const char* other : {"", "127.0.0.1:50051", "/127.0.0.1:50051", "node-7/"}) {
    EXPECT_EQ(ParseAdvertised("d2-0", other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace evenkeel::testing
