// The contract suite on the log in a folder.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "log_harness.h"
#include "temporary_folder.h"

#include "evenkeel/base/check.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/log/local_log.h"

namespace evenkeel::testing {
namespace {

class LocalHarness final : public LogHarness {
 public:
  explicit LocalHarness(const HarnessOrigin& origin)
      : folder_(origin.locator.empty() ? std::make_unique<TemporaryFolder>() : nullptr),
        locator_(folder_ == nullptr ? origin.locator : folder_->path()) {
    Open();
  }

  std::string name() const override { return "local"; }
  std::string prefix() const override { return "t."; }
  std::string locator() const override { return locator_; }
  bool has_dynamic_groups() const override { return false; }
  bool has_pending_records() const override { return false; }
  LogCluster& cluster() override { return *log_; }

  LogTime time() override {
    return {.elapsed =
                [] {
                  return std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now().time_since_epoch());
                },
            .idle = [] {}};
  }

  void Close() override { log_.reset(); }

  void Open() override {
    auto log = LocalLog::Open({.folder = locator_, .wall_clock = WallTime, .members = members_});
    EVENKEEL_CHECK(log.ok());
    log_ = std::move(log).value();
  }

  void DeclareMembers(const std::string& group,
                      const std::vector<std::string>& instance_ids) override {
    if (instance_ids.size() == 1) return;  // A group that is not declared has one member.
    members_[group] = instance_ids;
    Close();
    Open();
  }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
  const std::string locator_;
  std::map<std::string, std::vector<std::string>> members_;
  std::unique_ptr<LocalLog> log_;
};

}  // namespace

std::unique_ptr<LogHarness> MakeLogHarness(const HarnessOrigin& origin) {
  return std::make_unique<LocalHarness>(origin);
}

}  // namespace evenkeel::testing
