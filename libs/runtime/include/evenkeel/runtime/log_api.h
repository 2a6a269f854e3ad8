#pragma once

#include <memory>
#include <string>

#include "evenkeel/runtime/http_listener.h"
#include "evenkeel/runtime/log_access.h"

namespace evenkeel {

/// Offers `access` to other processes on the same machine through `listener`, under /local/v1/. For
/// the embedded log, which exactly one process has open. `access` must outlive the listener.
void ServeLogAccess(HttpListener& listener, LogAccess& access);

/// The other end: the log of the process that listens on 127.0.0.1:`port`.
std::unique_ptr<LogAccess> OpenRemoteLogAccess(std::uint16_t port,
                                               std::chrono::milliseconds timeout);

}  // namespace evenkeel
