#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/repeat_index.h"

#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/log/session.h"
#include "evenkeel/telemetry/log.h"

namespace evenkeel {

/// Reads along on the log what ingest must know: which events came last, the time, the bundle.
///
/// The ends of the topics first: as many of the newest records as the index holds, shared out so
/// that no partition is left short for another's sake. Then what comes, whoever writes it.
///
/// Thread-safety: one thread.
class LogFollower {
 public:
  struct Topic {
    std::string name;
    Partition partitions = 1;
    bool is_tick = false;
  };
  struct Options {
    std::vector<Topic> topics;
    std::string bundles_topic;
    BundleShelf::Options bundles;
    SignalDecoderOptions decoder;
    bool ticks_pace = false;  ///< Time is what the last tick says.
    std::size_t tail_max = 500'000;
  };

  /// All of it outlives the follower.
  LogFollower(const Options& options, const TimeZoneDatabase& zones, RepeatIndex& index,
              const Logger& logger);

  /// Begins anew on a session that is initialised.
  void Begin(LogSession& session);
  /// Everything there was when it began is read.
  bool has_caught_up() const { return is_measured_ && behind_ == 0; }

  /// Not OK: the session must be opened anew.
  Status OnEvent(const LogEvent& event);
  void OnRecord(const LogRecord& record);
  /// Ours, written just now: need not be read again.
  void OnWritten(const TopicPartition& where, const std::vector<Offset>& offsets);
  void OnTime(std::uint32_t topic, TimeMs timestamp);

  const std::shared_ptr<const Bundle>& bundle() const { return shelf_.active(); }
  std::optional<TimeMs> time() const;
  /// Index into Options::topics.
  std::optional<std::uint32_t> TopicOf(const std::string& name) const;

 private:
  struct Source {
    TopicPartition where;
    std::optional<std::uint32_t> topic;  ///< Nothing: the bundles.
    Offset low = 0;
    Offset high = 0;
    Offset next = 0;
    bool is_behind = true;
    std::deque<Offset> ours;  ///< Written by us, not come by yet.
  };

  void OpenReaders();
  Offset TailStart(const Source& source, Offset depth) const;
  Offset TailDepth() const;
  void OnEnd(const ReaderAtEnd& end);
  void OnBundle(const LogRecord& record);
  void OnSignal(Source& source, const LogRecord& record);

  const Options& options_;
  RepeatIndex& index_;
  const Logger& logger_;
  BundleShelf shelf_;
  SignalDecoder decoder_;
  DecodedSignal decoded_;
  LogSession* session_ = nullptr;
  std::vector<Source> sources_;
  std::map<RequestId, std::size_t> asked_;
  std::map<ReaderId, std::size_t> readers_;
  std::map<TopicPartition, std::size_t> places_;
  bool is_measured_ = false;
  std::size_t behind_ = 0;
  std::optional<TimeMs> newest_;
  std::optional<TimeMs> tick_;
};

}  // namespace evenkeel
