#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

/// One scripted story whose trace must be the same on every log. Offsets differ between logs
/// (markers), so they are written as ordinals: the number of visible records before them.
class TraceContractTest : public LogContractTest {
 protected:
  struct Put {
    std::string topic;
    Partition partition = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<RecordHeader> headers;
  };

  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
  }

  void Produce(LogDriver& driver, const std::vector<Put>& puts) {
    driver->Begin();
    for (const Put& put : puts) {
      const std::string topic = Name(put.topic);
      OutRecord record{.topic = topic, .partition = put.partition, .headers = put.headers};
      if (put.key) record.key = *put.key;
      if (put.value) record.value = *put.value;
      ASSERT_EQ(driver.Produce(record), ProduceResult::kAccepted);
    }
  }

  void Say(const std::string& line) { trace_ += line + "\n"; }

  void SayDone(const std::string& who, const TransactionDone& done) {
    std::string line = who;
    line += done.outcome == CommitOutcome::kAcknowledged ? " acknowledged" : " aborted";
    std::map<TopicPartition, Offset> sorted;
    for (const LastProduced& last : done.last_produced) sorted[last.where] = last.offset;
    for (const auto& [where, offset] : sorted) {
      line += " " + where.topic.substr(harness().prefix().size()) + "[" +
              std::to_string(where.partition) + "]@" + std::to_string(Ordinal(where, offset));
    }
    Say(line);
  }

  /// Takes what the member reads up to the end of both inputs of row 0.
  void SayRead(LogDriver& member) {
    const std::vector<Offset> highs = {prober_->Watermarks(At("in", 0)).high,
                                       prober_->Watermarks(At("in2", 0)).high};
    ASSERT_TRUE(Until([&] {
      while (const auto end = member.Take<InputAtEnd>()) ends_[end->input] = end->offset;
      return ends_[0] >= highs[0] && ends_[1] >= highs[1];
    }));
    for (std::uint32_t input = 0; input < 2; ++input) {
      for (const SeenRecord& record : OfStream(member.records, input, 0)) {
        Say("read input " + std::to_string(input) + " " +
            Text(At(input == 0 ? "in" : "in2", 0), record));
      }
    }
    member.records.clear();
  }

  void StartRow(LogDriver& member, const std::vector<Offset>& next) {
    ends_ = {-1, -1};
    member.events.clear();
    ASSERT_TRUE(member.StartRow(0, next).ok());
  }

  void SayAll(const std::string& topic, Partition partition) {
    for (const SeenRecord& record : prober_->ReadAll(At(topic, partition))) {
      Say(topic + "[" + std::to_string(partition) + "] " + Text(At(topic, partition), record));
    }
  }

  void SayCommitted(LogDriver& member) {
    std::string line = "committed";
    const CommittedDone done = member.Committed(0);
    for (std::uint32_t input = 0; input < done.next.size(); ++input) {
      const TopicPartition where = At(input == 0 ? "in" : "in2", 0);
      line += done.next[input] ? " " + std::to_string(Ordinal(where, *done.next[input])) : " none";
    }
    Say(line);
  }

  std::string Text(const TopicPartition& where, const SeenRecord& record) {
    std::string text = "@" + std::to_string(Ordinal(where, record.offset));
    text += " key=" + record.key.value_or("(none)") + " value=" + record.value.value_or("(none)");
    for (const auto& [name, value] : record.headers) text += " " + name + "=" + value;
    return text;
  }

  std::size_t Ordinal(const TopicPartition& where, Offset offset) {
    std::size_t before = 0;
    for (const SeenRecord& record : prober_->ReadAll(where)) before += record.offset < offset;
    return before;
  }

  /// The position behind the last record that is visible now.
  Offset Behind(const std::string& topic) {
    const auto all = prober_->ReadAll(At(topic, 0));
    return all.empty() ? 0 : all.back().offset + 1;
  }

  void PlayWriter(LogDriver& writer) {
    Produce(writer, {{"in", 0, "k1", "a", {{"ce_type", "x"}, {"ce_type", "y"}}},
                     {"in", 0, "k2", "b", {}},
                     {"in2", 0, std::nullopt, "c", {}}});
    SayDone("writer", writer.Commit());
    Produce(writer, {{"in", 0, "k1", "never", {}}});
    writer.Step();
    SayDone("writer", writer.Abort());
    Produce(writer, {{"in", 0, "k1", std::nullopt, {}},
                     {"in", 0, "", "", {{"empty", ""}}},
                     {"in", 1, "k3", "elsewhere", {}}});
    SayDone("writer", writer.Commit());
  }

  void PlayMember(LogDriver& member, LogDriver& writer) {
    ASSERT_TRUE(member.OwnRows(kRows));
    StartRow(member, {0, 0});
    SayRead(member);
    const std::vector<Put> outputs = {{"out", 0, "k1", "decided", {}},
                                      {"lead", 0, "state", "1", {}},
                                      {"lead", 0, "gone", std::nullopt, {}}};
    Produce(member, outputs);
    member.Step();
    SayDone("member", member.Abort());
    StartRow(member, {0, 0});
    SayRead(member);
    Produce(member, outputs);
    SayDone("member", member.Commit({{.input = 0, .row = 0, .next = Behind("in")},
                                     {.input = 1, .row = 0, .next = Behind("in2")}}));
    Produce(writer, {{"in", 0, "k4", "later", {}}});
    SayDone("writer", writer.Commit());
    SayRead(member);
    Produce(member, {{"lead", 0, "state", "2", {}}});
    SayDone("member", member.Commit({{.input = 0, .row = 0, .next = Behind("in")}}));
  }

  void CompareWithGolden() {
    if (std::getenv("EVENKEEL_WRITE_GOLDEN") != nullptr) {
      std::ofstream(EVENKEEL_LOG_CONTRACT_GOLDEN) << trace_;
    }
    std::ifstream file(EVENKEEL_LOG_CONTRACT_GOLDEN);
    std::ostringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(trace_, golden.str());
  }

  LogDriver* prober_ = nullptr;
  std::vector<Offset> ends_ = {-1, -1};  // Reported last, of each input of row 0.
  std::string trace_;
};

TEST_F(TraceContractTest, TheSameStoryHasTheSameTraceOnEveryLog) {
  prober_ = &OpenWriter("prober");
  LogDriver& writer = OpenWriter();
  DeclareMembers({"m"});
  PlayWriter(writer);
  LogDriver& member = OpenMember("m");
  SayCommitted(member);
  PlayMember(member, writer);
  Crash(member);
  LogDriver& again = OpenMember("m");
  ASSERT_TRUE(again.OwnRows(kRows));
  SayCommitted(again);
  StartRow(again, {Behind("in"), Behind("in2")});
  SayRead(again);
  SayAll("in", 0);
  SayAll("in", 1);
  SayAll("in2", 0);
  SayAll("out", 0);
  SayAll("lead", 0);
  CompareWithGolden();
}

}  // namespace
}  // namespace evenkeel::testing
