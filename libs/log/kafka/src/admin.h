#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "raii.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel::kafka {

// Administrative requests; each blocks up to `timeout`. Any thread.

Result<std::string> ClusterId(rd_kafka_t* kafka, std::chrono::milliseconds timeout);
Status CreateTopic(rd_kafka_t* kafka, const TopicSpec& spec, std::chrono::milliseconds timeout);
Result<std::vector<TopicDescription>> DescribeTopics(rd_kafka_t* kafka,
                                                     const std::vector<std::string>& names,
                                                     std::chrono::milliseconds timeout);
Status DeleteRecords(rd_kafka_t* kafka, const TopicPartition& where, Offset before,
                     std::chrono::milliseconds timeout);

}  // namespace evenkeel::kafka
