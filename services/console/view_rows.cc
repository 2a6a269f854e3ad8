#include "console/view_rows.h"

#include <limits>

#include "evenkeel/base/bytes.h"

namespace evenkeel {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr int kTimeBytes = 8;

std::uint64_t Rising(std::int64_t time) { return static_cast<std::uint64_t>(time) ^ kSign; }

Status Damaged(std::string_view what) {
  return DataLoss("a row of the view is damaged: " + std::string(what) +
                  "; stop the console and delete its view directory");
}

}  // namespace

namespace view_keys {

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
  return out;
}

std::uint64_t FromBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

std::string Bounded(std::string_view text) { return BigEndian(text.size(), 2) + std::string(text); }

std::string Decision(std::string_view decision_id) { return "D" + std::string(decision_id); }
std::string ByTime(std::string_view order) { return "T" + std::string(order); }
std::string CustomerPrefix(std::string_view customer) { return "C" + Bounded(customer); }
std::string ActionPrefix(std::string_view action) { return "A" + Bounded(action); }
std::string VerdictPrefix(int verdict) {
  return "V" + BigEndian(static_cast<std::uint64_t>(verdict), 1);
}
std::string Released(std::string_view action_id) { return "X" + Bounded(action_id) + "a"; }
std::string Receipt(std::string_view action_id) { return "X" + Bounded(action_id) + "r"; }
std::string DeadLetter(std::string_view action_id) { return "X" + Bounded(action_id) + "d"; }
std::string OpenAction(std::string_view action_id) { return "O" + std::string(action_id); }
std::string Approval(std::string_view approval_id) { return "R" + std::string(approval_id); }
std::string ApprovalStatePrefix(int state) {
  return "Q" + BigEndian(static_cast<std::uint64_t>(state), 1);
}
std::string ApprovalCustomerPrefix(std::string_view customer, int state) {
  return "Y" + Bounded(customer) + BigEndian(static_cast<std::uint64_t>(state), 1);
}
std::string ApprovalOrder(std::int64_t expires_ms, std::string_view approval_id) {
  return BigEndian(Rising(expires_ms), kTimeBytes) + std::string(approval_id);
}
std::string VerdictsPrefix(std::string_view approval_id) { return "W" + Bounded(approval_id); }
std::string Verdict(std::string_view approval_id, Partition partition, Offset offset) {
  return VerdictsPrefix(approval_id) + BigEndian(static_cast<std::uint64_t>(partition), 4) +
         BigEndian(static_cast<std::uint64_t>(offset), 8);
}
std::string Control(std::string_view key) { return "K" + std::string(key); }
std::string Forgetting(std::int64_t time_ms, std::string_view key) {
  return "F" + BigEndian(Rising(time_ms), kTimeBytes) + std::string(key);
}
std::string Position(const TopicPartition& where) {
  return "P" + BigEndian(static_cast<std::uint64_t>(where.partition), 4) + where.topic;
}
TopicPartition ParsePosition(std::string_view key) {
  return {std::string(key.substr(5)), static_cast<Partition>(FromBigEndian(key.substr(1, 4)))};
}
std::string Clock(Partition partition) {
  return "U" + BigEndian(static_cast<std::uint64_t>(partition), 4);
}

}  // namespace view_keys

// --- decisions ---

std::string OrderKey(const DecisionOrder& order) {
  return view_keys::BigEndian(~Rising(order.as_of_ms), kTimeBytes) +
         view_keys::BigEndian(static_cast<std::uint64_t>(order.task), 4) +
         view_keys::BigEndian(~order.sequence, 8);
}

std::string OrderKeyBefore(std::int64_t until_ms) {
  if (until_ms == std::numeric_limits<std::int64_t>::min()) until_ms = 1 - until_ms;
  return view_keys::BigEndian(~Rising(until_ms - 1), kTimeBytes);
}

std::int64_t AsOfOrder(std::string_view order_key) {
  const std::uint64_t rising = ~view_keys::FromBigEndian(order_key.substr(0, kTimeBytes));
  return static_cast<std::int64_t>(rising ^ kSign);
}

std::string DecisionRow::Encode() const {
  std::string out;
  ByteWriter writer(out);
  writer.Bytes(action_id);
  writer.Bytes(approval_id);
  writer.Bytes(summary.SerializeAsString());
  return out;
}

Result<DecisionRow> DecisionRow::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  DecisionRow row;
  row.action_id = reader.Bytes();
  row.approval_id = reader.Bytes();
  const std::string_view summary = reader.Bytes();
  if (!reader.done() ||
      !row.summary.ParseFromArray(summary.data(), static_cast<int>(summary.size()))) {
    return Damaged("a decision");
  }
  return row;
}

// --- actions, control, totals ---

std::string ActionFact::Encode() const {
  std::string out;
  ByteWriter writer(out);
  writer.Signed(time_ms);
  writer.Signed(indexed_ms);
  writer.Signed(status);
  writer.Bytes(decision_id);
  return out;
}

Result<ActionFact> ActionFact::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  ActionFact fact;
  fact.time_ms = reader.Signed();
  fact.indexed_ms = reader.Signed();
  fact.status = static_cast<std::int32_t>(reader.Signed());
  fact.decision_id = reader.Bytes();
  if (!reader.done()) return Damaged("an action");
  return fact;
}

std::string ControlRow::Encode() const {
  std::string out;
  ByteWriter writer(out);
  writer.Signed(offset);
  writer.Bytes(entry);
  return out;
}

Result<ControlRow> ControlRow::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  ControlRow row;
  row.offset = reader.Signed();
  row.entry = reader.Bytes();
  if (!reader.done()) return Damaged("an entry of control");
  return row;
}

std::string ViewTotals::Encode() const {
  std::string out;
  ByteWriter writer(out);
  for (const std::int64_t value :
       {decisions, open_approvals, unreadable, newest_time_ms, newest_decision_ms}) {
    writer.Signed(value);
  }
  writer.Varint(open_actions.size());
  for (const auto& [topic, count] : open_actions) {
    writer.Bytes(topic);
    writer.Signed(count);
  }
  return out;
}

std::int64_t ViewTotals::OpenActions() const {
  std::int64_t open = 0;
  for (const auto& [topic, count] : open_actions) open += count;
  return open;
}

Result<ViewTotals> ViewTotals::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  ViewTotals totals;
  for (std::int64_t* value : {&totals.decisions, &totals.open_approvals, &totals.unreadable,
                              &totals.newest_time_ms, &totals.newest_decision_ms}) {
    *value = reader.Signed();
  }
  for (std::uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
    const std::string topic(reader.Bytes());
    totals.open_actions[topic] = reader.Signed();
  }
  if (!reader.done()) return Damaged("the totals");
  return totals;
}

}  // namespace evenkeel
