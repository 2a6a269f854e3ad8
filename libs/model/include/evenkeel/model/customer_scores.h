#pragma once

#include <cstdint>
#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/environment.h"
#include "evenkeel/model/signal.h"

namespace evenkeel {

/// A customer's scores as they are written to the topic of scores.
struct CustomerScores {
  CustomerId customer;
  TimeMs as_of;
  ChurnScore churn;
  std::string bundle;
  std::string bundle_version;
  Sha256Digest bundle_digest{};
  Environment environment = Environment::kSandbox;
  std::uint64_t task_sequence = 0;  ///< Of the transaction that writes them.

  friend bool operator==(const CustomerScores&, const CustomerScores&) = default;
};

}  // namespace evenkeel
