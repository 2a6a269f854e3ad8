#pragma once

#include "evenkeel/base/status.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// kInvalidArgument, naming what is wrong, or OK. Every log refuses the same.
Status Validate(const SessionOptions& options);
Status Validate(const TopicSpec& spec);

/// `spec` as DescribeTopics() tells it, with one replica.
TopicDescription Describe(const TopicSpec& spec);

/// "topic[3]", for messages.
std::string ToString(const TopicPartition& where);

/// Bytes of a record as max_record_bytes counts them: content, and what stands around it in a
/// batch of its own.
std::size_t RecordBytes(const OutRecord& record);

}  // namespace evenkeel
