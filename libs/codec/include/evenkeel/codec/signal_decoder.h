#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "evenkeel/base/record_header.h"
#include "evenkeel/base/time.h"
#include "evenkeel/codec/decode_error.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/model/signal_payload.h"

namespace evenkeel {

/// A record as read from the log, borrowed.
struct RecordView {
  std::int32_t partition = 0;
  TimeMs timestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
};

struct SignalDecoderOptions {
  ClockMode clock = ClockMode::kWall;
  /// Partitions of the topic; 0 leaves the partition unchecked (an HTTP door has none yet).
  std::int32_t partition_count = 0;
  std::size_t record_max_bytes = std::size_t{2} << 20;
};

struct DecodedSignal {
  Signal signal;
  SignalPayload payload;
  std::uint32_t unknown_field_count = 0;  ///< Of JSON: 1 if there were any.
  std::uint32_t unknown_value_count = 0;  ///< Enum values of a later version.
};

/// Turns records of signal, outcome, receipt, verdict and tick topics into signals.
///
/// Takes CloudEvents 1.0 in binary mode (data as application/protobuf or application/json) and
/// structured mode (application/cloudevents+json), with or without the framing of a schema
/// registry. What is unknown is tolerated and counted; in verdicts it is refused.
///
/// Under the wall clock a time is absurd before 2000 or more than a day after the record's
/// timestamp; under the event clock before 2000 or from 2100 on, for the record's timestamp too.
///
/// Thread-safety: none; one decoder for each thread. It keeps scratch memory between calls.
class SignalDecoder {
 public:
  explicit SignalDecoder(SignalDecoderOptions options);
  ~SignalDecoder();

  /// Decodes `record` into `out`, whose memory is reused. Returns why not, if not; `out` is then
  /// unspecified. A signal without a time of its own happened at the record's timestamp.
  std::optional<DecodeFailure> Decode(const RecordView& record, DecodedSignal& out);

 private:
  struct Scratch;
  std::optional<DecodeFailure> DecodeData(std::string_view data, bool is_json, DecodedSignal& out);
  std::optional<DecodeFailure> DecodeCustomer(const RecordView& record, DecodedSignal& out);

  SignalDecoderOptions options_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace evenkeel
