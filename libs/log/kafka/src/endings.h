#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control_thread.h"

namespace evenkeel::kafka {

/// Sessions that were given up and whose clients are being destroyed, which may take librdkafka
/// long: nobody who polls waits for it. Their successors do, on threads of their own, so that an
/// old client never speaks after a new one under the same names.
///
/// Thread-safety: any thread.
class Endings {
 public:
  using Clock = std::chrono::steady_clock;
  /// Told of what does not come to its end. Any thread.
  using Complaint = std::function<void(const std::string& line)>;

  Endings(std::chrono::milliseconds patience, Complaint complaint)
      : patience_(patience), complaint_(std::move(complaint)) {}

  void Add(std::string transactional_id, ControlThread::Ending ending);

  /// True once no earlier session of this name is at it, or was longer than patience lasts: it is
  /// left behind, and complained of.
  bool AreOver(const std::string& transactional_id);

  /// Until all are over.
  void AwaitAll();

 private:
  struct Waiting {
    std::string transactional_id;
    ControlThread::Ending ending;
    Clock::time_point deadline;
  };

  bool IsOver(const Waiting& waiting) const;

  const std::chrono::milliseconds patience_;
  const Complaint complaint_;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;  // Under mutex_.
};

}  // namespace evenkeel::kafka
