#pragma once

#include "raii.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/kafka_log.h"

namespace evenkeel::kafka {

// Settings for each kind of client a session or cluster uses. Ours first, then those passed
// through, which cannot be any of ours that carry correctness.

/// The transactional producer of a session.
Result<ConfPtr> ProducerConf(const KafkaLogOptions& options, const SessionOptions& session);

/// The member of the group.
Result<ConfPtr> MemberConf(const KafkaLogOptions& options, const SessionOptions& session);

/// Reads partitions outside the membership, and asks the group for committed offsets.
Result<ConfPtr> ReaderConf(const KafkaLogOptions& options, const SessionOptions& session);

/// Asks about topics and (read-uncommitted) watermarks. Consumes nothing.
Result<ConfPtr> QueryConf(const KafkaLogOptions& options);

/// How long a request may wait for an answer; part of telling what took suspiciously long.
std::chrono::milliseconds SocketTimeout(const KafkaLogOptions& options,
                                        const SessionOptions& session);

}  // namespace evenkeel::kafka
