#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "child_process.h"
#include "ledger/ledger_rig.h"

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// Which log the tests of this program run on.
class LedgerSite {
 public:
  virtual ~LedgerSite() = default;
  /// How a process of its own finds this site again.
  virtual std::string locator() const = 0;
  virtual std::unique_ptr<LogCluster> Open() = 0;
  /// False: only one process can have the log open.
  virtual bool is_shared() const = 0;
  /// Rows of `topic` with records of an open transaction (they lie beyond the last stable offset).
  virtual int PendingRows(const std::string& topic, const std::vector<Partition>& rows) = 0;
};

/// A new site, or the one at `locator`. Defined once per program.
std::unique_ptr<LedgerSite> MakeLedgerSite(const std::string& prefix, const std::string& locator);

/// How the processes of one deployment run.
struct ProcessPlan {
  LedgerPlan ledger;
  std::string directory;
  int process = 0;
  int steps_per_second = 0;  ///< 0: as fast as they can.

  std::vector<std::string> Arguments(const std::string& locator) const;
};
inline constexpr const char* kProcessFlag = "--ledger-process";
inline constexpr int kWorkersPerProcess = 2;

/// The names of the workers of `process`.
std::vector<std::string> WorkerNames(int process);

/// The life of a process: kWorkersPerProcess workers, each on a thread, until it is killed. Prints
/// a line of progress now and then. `arguments` are those of Arguments(), the flag left out.
int RunLedgerProcess(const std::vector<std::string>& arguments);

/// A line of progress.
struct Progress {
  std::uint64_t records = 0;
  bool is_idle = false;
  std::vector<Partition> rows;
};

/// A process of ledger workers, seen from the test.
class LedgerProcess {
 public:
  LedgerProcess(const ProcessPlan& plan, const std::string& locator)
      : child_(plan.Arguments(locator)) {}

  /// The next line; nothing if the process ended by itself.
  std::optional<Progress> Next();
  const Progress& last() const { return last_; }
  void Kill() { child_.Kill(); }

 private:
  ChildProcess child_;
  Progress last_;
};

}  // namespace evenkeel::testing
