#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/ledger_rig.h"
#include "workload.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel::bench {

struct Load {
  std::string bootstrap;
  std::uint64_t events = 5'000'000;
  std::uint32_t customers = 100'000;
  std::uint64_t seed = 1;
  testing::LedgerPlan plan;  ///< Topics and partitions.
};

std::unique_ptr<LogCluster> OpenCluster(const std::string& bootstrap);

Status CreateTopics(LogCluster& cluster, const Load& load);

/// Writes every event as a command, in large transactions, and folds it into `reference`.
Status Fill(LogCluster& cluster, const Load& load, Fold& reference);

/// What the committed records of all partitions say, read after the worker has ended.
struct Outcome {
  Fold states;                ///< From the changelog: the last state of each customer.
  std::uint64_t outputs = 0;  ///< One per event, if each was applied once.
  std::uint64_t dead_letters = 0;
};
Result<Outcome> ReadOutcome(LogCluster& cluster, const Load& load);

}  // namespace evenkeel::bench
