#include "sim_group.h"

#include <algorithm>

#include "evenkeel/base/check.h"

namespace evenkeel {

SimGroup::JoinAnswer SimGroup::Join(const JoinRequest& request, TimeMs now) {
  Tick(now);
  const auto found = members_.find(request.instance_id);
  const bool is_known = found != members_.end();
  if (request.member != 0) {
    if (!is_known) return {.code = GroupCode::kUnknownMember};
    if (found->second.id != request.member) return {.code = GroupCode::kFencedInstance};
  }
  Member& member = members_[request.instance_id];
  // A static member that comes back, in a quiet group, keeps its rows: nobody else notices.
  const bool needs_round = !is_known || member.lead_topic != request.lead_topic;
  if (request.member == 0) member.id = ++last_member_;
  member.lead_topic = request.lead_topic;
  member.address = request.address;
  member.session_timeout = request.session_timeout;
  member.last_seen = now;
  if (needs_round) StartRebalance(now);
  member.joined = true;
  CompleteIfAllJoined(now);
  return {.code = GroupCode::kOk, .member = member.id};
}

GroupCode SimGroup::Heartbeat(const std::string& instance_id, std::uint64_t member, TimeMs now) {
  Tick(now);
  const auto found = members_.find(instance_id);
  if (found == members_.end()) return GroupCode::kUnknownMember;
  if (found->second.id != member) return GroupCode::kFencedInstance;
  found->second.last_seen = now;
  return rebalancing_ && !found->second.joined ? GroupCode::kRebalance : GroupCode::kOk;
}

std::optional<SimGroup::Assignment> SimGroup::AssignmentOf(const std::string& instance_id) const {
  if (rebalancing_) return std::nullopt;
  const auto found = members_.find(instance_id);
  EVENKEEL_CHECK(found != members_.end());
  return Assignment{.generation = generation_, .rows = found->second.rows};
}

std::vector<GroupMember> SimGroup::Describe() const {
  std::vector<GroupMember> members;
  for (const auto& [instance_id, member] : members_) {
    members.push_back({instance_id, member.address, {}});
    if (!rebalancing_) members.back().rows = member.rows;
  }
  return members;
}

void SimGroup::Tick(TimeMs now) {
  const auto is_gone = [&](const Member& member) {
    if (now - member.last_seen >= member.session_timeout) return true;
    return rebalancing_ && !member.joined && now - rebalance_started_ >= member.session_timeout;
  };
  const auto expelled =
      std::erase_if(members_, [&](const auto& entry) { return is_gone(entry.second); });
  if (expelled > 0) StartRebalance(now);
  CompleteIfAllJoined(now);
}

void SimGroup::TopicChanged(const std::string& topic, TimeMs now) {
  for (const auto& [instance_id, member] : members_) {
    if (member.lead_topic == topic) return StartRebalance(now);
  }
}

void SimGroup::StartRebalance(TimeMs now) {
  if (rebalancing_) return;
  rebalancing_ = true;
  rebalance_started_ = now;
  for (auto& [instance_id, member] : members_) member.joined = false;
}

void SimGroup::CompleteIfAllJoined(TimeMs now) {
  if (!rebalancing_) return;
  for (const auto& [instance_id, member] : members_) {
    if (!member.joined) return;
  }
  rebalancing_ = false;
  ++generation_;
  AssignRanges();
  // Who waited for the others was not silent.
  for (auto& [instance_id, member] : members_) member.last_seen = now;
}

void SimGroup::AssignRanges() {
  if (members_.empty()) return;
  const Partition rows = count_partitions_(members_.begin()->second.lead_topic);
  const auto count = static_cast<Partition>(members_.size());
  const Partition share = rows / count;
  const Partition with_one_more = rows % count;
  Partition next = 0;
  Partition index = 0;
  for (auto& [instance_id, member] : members_) {
    const Partition end = next + share + (index < with_one_more ? 1 : 0);
    member.rows.clear();
    while (next < end) member.rows.push_back(next++);
    ++index;
  }
}

GroupCode SimGroup::CheckCommit(const std::string& instance_id, GroupPlace place) const {
  const auto found = members_.find(instance_id);
  if (found == members_.end()) return GroupCode::kUnknownMember;
  if (found->second.id != place.member) return GroupCode::kFencedInstance;
  return place.generation == generation_ ? GroupCode::kOk : GroupCode::kIllegalGeneration;
}

void SimGroup::AddPending(ProducerId producer, const std::map<TopicPartition, Offset>& offsets) {
  for (const auto& [where, offset] : offsets) pending_[producer][where] = offset;
}

void SimGroup::EndTransaction(ProducerId producer, bool commit) {
  const auto pending = pending_.find(producer);
  if (pending == pending_.end()) return;
  if (commit) {
    for (const auto& [where, offset] : pending->second) committed_[where] = offset;
  }
  pending_.erase(pending);
}

bool SimGroup::HasPending(const TopicPartition& where) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const auto& entry) { return entry.second.contains(where); });
}

std::optional<Offset> SimGroup::Committed(const TopicPartition& where) const {
  const auto found = committed_.find(where);
  if (found == committed_.end()) return std::nullopt;
  return found->second;
}

}  // namespace evenkeel
