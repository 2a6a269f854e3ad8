#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/base/status.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// Settings of librdkafka in its own names.
using KafkaProperties = std::map<std::string, std::string>;

/// Refuses properties that carry correctness and are therefore ours to set, unknown ones, and a
/// missing bootstrap.servers. The message names the key, its value and why.
Status CheckKafkaProperties(const KafkaProperties& properties);

struct KafkaLogOptions {
  /// Passed through, checked by CheckKafkaProperties(). `bootstrap.servers` is required; here also
  /// go encryption, authentication, `linger.ms` (2), `compression.type` (lz4), `fetch.wait.max.ms`
  /// (20), `heartbeat.interval.ms` (300), `socket.timeout.ms` (6000, not above the transaction
  /// timeout). In brackets what holds where nothing is given.
  KafkaProperties properties;
  /// The largest record read or written, headers included. The broker must allow it too.
  std::int32_t max_record_bytes = (4 << 20) + (64 << 10);
  /// Memory for records fetched ahead, for each of a session's two consumers. A full buffer makes
  /// librdkafka leave a partition alone for a second: give it one to two seconds of intake.
  std::int32_t prefetch_kib = 128 << 10;
  /// A call of librdkafka that runs longer than the transaction timeout plus this hangs: the
  /// session then reports SessionFailed with kDeadlineExceeded, and the process should exit.
  std::chrono::milliseconds hung_margin{5000};
  /// Log lines of librdkafka; severity as in syslog. Called from any thread, must not block.
  /// Without it, errors and worse go to stderr.
  std::function<void(int severity, std::string_view line)> log;
};

/// Apache Kafka through librdkafka. Checks the options; does not wait for a broker.
///
/// A session must not outlive its cluster; records may outlive both. Destroying a session waits for
/// nothing; its clients end on a thread of their own, and the next session under the same
/// transactional id waits for that in its Init(), at most about 5 s. Destroying the cluster waits
/// for all. What librdkafka does not give back by then is left behind, with a line in the log (its
/// threads end with the process).
Result<std::unique_ptr<LogCluster>> OpenKafkaCluster(KafkaLogOptions options);

/// What a session counted since it was opened.
struct KafkaSessionStats {
  std::uint64_t commits = 0;            ///< Acknowledged.
  std::uint64_t aborts = 0;             ///< Acknowledged.
  std::uint64_t unknown_outcomes = 0;   ///< Neither; the session ended.
  std::uint64_t fenced = 0;             ///< Of those: another owner, or our own timeout.
  std::uint64_t producer_renewals = 0;  ///< Producers replaced to fence late requests of theirs.
  std::uint64_t dropped_below = 0;      ///< Records dropped: below the position.
  std::uint64_t dropped_not_started =
      0;  ///< Records dropped: row or reader not started (any more).
  std::uint64_t restarts_to_confirm = 0;  ///< Seeks repeated because the first record left a gap.
};

/// The figures of a session that OpenKafkaCluster()'s cluster opened; nothing for others.
/// Thread-safety: the session's thread.
std::optional<KafkaSessionStats> KafkaStatsOf(const LogSession& session);

}  // namespace evenkeel
