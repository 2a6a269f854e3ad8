#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// Knows for a moment which process owns which task: the addresses that the members of the group
/// advertise. Asks the log when what it knows is older than `keep`, on a thread of its own.
///
/// Thread-safety: any thread.
class OwnerDirectory {
 public:
  struct Options {
    std::string group;
    std::chrono::milliseconds keep{2000};
    std::chrono::milliseconds timeout{2000};
  };
  /// The owners' addresses by task. Tasks that the group is sharing out are missing.
  using Owners = std::map<Partition, std::string>;
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
