#include "transaction_writer.h"

#include <cstdio>

#include <unistd.h>

namespace evenkeel::testing {
namespace {

constexpr Partition kPartitions = 3;

int RecordsOf(int transaction) { return 1 + transaction % 5; }

std::string ValueOf(int transaction, int record) {
  return std::to_string(transaction) + "." + std::to_string(record);
}

}  // namespace

SessionOptions WriterOptions(const std::string& prefix) {
  return {.transactional_id = prefix + "killed",
          .inputs = {prefix + "in"},
          .offsets_group = prefix + "killed"};
}

std::vector<std::vector<std::string>> WrittenBy(int count) {
  std::vector<std::vector<std::string>> values(kPartitions);
  for (int transaction = 0; transaction < count; ++transaction) {
    for (int record = 0; record < RecordsOf(transaction); ++record) {
      for (auto& partition : values) partition.push_back(ValueOf(transaction, record));
    }
  }
  return values;
}

void WriteTransactions(LogDriver& driver, const std::string& prefix,
                       const std::function<bool(const std::string& line)>& report) {
  const std::string topic = prefix + "out";
  if (!driver.Init().ok()) return;
  const CommittedDone committed = driver.Committed(0);
  if (!committed.status.ok()) return;
  for (int n = static_cast<int>(committed.next.at(0).value_or(0));; ++n) {
    const std::string number = std::to_string(n);
    driver->Begin();
    for (int record = 0; record < RecordsOf(n); ++record) {
      for (Partition p = 0; p < kPartitions; ++p) {
        const std::string value = ValueOf(n, record);
        driver.Produce({.topic = topic, .partition = p, .key = "k", .value = value});
      }
      driver.StepAside();
      if (!report("produced " + number)) return;
    }
    const InputPosition position{.input = 0, .row = 0, .next = n + 1};
    const RequestId request = driver->Commit({&position, 1});
    if (!report("committing " + number)) return;
    const auto done = driver.Await<TransactionDone>(
        [=](const TransactionDone& d) { return d.request == request; });
    if (!done || done->outcome != CommitOutcome::kAcknowledged) return;
    if (!report("acked " + number)) return;
  }
}

int RunWriterProcess(LogCluster& cluster, const LogTime& time, const std::string& prefix) {
  auto session = cluster.OpenSession(WriterOptions(prefix));
  if (!session.ok()) {
    std::fprintf(stderr, "writer: %s\n", session.status().ToString().c_str());
    return 1;
  }
  LogDriver driver(std::move(session).value(), time);
  WriteTransactions(driver, prefix, [](const std::string& line) {
    const std::string text = line + "\n";
    return write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  });
  return 1;
}

}  // namespace evenkeel::testing
