#include "local_core.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

// What one sync may cover, and how often the log looks after itself.
constexpr std::size_t kTurnBytesMax = 64U << 20;
constexpr std::chrono::seconds kMaintenancePeriod{2};

}  // namespace

LocalCore::LocalCore(LocalLogOptions options) : options_(std::move(options)) {}

Result<std::unique_ptr<LocalCore>> LocalCore::Open(LocalLogOptions options) {
  if (options.folder.empty()) return InvalidArgument("the local log needs a folder");
  if (!options.wall_clock) return InvalidArgument("the local log needs a wall_clock");
  std::unique_ptr<LocalCore> core(new LocalCore(std::move(options)));
  EVENKEEL_ASSIGN_OR_RETURN(core->store_, LocalStore::Open(core->options_.folder));
  EVENKEEL_ASSIGN_OR_RETURN(LocalStore::Content content, core->store_->Load());
  core->cluster_id_ = std::move(content.cluster_id);
  core->topics_ = std::move(content.topics);
  core->offsets_ = std::move(content.offsets);
  core->maintenance_ = std::make_unique<LocalMaintenance>(*core->store_, core->options_);
  core->committer_ = std::thread([c = core.get()] { c->Run(); });
  return core;
}

LocalCore::~LocalCore() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_arrived_.notify_all();
  if (committer_.joinable()) committer_.join();
}

// --- what sessions ask ---

const LocalTopic* LocalCore::FindTopic(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

std::optional<Offset> LocalCore::CommittedOffset(const std::string& group,
                                                 const TopicPartition& where) const {
  const std::lock_guard lock(mutex_);
  const auto found = offsets_.find({group, where});
  if (found == offsets_.end()) return std::nullopt;
  return found->second;
}

void LocalCore::Init(std::shared_ptr<Mailbox> box, RequestId request) {
  Enqueue(InitWork{std::move(box), request});
}

void LocalCore::Commit(std::shared_ptr<Mailbox> box, RequestId request,
                       PendingTransaction transaction) {
  Enqueue(CommitWork{std::move(box), request, std::move(transaction)});
}

void LocalCore::Enqueue(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  work_arrived_.notify_one();
}

std::uint64_t LocalCore::Collect(Mailbox& box, std::vector<LogEvent>& events) {
  const std::lock_guard lock(mutex_);
  for (LogEvent& event : box.events) events.push_back(std::move(event));
  box.events.clear();
  return commits_;
}

void LocalCore::Wait(const Mailbox& box, std::uint64_t seen_commits,
                     std::chrono::milliseconds max) {
  std::unique_lock lock(mutex_);
  commit_done_.wait_for(lock, max, [&] { return commits_ != seen_commits || !box.events.empty(); });
}

Status LocalCore::RunOnCommitter(std::function<Status()> work, std::chrono::milliseconds timeout) {
  auto answer = std::make_shared<std::promise<Status>>();
  std::future<Status> future = answer->get_future();
  Enqueue(AdminWork{std::move(work), std::move(answer)});
  if (future.wait_for(timeout) == std::future_status::ready) return future.get();
  return {StatusCode::kDeadlineExceeded, "the local log was busy for longer than the timeout"};
}

// --- the committer ---

void LocalCore::Run() {
  MonotonicTime maintenance_due = std::chrono::steady_clock::now() + kMaintenancePeriod;
  while (auto work = TakeWork(maintenance_due)) {
    if (!work->empty()) DoTurn(*std::move(work));
    if (std::chrono::steady_clock::now() < maintenance_due || HasFailed()) continue;
    const Result<bool> has_more = maintenance_->Step(topics_, options_.wall_clock());
    if (!has_more.ok()) Fail(has_more.status());
    const bool goes_on = has_more.ok() && *has_more;
    if (!goes_on) maintenance_due = std::chrono::steady_clock::now() + kMaintenancePeriod;
  }
}

std::optional<std::vector<LocalCore::Work>> LocalCore::TakeWork(MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  // A log that failed has no maintenance to wake for.
  if (failure_.ok()) {
    work_arrived_.wait_until(lock, deadline, [this] { return is_stopping_ || !queue_.empty(); });
  } else {
    work_arrived_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
  }
  if (is_stopping_) return std::nullopt;
  std::vector<Work> work;
  std::size_t bytes = 0;
  while (!queue_.empty() && bytes < kTurnBytesMax) {
    const bool is_admin = std::holds_alternative<AdminWork>(queue_.front());
    if (is_admin && !work.empty()) break;
    if (const auto* commit = std::get_if<CommitWork>(&queue_.front())) {
      bytes += commit->transaction.bytes;
    }
    work.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (is_admin) break;
  }
  return work;
}

void LocalCore::DoTurn(std::vector<Work> work) {
  if (auto* admin = std::get_if<AdminWork>(&work.front())) {
    return admin->answer->set_value(Do(*admin));
  }
  Turn turn;
  for (Work& item : work) {
    if (auto* init = std::get_if<InitWork>(&item)) Stage(*init, turn);
    if (auto* commit = std::get_if<CommitWork>(&item)) Stage(*commit, turn);
  }
  Publish(turn, WriteTurn(turn));
}

Status LocalCore::Do(AdminWork& work) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  const Status status = work.work();
  if (status.code() == StatusCode::kInternal || status.code() == StatusCode::kDataLoss) {
    Fail(status);
  }
  return status;
}

void LocalCore::Stage(InitWork& work, Turn& turn) {
  TakeOver(owners_[work.box->transactional_id], work.box,
           "transactional id '" + work.box->transactional_id + "'", turn);
  const Status joined = work.box->membership ? Join(work.box, turn) : Status();
  turn.mail.emplace_back(work.box, InitDone{work.request, joined});
  if (!joined.ok() || !work.box->membership) return;
  if (!topics_.contains(work.box->membership->lead_topic)) return;  // Assigned once it is made.
  turn.mail.emplace_back(work.box, RowsAssigned{RowsOf(*work.box->membership)});
}

Status LocalCore::Join(const std::shared_ptr<Mailbox>& box, Turn& turn) {
  const GroupMembership& membership = *box->membership;
  if (!options_.members.contains(membership.group)) {
    const auto [sole, is_new] = sole_members_.try_emplace(membership.group, membership.instance_id);
    if (sole->second != membership.instance_id) {
      return FailedPrecondition("group '" + membership.group + "' belongs to '" + sole->second +
                                "': declare the members of the group to share its rows with '" +
                                membership.instance_id + "'");
    }
  }
  TakeOver(places_[{membership.group, membership.instance_id}], box,
           "member '" + membership.instance_id + "' of group '" + membership.group + "'", turn);
  return {};
}

void LocalCore::TakeOver(std::weak_ptr<Mailbox>& owner, const std::shared_ptr<Mailbox>& by,
                         const std::string& what, Turn& turn) {
  const std::shared_ptr<Mailbox> before = owner.lock();
  owner = by;
  if (before == nullptr || before == by) return;
  turn.mail.emplace_back(before,
                         SessionFailed{CommitOutcome::kFenced,
                                       FailedPrecondition("a later session took over " + what)});
}

std::vector<GroupMember> LocalCore::DescribeGroup(const std::string& group) const {
  std::vector<GroupMember> members;
  for (const auto& [place, member] : places_) {
    const std::shared_ptr<Mailbox> box = member.lock();
    if (place.first != group || box == nullptr) continue;
    members.push_back({place.second, box->membership->address, RowsOf(*box->membership)});
  }
  return members;
}

std::vector<Partition> LocalCore::RowsOf(const GroupMembership& membership) const {
  const auto declared = options_.members.find(membership.group);
  std::ptrdiff_t count = 1;
  std::ptrdiff_t index = 0;
  if (declared != options_.members.end()) {
    const std::vector<std::string>& ids = declared->second;
    count = std::ssize(ids);
    index = std::find(ids.begin(), ids.end(), membership.instance_id) - ids.begin();
  }
  const std::ptrdiff_t rows = topics_.at(membership.lead_topic).spec.partitions;
  const std::ptrdiff_t begin = index * (rows / count) + std::min(index, rows % count);
  const std::ptrdiff_t end = begin + rows / count + (index < rows % count ? 1 : 0);
  std::vector<Partition> owned;
  for (std::ptrdiff_t row = begin; row < end; ++row) owned.push_back(static_cast<Partition>(row));
  return owned;
}

bool LocalCore::IsOwner(const std::shared_ptr<Mailbox>& box) const {
  const auto owner = owners_.find(box->transactional_id);
  if (owner == owners_.end() || owner->second.lock() != box) return false;
  if (!box->membership) return true;
  const auto place = places_.find({box->membership->group, box->membership->instance_id});
  return place != places_.end() && place->second.lock() == box;
}

void LocalCore::Stage(CommitWork& work, Turn& turn) {
  TransactionDone done{.request = work.request};
  if (!IsOwner(work.box)) {
    done.outcome = CommitOutcome::kFenced;
    done.status = FailedPrecondition("a later session took over");
    turn.mail.emplace_back(std::move(work.box), std::move(done));
    return;
  }
  for (PendingTransaction::Part& part : work.transaction.parts) {
    LastProduced last = StagePart(part, turn);
    if (work.transaction.reports_offsets) {
      last.offsets.resize(static_cast<std::size_t>(part.count));
      std::iota(last.offsets.begin(), last.offsets.end(), last.offset - part.count + 1);
    }
    done.last_produced.push_back(std::move(last));
  }
  for (const auto& [where, next] : work.transaction.offsets) {
    turn.offsets[{work.transaction.group, where}] = next;
  }
  done.outcome = CommitOutcome::kAcknowledged;
  turn.mail.emplace_back(std::move(work.box), std::move(done));
}

LastProduced LocalCore::StagePart(PendingTransaction::Part& part, Turn& turn) {
  const PartitionKey where{part.topic->number, part.where.partition};
  PartitionState& state = part.topic->state(part.where.partition);
  auto& high = turn.highs.try_emplace(where, part.topic, state.high.load()).first->second.second;
  state.last_append = std::max(state.last_append, options_.wall_clock());
  const bool is_append_time = part.topic->spec.timestamps == TimestampType::kLogAppendTime;
  for (Chunk& chunk : part.chunks) {
    StampChunk(chunk.value, state.last_append, is_append_time);
    state.bytes += static_cast<std::int64_t>(chunk.value.size());
    turn.batch.Put(LocalStore::ChunkKey(where, high + chunk.last), chunk.value);
    chunk.value = {};
  }
  high += part.count;
  return {.where = part.where, .offset = high - 1};
}

Status LocalCore::WriteTurn(Turn& turn) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  for (const auto& [where, staged] : turn.highs) {
    const PartitionState& state = staged.first->state(where.partition);
    LocalStore::PutState(turn.batch, where, state, state.low, staged.second);
  }
  for (const auto& [key, next] : turn.offsets) {
    LocalStore::PutOffset(turn.batch, key.first, key.second, next);
  }
  if (turn.batch.Count() == 0) return {};
  return store_->Write(turn.batch, /*is_synced=*/true);
}

void LocalCore::Publish(Turn& turn, const Status& written) {
  if (!written.ok()) {
    for (auto& [box, event] : turn.mail) {
      if (auto* init = std::get_if<InitDone>(&event)) init->status = written;
      auto* done = std::get_if<TransactionDone>(&event);
      if (done == nullptr || done->outcome != CommitOutcome::kAcknowledged) continue;
      *done = {.request = done->request, .outcome = CommitOutcome::kUnknown, .status = written};
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (written.ok()) {
      for (const auto& [where, staged] : turn.highs) {
        staged.first->state(where.partition).high = staged.second;
      }
      for (auto& [key, next] : turn.offsets) offsets_[key] = next;
      ++commits_;
    }
    for (auto& [box, event] : turn.mail) box->events.push_back(std::move(event));
  }
  commit_done_.notify_all();
  if (!written.ok()) Fail(written);
}

bool LocalCore::HasFailed() const {
  const std::lock_guard lock(mutex_);
  return !failure_.ok();
}

void LocalCore::Fail(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return;
  failure_ = status;
  for (const auto& [id, owner] : owners_) {
    const std::shared_ptr<Mailbox> box = owner.lock();
    if (box != nullptr) box->events.push_back(SessionFailed{CommitOutcome::kUnknown, status});
  }
  commit_done_.notify_all();
}

// --- administration, between turns ---

Status LocalCore::CreateTopic(const TopicSpec& spec) {
  if (topics_.contains(spec.name)) {
    return {StatusCode::kAlreadyExists, "topic '" + spec.name + "' exists already"};
  }
  LocalTopic topic;
  topic.number = static_cast<std::uint32_t>(topics_.size()) + 1;  // Topics are never deleted.
  topic.spec = spec;
  topic.partitions = std::make_unique<PartitionState[]>(static_cast<std::size_t>(spec.partitions));
  rocksdb::WriteBatch batch;
  LocalStore::PutTopic(batch, topic);
  EVENKEEL_RETURN_IF_ERROR(store_->Write(batch, /*is_synced=*/true));
  const std::lock_guard lock(mutex_);
  topics_.emplace(spec.name, std::move(topic));
  for (const auto& [place, member] : places_) {
    const std::shared_ptr<Mailbox> box = member.lock();
    if (box == nullptr || box->membership->lead_topic != spec.name) continue;
    box->events.push_back(RowsAssigned{RowsOf(*box->membership)});
  }
  commit_done_.notify_all();
  return {};
}

Status LocalCore::DeleteBefore(const LocalTopic& topic, Partition partition, Offset before) {
  PartitionState& state = topic.state(partition);
  if (before > state.high || before < 0) {
    return {StatusCode::kOutOfRange, topic.spec.name + "[" + std::to_string(partition) +
                                         "] ends at " + std::to_string(state.high) +
                                         ": cannot delete below " + std::to_string(before)};
  }
  return maintenance_->DeleteBefore({topic.number, partition}, state, before);
}

Status LocalCore::MaintainAll() {
  maintenance_->StartRound();
  while (true) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_more,
                              maintenance_->Step(topics_, options_.wall_clock()));
    if (!has_more) return {};
  }
}

}  // namespace evenkeel
