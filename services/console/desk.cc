#include "console/desk.h"

#include <utility>

namespace evenkeel {
namespace {

std::string LoaderOf(const std::string& writer) { return "console." + writer; }

RpcError Late(const std::string& what) {
  return {.code = StatusCode::kDeadlineExceeded,
          .message = what + "; ask again with the same request_id, or look at the request"};
}

}  // namespace

Desk::Desk(std::unique_ptr<LogAccess> log, const Views& views, Options options)
    : log_(std::move(log)),
      names_(*log_, options.names.Bundles(), options.channels),
      views_(views),
      options_(std::move(options)) {}

std::int64_t Desk::NowOf(std::optional<Partition> partition) const {
  if (options_.clock == ClockMode::kWall) return options_.wall_ms();
  const ViewSnapshot view = views_.Snapshot();
  if (partition) {
    const auto found = view.clocks.find(*partition);
    if (found != view.clocks.end()) return found->second;
  }
  return view.StreamTime().value_or(0);
}

std::optional<RpcError> Desk::CatchUp(const TopicPartition& where, Deadline deadline) {
  const Result<ReadPage> end = log_->Read(where, /*from=*/-2, 0);
  if (!end.ok()) return RpcError::From(end.status().WithContext("the log"));
  if (views_.WaitFor(where, end->next, deadline)) return std::nullopt;
  return Late("the view has not reached the end of " + where.topic + " in time");
}

std::optional<RpcError> Desk::CatchUp(const v1::ApprovalRequest& request, Deadline deadline) {
  const Partition row = PartitionOf(request.customer_id(), options_.row_count);
  if (auto late = CatchUp({options_.names.ApprovalRequests(), row}, deadline)) return late;
  return CatchUp({options_.names.Verdicts(), row}, deadline);
}

// The position says which of our transactions took effect: a new session under the same id settles
// the one before first.
std::optional<RpcError> Desk::Write(const OwnedRecord& record) {
  const std::string loader = LoaderOf(options_.writer);
  Result<std::int64_t> position = log_->LoadPosition(loader);
  if (!position.ok()) return RpcError::From(position.status().WithContext("the log"));
  const std::int64_t next = *position + 1;
  Status status;
  for (int tries = 0; tries < 3; ++tries) {
    status = log_->Load(loader, {record}, next);
    if (status.ok()) return std::nullopt;
    if (status.code() == StatusCode::kInvalidArgument) break;
    position = log_->LoadPosition(loader);
    if (!position.ok()) return RpcError::From(position.status().WithContext("the log"));
    if (*position == next) return std::nullopt;  // It took effect all the same.
  }
  RpcError error = RpcError::From(status.WithContext("nothing was written"));
  error.code = StatusCode::kUnavailable;
  error.retry_delay = std::chrono::seconds(1);
  return error;
}

}  // namespace evenkeel
