#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "console/record_search.h"
#include "console/session_pump.h"
#include "console/views.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/v1/control_service.pb.h"

namespace evenkeel {

/// The workers of one application, seen from outside: what their group has committed.
struct ProgressGroup {
  std::string group;
  std::vector<std::string> inputs;  ///< Topics, in any order.
  /// `advance: to_tick`: the input that paces all others; empty elsewhere. What lies behind the
  /// last tick waits for the next one.
  std::string tick_topic;
  /// Inputs that each member reads only if it serves their channel: topic -> channel.
  std::map<std::string, std::string> channels;
};

/// Says how far everything is, from the log and the view alone, so that the answer is the same
/// wherever the workers run.
///
/// Why "idle" is true when it says so: it reads, in this order, (1) the view's positions and open
/// actions, (2) the groups' committed offsets, (3) the ends of all topics, what is not yet
/// committed included. None of them ever goes back. So if (1) and (2) have reached (3), then at the
/// moment between (2) and (3) every record on the log was applied, committed and in the view, and
/// the view had no open action. Actions and input of channels that nobody serves do not count: who
/// serves which is what the members of the groups advertise at that moment. What is read was read
/// after the question came.
///
/// Thread-safety: any thread asks; answers come from the meter's own.
class ProgressMeter {
 public:
  using Answer = std::function<void(const Result<v1::GetProgressResponse>&)>;

  struct Options {
    std::string transactional_id;  ///< Prefix; of this process alone. Nothing is written under it.
    Partition row_count = 1;
    std::string prefix;  ///< Of topics, left out of answers.
    bool is_event_clock = false;
    std::vector<ProgressGroup> groups;
  };

  ProgressMeter(LogCluster& cluster, const Views& views, Options options);
  ~ProgressMeter();
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  void Start();

  /// `answer` is called once, unless the meter is destroyed before.
  void Ask(Answer answer);

 private:
  using Clock = std::chrono::steady_clock;
  /// One input partition of one group.
  struct Input {
    TopicPartition where;
    std::size_t group = 0;
    Offset committed = 0;
    bool is_left = false;  ///< A record is not applied yet.
  };
  using Ends = std::map<TopicPartition, std::pair<Offset, Offset>>;  ///< Low and high.

  void Run(const std::stop_token& stop);
  Status OpenSessions();
  Result<v1::GetProgressResponse> Measure();
  Result<std::vector<Input>> AskCommitted(Clock::time_point deadline);
  Result<Ends> AskEnds(const std::vector<Input>& inputs, Clock::time_point deadline);
  Status FindLeft(std::vector<Input>& inputs, const Ends& ends, Clock::time_point deadline);
  /// The topics that no member of their group reads; none where that cannot be told.
  std::set<std::string> AskUnserved(const std::vector<Input>& inputs, const ViewSnapshot& view);
  bool IsIdle(const std::vector<Input>& inputs, const ViewSnapshot& view, const Ends& ends) const;
  v1::GetProgressResponse Describe(const std::vector<Input>& inputs, const ViewSnapshot& view,
                                   const Ends& ends) const;

  LogCluster& cluster_;
  const Views& views_;
  const Options options_;
  std::vector<std::unique_ptr<SessionPump>> sessions_;  ///< By group.
  std::map<std::pair<std::size_t, TopicPartition>, RecordSearch> searches_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::vector<Answer> waiting_;  // Guarded by mutex_.
  std::jthread thread_;          // Last: it uses all of the above.
};

/// A progress as GET /progress gives it.
std::string ProgressJson(const v1::GetProgressResponse& progress);

}  // namespace evenkeel
