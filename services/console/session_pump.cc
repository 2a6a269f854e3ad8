#include "console/session_pump.h"

#include <optional>

namespace evenkeel {

Result<std::unique_ptr<SessionPump>> SessionPump::Open(LogCluster& cluster, SessionOptions options,
                                                       Clock::time_point deadline) {
  EVENKEEL_ASSIGN_OR_RETURN(auto session, cluster.OpenSession(std::move(options)));
  std::unique_ptr<SessionPump> pump(new SessionPump(std::move(session)));
  pump->session().Init();
  std::optional<Status> opened;
  EVENKEEL_RETURN_IF_ERROR(pump->Until(
      deadline,
      [&](const LogEvent& event) {
        if (const auto* init = std::get_if<InitDone>(&event)) opened = init->status;
      },
      [](const LogRecord&) {}, [&] { return opened.has_value(); }));
  EVENKEEL_RETURN_IF_ERROR(*opened);
  return pump;
}

}  // namespace evenkeel
