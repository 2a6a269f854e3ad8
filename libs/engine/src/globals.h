#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "requests.h"

#include "evenkeel/engine/processor.h"
#include "evenkeel/engine/worker_options.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// Reads the global topics to their end and keeps reading them, outside the group.
class Globals {
 public:
  Globals(const WorkerOptions& options, Processor& processor);

  /// A new session: go on where the last one ended.
  void Begin(LogSession& session, Requests& requests, Now now);

  void OnWatermarks(std::uint32_t global, const WatermarksDone& done, LogSession& session);
  /// False if the reader is not one of ours.
  bool OnRecord(const LogRecord& record);
  bool OnAtEnd(ReaderId reader, Offset end);
  bool OnReaderFailed(ReaderId reader, LogSession& session, Requests& requests, Now now);

  /// Tells the processor when everything is read; call after the events of a poll.
  void Settle();

  /// Everything that was there when the session began is read and given to the processor.
  bool ready() const { return is_ready_; }

  /// What the processor was last told to use, by index and by name.
  std::span<const Offset> revisions() const { return adopted_; }
  std::span<const GlobalRevision> named_revisions() const { return named_; }

  /// True if we know everything that `used` says, and so may not go back.
  bool Covers(std::span<const GlobalRevision> used) const;

 private:
  struct Global {
    std::optional<ReaderId> reader;
    Offset next = 0;               ///< Where to read on.
    Offset revision = 0;           ///< First offset after the last record given to the processor.
    std::optional<Offset> target;  ///< High watermark when the session began.
    bool is_at_end = false;
  };

  void Ask(std::uint32_t global, LogSession& session, Requests& requests, Now now);
  Global* Find(ReaderId reader);

  const WorkerOptions& options_;
  Processor& processor_;
  std::vector<Global> globals_;
  std::vector<Offset> adopted_;
  std::vector<GlobalRevision> named_;
  bool is_ready_ = false;
  bool has_news_ = true;
};

}  // namespace evenkeel
