#include "console/queries.h"

#include <functional>

#include "console/page_token.h"
#include "console/record_search.h"
#include "ledger/temp_directory.h"
#include "view_records.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Ids = std::vector<std::string>;

class QueriesTest : public ::testing::Test {
 protected:
  QueriesTest() {
    for (int i = 0; i < 23; ++i) {
      const bool acts = i % 4 == 0;
      log_.AddDecision(
          {.number = i,
           .customer = i % 2 == 0 ? ada_ : bob_,
           .time_ms = kTestTime + (i / 2) * 1000,  // Two at a time.
           .action = acts ? "credit" : "NO_ACTION",
           .verdict = acts ? v1::DECISION_VERDICT_EXECUTE : v1::DECISION_VERDICT_NO_ACTION,
           .action_id = acts ? IdOf('a', i) : "",
           .approval_id = i == 8 ? IdOf('b', 8) : ""});
    }
    log_.AddAction(4, ada_, kTestTime + 7);
    log_.AddReceipt(4, ada_, ReceiptStatus::kDone, kTestTime + 9);
    for (int i = 0; i < 5; ++i) {
      v1::ApprovalRequest request = ViewLog::Request(i, i % 2 == 0 ? ada_ : bob_);
      request.set_expires_time_ms(kTestTime + (5 - i) * 1000);
      log_.AddRequest(request);
    }
    v1::ApprovalRequest closed = ViewLog::Request(8, ada_);
    closed.set_state(v1::APPROVAL_STATE_EXPIRED);
    log_.AddRequest(closed);
    views_ = Views::Open(stores_, {.directory = directory_.path() + "/view",
                                   .identity = "t. c",
                                   .sources = ViewLog::Sources(),
                                   .retention = {},
                                   .decoder = {.partition_count = kTestRows}})
                 .value();
    EXPECT_TRUE(Feed(*views_, log_.records()).ok());
  }

  v1::ListDecisionsResponse List(const v1::ListDecisionsRequest& request) {
    auto result = ListDecisions(*views_, request);
    if (const auto* error = std::get_if<RpcError>(&result)) {
      ADD_FAILURE() << error->message;
      return {};
    }
    return std::get<v1::ListDecisionsResponse>(result);
  }

  /// All pages, one after the other.
  Ids Walk(v1::ListDecisionsRequest request, int page_size) {
    Ids ids;
    request.set_page_size(page_size);
    for (int pages = 0; pages < 50; ++pages) {
      const v1::ListDecisionsResponse page = List(request);
      EXPECT_LE(page.decisions_size(), page_size);
      for (const auto& row : page.decisions()) ids.push_back(row.decision_id());
      if (page.next_page_token().empty()) return ids;
      request.set_page_token(page.next_page_token());
    }
    ADD_FAILURE() << "no end";
    return ids;
  }

  /// What the list must be, from the numbers of the decisions.
  static Ids Expected(const std::function<bool(int)>& passes) {
    std::vector<int> numbers;
    for (int i = 0; i < 23; ++i) {
      if (passes(i)) numbers.push_back(i);
    }
    // Newest first; at one time by partition: ada's is 0.
    std::stable_sort(numbers.begin(), numbers.end(), [](int a, int b) {
      return std::pair(-(a / 2), a % 2) < std::pair(-(b / 2), b % 2);
    });
    Ids ids;
    for (const int number : numbers) ids.push_back(IdOf('d', number));
    return ids;
  }

  std::string ada_ = CustomerOf(0);
  std::string bob_ = CustomerOf(1);
  TempDirectory directory_;
  StoreResources stores_{{.cache_bytes = 8 << 20, .unflushed_bytes = 32 << 20}};
  ViewLog log_;
  std::unique_ptr<Views> views_;
};

TEST_F(QueriesTest, ListsByEveryFilterInPagesOfAnySize) {
  struct Case {
    const char* name;
    std::function<void(v1::ListDecisionsRequest&)> filter;
    std::function<bool(int)> passes;
  };
  const std::vector<Case> cases = {
      {"all", [](auto&) {}, [](int) { return true; }},
      {"customer", [&](auto& r) { r.set_customer_id(ada_); }, [](int i) { return i % 2 == 0; }},
      {"action", [](auto& r) { r.set_action("credit"); }, [](int i) { return i % 4 == 0; }},
      {"verdict", [](auto& r) { r.set_verdict(v1::DECISION_VERDICT_NO_ACTION); },
       [](int i) { return i % 4 != 0; }},
      {"customer and action",
       [&](auto& r) {
         r.set_customer_id(ada_);
         r.set_action("NO_ACTION");
       },
       [](int i) { return i % 4 == 2; }},
      {"nobody's action of his",
       [&](auto& r) {
         r.set_customer_id(bob_);
         r.set_action("credit");
       },
       [](int) { return false; }},
      {"from", [](auto& r) { r.set_from_time_ms(kTestTime + 5000); },
       [](int i) { return i / 2 >= 5; }},
      {"until", [](auto& r) { r.set_until_time_ms(kTestTime + 5000); },
       [](int i) { return i / 2 < 5; }},
      {"a span of one customer",
       [&](auto& r) {
         r.set_customer_id(bob_);
         r.set_from_time_ms(kTestTime + 2000);
         r.set_until_time_ms(kTestTime + 4000);
       },
       [](int i) { return i % 2 == 1 && i / 2 >= 2 && i / 2 < 4; }},
  };
  for (const Case& each : cases) {
    v1::ListDecisionsRequest request;
    each.filter(request);
    for (const int size : {1, 2, 7, 1000}) {
      EXPECT_EQ(Walk(request, size), Expected(each.passes)) << each.name << ", pages of " << size;
    }
  }
}

TEST_F(QueriesTest, ATokenBelongsToItsQuery) {
  v1::ListDecisionsRequest request;
  request.set_customer_id(ada_);
  request.set_page_size(2);
  const std::string token = List(request).next_page_token();
  ASSERT_FALSE(token.empty());
  struct Case {
    const char* name;
    std::function<void(v1::ListDecisionsRequest&)> change;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"another customer", [&](auto& r) { r.set_customer_id(bob_); }, "another query"},
      {"no customer", [](auto& r) { r.clear_customer_id(); }, "another query"},
      {"another span", [](auto& r) { r.set_from_time_ms(1); }, "another query"},
      {"cut", [&](auto& r) { r.set_page_token(token.substr(0, token.size() - 2)); }, "was changed"},
      {"changed",
       [&](auto& r) {
         std::string other = token;
         other.back() = other.back() == '0' ? '1' : '0';
         r.set_page_token(other);
       },
       "was changed"},
      {"nonsense", [](auto& r) { r.set_page_token("next"); }, "no token of ours"},
      {"short", [](auto& r) { r.set_page_token("00"); }, "no token of ours"},
      {"endless", [](auto& r) { r.set_page_token(std::string(100'000, '0')); }, "no token of ours"},
  };
  for (const Case& each : cases) {
    v1::ListDecisionsRequest other = request;
    other.set_page_token(token);
    each.change(other);
    const auto result = ListDecisions(*views_, other);
    const auto* error = std::get_if<RpcError>(&result);
    ASSERT_NE(error, nullptr) << each.name;
    EXPECT_EQ(error->code, StatusCode::kInvalidArgument) << each.name;
    ASSERT_THAT(error->violations, SizeIs(1)) << each.name;
    EXPECT_EQ(error->violations[0].field, "page_token");
    EXPECT_THAT(error->violations[0].description, HasSubstr(each.message)) << each.name;
  }
  // The same filters under another page size are the same query.
  request.set_page_token(token);
  request.set_page_size(5);
  EXPECT_THAT(List(request).decisions(), SizeIs(5));
  // A token of another list is one of another query.
  v1::ListApprovalsRequest approvals;
  approvals.set_page_token(token);
  EXPECT_TRUE(std::holds_alternative<RpcError>(ListApprovals(*views_, approvals)));
}

TEST_F(QueriesTest, BadRequestsNameTheField) {
  const auto field_of = [](const auto& result) -> std::string {
    const auto* error = std::get_if<RpcError>(&result);
    if (error == nullptr || error->code != StatusCode::kInvalidArgument) return "taken";
    return error->violations.empty() ? "no field" : error->violations[0].field;
  };
  const auto list = [&](const std::function<void(v1::ListDecisionsRequest&)>& fill) {
    v1::ListDecisionsRequest request;
    fill(request);
    return field_of(ListDecisions(*views_, request));
  };
  EXPECT_EQ(list([](auto& r) { r.set_page_size(0); }), "page_size");
  EXPECT_EQ(list([](auto& r) { r.set_page_size(1001); }), "page_size");
  EXPECT_EQ(list([](auto& r) { r.set_verdict(static_cast<v1::DecisionVerdict>(99)); }), "verdict");
  EXPECT_EQ(list([](auto& r) {
              r.set_from_time_ms(2);
              r.set_until_time_ms(2);
            }),
            "until_time_ms");
  for (const std::string id : {"", "abc", "D0000000000000000000000000000001"}) {
    v1::GetDecisionRequest decision;
    decision.set_decision_id(id);
    EXPECT_EQ(field_of(GetDecision(*views_, decision)), "decision_id");
    v1::GetApprovalRequest approval;
    approval.set_approval_id(id);
    EXPECT_EQ(field_of(GetApproval(*views_, approval)), "approval_id");
  }
}

TEST_F(QueriesTest, ADecisionComesWithWhatBecameOfIt) {
  v1::GetDecisionRequest request;
  request.set_decision_id(IdOf('d', 4));
  const auto result = GetDecision(*views_, request);
  const auto* found = std::get_if<v1::GetDecisionResponse>(&result);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->decision().customer_id(), ada_);
  EXPECT_EQ(found->envelope().sequence(), 5U);
  EXPECT_EQ(found->progress().released_time_ms(), kTestTime + 7);
  EXPECT_EQ(found->progress().receipt_status(), "done");
  EXPECT_EQ(found->progress().receipt_time_ms(), kTestTime + 9);
  EXPECT_TRUE(found->has_lag());
  v1::ListDecisionsRequest list;
  list.set_action("credit");
  const v1::ListDecisionsResponse credits = List(list);
  EXPECT_THAT(credits.decisions(), SizeIs(6));
  for (const auto& row : credits.decisions()) {
    EXPECT_EQ(row.progress().receipt_status(), row.decision_id() == IdOf('d', 4) ? "done" : "");
    EXPECT_EQ(row.progress().approval_state(), row.decision_id() == IdOf('d', 8) ? "expired" : "");
  }
}

TEST_F(QueriesTest, AnUnknownDecisionSaysWhatToCheck) {
  v1::GetDecisionRequest request;
  request.set_decision_id(IdOf('d', 99));
  const auto result = GetDecision(*views_, request);
  const auto* error = std::get_if<RpcError>(&result);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, StatusCode::kNotFound);
  EXPECT_THAT(error->message, HasSubstr("0 records behind"));
}

TEST_F(QueriesTest, ApprovalsComeInTheOrderInWhichTheyExpire) {
  v1::ListApprovalsRequest request;
  request.set_page_size(2);
  Ids ids;
  for (int pages = 0; pages < 5; ++pages) {
    const auto result = ListApprovals(*views_, request);
    ASSERT_TRUE(std::holds_alternative<v1::ListApprovalsResponse>(result));
    const auto& page = std::get<v1::ListApprovalsResponse>(result);
    for (const auto& approval : page.approvals()) ids.push_back(approval.approval_id());
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  EXPECT_THAT(ids,
              ElementsAre(IdOf('b', 4), IdOf('b', 3), IdOf('b', 2), IdOf('b', 1), IdOf('b', 0)));
  v1::ListApprovalsRequest bobs;
  bobs.set_customer_id(bob_);
  const auto result = ListApprovals(*views_, bobs);
  EXPECT_THAT(std::get<v1::ListApprovalsResponse>(result).approvals(), SizeIs(2));
  v1::ListApprovalsRequest expired;
  expired.set_state(v1::APPROVAL_STATE_EXPIRED);
  const auto closed = ListApprovals(*views_, expired);
  EXPECT_THAT(std::get<v1::ListApprovalsResponse>(closed).approvals(), SizeIs(1));
}

// --- what is left between two offsets ---

TEST(RecordSearchTest, LooksOnceForEachStretch) {
  using Finding = RecordSearch::Finding;
  RecordSearch search;
  EXPECT_EQ(search.Look(5, 5), Finding::kNone);
  EXPECT_EQ(search.Look(5, 9), Finding::kLook);
  EXPECT_EQ(search.next_look(5), 5);
  search.OnEnd(5, 9);  // Markers alone.
  EXPECT_EQ(search.Look(5, 9), Finding::kNone);
  EXPECT_EQ(search.Look(7, 9), Finding::kNone);
  EXPECT_EQ(search.Look(5, 12), Finding::kLook);
  EXPECT_EQ(search.next_look(5), 9);
  search.OnRecord(5, 10);
  EXPECT_EQ(search.Look(5, 12), Finding::kSome);
  EXPECT_EQ(search.Look(5, 10), Finding::kNone);
  EXPECT_EQ(search.Look(10, 12), Finding::kSome);
  EXPECT_EQ(search.Look(11, 12), Finding::kLook);  // That one is applied: is there another?
  search.OnEnd(11, 12);
  EXPECT_EQ(search.Look(11, 12), Finding::kNone);
}

}  // namespace
}  // namespace evenkeel::testing
