#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "ingest/cloud_events.h"
#include "ingest/ingest_event.h"

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/runtime/http_listener.h"

namespace evenkeel {

/// Turns requests into events for the log, or says what is wrong with them. Every event is decoded
/// as a decider will, so that what is answered with 202 is no dead letter for its content.
///
/// Thread-safety: immutable; any thread.
class EventIntake {
 public:
  struct Options {
    const Deployment& deployment;
    std::map<std::string, std::string> family_topics;  ///< Topic without prefix, by family name.
    std::size_t batch_max = 1000;
    std::size_t record_max_bytes = std::size_t{2} << 20;
  };
  /// When events happened that do not say: now, or how far the log's time has come.
  using TimeSource = std::function<std::optional<TimeMs>()>;

  EventIntake(Options options, TimeSource default_time)
      : options_(std::move(options)), default_time_(std::move(default_time)) {}

  /// CloudEvents whose data are of a signal type.
  Taken<std::vector<IngestEvent>> TakeEvents(const HttpRequest& request) const;

  /// CloudEvents' data or rows of JSON, through a mapping.
  Taken<std::vector<IngestEvent>> TakeRows(const HttpRequest& request,
                                           const SourceMapping& mapping) const;

  /// One tick for each partition.
  Taken<std::vector<IngestEvent>> TakeTick(const HttpRequest& request) const;

  /// With prefix.
  std::string TopicOf(SignalFamily family) const;
  std::optional<TimeMs> DefaultTime() const { return default_time_(); }
  const Options& options() const { return options_; }

 private:
  const Options options_;
  const TimeSource default_time_;
};

}  // namespace evenkeel
