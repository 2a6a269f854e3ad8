#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decider/decider_window.h"

#include "evenkeel/engine/task_board.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/model/decision_record.h"
#include "evenkeel/runtime/rpc.h"
#include "evenkeel/v1/decision_service.pb.h"
#include "evenkeel/v1/score_service.pb.h"

namespace evenkeel {

/// Computes answers about customers whose tasks run in this process, from committed state. Nothing
/// is reserved, written or sent.
///
/// Thread-safety: any thread. Calls read the disk.
class CustomerReader {
 public:
  /// One worker: its tasks, and what it decides by.
  struct Worker {
    std::shared_ptr<const TaskBoard> board;
    std::shared_ptr<const DeciderWindow> window;
  };
  struct Options {
    Partition row_count = 0;
    ClockMode clock = ClockMode::kWall;
    DecisionOrigin origin;  ///< Of hypothetical decisions; `task_epoch` is the task's.
    std::function<MonotonicTime()> monotonic;
    std::function<TimeMs()> wall;
  };

  CustomerReader(Options options, std::vector<Worker> workers)
      : options_(std::move(options)), workers_(std::move(workers)) {}

  Partition RowOf(std::string_view customer) const;

  /// False: the customer's task is not one of this process.
  bool Owns(Partition row) const;

  /// What is answered, or the error of the call: kNotFound (nothing is known of the customer),
  /// kUnavailable (the task is not here, not running, or in doubt), kInvalidArgument.
  template <typename Response>
  using Answer = std::variant<Response, RpcError>;

  Answer<v1::GetScoreResponse> Score(const std::string& customer, bool with_contributions,
                                     bool with_features) const;
  Answer<v1::NextBestActionResponse> Preview(const v1::NextBestActionRequest& request) const;

 private:
  /// A customer as committed, brought into the layout of the bundle in force.
  struct Found {
    const Worker* worker = nullptr;
    Partition row = 0;
    std::shared_ptr<const DeciderSnapshot> by;
    CustomerState state;
    StorePosition position;
    std::int64_t lag_records = 0;
    TimeMs now;
  };

  std::variant<Found, RpcError> Find(const std::string& customer) const;
  Status ReadState(const std::string& customer, const StoreView& view, Found& found) const;
  /// The last thing before an answer: whether it may still be called fresh.
  std::optional<RpcError> CheckFresh(const Found& found) const;
  static void Fill(const Found& found, v1::Freshness& freshness);

  const Options options_;
  const std::vector<Worker> workers_;
};

/// UNAVAILABLE with the time after which it is worth trying again.
RpcError TryAgain(std::string message, std::string reason);

}  // namespace evenkeel
