#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// Where a task is: a member of the group, and what its process says of itself.
struct TaskOwner {
  std::string instance;  ///< Of the member: "decider-2-0".
  std::string host;      ///< Name of its machine. Its address means nothing on another one.
  std::string address;   ///< Of its gRPC door: "127.0.0.1:50051".

  friend auto operator<=>(const TaskOwner&, const TaskOwner&) = default;
};

/// What a process advertises of itself (GroupMembership::address), and back; nothing if it is not
/// of this form.
std::string Advertised(std::string_view host, std::string_view address);
std::optional<TaskOwner> ParseAdvertised(std::string_view instance, std::string_view advertised);

/// Knows for a moment which process owns which task: what the members of the group advertise. Asks
/// the log when what it knows is older than `keep`, on a thread of its own.
///
/// Thread-safety: any thread.
class OwnerDirectory {
 public:
  struct Options {
    std::string group;
    std::chrono::milliseconds keep{2000};
    std::chrono::milliseconds timeout{2000};
  };
  /// The owners by task. Tasks that the group is sharing out are missing.
  using Owners = std::map<Partition, TaskOwner>;
  using Answer = std::function<void(const Owners& owners)>;

  /// `cluster` outlives the directory.
  OwnerDirectory(LogCluster& cluster, Options options);
  ~OwnerDirectory();
  OwnerDirectory(const OwnerDirectory&) = delete;
  OwnerDirectory& operator=(const OwnerDirectory&) = delete;

  /// Answers at once where that is known, else from the directory's thread. `answer` must not
  /// block.
  void Find(Answer answer);

  /// Asks no more; questions that wait are dropped. Afterwards no answer is under way.
  void Stop();

  /// What it knows proved wrong: the next question asks the log. Rate-limited.
  void Doubt();

 private:
  void Run(const std::stop_token& stop);
  Owners Ask();

  LogCluster& cluster_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any asked_;
  // Guarded by mutex_.
  std::shared_ptr<const Owners> owners_;
  std::chrono::steady_clock::time_point fresh_until_;
  std::chrono::steady_clock::time_point asked_at_;
  std::vector<Answer> waiting_;
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace evenkeel
