#include "evenkeel/decision/pending_approvals.h"

#include <algorithm>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/decision/decision_ids.h"
#include "evenkeel/features/enum_bytes.h"
#include "evenkeel/features/far_time.h"

namespace evenkeel {
namespace {

// Numbers, digests and lengths of everything; what is left out are the texts.
constexpr std::int64_t kFixedBytes = 300;
// The rest of a request: names, digests, and the action's bytes with as much of the same again.
constexpr std::int64_t kRequestBytes = 2048;

ActionKey KeyOf(std::string_view approval_id) { return ParseActionId(approval_id).value(); }

void WriteKey(ByteWriter& writer, const ActionKey& key) {
  for (const std::uint8_t byte : key) writer.Byte(byte);
}

ActionKey ReadKey(ByteReader& reader) {
  ActionKey key{};
  for (std::uint8_t& byte : key) byte = reader.Byte();
  return key;
}

std::string ReadId(ByteReader& reader) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(ActionKey); ++i) {
    bytes.push_back(static_cast<char>(reader.Byte()));
  }
  return ToHex(bytes);
}

void WriteAction(ByteWriter& writer, const PlannedAction& action) {
  WriteKey(writer, KeyOf(action.action_id));
  WriteKey(writer, KeyOf(action.decision_id));
  writer.Bytes(action.customer.value());
  for (const std::string* text :
       {&action.action, &action.domain, &action.proposer, &action.treatment, &action.template_name,
        &action.channel, &action.purpose}) {
    writer.Bytes(*text);
  }
  writer.Byte(static_cast<std::uint8_t>(action.contact_class));
  writer.Byte(static_cast<std::uint8_t>(action.risk_class));
  writer.Byte(action.is_reversible ? 1 : 0);
  writer.Signed(action.send_from.value);
  writer.Signed(action.send_by.value);
  writer.Signed(action.incentive_micro);
  writer.Signed(action.incentive_payments);
  writer.Varint(action.parameters.size());
  for (const auto& [name, value] : action.parameters) {
    writer.Bytes(name);
    writer.Bytes(value);
  }
}

PlannedAction ReadAction(ByteReader& reader) {
  PlannedAction action;
  action.action_id = ReadId(reader);
  action.decision_id = ReadId(reader);
  action.customer = CustomerId(std::string(reader.Bytes()));
  for (std::string* text : {&action.action, &action.domain, &action.proposer, &action.treatment,
                            &action.template_name, &action.channel, &action.purpose}) {
    *text = reader.Bytes();
  }
  action.contact_class = ReadEnum(reader, ContactClass::kRemedial);
  action.risk_class = ReadEnum(reader, RiskClass::kHigh);
  action.is_reversible = reader.Byte() != 0;
  action.send_from = {reader.Signed()};
  action.send_by = {reader.Signed()};
  action.incentive_micro = reader.Signed();
  action.incentive_payments = static_cast<std::int32_t>(reader.Signed());
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    std::string name(reader.Bytes());
    std::string value(reader.Bytes());
    action.parameters.emplace_back(std::move(name), std::move(value));
  }
  return action;
}

// What the action says too is not written twice.
void WriteRequest(ByteWriter& writer, const ApprovalRequest& request) {
  WriteKey(writer, KeyOf(request.approval_id));
  writer.Byte(static_cast<std::uint8_t>(request.state));
  writer.Bytes(request.action);
  writer.Bytes(request.policy_revision);
  writer.Signed(request.amount.units);
  writer.Byte(request.amount.scale);
  for (const char c : request.amount.currency.code) writer.Byte(static_cast<std::uint8_t>(c));
  writer.Varint(request.reasons.size());
  for (const std::string& reason : request.reasons) writer.Bytes(reason);
  writer.Bytes(request.required_role);
  writer.Signed(request.requested.value);
  writer.Signed(request.expires.value);
  writer.Signed(request.expected_value_micro);
  writer.Byte(static_cast<std::uint8_t>(request.environment));
  writer.Byte(request.is_simulated ? 1 : 0);
  writer.Bytes(request.verdict_id);
  writer.Bytes(request.approver);
  writer.Signed(request.changed.value);
  WriteFarTime(writer, request.held_until.value_or(TimeMs::Max()));
}

ApprovalRequest ReadRequest(ByteReader& reader) {
  ApprovalRequest request;
  request.approval_id = ReadId(reader);
  request.state = ReadEnum(reader, ApprovalState::kHeld);
  request.action = reader.Bytes();
  request.action_digest = Sha256(request.action);
  request.policy_revision = reader.Bytes();
  request.amount.units = reader.Signed();
  request.amount.scale = reader.Byte();
  for (char& c : request.amount.currency.code) c = static_cast<char>(reader.Byte());
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    request.reasons.emplace_back(reader.Bytes());
  }
  request.required_role = reader.Bytes();
  request.requested = {reader.Signed()};
  request.expires = {reader.Signed()};
  request.expected_value_micro = reader.Signed();
  request.environment = ReadEnum(reader, Environment::kProd);
  request.is_simulated = reader.Byte() != 0;
  request.verdict_id = reader.Bytes();
  request.approver = reader.Bytes();
  request.changed = {reader.Signed()};
  if (const TimeMs held = ReadFarTime(reader); held < TimeMs::Max()) request.held_until = held;
  return request;
}

void WriteAnswer(ByteWriter& writer, const std::optional<Verdict>& answer) {
  writer.Byte(answer ? 1 : 0);
  if (!answer) return;
  writer.Bytes(answer->verdict_id);
  writer.Byte(static_cast<std::uint8_t>(answer->kind));
  writer.Bytes(answer->approver);
  writer.Bytes(answer->approver_role);
  writer.Bytes(answer->policy_revision);
  writer.Signed(answer->decided.value);
}

std::optional<Verdict> ReadAnswer(ByteReader& reader, const ApprovalRequest& request,
                                  const PlannedAction& action) {
  if (reader.Byte() == 0) return std::nullopt;
  Verdict answer;
  answer.verdict_id = reader.Bytes();
  answer.kind = ReadEnum(reader, VerdictKind::kRejected);
  answer.approver = reader.Bytes();
  answer.approver_role = reader.Bytes();
  answer.policy_revision = reader.Bytes();
  answer.decided = {reader.Signed()};
  answer.approval_id = request.approval_id;
  answer.action_id = action.action_id;
  answer.action_digest = request.action_digest;
  return answer;
}

void WriteOne(ByteWriter& writer, const PendingApproval& pending) {
  WriteAction(writer, pending.action);
  WriteRequest(writer, pending.request);
  writer.Bytes(pending.point);
  WriteAnswer(writer, pending.answer);
  WriteFarTime(writer, pending.due);
}

PendingApproval ReadOne(ByteReader& reader) {
  PendingApproval pending;
  pending.action = ReadAction(reader);
  pending.request = ReadRequest(reader);
  pending.request.customer = pending.action.customer;
  pending.request.decision_id = pending.action.decision_id;
  pending.request.action_id = pending.action.action_id;
  pending.request.risk_class = pending.action.risk_class;
  pending.request.proposer = pending.action.proposer;
  pending.point = reader.Bytes();
  pending.answer = ReadAnswer(reader, pending.request, pending.action);
  pending.due = ReadFarTime(reader);
  return pending;
}

std::string_view IdOf(const PendingApproval& pending) { return pending.request.approval_id; }

}  // namespace

const PendingApproval* PendingApprovals::Find(std::string_view approval_id) const {
  const auto found = std::ranges::find(open_, approval_id, IdOf);
  return found == open_.end() ? nullptr : &*found;
}

PendingApproval* PendingApprovals::Find(std::string_view approval_id) {
  const auto found = std::ranges::find(open_, approval_id, IdOf);
  return found == open_.end() ? nullptr : &*found;
}

const ClosedApproval* PendingApprovals::FindClosed(std::string_view approval_id) const {
  const auto key = ParseActionId(approval_id);
  const auto found = std::ranges::find_if(
      closed_, [&](const ClosedApproval& closed) { return closed.key == key; });
  return found == closed_.end() ? nullptr : &*found;
}

bool PendingApprovals::IsOpen(std::string_view action) const {
  return std::ranges::any_of(
      open_, [&](const PendingApproval& pending) { return pending.action.action == action; });
}

bool PendingApprovals::IsRejectedSince(std::string_view action, TimeMs since) const {
  return std::ranges::any_of(closed_, [&](const ClosedApproval& closed) {
    return closed.state == ApprovalState::kRejected && closed.action == action &&
           closed.closed > since;
  });
}

bool PendingApprovals::HasRoomFor(std::int64_t text_bytes) const {
  std::int64_t bytes = kRequestBytes + 2 * text_bytes;
  for (const PendingApproval& pending : open_) bytes += BytesBound(pending);
  return open_.size() < kOpenMax && bytes <= kBytesMax;
}

void PendingApprovals::Add(PendingApproval pending) {
  EVENKEEL_CHECK(open_.size() < kOpenMax);
  open_.push_back(std::move(pending));
}

void PendingApprovals::Close(std::string_view approval_id, ApprovalState state, TimeMs now) {
  const PendingApproval* pending = Find(approval_id);
  EVENKEEL_CHECK(pending != nullptr);
  closed_.push_back({KeyOf(approval_id), state, pending->action.action, now});
  if (closed_.size() > kClosedMax) closed_.erase(closed_.begin());
  open_.erase(open_.begin() + (pending - open_.data()));
}

void PendingApprovals::Write(ByteWriter& writer) const {
  writer.Varint(open_.size());
  for (const PendingApproval& pending : open_) WriteOne(writer, pending);
  writer.Varint(closed_.size());
  for (const ClosedApproval& closed : closed_) {
    WriteKey(writer, closed.key);
    writer.Byte(static_cast<std::uint8_t>(closed.state));
    writer.Bytes(closed.action);
    writer.Signed(closed.closed.value);
  }
}

void PendingApprovals::Read(ByteReader& reader) {
  open_.clear();
  closed_.clear();
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    open_.push_back(ReadOne(reader));
  }
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    ClosedApproval closed;
    closed.key = ReadKey(reader);
    closed.state = ReadEnum(reader, ApprovalState::kHeld);
    closed.action = reader.Bytes();
    closed.closed = {reader.Signed()};
    closed_.push_back(std::move(closed));
  }
}

std::int64_t BytesBound(const PendingApproval& pending) {
  std::string bytes;
  ByteWriter writer(bytes);
  WriteOne(writer, pending);
  return static_cast<std::int64_t>(bytes.size()) + kFixedBytes;
}

}  // namespace evenkeel
