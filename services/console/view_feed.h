#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "console/views.h"

#include "evenkeel/log/cluster.h"
#include "evenkeel/telemetry/log.h"

namespace evenkeel {

/// Follows the topics of a view, read-committed, outside any group, on a thread of its own.
/// Whatever goes wrong with the log or the store, it begins again from where the view stands.
class ViewFeed {
 public:
  struct Options {
    std::string transactional_id;  ///< Of this process alone. Nothing is ever written under it.
    std::string anchor_topic;      ///< Any topic of the deployment.
  };

  /// All of it outlives the feed.
  ViewFeed(LogCluster& cluster, Views& views, Options options, const Logger& logger);
  ~ViewFeed();
  ViewFeed(const ViewFeed&) = delete;
  ViewFeed& operator=(const ViewFeed&) = delete;

  void Start();

  /// Everything that was on the log when the session began is in the view, and the log answers.
  bool is_ready() const;

 private:
  struct Stream {
    std::size_t source = 0;
    Partition partition = 0;
  };
  using Clock = std::chrono::steady_clock;

  void Run(const std::stop_token& stop);
  /// Until `stop`, or an error after which a new session goes on.
  Status Follow(const std::stop_token& stop);
  Status OnEvent(const LogEvent& event, std::vector<ViewInput>& inputs);
  void LookAround();
  Status OnWatermarks(const WatermarksDone& done);
  Status OpenReader(const Stream& stream, const WatermarksDone& ends);
  void AskEnds();

  LogCluster& cluster_;
  Views& views_;
  const Options options_;
  const Logger& logger_;
  std::unique_ptr<LogSession> session_;
  std::map<ReaderId, Stream> readers_;
  std::map<RequestId, Stream> questions_;
  std::map<std::pair<std::size_t, Partition>, ReaderId> open_;
  std::map<TopicPartition, Offset> ahead_;  ///< Ends at the session's start, not reached yet.
  Clock::time_point asked_;
  Clock::time_point flushed_;
  std::atomic<bool> has_caught_up_ = false;
  std::atomic<Clock::time_point> answered_ = Clock::time_point();  ///< By the log.
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace evenkeel
