#include "loader.h"

#include <algorithm>

#include "evenkeel/base/clock.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

constexpr std::size_t kDeadLetterValueMax = 64U << 10;
constexpr int kTriesMax = 5;

OwnedRecord ToRecord(EncodedRecord encoded, std::string topic, Partition partition,
                     TimeMs timestamp) {
  return {.topic = std::move(topic),
          .partition = partition,
          .timestamp = timestamp,
          .key = std::move(encoded.key),
          .value = std::move(encoded.value),
          .headers = std::move(encoded.headers)};
}

}  // namespace

Result<LoadFigures> SignalLoader::Load(const std::string& loader, SignalReader& rows) {
  loader_ = loader;
  EVENKEEL_ASSIGN_OR_RETURN(position_, log_.LoadPosition(loader));
  figures_.resumed_from = position_;
  MappedRow row;
  while (true) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool more, rows.Next(row));
    if (!more) break;
    ++figures_.rows;
    EVENKEEL_RETURN_IF_ERROR(Add(row));
    const auto batched = static_cast<std::size_t>(figures_.rows) % options_.batch_rows;
    if (batched == 0 && figures_.rows > figures_.resumed_from) {
      EVENKEEL_RETURN_IF_ERROR(Flush());
    }
  }
  if (figures_.rows < figures_.resumed_from) {
    // Rows and the ticks after them: nothing is left to do.
    return figures_;
  }
  EVENKEEL_RETURN_IF_ERROR(Flush());
  if (options_.tick_after) EVENKEEL_RETURN_IF_ERROR(WriteTicks());
  return figures_;
}

Status SignalLoader::Add(const MappedRow& row) {
  const bool loaded_before = figures_.rows <= figures_.resumed_from;
  if (row.kind == MappedRow::Kind::kSkipped) {
    ++figures_.skipped;
    return {};
  }
  if (row.kind == MappedRow::Kind::kDeadLetter) {
    AddDeadLetter(row, row.reason, row.detail, loaded_before);
    return {};
  }
  Result<EncodedRecord> encoded = EncodeSignal(row.signal, row.payload);
  if (!encoded.ok()) {
    AddDeadLetter(row, "bad_value", encoded.status().message(), loaded_before);
    return {};
  }
  ++figures_.signals;
  // What lies outside is dead-lettered by the decider; it must not set the time of the ticks.
  if (IsWithinBounds(row.signal.event_time)) newest_ = std::max(newest_, row.signal.event_time);
  if (loaded_before) return {};
  batch_.push_back(ToRecord(*std::move(encoded), deployment_.SignalTopic(row.signal.family),
                            PartitionOf(row.signal.customer.value(), deployment_.row_count),
                            row.signal.event_time));
  return {};
}

void SignalLoader::AddDeadLetter(const MappedRow& row, const std::string& reason,
                                 const std::string& detail, bool loaded_before) {
  ++figures_.dead_letters;
  if (loaded_before) return;
  const std::string topic = deployment_.prefix + deployment_.signals.front();
  batch_.push_back({.topic = TopicNames::DeadLetters(topic),
                    // Rows without a customer have no partition of their own: spread them.
                    .partition = static_cast<Partition>(row.line % deployment_.row_count),
                    .timestamp = std::nullopt,
                    .key = std::nullopt,
                    .value = std::string(row.raw.substr(0, kDeadLetterValueMax)),
                    .headers = {{"evenkeel.errors.stage", "load"},
                                {"evenkeel.errors.topic", topic},
                                {"evenkeel.errors.line", std::to_string(row.line)},
                                {"evenkeel.errors.reason", reason},
                                {"evenkeel.errors.detail", detail},
                                {"evenkeel.errors.value.sha256", ToHex(Sha256(row.raw))}}});
}

/// Writes the batch and moves to `position`.
Status SignalLoader::Commit(std::int64_t position) {
  for (int attempt = 1;; ++attempt) {
    const Status status = log_.Load(loader_, batch_, position, position_);
    if (status.ok()) break;
    if (status.code() != StatusCode::kAborted || attempt == kTriesMax) return status;
  }
  position_ = position;
  batch_.clear();
  return {};
}

Status SignalLoader::Flush() {
  if (figures_.rows <= position_) return {};
  EVENKEEL_RETURN_IF_ERROR(Commit(figures_.rows));
  if (options_.progress) options_.progress(figures_);
  return {};
}

Status SignalLoader::WriteTicks() {
  // The position past the rows says that the ticks are written too.
  const std::int64_t with_ticks = figures_.rows + 1;
  if (figures_.resumed_from >= with_ticks || newest_ == TimeMs::Min()) return {};
  const TimeMs until = newest_ + *options_.tick_after;
  for (Partition row = 0; row < deployment_.row_count; ++row) {
    Signal tick{.id = loader_ + "/tick/" + std::to_string(row),
                .source = "evenkeel/loader",
                .type = "tick",
                .family = SignalFamily::kTick,
                .event_time = until};
    EVENKEEL_ASSIGN_OR_RETURN(EncodedRecord encoded, EncodeSignal(tick, Tick{.until = until}));
    batch_.push_back(
        ToRecord(std::move(encoded), deployment_.SignalTopic(SignalFamily::kTick), row, until));
  }
  return Commit(with_ticks);
}

}  // namespace evenkeel
