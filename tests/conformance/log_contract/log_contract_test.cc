#include "log_contract_test.h"

#include <utility>

namespace evenkeel::testing {

void LogContractTest::SetUp() {
  harness_ = MakeLogHarness({});
  ASSERT_NE(harness_, nullptr);
}

void LogContractTest::TearDown() {
  drivers_.clear();
  harness_.reset();
}

void LogContractTest::MakeTopic(TopicSpec spec) {
  spec.name = Name(spec.name);
  const Status status = harness_->cluster().CreateTopic(spec, kAdmin);
  ASSERT_TRUE(status.ok()) << status.ToString();
}

void LogContractTest::MakeTopics() {
  MakeTopic({.name = "in", .partitions = kRows});
  MakeTopic({.name = "in2", .partitions = kRows});
  MakeTopic({.name = "lead", .partitions = kRows, .compacted = true});
  MakeTopic({.name = "out", .partitions = kRows});
}

LogTime LogContractTest::MakeTime() {
  const LogTime time = harness_->time();
  return {.elapsed = time.elapsed, .idle = [this, time] {
            if (is_idle_) return;
            is_idle_ = true;
            for (std::size_t i = 0; i < drivers_.size(); ++i) drivers_[i]->StepAside();
            time.idle();
            is_idle_ = false;
          }};
}

LogDriver& LogContractTest::Open(SessionOptions options) {
  auto session = harness_->cluster().OpenSession(std::move(options));
  EXPECT_TRUE(session.ok()) << session.status().ToString();
  if (!session.ok()) throw std::runtime_error("no session: " + session.status().ToString());
  drivers_.push_back(std::make_unique<LogDriver>(std::move(session).value(), MakeTime()));
  return *drivers_.back();
}

LogDriver& LogContractTest::OpenWriter(std::string_view transactional_id) {
  LogDriver& writer = Open({.transactional_id = Name(transactional_id),
                            .inputs = {Name("in"), Name("in2")},
                            .offsets_group = Name("loader")});
  const Status status = writer.Init();
  EXPECT_TRUE(status.ok()) << status.ToString();
  return writer;
}

LogDriver& LogContractTest::OpenMember(std::string_view instance_id,
                                       std::string_view transactional_id) {
  const std::string_view id = transactional_id.empty() ? instance_id : transactional_id;
  LogDriver& member =
      Open({.transactional_id = Name(id),
            .inputs = {Name("in"), Name("in2")},
            .membership = GroupMembership{.group = Name("members"),
                                          .instance_id = std::string(instance_id),
                                          .lead_topic = Name("lead"),
                                          .session_timeout = harness_->session_timeout(),
                                          .address = std::string(instance_id) + ":1"}});
  const Status status = member.Init();
  EXPECT_TRUE(status.ok()) << status.ToString();
  return member;
}

void LogContractTest::Crash(LogDriver& driver) {
  std::erase_if(drivers_, [&](const auto& entry) { return entry.get() == &driver; });
}

void LogContractTest::DeclareMembers(const std::vector<std::string>& names) {
  harness_->DeclareMembers(Name("members"), names);
}

void LogContractTest::Write(LogDriver& writer, std::string_view topic, Partition partition,
                            const std::vector<std::string>& values) {
  writer->Begin();
  const std::string name = Name(topic);
  for (const std::string& value : values) {
    ASSERT_EQ(writer.Produce({.topic = name, .partition = partition, .key = "k", .value = value}),
              ProduceResult::kAccepted);
  }
  const TransactionDone done = writer.Commit();
  ASSERT_EQ(done.outcome, CommitOutcome::kAcknowledged) << done.status.ToString();
}

bool LogContractTest::Until(const std::function<bool()>& is_done) {
  const LogTime time = harness_->time();
  const auto end = time.elapsed() + LogDriver::kPatience;
  while (!is_done()) {
    if (time.elapsed() >= end) return false;
    for (std::size_t i = 0; i < drivers_.size(); ++i) {
      if (!drivers_[i]->is_silent) drivers_[i]->Step();
    }
  }
  return true;
}

std::vector<std::string> Values(const std::vector<SeenRecord>& records) {
  std::vector<std::string> values;
  for (const SeenRecord& record : records) values.push_back(record.value.value_or("(none)"));
  return values;
}

std::vector<SeenRecord> OfStream(const std::vector<SeenRecord>& records, std::uint32_t stream,
                                 Partition partition) {
  std::vector<SeenRecord> found;
  std::copy_if(records.begin(), records.end(), std::back_inserter(found),
               [=](const SeenRecord& record) {
                 return record.stream == stream && record.partition == partition;
               });
  return found;
}

}  // namespace evenkeel::testing
