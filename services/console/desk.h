#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/queries.h"
#include "console/scope_names.h"
#include "console/views.h"

#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/runtime/log_access.h"
#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/topics.h"

namespace evenkeel {

/// Where people's answers and settings are written: one at a time, each in a transaction of its
/// own, each after the view has seen what was written before it.
///
/// Of two people who answer one request through this process, exactly one wins. Through several
/// processes both may be written; then the first on the log counts, the decider goes by it, and
/// each caller is told so after reading the log again.
///
/// A transaction whose outcome is not known (the process was killed, the log did not answer) is
/// settled before anything else is written: its id is taken over, and the position that it would
/// have left tells whether it took effect.
///
/// Thread-safety: one thread, that may wait for the log.
class Desk {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  struct Options {
    TopicNames names{""};
    std::string writer;  ///< Names this process among the deployment's consoles.
    Partition row_count = 1;
    ClockMode clock = ClockMode::kWall;
    std::vector<std::string> channels;  ///< Of the deployment.
    std::function<std::int64_t()> wall_ms;
  };

  /// All of it outlives the desk.
  Desk(std::unique_ptr<LogAccess> log, const Views& views, Options options);

  RpcResult<v1::ApproveResponse> Approve(const Person& person, const v1::ApproveRequest& request,
                                         Deadline deadline);
  RpcResult<v1::RejectResponse> Reject(const Person& person, const v1::RejectRequest& request,
                                       Deadline deadline);
  RpcResult<v1::SetKillSwitchResponse> SetKillSwitch(const Person& person,
                                                     const v1::SetKillSwitchRequest& request,
                                                     Deadline deadline);
  RpcResult<v1::SetAutonomyLevelResponse> SetAutonomyLevel(
      const Person& person, const v1::SetAutonomyLevelRequest& request, Deadline deadline);

 private:
  struct Answer {
    const Person& person;
    v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
    const std::string& approval_id;
    const std::string& action_digest;
    const std::string& comment;
    const std::string& request_id;
  };

  RpcResult<v1::ApprovalVerdict> Give(const Answer& answer, Deadline deadline);
  /// The request, as far as the log has it now.
  RpcResult<v1::ApprovalRequest> FindRequest(const std::string& approval_id, Deadline deadline);
  std::optional<RpcError> CatchUp(const v1::ApprovalRequest& request, Deadline deadline);
  std::optional<RpcError> CatchUp(const TopicPartition& where, Deadline deadline);
  v1::ApprovalVerdict VerdictOf(const Answer& answer, const v1::ApprovalRequest& request,
                                std::int64_t now_ms) const;
  std::optional<RpcError> WriteVerdict(const v1::ApprovalVerdict& verdict);
  std::variant<std::pair<v1::ControlEntry, std::int64_t>, RpcError> WriteControl(
      v1::ControlEntry entry, Deadline deadline);

  /// What names nothing that there is is refused.
  std::optional<RpcError> CheckName(const std::string& field, std::string_view kind,
                                    std::string_view name);
  std::optional<RpcError> Write(const OwnedRecord& record);
  /// What time it is for a record of `partition`.
  std::int64_t NowOf(std::optional<Partition> partition) const;

  const std::unique_ptr<LogAccess> log_;
  ScopeNames names_;
  const Views& views_;
  const Options options_;
};

/// Which answer counts: the first that binds to the action of the request and was given by somebody
/// who may. Null: none.
const v1::ApprovalVerdict* CountingVerdict(const v1::ApprovalRequest& request,
                                           const std::vector<v1::ApprovalVerdict>& verdicts);

}  // namespace evenkeel
