#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "chunk.h"
#include "local_maintenance.h"
#include "local_store.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/local_log.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// A session as the committer knows it: its names, and where it finds what happened to it.
struct Mailbox {
  // Constant.
  std::string transactional_id;
  std::optional<GroupMembership> membership;
  // Guarded by the core's lock.
  std::vector<LogEvent> events;
};

/// A transaction on its way to the log.
struct PendingTransaction {
  struct Part {
    TopicPartition where;
    const LocalTopic* topic = nullptr;
    std::vector<Chunk> chunks;  ///< Offsets count from 0.
    Offset count = 0;
  };
  std::vector<Part> parts;
  std::string group;
  std::vector<std::pair<TopicPartition, Offset>> offsets;
  std::size_t bytes = 0;
  bool reports_offsets = false;
};

/// All of the log that is not a session: the store, what is known of it, and the committer.
///
/// One thread writes: it takes everything that waits, checks who may still commit, writes one
/// batch with one sync, and only then tells anybody.
class LocalCore {
 public:
  static Result<std::unique_ptr<LocalCore>> Open(LocalLogOptions options);
  LocalCore(const LocalCore&) = delete;
  LocalCore& operator=(const LocalCore&) = delete;
  ~LocalCore();

  const LocalLogOptions& options() const { return options_; }
  const std::string& cluster_id() const { return cluster_id_; }
  LocalStore& store() { return *store_; }

  /// Null if there is none. What it points to stays.
  const LocalTopic* FindTopic(const std::string& name) const;
  std::optional<Offset> CommittedOffset(const std::string& group,
                                        const TopicPartition& where) const;

  // --- requests of sessions; answers come into the mailbox ---
  void Init(std::shared_ptr<Mailbox> box, RequestId request);
  void Commit(std::shared_ptr<Mailbox> box, RequestId request, PendingTransaction transaction);

  /// Moves what came since into `events`; returns the number of commits so far.
  std::uint64_t Collect(Mailbox& box, std::vector<LogEvent>& events);
  /// Until there is mail, or a commit beyond `seen_commits`.
  void Wait(const Mailbox& box, std::uint64_t seen_commits, std::chrono::milliseconds max);

  /// Runs `work` between two commits and returns what it says; kDeadlineExceeded if the committer
  /// does not come to it in time (it may still do it).
  Status RunOnCommitter(std::function<Status()> work, std::chrono::milliseconds timeout);

  // --- the committer's, for work given to RunOnCommitter() ---
  Status CreateTopic(const TopicSpec& spec);
  Status DeleteBefore(const LocalTopic& topic, Partition partition, Offset before);
  Status MaintainAll();
  std::vector<GroupMember> DescribeGroup(const std::string& group) const;

 private:
  struct InitWork {
    std::shared_ptr<Mailbox> box;
    RequestId request = 0;
  };
  struct CommitWork {
    std::shared_ptr<Mailbox> box;
    RequestId request = 0;
    PendingTransaction transaction;
  };
  struct AdminWork {
    std::function<Status()> work;
    std::shared_ptr<std::promise<Status>> answer;
  };
  using Work = std::variant<InitWork, CommitWork, AdminWork>;

  /// What one turn has put together and tells once it is written.
  struct Turn {
    rocksdb::WriteBatch batch;
    std::map<PartitionKey, std::pair<const LocalTopic*, Offset>> highs;
    GroupOffsets offsets;
    std::vector<std::pair<std::shared_ptr<Mailbox>, LogEvent>> mail;
  };

  explicit LocalCore(LocalLogOptions options);
  void Enqueue(Work work);
  void Run();
  /// Waits for work, until `deadline`. Nothing: the log is being closed.
  std::optional<std::vector<Work>> TakeWork(MonotonicTime deadline);
  void DoTurn(std::vector<Work> work);
  Status Do(AdminWork& work);
  void Stage(InitWork& work, Turn& turn);
  void Stage(CommitWork& work, Turn& turn);
  LastProduced StagePart(PendingTransaction::Part& part, Turn& turn);
  Status WriteTurn(Turn& turn);
  void Publish(Turn& turn, const Status& written);
  Status Join(const std::shared_ptr<Mailbox>& box, Turn& turn);
  std::vector<Partition> RowsOf(const GroupMembership& membership) const;
  static void TakeOver(std::weak_ptr<Mailbox>& owner, const std::shared_ptr<Mailbox>& by,
                       const std::string& what, Turn& turn);
  bool IsOwner(const std::shared_ptr<Mailbox>& box) const;
  bool HasFailed() const;
  void Fail(const Status& status);

  const LocalLogOptions options_;
  std::string cluster_id_;
  std::unique_ptr<LocalStore> store_;

  mutable std::mutex mutex_;
  std::condition_variable work_arrived_;
  std::condition_variable commit_done_;
  // Guarded by mutex_.
  std::deque<Work> queue_;
  std::map<std::string, LocalTopic> topics_;
  GroupOffsets offsets_;
  std::uint64_t commits_ = 0;
  bool is_stopping_ = false;
  Status failure_;  // Once set, nothing is written any more.

  // The committer's.
  std::map<std::string, std::weak_ptr<Mailbox>> owners_;  // By transactional id.
  std::map<std::pair<std::string, std::string>, std::weak_ptr<Mailbox>> places_;  // Group, member.
  std::map<std::string, std::string> sole_members_;  // Of groups that are not declared.
  std::unique_ptr<LocalMaintenance> maintenance_;
  std::thread committer_;
};

}  // namespace evenkeel
