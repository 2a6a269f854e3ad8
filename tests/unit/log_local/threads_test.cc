#include <thread>

#include "local_log_fixture.h"

namespace evenkeel::testing {
namespace {

class LocalLogThreadsTest : public LocalLogFixture {
 protected:
  void SetUp() override {
    Reopen();
    MakeTopic({.name = "in", .partitions = 4});
    MakeTopic({.name = "out", .partitions = 4});
  }
};

TEST_F(LocalLogThreadsTest, SessionsOfManyThreadsShareTheLog) {
  constexpr int kWriters = 4;
  constexpr int kTransactions = 40;
  std::vector<LogDriver*> writers;
  for (int w = 0; w < kWriters; ++w) writers.push_back(&OpenWriter("writer " + std::to_string(w)));
  LogDriver& reader = OpenWriter("reader");
  for (Partition p = 0; p < 4; ++p) reader->OpenReader({"out", p}, 0);

  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&writer = *writers[static_cast<std::size_t>(w)], w] {
      for (int n = 0; n < kTransactions; ++n) {
        writer->Begin();
        const std::string value = std::to_string(w) + "." + std::to_string(n);
        for (Partition p = 0; p < 4; ++p) {
          writer.Produce({.topic = "out", .partition = p, .value = value});
        }
        EXPECT_EQ(writer.Commit({{.input = 0, .row = 0, .next = n + 1}}).outcome,
                  CommitOutcome::kAcknowledged);
      }
    });
  }
  std::thread maintainer([&] {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(log_->Maintain().ok());
  });
  EXPECT_TRUE(reader.Until(
      [&] { return reader.reader_records.size() == std::size_t{4} * kWriters * kTransactions; }));
  for (std::thread& thread : threads) thread.join();
  maintainer.join();

  // Each writer's records are in its order, in every partition.
  std::map<std::pair<Partition, std::string>, int> next;
  for (const SeenRecord& record : reader.reader_records) {
    const std::size_t dot = record.value->find('.');
    int& expected = next[{record.partition, record.value->substr(0, dot)}];
    EXPECT_EQ(record.value->substr(dot + 1), std::to_string(expected++));
  }
}

TEST_F(LocalLogThreadsTest, WaitEndsWhenAnotherSessionCommits) {
  LogDriver& writer = OpenWriter();
  LogDriver& reader = OpenWriter("reader");
  reader->OpenReader({"out", 0}, 0);
  ASSERT_TRUE(reader.Await<ReaderAtEnd>().has_value());
  std::thread waiting([&] {
    // Far longer than the test may take: it passes only if the commit wakes it.
    while (reader.reader_records.empty()) {
      reader->Wait(std::chrono::minutes(60));
      reader.StepAside();
    }
  });
  EXPECT_EQ(Write(writer, {.topic = "out", .value = "v"}).outcome, CommitOutcome::kAcknowledged);
  waiting.join();
  EXPECT_EQ(reader.reader_records.size(), 1U);
}

TEST_F(LocalLogThreadsTest, ASessionMayEndWhileItsCommitIsUnderWay) {
  for (int i = 0; i < 50; ++i) {
    auto session = log_->OpenSession({.transactional_id = "short", .inputs = {"in"}});
    ASSERT_TRUE(session.ok());
    LogDriver driver(std::move(session).value(), RealTime());
    ASSERT_TRUE(driver.Init().ok());
    driver->Begin();
    driver.Produce({.topic = "out", .value = "v"});
    driver->Commit({});
  }
  LogDriver& after = OpenWriter("short");
  const std::size_t count = after.ReadAll({"out", 0}).size();
  EXPECT_EQ(static_cast<Offset>(count), after.Watermarks({"out", 0}).high);
}

}  // namespace
}  // namespace evenkeel::testing
