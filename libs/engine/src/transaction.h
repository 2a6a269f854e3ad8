#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// The transaction of a session: at most one at a time. Takes records even while the log's own
/// queue is full, and hands them on when there is room.
class Transaction {
 public:
  enum class Phase : std::uint8_t {
    kNone,
    kOpen,        ///< Takes the work of slices.
    kSealed,      ///< Complete; what is queued goes out, then Commit().
    kCommitting,  ///< Asked.
    kAborting,    ///< Asked.
  };

  /// A record that the log will never take.
  struct Refusal {
    Partition row = 0;  ///< Of the task that wrote it.
    Status status;
  };

  explicit Transaction(LogSession& session) : session_(session) {}

  Phase phase() const { return phase_; }
  bool takes_work() const { return phase_ == Phase::kNone || phase_ == Phase::kOpen; }

  /// Begins, unless open already.
  void Open(MonotonicTime now);

  /// REQUIRES: kOpen. `row` is the task that writes.
  void Produce(const OutRecord& record, Partition row);

  /// Hands on what is queued; true if nothing is left.
  bool Pump();
  std::size_t queued_bytes() const { return queued_bytes_; }
  std::size_t produced_bytes() const { return produced_bytes_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

  /// Nothing more is produced. REQUIRES: kOpen.
  void Seal(MonotonicTime now);
  void Commit(std::span<const InputPosition> positions, MonotonicTime now);
  void Abort(MonotonicTime now);

  /// The answer came.
  void End();
  RequestId request() const { return request_; }

  MonotonicTime opened_at() const { return opened_at_; }
  MonotonicTime asked_at() const { return asked_at_; }

 private:
  struct Queued {
    std::string topic;
    Partition partition;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<TimeMs> timestamp;
    Partition row;
    std::size_t bytes;
  };

  /// False if the log has no room now.
  bool Hand(const OutRecord& record, Partition row);
  static Queued Copy(const OutRecord& record, Partition row);

  LogSession& session_;
  Phase phase_ = Phase::kNone;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t produced_bytes_ = 0;
  std::optional<Refusal> refusal_;
  RequestId request_ = 0;
  MonotonicTime opened_at_;
  MonotonicTime asked_at_;
};

/// Bytes of key, value and headers together.
std::size_t OutputBytes(const OutRecord& record);

}  // namespace evenkeel
