#pragma once

#include "rpc_dispatcher.h"

#include "evenkeel/runtime/http_listener.h"

namespace evenkeel {

/// As RpcServer::ServeConnect(). `dispatcher` outlives the listener.
void ServeConnectDoor(HttpListener& listener, RpcDispatcher& dispatcher);

}  // namespace evenkeel
