// People's answers and settings, one console or several on one log.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "console_rig.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Person kEve{"eve", Role::kApprover};
const Person kMax{"max", Role::kApprover};
const Person kOtto{"otto", Role::kOperator};
const Person kAnna{"anna", Role::kAuditor};

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() : bench_(MakeLocalBench()), world_(*bench_, {}) {}

  v1::ApprovalRequest Ask(int number,
                          const std::function<void(v1::ApprovalRequest&)>& change = {}) {
    v1::ApprovalRequest request =
        RequestFor(CustomerOf(number), number, bench_->now().wall + hours(1));
    if (change) change(request);
    world_.Write({RecordOf(world_, request)});
    return request;
  }
  static std::string CustomerOf(int number) { return "customer-" + std::to_string(number); }

  static v1::ApproveRequest Yes(const v1::ApprovalRequest& request, const std::string& id = "") {
    v1::ApproveRequest approve;
    approve.set_approval_id(request.approval_id());
    approve.set_action_digest(request.action_digest());
    approve.set_request_id(id);
    return approve;
  }
  static v1::RejectRequest No(const v1::ApprovalRequest& request) {
    v1::RejectRequest reject;
    reject.set_approval_id(request.approval_id());
    reject.set_action_digest(request.action_digest());
    return reject;
  }
  static std::string Approve(ConsoleRig& console, const v1::ApproveRequest& request,
                             const Person& person = kEve) {
    return OutcomeOf(console.Call<v1::ApproveResponse>("ApprovalService/Approve", request, person));
  }
  static std::string Reject(ConsoleRig& console, const v1::RejectRequest& request,
                            const Person& person = kEve) {
    return OutcomeOf(console.Call<v1::RejectResponse>("ApprovalService/Reject", request, person));
  }

  /// The answers on the log, as a decider reads them.
  std::vector<Verdict> Verdicts() {
    return world_.Payloads<Verdict>(world_.deployment.names().Verdicts());
  }

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
};

TEST_F(DeskTest, AnAnswerIsOnTheLogAsTheDeciderNeedsIt) {
  ConsoleRig console(world_);
  const v1::ApprovalRequest request = Ask(1);
  v1::ApproveRequest yes = Yes(request);
  yes.set_comment("fine");
  const auto result = console.Call<v1::ApproveResponse>("ApprovalService/Approve", yes, kEve);
  ASSERT_EQ(OutcomeOf(result), "OK");
  const v1::ApprovalVerdict& answer = std::get<v1::ApproveResponse>(result).verdict();
  const std::vector<Verdict> verdicts = Verdicts();
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts[0].verdict_id, answer.verdict_id());
  EXPECT_EQ(verdicts[0].approval_id, request.approval_id());
  EXPECT_EQ(verdicts[0].action_id, request.action_id());
  EXPECT_EQ(AsBytes(verdicts[0].action_digest), request.action_digest());
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kApproved);
  EXPECT_EQ(verdicts[0].approver, "eve");
  EXPECT_EQ(verdicts[0].approver_role, "approver");
  EXPECT_EQ(verdicts[0].comment, "fine");
  EXPECT_EQ(verdicts[0].policy_revision, "7");
  EXPECT_EQ(verdicts[0].decided.value, answer.decided_time_ms());
  // Whoever looks at the request sees it.
  v1::GetApprovalRequest get;
  get.set_approval_id(request.approval_id());
  const auto shown = console.Call<v1::GetApprovalResponse>("ApprovalService/GetApproval", get);
  ASSERT_EQ(OutcomeOf(shown), "OK");
  const auto& approval = std::get<v1::GetApprovalResponse>(shown);
  EXPECT_EQ(approval.action().action_id(), request.action_id());
  ASSERT_THAT(approval.verdicts(), SizeIs(1));
  EXPECT_EQ(approval.verdicts(0).approver(), "eve");
}

TEST_F(DeskTest, RefusedAnswersSayWhyAndWriteNothing) {
  ConsoleRig console(world_);
  struct Case {
    std::string name;
    std::function<void(v1::ApprovalRequest&)> request;
    std::function<void(v1::ApproveRequest&)> answer;
    Person person;
    std::string outcome;
    std::string message;
  };
  const auto as_is = [](auto&) {};
  const std::vector<Case> cases = {
      {"unknown", as_is, [](auto& a) { a.set_approval_id(std::string(32, 'f')); }, kEve,
       "NOT_FOUND UNKNOWN_APPROVAL", "check the id"},
      {"no id", as_is, [](auto& a) { a.clear_approval_id(); }, kEve, "INVALID_ARGUMENT approval_id",
       "is empty"},
      {"no digest", as_is, [](auto& a) { a.clear_action_digest(); }, kEve,
       "INVALID_ARGUMENT action_digest", "32"},
      {"other digest", as_is, [](auto& a) { a.set_action_digest(std::string(32, 'x')); }, kEve,
       "FAILED_PRECONDITION OTHER_DIGEST", ToHex(std::string(32, 'x'))},
      {"expired by the clock", [](auto& r) { r.set_expires_time_ms(1'700'000'000'000); }, as_is,
       kEve, "FAILED_PRECONDITION EXPIRED", "1700000000000"},
      {"expired", [](auto& r) { r.set_state(v1::APPROVAL_STATE_EXPIRED); }, as_is, kEve,
       "FAILED_PRECONDITION EXPIRED", "means no"},
      {"withdrawn",
       [](auto& r) {
         r.set_state(v1::APPROVAL_STATE_WITHDRAWN);
         r.set_closed_reason("forgotten");
       },
       as_is, kEve, "FAILED_PRECONDITION WITHDRAWN", "forgotten"},
      {"answered",
       [](auto& r) {
         r.set_state(v1::APPROVAL_STATE_RELEASED);
         r.set_approver("max");
       },
       as_is, kEve, "ALREADY_EXISTS ALREADY_ANSWERED", "max"},
      {"own proposal", [](auto& r) { r.set_proposer("eve"); }, as_is, kEve,
       "PERMISSION_DENIED OWN_PROPOSAL", "somebody else"},
      {"own proposal, with a version", [](auto& r) { r.set_proposer("eve/3"); }, as_is, kEve,
       "PERMISSION_DENIED OWN_PROPOSAL", "somebody else"},
      {"operator", as_is, as_is, kOtto, "PERMISSION_DENIED ROLE", "role approver"},
      {"auditor", as_is, as_is, kAnna, "PERMISSION_DENIED ROLE", "role approver"},
      {"another role is asked for", [](auto& r) { r.set_required_role("operator"); }, as_is, kEve,
       "PERMISSION_DENIED ROLE", "role operator"},
      {"long comment", as_is, [](auto& a) { a.set_comment(std::string(4097, 'x')); }, kEve,
       "INVALID_ARGUMENT comment", "4096"},
      {"long request id", as_is, [](auto& a) { a.set_request_id(std::string(129, 'x')); }, kEve,
       "INVALID_ARGUMENT request_id", "128"},
  };
  int number = 100;
  for (const Case& each : cases) {
    v1::ApproveRequest answer = Yes(Ask(++number, each.request));
    each.answer(answer);
    const auto result =
        console.Call<v1::ApproveResponse>("ApprovalService/Approve", answer, each.person);
    EXPECT_EQ(OutcomeOf(result), each.outcome) << each.name;
    const auto* error = std::get_if<RpcError>(&result);
    ASSERT_NE(error, nullptr) << each.name;
    EXPECT_THAT(error->message, HasSubstr(each.message)) << each.name;
  }
  EXPECT_THAT(Verdicts(), SizeIs(0));
  // Both digests are told.
  v1::ApproveRequest answer = Yes(Ask(++number));
  const std::string right = answer.action_digest();
  answer.set_action_digest(std::string(32, 'x'));
  const auto result = console.Call<v1::ApproveResponse>("ApprovalService/Approve", answer, kEve);
  EXPECT_EQ(std::get<RpcError>(result).metadata.at("expected"), ToHex(right));
}

TEST_F(DeskTest, ASecondAnswerIsToldOfTheFirst) {
  ConsoleRig console(world_);
  const v1::ApprovalRequest request = Ask(1);
  EXPECT_EQ(Approve(console, Yes(request)), "OK");
  EXPECT_EQ(Approve(console, Yes(request)), "ALREADY_EXISTS ALREADY_ANSWERED");
  EXPECT_EQ(Approve(console, Yes(request), kMax), "ALREADY_EXISTS ALREADY_ANSWERED");
  const auto result = console.Call<v1::RejectResponse>("ApprovalService/Reject", No(request), kMax);
  EXPECT_THAT(std::get<RpcError>(result).message, HasSubstr("approved by eve"));
  EXPECT_THAT(Verdicts(), SizeIs(1));
}

TEST_F(DeskTest, TheSameRequestIdIsTheSameAnswer) {
  const v1::ApprovalRequest request = Ask(1);
  std::string verdict_id;
  for (int i = 0; i < 3; ++i) {
    ConsoleRig console(world_);  // Another process each time: it remembers nothing but the log.
    const auto result =
        console.Call<v1::ApproveResponse>("ApprovalService/Approve", Yes(request, "once"), kEve);
    ASSERT_EQ(OutcomeOf(result), "OK");
    const std::string id = std::get<v1::ApproveResponse>(result).verdict().verdict_id();
    EXPECT_TRUE(i == 0 || id == verdict_id);
    verdict_id = id;
  }
  ConsoleRig console(world_);
  EXPECT_EQ(Approve(console, Yes(request, "once"), kMax), "ALREADY_EXISTS ALREADY_ANSWERED");
  v1::RejectRequest no = No(request);
  no.set_request_id("once");
  EXPECT_EQ(Reject(console, no), "ALREADY_EXISTS ALREADY_ANSWERED");
  EXPECT_THAT(Verdicts(), SizeIs(1));
}

TEST_F(DeskTest, OfTwoPeopleAtOnceOneWinsAndTheOtherIsTold) {
  ConsoleRig console(world_);
  for (int number = 1; number <= 20; ++number) {
    const v1::ApprovalRequest request = Ask(number);
    auto eve = console.Begin<v1::ApproveResponse>("ApprovalService/Approve", Yes(request), kEve);
    auto max = console.Begin<v1::RejectResponse>("ApprovalService/Reject", No(request), kMax);
    std::vector<std::string> outcomes = {OutcomeOf(eve.get()), OutcomeOf(max.get())};
    std::sort(outcomes.begin(), outcomes.end());
    EXPECT_THAT(outcomes, ElementsAre("ALREADY_EXISTS ALREADY_ANSWERED", "OK"));
  }
  EXPECT_THAT(Verdicts(), SizeIs(20));
}

// Both may be written then; the first on the log counts, and each is told what the decider will do.
TEST_F(DeskTest, ThroughTwoConsolesTheFirstOnTheLogCounts) {
  ConsoleRig one(world_, "one");
  ConsoleRig two(world_, "two");
  for (int number = 1; number <= 20; ++number) {
    const v1::ApprovalRequest request = Ask(number);
    auto eve = one.Begin<v1::ApproveResponse>("ApprovalService/Approve", Yes(request), kEve);
    auto max = two.Begin<v1::RejectResponse>("ApprovalService/Reject", No(request), kMax);
    const std::map<std::string, std::string> outcomes = {{"eve", OutcomeOf(eve.get())},
                                                         {"max", OutcomeOf(max.get())}};
    std::string first;
    for (const Verdict& verdict : Verdicts()) {
      if (verdict.approval_id == request.approval_id() && first.empty()) first = verdict.approver;
    }
    for (const auto& [person, outcome] : outcomes) {
      EXPECT_EQ(outcome, person == first ? "OK" : "ALREADY_EXISTS ALREADY_ANSWERED") << person;
    }
  }
}

TEST_F(DeskTest, AnAnswerThatDoesNotBindDoesNotCount) {
  ConsoleRig console(world_);
  const v1::ApprovalRequest request = Ask(1);
  v1::ApprovalRequest other = request;
  other.set_action_digest(std::string(32, 'x'));
  // Somebody wrote to the topic himself: with another digest, and in his own favour.
  for (const auto& [digest, approver] :
       {std::pair{std::string(32, 'x'), "mallory"}, {request.action_digest(), "retention"}}) {
    Verdict verdict{.verdict_id = std::string("v-") + approver,
                    .approval_id = request.approval_id(),
                    .action_id = request.action_id(),
                    .kind = VerdictKind::kApproved,
                    .approver = approver,
                    .approver_role = "approver",
                    .decided = bench_->now().wall};
    std::copy(digest.begin(), digest.end(), verdict.action_digest.begin());
    world_.Write({RecordOf(world_,
                           SignalOf("verdict", SignalFamily::kVerdict, request.customer_id(),
                                    verdict.verdict_id, verdict.decided),
                           verdict)});
  }
  EXPECT_EQ(Approve(console, Yes(request)), "OK");
  EXPECT_THAT(Verdicts(), SizeIs(3));
}

// --- control ---

}  // namespace
}  // namespace evenkeel::testing
