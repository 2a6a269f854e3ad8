#pragma once

#include <string_view>

#include <librdkafka/rdkafka.h>

#include "evenkeel/base/status.h"

namespace evenkeel::kafka {

/// Error code of Kafka or librdkafka as a Status: "what: reason (NAME)".
/// REQUIRES: `error` is an error.
Status ToStatus(rd_kafka_resp_err_t error, std::string_view what, std::string_view reason = {});
Status ToStatus(const rd_kafka_error_t* error, std::string_view what);

/// True for the codes by which Kafka says that our place was taken, or looks taken.
bool IsFenced(rd_kafka_resp_err_t error);

/// True if trouble of this kind passes by itself, so that a request may wait for its end.
bool IsPassing(rd_kafka_resp_err_t error);

}  // namespace evenkeel::kafka
