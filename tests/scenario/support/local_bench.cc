#include <chrono>
#include <utility>

#include "ledger/temp_directory.h"

#include "evenkeel/base/check.h"
#include "evenkeel/log/local_log.h"
#include "support/log_bench.h"
#include "support/machine_clock.h"

namespace evenkeel::testing {
namespace {

class LocalBench final : public LogBench {
 public:
  LocalBench() {
    auto log = LocalLog::Open(
        {.folder = directory_.path() + "/log", .wall_clock = [] { return MachineNow().wall; }});
    EVENKEEL_CHECK(log.ok());
    log_ = *std::move(log);
  }
  LogCluster& cluster() override { return *log_; }
  Now now() override { return MachineNow(); }

 private:
  TempDirectory directory_;
  std::unique_ptr<LocalLog> log_;
};

}  // namespace

std::unique_ptr<LogBench> MakeLocalBench() { return std::make_unique<LocalBench>(); }

}  // namespace evenkeel::testing
