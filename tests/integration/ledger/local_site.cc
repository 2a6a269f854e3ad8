#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "ledger/temp_directory.h"
#include "ledger_process.h"

#include "evenkeel/base/check.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/log/local_log.h"

namespace evenkeel::testing {
namespace {

class LocalSite final : public LedgerSite {
 public:
  LocalSite(std::string prefix, const std::string& folder) : prefix_(std::move(prefix)) {
    if (folder.empty()) own_.emplace();
    folder_ = folder.empty() ? own_->path() + "/log" : folder;
  }

  std::string locator() const override { return folder_; }
  bool is_shared() const override { return false; }
  std::unique_ptr<LogCluster> Open() override {
    Result<std::unique_ptr<LocalLog>> log =
        LocalLog::Open({.folder = folder_,
                        .wall_clock = WallTime,
                        .members = {{prefix_ + "group", {prefix_ + "p0w0", prefix_ + "p0w1"}}}});
    if (!log.ok()) {
      std::fprintf(stderr, "local log: %s\n", log.status().ToString().c_str());
      std::exit(1);
    }
    return std::move(log).value();
  }
  // What is not committed is nowhere.
  int PendingRows(const std::string& /*topic*/, const std::vector<Partition>& /*rows*/) override {
    return 0;
  }

 private:
  const std::string prefix_;
  std::optional<TempDirectory> own_;
  std::string folder_;
};

}  // namespace

std::unique_ptr<LedgerSite> MakeLedgerSite(const std::string& prefix, const std::string& locator) {
  return std::make_unique<LocalSite>(prefix, locator);
}

}  // namespace evenkeel::testing
