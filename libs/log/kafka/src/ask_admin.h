#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "raii.h"

#include "evenkeel/base/result.h"

namespace evenkeel::kafka {

/// `timeout` as librdkafka takes it.
int Ms(std::chrono::milliseconds timeout);

/// Sends one administrative request with `send` and waits for its answer.
Result<EventPtr> AskAdmin(
    rd_kafka_t* kafka, rd_kafka_admin_op_t operation, std::chrono::milliseconds timeout,
    std::string_view what,
    const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send);

}  // namespace evenkeel::kafka
