// The contract suite on the log in memory.

#include <memory>
#include <string>
#include <utility>

#include "log_harness.h"

#include "evenkeel/log/sim_log.h"

namespace evenkeel::testing {
namespace {

class SimHarness final : public LogHarness {
 public:
  std::string name() const override { return "sim"; }
  std::string prefix() const override { return "t."; }
  LogCluster& cluster() override { return log_; }

  LogTime time() override {
    return {.elapsed = [this] { return log_.now().wall - TimeMs{0}; },
            .idle = [this] { log_.AdvanceTime(std::chrono::milliseconds(5)); }};
  }

  std::function<void()> HoldOffsetPending(const std::string& group, const TopicPartition& where,
                                          Offset next) override {
    auto session = log_.OpenSession(
        {.transactional_id = prefix() + "holder", .inputs = {where.topic}, .offsets_group = group});
    auto holder = std::make_shared<LogDriver>(std::move(session).value(), time());
    if (!holder->Init().ok()) return {};
    (*holder)->Begin();
    const InputPosition position{.input = 0, .row = where.partition, .next = next};
    (*holder)->Commit({&position, 1});
    holder->StepAside();  // Sends the offsets; the end of the transaction goes with the next poll.
    return [holder] { holder->Await<TransactionDone>(); };
  }

 private:
  SimLog log_;
};

}  // namespace

std::unique_ptr<LogHarness> MakeLogHarness(const HarnessOrigin& /*origin*/) {
  return std::make_unique<SimHarness>();
}

}  // namespace evenkeel::testing
