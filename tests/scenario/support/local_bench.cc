#include <chrono>
#include <utility>

#include "ledger/temp_directory.h"

#include "evenkeel/base/check.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/log/local_log.h"
#include "support/log_bench.h"

namespace evenkeel::testing {
namespace {

class LocalBench final : public LogBench {
 public:
  explicit LocalBench(const BenchMembers& members) {
    auto log = LocalLog::Open(
        {.folder = directory_.path() + "/log", .wall_clock = WallTime, .members = members});
    EVENKEEL_CHECK(log.ok());
    log_ = *std::move(log);
  }
  LogCluster& cluster() override { return *log_; }

 protected:
  Now time() override { return ReadClocks(); }

 private:
  TempDirectory directory_;
  std::unique_ptr<LocalLog> log_;
};

}  // namespace

std::unique_ptr<LogBench> MakeSimBench(const BenchMembers& /*members*/) {
  return std::make_unique<SimBench>();
}

std::unique_ptr<LogBench> MakeLocalBench(const BenchMembers& members) {
  return std::make_unique<LocalBench>(members);
}

}  // namespace evenkeel::testing
