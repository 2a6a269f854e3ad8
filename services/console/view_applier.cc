#include "console/view_applier.h"

#include <algorithm>
#include <utility>

#include "evenkeel/codec/globals_codec.h"
#include "evenkeel/v1/actions.pb.h"
#include "evenkeel/v1/decisions.pb.h"
#include "evenkeel/v1/globals.pb.h"
#include "evenkeel/v1/receipts.pb.h"

namespace evenkeel {
namespace {

/// Rows that one turn of pruning takes.
constexpr int kPruneMax = 2000;

template <typename Message>
bool Parse(std::optional<std::string_view> bytes, Message& out) {
  return bytes && out.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()));
}

bool ParseAction(const LogRecord& record, v1::ApprovedAction& out) {
  v1::SignedAction signed_action;
  return Parse(record.value, signed_action) && Parse(signed_action.payload(), out) &&
         !out.action_id().empty();
}

DecisionRow RowOf(const v1::DecisionRecord& record) {
  DecisionRow row{
      .action_id = record.action().action_id(), .approval_id = record.approval_id(), .summary = {}};
  v1::DecisionSummary& summary = row.summary;
  summary.set_decision_id(record.decision_id());
  summary.set_customer_id(record.customer_id());
  summary.set_as_of_time_ms(record.as_of_time_ms());
  summary.set_rule(record.rule());
  summary.set_verdict(record.verdict());
  summary.set_arm(record.arm().arm());
  if (static_cast<int>(record.chosen()) < record.candidates_size()) {
    const v1::Candidate& chosen = record.candidates(static_cast<int>(record.chosen()));
    summary.set_action(chosen.action());
    summary.set_channel(chosen.channel());
    summary.set_expected_value_micros(chosen.expected_value().total_micros());
  }
  return row;
}

void DeleteDecision(const DecisionRow& row, std::string_view order, DerivedBatch& batch) {
  const std::string key(order);
  const v1::DecisionSummary& summary = row.summary;
  batch.Delete(view_keys::Decision(summary.decision_id()));
  batch.Delete(view_keys::ByTime(order));
  batch.Delete(view_keys::CustomerPrefix(summary.customer_id()) + key);
  batch.Delete(view_keys::ActionPrefix(summary.action()) + key);
  batch.Delete(view_keys::VerdictPrefix(summary.verdict()) + key);
}

void IndexApproval(const v1::ApprovalRequest& request, bool is_there, DerivedBatch& batch) {
  const std::string order =
      view_keys::ApprovalOrder(request.expires_time_ms(), request.approval_id());
  for (const std::string& prefix :
       {view_keys::ApprovalStatePrefix(request.state()),
        view_keys::ApprovalCustomerPrefix(request.customer_id(), request.state())}) {
    if (is_there) {
      batch.Put(prefix + order, "");
    } else {
      batch.Delete(prefix + order);
    }
  }
}

}  // namespace

ViewApplier::ViewApplier(const DerivedStore& store, ViewRetention retention,
                         SignalDecoderOptions decoder)
    : store_(store), retention_(retention), decoder_(decoder) {}

Status ViewApplier::Apply(ViewTopic topic, const std::string& name, const LogRecord& record,
                          DerivedBatch& batch, ViewTotals& totals) {
  totals.newest_time_ms = std::max(totals.newest_time_ms, record.timestamp.value);
  switch (topic) {
    case ViewTopic::kDecisions:
      return OnDecision(record, batch, totals);
    case ViewTopic::kActions:
      return OnAction(name, record, batch, totals);
    case ViewTopic::kActionDeadLetters:
      return OnActionDeadLetter(record, batch, totals);
    case ViewTopic::kRequests:
      return OnRequest(record, batch, totals);
    case ViewTopic::kVerdicts:
    case ViewTopic::kReceipts:
      return OnSignal(topic, record, batch, totals);
    case ViewTopic::kControl:
      OnControl(record, batch, totals);
      return {};
    case ViewTopic::kTicks:
      break;  // It says what time it is: the views' clock has it.
  }
  return {};
}

// --- decisions ---

Status ViewApplier::OnDecision(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals) {
  v1::DecisionEnvelope envelope;
  v1::DecisionRecord decision;
  if (!Parse(record.value, envelope) || !Parse(envelope.payload(), decision) ||
      decision.decision_id().empty()) {
    ++totals.unreadable;
    return {};
  }
  const std::string key = view_keys::Decision(decision.decision_id());
  EVENKEEL_ASSIGN_OR_RETURN(const auto there, store_.Get(key, batch));
  if (there) return {};
  const std::string order =
      OrderKey({decision.as_of_time_ms(), record.partition, envelope.sequence()});
  const DecisionRow row = RowOf(decision);
  batch.Put(key, std::string(*record.value));
  batch.Put(view_keys::ByTime(order), row.Encode());
  batch.Put(view_keys::CustomerPrefix(decision.customer_id()) + order, "");
  batch.Put(view_keys::ActionPrefix(row.summary.action()) + order, "");
  batch.Put(view_keys::VerdictPrefix(decision.verdict()) + order, "");
  ++totals.decisions;
  totals.newest_decision_ms = std::max(totals.newest_decision_ms, decision.as_of_time_ms());
  return {};
}

// --- what became of actions ---

Status ViewApplier::OnAction(const std::string& topic, const LogRecord& record, DerivedBatch& batch,
                             ViewTotals& totals) {
  v1::ApprovedAction action;
  if (!ParseAction(record, action)) {
    ++totals.unreadable;
    return {};
  }
  const std::string key = view_keys::Released(action.action_id());
  EVENKEEL_ASSIGN_OR_RETURN(const auto there, store_.Get(key, batch));
  if (there) return {};  // The same action again: it went out, and that was that.
  const ActionFact fact{.time_ms = action.issued_time_ms(),
                        .indexed_ms = action.issued_time_ms(),
                        .decision_id = action.decision_id()};
  batch.Put(key, fact.Encode());
  batch.Put(view_keys::Forgetting(fact.indexed_ms, key), "");
  EVENKEEL_ASSIGN_OR_RETURN(const auto receipt,
                            store_.Get(view_keys::Receipt(action.action_id()), batch));
  if (receipt) {
    EVENKEEL_ASSIGN_OR_RETURN(const ActionFact end, ActionFact::Decode(*receipt));
    if (end.status != v1::RECEIPT_STATUS_ACCEPTED) return {};
  }
  EVENKEEL_ASSIGN_OR_RETURN(const auto dead,
                            store_.Get(view_keys::DeadLetter(action.action_id()), batch));
  if (dead) return {};
  batch.Put(view_keys::OpenAction(action.action_id()), topic);
  ++totals.open_actions[topic];
  return {};
}

// It has no receipt, and nobody is going to carry it out.
Status ViewApplier::OnActionDeadLetter(const LogRecord& record, DerivedBatch& batch,
                                       ViewTotals& totals) {
  v1::ApprovedAction action;
  if (!ParseAction(record, action)) return {};  // So it was never open.
  const std::string key = view_keys::DeadLetter(action.action_id());
  EVENKEEL_ASSIGN_OR_RETURN(const auto there, store_.Get(key, batch));
  if (there) return {};
  const ActionFact fact{.time_ms = record.timestamp.value,
                        .indexed_ms = record.timestamp.value,
                        .decision_id = action.decision_id()};
  batch.Put(key, fact.Encode());
  batch.Put(view_keys::Forgetting(fact.indexed_ms, key), "");
  return Close(action.action_id(), batch, totals);
}

Status ViewApplier::Close(const std::string& action_id, DerivedBatch& batch,
                          ViewTotals& totals) const {
  const std::string key = view_keys::OpenAction(action_id);
  EVENKEEL_ASSIGN_OR_RETURN(const auto topic, store_.Get(key, batch));
  if (!topic) return {};
  batch.Delete(key);
  const auto open = totals.open_actions.find(*topic);
  if (open != totals.open_actions.end() && --open->second == 0) totals.open_actions.erase(open);
  return {};
}

Status ViewApplier::OnReceipt(const Receipt& receipt, DerivedBatch& batch, ViewTotals& totals) {
  const std::string key = view_keys::Receipt(receipt.action_id);
  EVENKEEL_ASSIGN_OR_RETURN(const auto there, store_.Get(key, batch));
  if (there) {
    EVENKEEL_ASSIGN_OR_RETURN(const ActionFact before, ActionFact::Decode(*there));
    if (before.status != v1::RECEIPT_STATUS_ACCEPTED) return {};  // The first end counts.
    batch.Delete(view_keys::Forgetting(before.indexed_ms, key));
  }
  const ActionFact fact{.time_ms = receipt.occurred.value,
                        .indexed_ms = receipt.occurred.value,
                        .status = static_cast<std::int32_t>(receipt.status),
                        .decision_id = receipt.decision_id};
  batch.Put(key, fact.Encode());
  batch.Put(view_keys::Forgetting(fact.indexed_ms, key), "");
  return IsTerminal(receipt.status) ? Close(receipt.action_id, batch, totals) : Status();
}

// --- approvals ---

Status ViewApplier::OnRequest(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals) {
  v1::ApprovalRequest request;
  if (!Parse(record.value, request) || request.approval_id().empty()) {
    ++totals.unreadable;
    return {};
  }
  const std::string key = view_keys::Approval(request.approval_id());
  EVENKEEL_ASSIGN_OR_RETURN(const auto there, store_.Get(key, batch));
  if (there) {
    v1::ApprovalRequest before;
    if (Parse(std::string_view(*there), before)) {
      IndexApproval(before, /*is_there=*/false, batch);
      if (before.state() == v1::APPROVAL_STATE_OPEN) --totals.open_approvals;
    }
  }
  batch.Put(key, std::string(*record.value));
  IndexApproval(request, /*is_there=*/true, batch);
  if (request.state() == v1::APPROVAL_STATE_OPEN) ++totals.open_approvals;
  return {};
}

Status ViewApplier::OnSignal(ViewTopic topic, const LogRecord& record, DerivedBatch& batch,
                             ViewTotals& totals) {
  const RecordView view{.partition = record.partition,
                        .timestamp = record.timestamp,
                        .key = record.key,
                        .value = record.value,
                        .headers = record.headers};
  if (decoder_.Decode(view, signal_)) {
    ++totals.unreadable;
    return {};
  }
  if (const auto* receipt = std::get_if<Receipt>(&signal_.payload);
      receipt != nullptr && topic == ViewTopic::kReceipts) {
    return OnReceipt(*receipt, batch, totals);
  }
  if (const auto* verdict = std::get_if<Verdict>(&signal_.payload);
      verdict != nullptr && topic == ViewTopic::kVerdicts) {
    OnVerdict(*verdict, record, batch);
    return {};
  }
  ++totals.unreadable;
  return {};
}

void ViewApplier::OnVerdict(const Verdict& verdict, const LogRecord& record, DerivedBatch& batch) {
  v1::ApprovalVerdict row;
  row.set_verdict_id(verdict.verdict_id);
  row.set_approval_id(verdict.approval_id);
  row.set_customer_id(signal_.signal.customer.value());
  row.set_action_id(verdict.action_id);
  row.set_action_digest(std::string(AsBytes(verdict.action_digest)));
  row.set_verdict(static_cast<v1::Verdict>(verdict.kind));
  row.set_approver(verdict.approver);
  row.set_approver_role(verdict.approver_role);
  row.set_comment(verdict.comment);
  row.set_policy_revision(verdict.policy_revision);
  row.set_decided_time_ms(verdict.decided.value);
  const std::string key = view_keys::Verdict(verdict.approval_id, record.partition, record.offset);
  batch.Put(key, row.SerializeAsString());
  batch.Put(view_keys::Forgetting(verdict.decided.value, key), "");
}

// --- control ---

void ViewApplier::OnControl(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals) {
  if (!record.key) {
    ++totals.unreadable;
    return;
  }
  const std::string key = view_keys::Control(*record.key);
  if (!record.value) {
    batch.Delete(key);
    return;
  }
  if (!DecodeControlEntry(*record.value).ok()) ++totals.unreadable;
  batch.Put(key, ControlRow{record.offset, std::string(*record.value)}.Encode());
}

// --- forgetting ---

Result<bool> ViewApplier::Prune(DerivedBatch& batch, ViewTotals& totals) const {
  int left = kPruneMax;
  EVENKEEL_RETURN_IF_ERROR(PruneDecisions(batch, totals, left));
  EVENKEEL_RETURN_IF_ERROR(PruneFacts(batch, totals, left));
  EVENKEEL_RETURN_IF_ERROR(PruneApprovals(batch, totals, left));
  return left <= 0;
}

Status ViewApplier::PruneDecisions(DerivedBatch& batch, ViewTotals& totals, int& left) const {
  const std::int64_t oldest = totals.newest_decision_ms - retention_.age_ms;
  Status decoded;
  EVENKEEL_RETURN_IF_ERROR(
      store_.ScanBack("T", "U", [&](std::string_view key, std::string_view value) {
        const std::string_view order = key.substr(1);
        const bool is_kept =
            totals.decisions <= retention_.decisions_max && AsOfOrder(order) >= oldest;
        if (is_kept || left <= 0) return false;
        const Result<DecisionRow> row = DecisionRow::Decode(value);
        decoded = row.status();
        if (!row.ok()) return false;
        DeleteDecision(*row, order, batch);
        --totals.decisions;
        --left;
        return true;
      }));
  return decoded;
}

Status ViewApplier::PruneFacts(DerivedBatch& batch, ViewTotals& totals, int& left) const {
  const std::string until =
      view_keys::Forgetting(totals.newest_decision_ms - retention_.age_ms, "");
  std::vector<std::string> open;
  EVENKEEL_RETURN_IF_ERROR(store_.Scan("F", until, [&](std::string_view key, std::string_view) {
    if (left-- <= 0) return false;
    const std::string_view row = key.substr(9);
    batch.Delete(std::string(key));
    batch.Delete(std::string(row));
    // "X", the id with its length before it, "a": what went out and was never answered.
    if (row.front() == 'X' && row.back() == 'a') open.emplace_back(row.substr(3, row.size() - 4));
    return true;
  }));
  for (const std::string& action_id : open) {
    EVENKEEL_RETURN_IF_ERROR(Close(action_id, batch, totals));
  }
  return {};
}

Status ViewApplier::PruneApprovals(DerivedBatch& batch, const ViewTotals& totals, int& left) const {
  const std::int64_t oldest = totals.newest_decision_ms - retention_.age_ms;
  std::vector<std::string> gone;
  for (int state = v1::APPROVAL_STATE_OPEN + 1; v1::ApprovalState_IsValid(state); ++state) {
    const std::string prefix = view_keys::ApprovalStatePrefix(state);
    EVENKEEL_RETURN_IF_ERROR(
        store_.Scan(prefix, prefix + view_keys::ApprovalOrder(oldest, ""),
                    [&](std::string_view key, std::string_view) {
                      if (left-- <= 0) return false;
                      gone.emplace_back(key.substr(prefix.size() + view_keys::kApprovalTimeBytes));
                      return true;
                    }));
  }
  for (const std::string& approval_id : gone) {
    const std::string key = view_keys::Approval(approval_id);
    EVENKEEL_ASSIGN_OR_RETURN(const auto row, store_.Get(key, batch));
    v1::ApprovalRequest request;
    if (!row || !Parse(std::string_view(*row), request)) continue;
    IndexApproval(request, /*is_there=*/false, batch);
    batch.Delete(key);
  }
  return {};
}

}  // namespace evenkeel
