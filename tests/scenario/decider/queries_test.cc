// What queries answer about customers whose tasks run here, and what goes to the topic of scores.

#include "decider/customer_reader.h"
#include "decider/query_service.h"
#include "direct_call.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/codec/scores_codec.h"
#include "support/log_bench.h"
#include "support/service_world.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kGetScore[] = "evenkeel.v1.ScoreService/GetScore";
constexpr char kBatch[] = "evenkeel.v1.ScoreService/BatchGetScores";
constexpr char kNextBestAction[] = "evenkeel.v1.DecisionService/NextBestAction";

class QueriesTest : public ::testing::Test {
 protected:
  void Open(const WorldOptions& options = {.clock = ClockMode::kEvent}) {
    world_ = std::make_unique<ServiceWorld>(bench_, options);
    world_->Publish(DemoBundle(), 1);
    world_->StartDecider();
  }

  CustomerReader Reader() {
    ServiceWorld::Member& member = world_->member("d1");
    return {{.row_count = world_->deployment.row_count,
             .clock = world_->deployment.clock,
             .origin = {.deployment = world_->deployment.prefix},
             .monotonic = [this] { return bench_.now().monotonic; },
             .wall = [this] { return bench_.now().wall + clock_ahead_; }},
            {{member.worker->board(), member.window}}};
  }

  v1::GetScoreResponse Score(const std::string& customer) {
    auto answer = Reader().Score(customer, /*with_contributions=*/true, /*with_features=*/true);
    if (const auto* error = std::get_if<RpcError>(&answer)) ADD_FAILURE() << error->message;
    return std::get<v1::GetScoreResponse>(answer);
  }

  /// Through the registry, as the doors call.
  template <typename Response, typename Request>
  std::variant<Response, RpcError> Call(const std::string& method, const Request& request,
                                        RpcContext context = {}) {
    if (context.deadline == std::chrono::steady_clock::time_point()) {
      context.deadline = std::chrono::steady_clock::now() + seconds(60);
    }
    context.method = method;
    QueryService service(Reader(), {}, nullptr, 2);
    RpcRegistry registry;
    service.Register(registry);
    return CallDirectly<Response>(registry, context, request);
  }

  template <typename Response, typename Request>
  RpcError ErrorOf(const std::string& method, const Request& request, RpcContext context = {}) {
    auto answer = Call<Response>(method, request, std::move(context));
    if (auto* error = std::get_if<RpcError>(&answer)) return std::move(*error);
    ADD_FAILURE() << "answered";
    return {};
  }

  static v1::GetScoreRequest Ask(const std::string& customer) {
    v1::GetScoreRequest request;
    request.set_customer_id(customer);
    return request;
  }

  TimeMs now() { return bench_.now().wall; }

  SimBench bench_;
  std::chrono::milliseconds clock_ahead_{0};  ///< Of queries.
  std::unique_ptr<ServiceWorld> world_;
};

TEST_F(QueriesTest, AScoreIsWhatADecisionAtThatMomentWasMadeOf) {
  Open();
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  const Decision decision = world_->DecisionsOn("ada").at(0).decision;
  const v1::GetScoreResponse score = Score("ada");
  ASSERT_EQ(score.churn_size(), 1);
  EXPECT_EQ(score.churn(0).churn_ppb(), decision.churn.churn_ppb);
  v1::ChurnScore expected;
  ToMessage(decision.churn, expected);
  EXPECT_EQ(score.churn(0).SerializeAsString(), expected.SerializeAsString());
  ASSERT_EQ(score.features_size(), static_cast<int>(decision.features.size()));
  for (int i = 0; i < score.features_size(); ++i) {
    EXPECT_EQ(score.features(i).name(), decision.features[static_cast<std::size_t>(i)].name);
    EXPECT_EQ(score.features(i).number(), decision.features[static_cast<std::size_t>(i)].number);
  }
  EXPECT_EQ(score.bundle().name(), "demo");
  const TaskStatus& task = *world_->TaskOf("d1", score.freshness().task());
  EXPECT_EQ(score.freshness().as_of_time_ms(), task.as_of.value);
  EXPECT_EQ(score.freshness().task_sequence(), static_cast<std::int64_t>(task.sequence));
  EXPECT_EQ(score.freshness().lag_records(), 0);
}

TEST_F(QueriesTest, APreviewReservesNothingAndShowsEveryCandidate) {
  Open();
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  const Decision made = world_->DecisionsOn("ada").at(0).decision;
  v1::NextBestActionRequest request;
  request.set_customer_id("ada");
  request.set_rule(made.point);
  request.set_request_id("r-1");
  const auto answer = Call<v1::NextBestActionResponse>(kNextBestAction, request);
  const auto& preview = std::get<v1::NextBestActionResponse>(answer);
  EXPECT_TRUE(preview.is_hypothetical());
  EXPECT_EQ(preview.decision().trigger().query().request_id(), "r-1");
  EXPECT_NE(preview.decision().decision_id(), made.decision_id);
  ASSERT_EQ(preview.decision().candidates_size(), static_cast<int>(made.candidates.size()));
  for (const v1::Candidate& candidate : preview.decision().candidates()) {
    EXPECT_TRUE(candidate.has_expected_value());
  }
  const auto again = Call<v1::NextBestActionResponse>(kNextBestAction, request);
  EXPECT_EQ(std::get<v1::NextBestActionResponse>(again).SerializeAsString(),
            preview.SerializeAsString());
  world_->StepFor(seconds(1));
  EXPECT_THAT(world_->Actions(), SizeIs(1));
  EXPECT_THAT(world_->DecisionsOn("ada"), SizeIs(1));
}

TEST_F(QueriesTest, UnderTheWallClockAScoreIsOfNow) {
  Open({.clock = ClockMode::kWall});
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::int64_t fresh = Score("ada").churn(0).churn_ppb();
  clock_ahead_ = hours(24 * 60);
  const std::int64_t later = Score("ada").churn(0).churn_ppb();
  EXPECT_NE(later, fresh) << "the failed payment has left its window, without any signal";
}

TEST_F(QueriesTest, WhatIsWrongWithAQuestionIsSaid) {
  Open();
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  const RpcError unknown = ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("nobody"));
  EXPECT_EQ(unknown.code, StatusCode::kNotFound);
  EXPECT_THAT(unknown.message, HasSubstr("check the id"));
  EXPECT_THAT(unknown.message, Not(HasSubstr("nobody"))) << "customers are not for logs";
  for (const auto& [customer, why] :
       {std::pair(std::string(), "is empty"), std::pair(std::string(257, 'x'), "257 bytes")}) {
    const RpcError error = ErrorOf<v1::GetScoreResponse>(kGetScore, Ask(customer));
    EXPECT_EQ(error.code, StatusCode::kInvalidArgument);
    ASSERT_THAT(error.violations, SizeIs(1));
    EXPECT_EQ(error.violations[0].field, "customer_id");
    EXPECT_THAT(error.violations[0].description, HasSubstr(why));
  }
  RpcContext late;
  late.deadline = std::chrono::steady_clock::now() - seconds(1);
  EXPECT_EQ(ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("ada"), late).code,
            StatusCode::kDeadlineExceeded);
  v1::NextBestActionRequest rule;
  rule.set_customer_id("ada");
  rule.set_rule("no_such");
  const RpcError no_rule = ErrorOf<v1::NextBestActionResponse>(kNextBestAction, rule);
  EXPECT_EQ(no_rule.code, StatusCode::kInvalidArgument);
  EXPECT_EQ(no_rule.violations.at(0).field, "rule");
  EXPECT_THAT(no_rule.message, HasSubstr("regular_review"));
}

TEST_F(QueriesTest, ABatchHasAnAnswerForEachAndALimit) {
  Open();
  WriteExpiredCard(*world_, "ada", now());
  WriteExpiredCard(*world_, "bob", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  v1::BatchGetScoresRequest request;
  for (const char* customer : {"ada", "nobody", "bob", "ada"}) request.add_customer_ids(customer);
  const auto answer = Call<v1::BatchGetScoresResponse>(kBatch, request);
  const auto& scores = std::get<v1::BatchGetScoresResponse>(answer);
  ASSERT_EQ(scores.scores_size(), 4);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(scores.scores(i).customer_id(), request.customer_ids(i));
  EXPECT_EQ(scores.scores(1).error_code(), static_cast<int>(StatusCode::kNotFound));
  const RpcError alone = ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("nobody"));
  EXPECT_EQ(scores.scores(1).error_reason(), "CUSTOMER_UNKNOWN");
  EXPECT_EQ(scores.scores(1).error_message(), alone.message);
  EXPECT_FALSE(scores.scores(1).has_retry_after_ms());
  EXPECT_EQ(scores.scores(0).error_reason(), "");
  EXPECT_EQ(scores.scores(2).score().churn(0).churn_ppb(), Score("bob").churn(0).churn_ppb());
  EXPECT_EQ(scores.scores(0).SerializeAsString(), scores.scores(3).SerializeAsString());

  request.add_customer_ids("");
  EXPECT_EQ(ErrorOf<v1::BatchGetScoresResponse>(kBatch, request).violations.at(0).field,
            "customer_ids[4]");
  while (request.customer_ids_size() < 1001) request.add_customer_ids("ada");
  *request.mutable_customer_ids(4) = "ada";
  EXPECT_THAT(ErrorOf<v1::BatchGetScoresResponse>(kBatch, request).message, HasSubstr("1000"));
  request.clear_customer_ids();
  EXPECT_EQ(ErrorOf<v1::BatchGetScoresResponse>(kBatch, request).code,
            StatusCode::kInvalidArgument);
}

TEST_F(QueriesTest, ATaskThatIsNotRunningIsUnavailableAndSaysWhenToComeAgain) {
  world_ = std::make_unique<ServiceWorld>(bench_, WorldOptions{.clock = ClockMode::kEvent});
  world_->StartDecider();  // Without a bundle its tasks stop.
  world_->StepFor(seconds(1));
  const RpcError error = ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("ada"));
  EXPECT_EQ(error.code, StatusCode::kUnavailable);
  EXPECT_EQ(error.reason, "TASK_NOT_READY");
  EXPECT_TRUE(error.retry_delay.has_value());
}

TEST_F(QueriesTest, AWorkerThatHangsIsNotBelieved) {
  Open();
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());
  bench_.sim.AdvanceTime(seconds(8));  // More than half the session timeout without a step.
  EXPECT_EQ(ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("ada")).code, StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("nobody")).code, StatusCode::kUnavailable)
      << "that nobody is known may be old news too";
}

// --- the topic of scores ---

class ScoresTopicTest : public QueriesTest {
 protected:
  /// "customer churn_ppb", or "customer forgotten", in the order of the topic.
  std::vector<std::string> Written() {
    std::vector<std::string> lines;
    for (const OwnedRecord& record : world_->Read(world_->deployment.names().Scores())) {
      if (!record.value) {
        lines.push_back(*record.key + " forgotten");
        continue;
      }
      const Result<CustomerScores> scores = DecodeCustomerScores(*record.value);
      EXPECT_TRUE(scores.ok()) << scores.status().ToString();
      EXPECT_EQ(scores->bundle, "demo");
      lines.push_back(*record.key + " " + std::to_string(scores->churn.churn_ppb));
    }
    return lines;
  }
  std::string Now(const std::string& customer) {
    return customer + " " + std::to_string(Score(customer).churn(0).churn_ppb());
  }
};

TEST_F(ScoresTopicTest, HasAScoreWhenItMovedAndNotAgainAfterARestore) {
  Open();
  world_->Write({RecordOf(*world_, Invoice("ada", "i-1", now()))});
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::string calm = Now("ada");
  EXPECT_THAT(Written(), ElementsAre(calm));

  world_->Crash("d1");
  world_->StartDecider("d1");
  world_->Write({RecordOf(*world_, PaymentFailed("ada", "p-1", now()))});
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::string risky = Now("ada");
  EXPECT_NE(risky, calm);
  EXPECT_THAT(Written(), ElementsAre(calm, risky));

  world_->Write({RecordOf(*world_, PaymentFailed("ada", "p-1", now()))});  // A repeat.
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_THAT(Written(), ElementsAre(calm, risky));
}

TEST_F(ScoresTopicTest, ForgetsWithTheCustomer) {
  Open();
  world_->Write({RecordOf(*world_, Invoice("ada", "i-1", now()))});
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::string calm = Now("ada");
  const Signal forget = SignalOf("forget", SignalFamily::kForget, "ada", "f-1", now());
  world_->Write({RecordOf(*world_, forget, Forget{.request_id = "f", .reason = "asked"})});
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_THAT(Written(), ElementsAre(calm, "ada forgotten"));
  EXPECT_EQ(ErrorOf<v1::GetScoreResponse>(kGetScore, Ask("ada")).code, StatusCode::kNotFound);
}

}  // namespace
}  // namespace evenkeel::testing
