#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/deployment.h"

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/mapping.h"
#include "evenkeel/runtime/log_access.h"

namespace evenkeel {

/// What a load has done, this time and before.
struct LoadFigures {
  std::int64_t rows = 0;  ///< Of the file, up to here.
  std::int64_t signals = 0;
  std::int64_t dead_letters = 0;
  std::int64_t skipped = 0;       ///< By the mapping's own rule.
  std::int64_t resumed_from = 0;  ///< Rows that an earlier run had loaded already.
};

struct LoadOptions {
  std::size_t batch_rows = 5000;  ///< In one transaction.
  /// After the last row every partition gets a tick this long after the newest event, so that
  /// timers up to then fire. Nothing: no tick.
  std::optional<std::chrono::milliseconds> tick_after;
  std::function<void(const LoadFigures&)> progress;  ///< After every transaction.
};

/// Writes the rows of a file as signals, each once, however often it is interrupted.
///
/// The position in the file is committed with the records. What cannot be mapped goes to the dead
/// letters of the deployment's first signal topic, in the same transaction.
class SignalLoader {
 public:
  SignalLoader(const Deployment& deployment, LogAccess& log, LoadOptions options)
      : deployment_(deployment), log_(log), options_(std::move(options)) {}

  /// `loader` names the load: the same name goes on where it stopped. The file must be the same.
  ///
  /// kFailedPrecondition: another loader of that name is at work.
  Result<LoadFigures> Load(const std::string& loader, SignalReader& rows);

  /// Writes the rows there are so far; for a source of rows that pauses. Within Load() only.
  Status FlushNow() { return Flush(); }

 private:
  /// Adds what one row becomes to the batch.
  Status Add(const MappedRow& row);
  void AddDeadLetter(const MappedRow& row, const std::string& reason, const std::string& detail,
                     bool loaded_before);
  Status Commit(std::int64_t position);
  Status Flush();
  Status WriteTicks();

  const Deployment& deployment_;
  LogAccess& log_;
  LoadOptions options_;
  std::string loader_;
  std::int64_t position_ = 0;  ///< Where the loader stands on the log.
  LoadFigures figures_;
  std::vector<OwnedRecord> batch_;
  TimeMs newest_ = TimeMs::Min();
};

}  // namespace evenkeel
