#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/log/kafka_log.h"
#include "support/log_bench.h"

namespace evenkeel::testing {
namespace {

std::string Bootstrap() {
  const char* file = std::getenv("EVENKEEL_KAFKA_BOOTSTRAP_FILE");
  std::string list;
  if (file != nullptr) std::getline(std::ifstream(file), list);
  if (!list.empty()) return list;
  std::fputs("set EVENKEEL_KAFKA_BOOTSTRAP_FILE to a file with the brokers (tools/kafka start)\n",
             stderr);
  std::exit(1);
}

class KafkaBench final : public LogBench {
 public:
  KafkaBench() : prefix_("s" + std::to_string(std::random_device()()) + ".") {
    auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", Bootstrap()}}});
    EVENKEEL_CHECK(cluster.ok());
    cluster_ = *std::move(cluster);
  }
  LogCluster& cluster() override { return *cluster_; }
  std::string prefix() const override { return prefix_; }
  std::string bootstrap() const override { return Bootstrap(); }

 protected:
  Now time() override { return ReadClocks(); }

 private:
  // Runs share the broker, and a broker may outlive many runs.
  const std::string prefix_;
  std::unique_ptr<LogCluster> cluster_;
};

}  // namespace

std::unique_ptr<LogBench> MakeKafkaBench(const BenchMembers& /*members*/) {
  return std::make_unique<KafkaBench>();
}

}  // namespace evenkeel::testing
