// Whatever comes in whatever order: an action goes out at most once, never without a yes that fits
// by a person who may say it, and never after somebody said no.

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "approval_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::AskingWorld;
using testing::At;
using testing::kDayMs;
using testing::kHourMs;
using testing::kMinuteMs;

bool IsSentOn(DecisionVerdict verdict) {
  return verdict == DecisionVerdict::kExecute || verdict == DecisionVerdict::kTask ||
         verdict == DecisionVerdict::kReleased;
}

/// One customer's life by chance, and what may be said of it.
class Life {
 public:
  explicit Life(std::uint32_t seed) : random_(seed), now_(At(0, 9)) { world_.Consent(now_); }

  void Live(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      Step();
      Look();
    }
    world_.RunTimersUntil(TimeMs{now_.value + 3 * kDayMs});
    Look();
    EXPECT_TRUE(world_.StateOf().approvals.open().empty()) << "a request without an end";
  }

  int released() const { return released_; }
  int asked() const { return static_cast<int>(requests_.size()); }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<std::uint32_t>(end)); }

  void Step() {
    switch (Below(8)) {
      case 0:
      case 1:
        return Pass();
      case 2:
        world_.FailPayment(now_);
        return;
      case 3:
        return Toggle();
      case 4:
        return Report();
      default:
        return Answer();
    }
  }

  void Pass() {
    now_.value += Below(3) == 0 ? Below(20) * kHourMs : Below(90) * kMinuteMs;
    world_.RunTimersUntil(now_);
  }

  void Toggle() {
    Control control;
    if (Below(3) == 0) control.switches = {{SwitchScope::kAction, "credit", ""}};
    if (Below(3) == 0) control.levels = {{"retention", "", AutonomyLevel::kL1}};
    world_.Use(std::move(control));
  }

  void Report() {
    if (sent_.empty()) return;
    const auto status = Below(2) == 0 ? ReceiptStatus::kDone : ReceiptStatus::kFailed;
    world_.Report(*sent_.begin(), status, now_);
  }

  void Answer() {
    if (requests_.empty()) return;
    const ApprovalRequest& request = requests_[static_cast<std::size_t>(Below(asked()))];
    Verdict verdict = Below(3) == 0 ? AskingWorld::No(request) : AskingWorld::Yes(request);
    switch (Below(8)) {
      case 0:
        verdict.approver = request.proposer;
        break;
      case 1:
        verdict.approver_role = "operator";
        break;
      case 2:
        verdict.action_digest[0] ^= 0xFF;
        break;
      case 3:
        verdict.action_id = requests_.front().action_id;
        break;
      default:
        break;
    }
    const bool fits = verdict.approver != request.proposer && verdict.approver_role == "approver" &&
                      verdict.action_digest == request.action_digest &&
                      verdict.action_id == request.action_id && now_ < request.expires;
    // The first one that fits is the one that counts.
    if (fits) answers_.emplace(request.action_id, verdict);
    world_.Answer(verdict, now_);
  }

  /// Judges the decisions that came since the last look.
  void Look() {
    for (; seen_ < world_.list.decisions.size(); ++seen_) Judge(world_.list.decisions[seen_]);
  }

  void Judge(const Decision& decision) {
    if (decision.request) Count(*decision.request);
    if (!decision.action || !IsSentOn(decision.verdict)) return;
    const std::string& id = decision.action->action_id;
    EXPECT_TRUE(sent_.insert(id).second) << "sent twice";
    if (decision.action->action != "credit") return;
    ++released_;
    EXPECT_EQ(decision.verdict, DecisionVerdict::kReleased) << "money without a person";
    const auto answer = answers_.find(id);
    ASSERT_NE(answer, answers_.end()) << "nobody said yes";
    EXPECT_EQ(answer->second.kind, VerdictKind::kApproved) << "somebody had said no";
    EXPECT_EQ(answer->second.verdict_id, decision.answer->verdict_id);
    const int hour = static_cast<int>(decision.decided.value / kHourMs % 24);
    EXPECT_TRUE(hour >= 8 && hour < 20) << "in quiet hours";
  }

  void Count(const ApprovalRequest& request) {
    if (request.state == ApprovalState::kOpen) requests_.push_back(request);
    if (request.state == ApprovalState::kOpen || request.state == ApprovalState::kHeld) return;
    EXPECT_TRUE(closed_.insert(request.approval_id).second) << "closed twice";
  }

  std::mt19937 random_;
  AskingWorld world_;
  TimeMs now_;
  std::size_t seen_ = 0;
  int released_ = 0;
  std::vector<ApprovalRequest> requests_;
  std::map<std::string, Verdict> answers_;  // By action.
  std::set<std::string> sent_;
  std::set<std::string> closed_;
};

TEST(ApprovalPropertyTest, AnActionGoesOutOnceAndNeverWithoutAPersonsYes) {
  int released = 0;
  int asked = 0;
  for (std::uint32_t seed = 1; seed <= 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Life life(seed);
    life.Live(120);
    released += life.released();
    asked += life.asked();
  }
  // Or nothing was tried.
  EXPECT_GT(asked, 500);
  EXPECT_GT(released, 200);
}

}  // namespace
}  // namespace evenkeel
