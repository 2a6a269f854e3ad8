#include "executor/sandbox_connector.h"

#include <fstream>

namespace evenkeel {

CallResult SandboxConnector::Execute(const ActionCall& call) {
  if (!file_.empty()) {
    const std::lock_guard lock(mutex_);
    std::ofstream out(file_, std::ios::app);
    out << R"({"action_id":")" << call.action_id << R"(","attempt":)" << call.attempt
        << R"(,"body":)" << call.body << "}\n";
    out.flush();
    if (!out) return {CallOutcome::kRetry, 0, file_ + " cannot be written", std::nullopt};
  }
  return {CallOutcome::kDone, 0, "sandbox: nothing was sent", std::nullopt};
}

}  // namespace evenkeel
