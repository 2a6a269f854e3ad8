#pragma once

#include <string>
#include <vector>

#include "control_thread.h"
#include <librdkafka/rdkafka.h>

#include "evenkeel/base/result.h"
#include "evenkeel/log/session.h"

namespace evenkeel::kafka {

// Questions that block, for the control thread. Each is one bounded attempt: false means that there
// is no answer yet, ask again.

bool AskWatermarks(ControlWatch& watch, rd_kafka_t* kafka, const TopicPartition& where,
                   WatermarksDone& answer);

/// Once no transaction is pending on them. `answer.row` says which.
bool AskCommitted(ControlWatch& watch, rd_kafka_t* kafka, const std::vector<std::string>& inputs,
                  CommittedDone& answer);

/// The number of partitions of a topic; kUnavailable for want of an answer, kNotFound.
Result<Partition> AskPartitions(ControlWatch& watch, rd_kafka_t* kafka, rd_kafka_topic_t* topic);

}  // namespace evenkeel::kafka
