#include "support.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel::testing {
namespace {

std::string FirstLine(const std::string& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(in, line);
  return line;
}

void Run(const std::string& command) {
  std::fprintf(stderr, "%s\n", command.c_str());
  EVENKEEL_CHECK(std::system(command.c_str()) == 0);
}

}  // namespace

LogTime MachineTime() {
  return {.elapsed =
              [] {
                return std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now().time_since_epoch());
              },
          .idle = [] {}};
}

std::string SharedBootstrap() {
  const char* file = std::getenv("EVENKEEL_KAFKA_BOOTSTRAP_FILE");
  const std::string list = file == nullptr ? "" : FirstLine(file);
  if (list.empty()) {
    std::fputs("set EVENKEEL_KAFKA_BOOTSTRAP_FILE to a file with the brokers\n", stderr);
    std::exit(1);
  }
  return list;
}

std::string NewPrefix() {
  static std::atomic<int> count{0};
  static const auto kRun = std::random_device()();
  return "i" + std::to_string(kRun) + "-" + std::to_string(++count) + ".";
}

std::unique_ptr<LogCluster> OpenAt(const std::string& bootstrap) {
  auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", bootstrap}}});
  EVENKEEL_CHECK(cluster.ok());
  return std::move(cluster).value();
}

std::unique_ptr<LogDriver> OpenDriver(LogCluster& cluster, SessionOptions options) {
  auto session = cluster.OpenSession(std::move(options));
  EVENKEEL_CHECK(session.ok());
  return std::make_unique<LogDriver>(std::move(session).value(), MachineTime());
}

OwnBroker::OwnBroker(const std::string& name) : folder_(EVENKEEL_KAFKA_FOLDER "/" + name) {
  Run(EVENKEEL_KAFKA_TOOL " clean -d " + folder_ + " >&2");
  Start();
}

OwnBroker::~OwnBroker() { Run(EVENKEEL_KAFKA_TOOL " clean -d " + folder_ + " >&2"); }

void OwnBroker::Start() {
  Run(EVENKEEL_KAFKA_TOOL " start -d " + folder_ + " >&2");
  bootstrap_ = FirstLine(folder_ + "/bootstrap");
  EVENKEEL_CHECK(!bootstrap_.empty());
}

void OwnBroker::Kill() { Run(EVENKEEL_KAFKA_TOOL " kill -d " + folder_ + " >&2"); }

}  // namespace evenkeel::testing
