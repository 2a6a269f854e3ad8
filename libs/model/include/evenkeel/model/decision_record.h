#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/environment.h"

namespace evenkeel {

/// Where a decision was made, as its record says.
struct DecisionOrigin {
  std::string deployment;  ///< The prefix.
  Environment environment = Environment::kSandbox;
  std::uint64_t task_epoch = 0;
  bool is_simulated = false;  ///< Under an event clock.
  std::string program;        ///< Version of the deciding program.

  friend bool operator==(const DecisionOrigin&, const DecisionOrigin&) = default;
};

/// A place in the log.
struct RecordPosition {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;

  friend bool operator==(const RecordPosition&, const RecordPosition&) = default;
};

/// A decision's record on its topic: the payload and where it stands in its partition's chain.
struct DecisionEnvelope {
  std::string deployment;
  Environment environment = Environment::kSandbox;
  std::int32_t task = 0;
  std::uint64_t task_epoch = 0;
  std::uint64_t sequence = 0;  ///< In the chain, from 1 without gaps.
  Sha256Digest previous{};     ///< Head of the chain before this record.
  std::uint64_t transaction_sequence = 0;
  std::optional<RecordPosition> trigger_position;
  std::string payload;

  friend bool operator==(const DecisionEnvelope&, const DecisionEnvelope&) = default;
};

}  // namespace evenkeel
