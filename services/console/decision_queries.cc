#include <algorithm>
#include <string>

#include "console/page_token.h"
#include "console/queries.h"

#include "evenkeel/v1/actions.pb.h"
#include "evenkeel/v1/decisions.pb.h"
#include "evenkeel/v1/receipts.pb.h"

namespace evenkeel {
namespace {

/// Rows that one call looks at; a page may end early, with a token.
constexpr int kRowsMax = 20'000;

template <typename Enum>
std::string WordOf(const std::string& name, const std::string& prefix, Enum /*value*/) {
  std::string word = name.substr(std::min(prefix.size(), name.size()));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

Status FillProgress(const Views& views, const std::string& action_id,
                    const std::string& approval_id, v1::ActionProgress& progress) {
  const DerivedStore& store = views.store();
  if (!action_id.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const auto released, store.Get(view_keys::Released(action_id)));
    if (released) {
      EVENKEEL_ASSIGN_OR_RETURN(const ActionFact fact, ActionFact::Decode(*released));
      progress.set_released_time_ms(fact.time_ms);
    }
    EVENKEEL_ASSIGN_OR_RETURN(const auto receipt, store.Get(view_keys::Receipt(action_id)));
    if (receipt) {
      EVENKEEL_ASSIGN_OR_RETURN(const ActionFact fact, ActionFact::Decode(*receipt));
      const auto status = static_cast<v1::ReceiptStatus>(fact.status);
      progress.set_receipt_status(
          WordOf(v1::ReceiptStatus_Name(status), "RECEIPT_STATUS_", status));
      progress.set_receipt_time_ms(fact.time_ms);
    }
  }
  if (approval_id.empty()) return {};
  EVENKEEL_ASSIGN_OR_RETURN(const auto approval, FindApproval(views, approval_id));
  if (approval) {
    progress.set_approval_state(
        WordOf(v1::ApprovalState_Name(approval->state()), "APPROVAL_STATE_", approval->state()));
  }
  return {};
}

bool Passes(const v1::DecisionSummary& row, const v1::ListDecisionsRequest& request) {
  return (request.customer_id().empty() || row.customer_id() == request.customer_id()) &&
         (request.action().empty() || row.action() == request.action()) &&
         (request.verdict() == v1::DECISION_VERDICT_UNSPECIFIED ||
          row.verdict() == request.verdict());
}

/// The index with the fewest rows to look at.
std::string IndexOf(const v1::ListDecisionsRequest& request) {
  if (!request.customer_id().empty()) return view_keys::CustomerPrefix(request.customer_id());
  if (!request.action().empty()) return view_keys::ActionPrefix(request.action());
  if (request.verdict() != v1::DECISION_VERDICT_UNSPECIFIED) {
    return view_keys::VerdictPrefix(request.verdict());
  }
  return "T";
}

std::optional<RpcError> CheckFilters(const v1::ListDecisionsRequest& request) {
  if (!v1::DecisionVerdict_IsValid(request.verdict())) {
    return RpcError::BadField("verdict", std::to_string(request.verdict()) +
                                             " is none; see the contract's DecisionVerdict");
  }
  if (request.has_from_time_ms() && request.has_until_time_ms() &&
      request.from_time_ms() >= request.until_time_ms()) {
    return RpcError::BadField("until_time_ms", "must be later than from_time_ms");
  }
  return std::nullopt;
}

/// One page: walks the index from the newest row on.
class DecisionPage {
 public:
  DecisionPage(const Views& views, const v1::ListDecisionsRequest& request, int size)
      : views_(views), request_(request), size_(size), index_(IndexOf(request)) {}

  Status Read(const std::string& after, v1::ListDecisionsResponse& out) {
    std::string from = index_;
    if (!after.empty()) {
      from += after + '\0';  // The first key behind it.
    } else if (request_.has_until_time_ms()) {
      from += OrderKeyBefore(request_.until_time_ms());
    }
    Status inner;
    EVENKEEL_RETURN_IF_ERROR(
        views_.store().Scan(from, EndOf(index_), [&](std::string_view key, std::string_view value) {
          const Result<bool> more = Take(key.substr(index_.size()), value, out);
          inner = more.status();
          return more.ok() && *more;
        }));
    EVENKEEL_RETURN_IF_ERROR(inner);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      EVENKEEL_RETURN_IF_ERROR(
          FillProgress(views_, rows_[i].action_id, rows_[i].approval_id,
                       *out.mutable_decisions(static_cast<int>(i))->mutable_progress()));
    }
    return {};
  }

  /// The last row looked at, if there may be more behind it.
  const std::string& next() const { return next_; }

 private:
  static std::string EndOf(const std::string& prefix) { return prefix + std::string(21, '\xff'); }

  Result<bool> Take(std::string_view order, std::string_view value,
                    v1::ListDecisionsResponse& out) {
    if (request_.has_from_time_ms() && AsOfOrder(order) < request_.from_time_ms()) return false;
    // One row more than asked for tells whether there is another page.
    if (out.decisions_size() == size_ || ++looked_at_ > kRowsMax) {
      next_ = last_;
      return false;
    }
    last_ = order;
    std::optional<std::string> stored;
    if (index_ != "T") {
      EVENKEEL_ASSIGN_OR_RETURN(stored, views_.store().Get(view_keys::ByTime(order)));
      if (!stored) return true;  // Forgotten meanwhile.
      value = *stored;
    }
    EVENKEEL_ASSIGN_OR_RETURN(DecisionRow row, DecisionRow::Decode(value));
    if (!Passes(row.summary, request_)) return true;
    *out.add_decisions() = row.summary;
    rows_.push_back(std::move(row));
    return true;
  }

  const Views& views_;
  const v1::ListDecisionsRequest& request_;
  const int size_;
  const std::string index_;
  int looked_at_ = 0;
  std::vector<DecisionRow> rows_;
  std::string last_;
  std::string next_;
};

}  // namespace

std::optional<RpcError> CheckId(const char* field, std::string_view id) {
  const bool legal = id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
  if (legal) return std::nullopt;
  return RpcError::BadField(field, id.empty() ? "is empty; 32 lower-case hexadecimal digits"
                                              : "is not 32 lower-case hexadecimal digits");
}

RpcResult<v1::GetDecisionResponse> GetDecision(const Views& views,
                                               const v1::GetDecisionRequest& request) {
  if (auto bad = CheckId("decision_id", request.decision_id())) return *std::move(bad);
  const auto stored = views.store().Get(view_keys::Decision(request.decision_id()));
  if (!stored.ok()) return RpcError::From(stored.status());
  const v1::ViewLag lag = views.Lag();
  if (!*stored) {
    return RpcError{.code = StatusCode::kNotFound,
                    .message = "no decision " + request.decision_id() +
                               " in the view: check the id; the view is " +
                               std::to_string(lag.records()) +
                               " records behind, and forgets what is older than its retention",
                    .metadata = {{"lag_records", std::to_string(lag.records())}}};
  }
  v1::GetDecisionResponse response;
  if (!response.mutable_envelope()->ParseFromString(**stored) ||
      !response.mutable_decision()->ParseFromString(response.envelope().payload())) {
    return RpcError::From(DataLoss("the view is damaged; stop the console and delete it"));
  }
  const Status filled =
      FillProgress(views, response.decision().action().action_id(),
                   response.decision().approval_id(), *response.mutable_progress());
  if (!filled.ok()) return RpcError::From(filled);
  *response.mutable_lag() = lag;
  return response;
}

RpcResult<v1::ListDecisionsResponse> ListDecisions(const Views& views,
                                                   const v1::ListDecisionsRequest& request) {
  int size = 0;
  std::string after;
  const std::string digest = FilterDigest(request);
  if (auto bad = CheckFilters(request)) return *std::move(bad);
  if (auto bad = CheckPageSize(request.has_page_size(), request.page_size(), size)) {
    return *std::move(bad);
  }
  if (auto bad = ReadPageToken(digest, request.page_token(), after)) return *std::move(bad);
  v1::ListDecisionsResponse response;
  *response.mutable_lag() = views.Lag();
  DecisionPage page(views, request, size);
  if (const Status read = page.Read(after, response); !read.ok()) return RpcError::From(read);
  if (!page.next().empty()) response.set_next_page_token(MakePageToken(digest, page.next()));
  return response;
}

}  // namespace evenkeel
