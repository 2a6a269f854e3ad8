#include "evenkeel/decision/customer_state.h"

#include <algorithm>

#include "evenkeel/base/check.h"
#include "evenkeel/features/far_time.h"

namespace evenkeel {
namespace {

// Version 4 is written. Version 1 ends after the counters, version 2 after the approvals, version 3
// with a score; all three have wide ids.
constexpr std::uint8_t kFirstVersion = 1;
constexpr std::uint8_t kApprovalsVersion = 2;
constexpr std::uint8_t kScoreVersion = 3;
constexpr std::uint8_t kVersion = 4;

constexpr std::int64_t kNumberBytes = 10;  // The longest.
constexpr std::int64_t kPointBytes = 40;
constexpr std::int64_t kContactBytes = 100;
constexpr std::int64_t kToldBytes = 10;

void WritePoints(ByteWriter& writer, const std::vector<PointState>& points) {
  writer.Varint(points.size());
  for (const PointState& point : points) {
    writer.Bytes(point.name);
    WriteFarTime(writer, point.decided);
    WriteFarTime(writer, point.periodic);
    WriteFarTime(writer, point.wake);
  }
}

// What the numbers that grow without anybody looking could still grow by: the counters, the
// reported score, the times of points. So a measure does not depend on what they are when it is
// taken.
std::int64_t Slack(const CustomerState& state) {
  std::string bytes;
  ByteWriter writer(bytes);
  for (const PointState& point : state.points) {
    for (const TimeMs time : {point.decided, point.periodic, point.wake}) {
      WriteFarTime(writer, time);
    }
  }
  for (const std::uint64_t count :
       {state.counts.applied, state.counts.repeats, state.counts.past_horizon}) {
    writer.Varint(count);
  }
  if (state.reported_churn_ppb) writer.Signed(*state.reported_churn_ppb);
  const auto numbers = static_cast<std::int64_t>(3 * state.points.size() + 3 + 1);
  return numbers * kNumberBytes - static_cast<std::int64_t>(bytes.size());
}

void ReadPoints(ByteReader& reader, std::vector<PointState>& points) {
  for (std::uint64_t n = reader.Varint(); n > 0 && reader.ok(); --n) {
    PointState point;
    point.name = reader.Bytes();
    point.decided = ReadFarTime(reader);
    point.periodic = ReadFarTime(reader);
    point.wake = ReadFarTime(reader);
    points.push_back(std::move(point));
  }
}

}  // namespace

void CustomerState::EncodeTo(const Layout& layout, std::string& out) const {
  ByteWriter writer(out);
  writer.Byte(kVersion);
  writer.Varint(layout_id);
  WriteSlots(writer, layout, features);
  seen.Write(writer);
  profile.Write(writer);
  ledger.Write(writer);
  WritePoints(writer, points);
  writer.Varint(counts.applied);
  writer.Varint(counts.repeats);
  writer.Varint(counts.past_horizon);
  ledger.WriteFaces(writer);
  approvals.Write(writer);
  writer.Byte(reported_churn_ppb ? 1 : 0);
  if (reported_churn_ppb) writer.Signed(*reported_churn_ppb);
}

Result<CustomerState> CustomerState::Decode(std::string_view bytes, const LayoutSet& layouts) {
  ByteReader reader(bytes);
  const std::uint8_t version = reader.Byte();
  if (version < kFirstVersion || version > kVersion) {
    return DataLoss("a customer state of version " + std::to_string(version) +
                    ": this build reads versions 1 to 4; run a newer one");
  }
  CustomerState state;
  state.layout_id = reader.Varint();
  const Layout* layout = layouts.Find(state.layout_id);
  if (layout == nullptr) {
    return DataLoss("a customer state in an unknown layout, " + std::to_string(state.layout_id));
  }
  state.features = ReadSlots(reader, *layout);
  state.seen.Read(reader, version < kVersion ? SeenIds::Width::kWide : SeenIds::Width::kNarrow);
  state.profile.Read(reader);
  state.ledger.Read(reader);
  ReadPoints(reader, state.points);
  state.counts.applied = reader.Varint();
  state.counts.repeats = reader.Varint();
  state.counts.past_horizon = reader.Varint();
  if (version >= kApprovalsVersion) {
    state.ledger.ReadFaces(reader);
    state.approvals.Read(reader);
  }
  if (version == kScoreVersion || (version == kVersion && reader.Byte() != 0)) {
    state.reported_churn_ppb = reader.Signed();
  }
  if (!reader.done()) return DataLoss("a customer state that ends early or late");
  if (version < kVersion) {
    state.MeasureBytes(*layout);
  } else {
    state.bytes_bound = static_cast<std::int64_t>(bytes.size()) + Slack(state);
  }
  return state;
}

void CustomerState::TimersTo(std::vector<CustomerTimer>& timers) const {
  for (const PointState& point : points) {
    const TimeMs due = std::min(point.periodic, point.wake);
    if (due < TimeMs::Max()) timers.push_back({due, std::string(kDecideTimer) + point.name});
  }
  if (const auto deadline = FirstDeadline(features)) {
    timers.push_back({deadline->due, std::string(kDueTimer) + std::to_string(deadline->key)});
  }
  const TimeMs first = ledger.FirstReturn();
  if (first < TimeMs::Max()) timers.push_back({first, std::string(kReturnTimer)});
  for (const PendingApproval& pending : approvals.open()) {
    if (pending.due == TimeMs::Max()) continue;
    timers.push_back({pending.due, std::string(kApprovalTimer) + pending.request.approval_id});
  }
}

std::vector<std::size_t> CustomerState::Tell(const CaseDeadline& deadline) {
  std::vector<std::size_t> slots = TellDeadline(features, deadline);
  bytes_bound += kToldBytes * static_cast<std::int64_t>(slots.size());
  return slots;
}

PointState& CustomerState::PointOf(std::string_view name) {
  const auto place = std::lower_bound(
      points.begin(), points.end(), name,
      [](const PointState& point, std::string_view wanted) { return point.name < wanted; });
  if (place != points.end() && place->name == name) return *place;
  bytes_bound += static_cast<std::int64_t>(name.size()) + kPointBytes;
  return *points.insert(place, PointState{.name = std::string(name)});
}

void CustomerState::AddContact(ContactEntry entry) {
  bytes_bound +=
      kContactBytes +
      static_cast<std::int64_t>(entry.action.size() + entry.channel.size() + entry.purpose.size());
  ledger.Add(std::move(entry));
}

void CustomerState::AddApproval(PendingApproval pending) {
  bytes_bound += BytesBound(pending);
  approvals.Add(std::move(pending));
}

void CustomerState::SealApproval(const ApprovalRequest& request) {
  PendingApproval* pending = approvals.Find(request.approval_id);
  EVENKEEL_CHECK(pending != nullptr && pending->request.state == ApprovalState::kOpen);
  bytes_bound += static_cast<std::int64_t>(request.action.size());
  pending->request = request;
}

void CustomerState::MeasureBytes(const Layout& layout) {
  std::string bytes;
  EncodeTo(layout, bytes);
  bytes_bound = static_cast<std::int64_t>(bytes.size()) + Slack(*this);
}

}  // namespace evenkeel
