#include "ledger/ledger_rig.h"

#include <utility>

#include "ledger/commit_codec.h"

#include "evenkeel/base/hash.h"
#include "evenkeel/state/entry.h"

namespace evenkeel::testing {
namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr int kPatience = 200'000;

/// The answer of kind Event in `poll`, if it is there.
template <typename Event>
const Event* Find(const LogPoll& poll) {
  for (const LogEvent& event : poll.events) {
    if (const Event* found = std::get_if<Event>(&event)) return found;
  }
  return nullptr;
}

StoredLine ToLine(const LogRecord& record) {
  StoredLine line{.offset = record.offset, .timestamp = record.timestamp};
  if (record.key) line.key = std::string(*record.key);
  if (record.value) line.value = std::string(*record.value);
  for (const RecordHeader& header : record.headers) {
    line.headers.emplace_back(header.name, header.value);
  }
  return line;
}

}  // namespace

std::vector<InputOptions> LedgerPlan::inputs() const {
  std::vector<InputOptions> inputs = {
      {.topic = topic("commands")},
      {.topic = topic("transfers"), .moves_clock = !has_ticks},
      {.topic = topic("receipts"), .moves_clock = false},
  };
  if (has_ticks) inputs.push_back({.topic = topic("ticks"), .is_tick = true});
  return inputs;
}

void LedgerSink::Execute(Partition row, std::vector<Effect> effects) {
  for (Effect& effect : effects) {
    ++handed_out[effect.id];
    pending.push_back({row, std::move(effect)});
  }
}

void LedgerSink::Forget(Partition row) {
  std::erase_if(pending, [&](const Pending& it) { return it.row == row; });
}

LedgerLog::LedgerLog(LogCluster& cluster, LedgerPlan plan, std::function<void()> idle)
    : cluster_(cluster), plan_(std::move(plan)), idle_(std::move(idle)) {}
LedgerLog::~LedgerLog() = default;

Status LedgerLog::Attach() {
  EVENKEEL_ASSIGN_OR_RETURN(cluster_id_, cluster_.ClusterId(kTimeout));
  return {};
}

Status LedgerLog::CreateTopics() {
  EVENKEEL_RETURN_IF_ERROR(Attach());
  const auto create = [&](const std::string& name, Partition partitions, bool compacted) {
    return cluster_.CreateTopic(
        {.name = plan_.topic(name),
         .partitions = partitions,
         .compacted = compacted,
         .timestamps = compacted ? TimestampType::kLogAppendTime : plan_.timestamps},
        kTimeout);
  };
  for (const InputOptions& input : plan_.inputs()) {
    const std::string name = input.topic.substr(plan_.prefix.size());
    EVENKEEL_RETURN_IF_ERROR(create(name, plan_.rows, false));
    EVENKEEL_RETURN_IF_ERROR(create(name + ".dlq", plan_.rows, false));
  }
  EVENKEEL_RETURN_IF_ERROR(create("out", plan_.rows, false));
  EVENKEEL_RETURN_IF_ERROR(create("journal", plan_.rows, false));
  EVENKEEL_RETURN_IF_ERROR(create("changelog", plan_.rows, true));
  for (int i = 0; i < plan_.globals; ++i) {
    EVENKEEL_RETURN_IF_ERROR(create("global" + std::to_string(i), 1, true));
  }
  return {};
}

Status LedgerLog::Open() {
  if (session_ != nullptr) return {};
  EVENKEEL_ASSIGN_OR_RETURN(session_,
                            cluster_.OpenSession({.transactional_id = plan_.topic("test")}));
  session_->Init();
  for (int i = 0; Find<InitDone>(poll_) == nullptr; ++i) {
    if (i == kPatience) return Unavailable("the test was not let in");
    idle_();
    poll_.clear();
    session_->Poll(1, poll_);
  }
  return Find<InitDone>(poll_)->status;
}

Status LedgerLog::Write(const std::vector<Line>& lines) {
  EVENKEEL_RETURN_IF_ERROR(Open());
  session_->Begin();
  for (const Line& line : lines) {
    const std::string topic = plan_.topic(line.topic);
    while (true) {
      const ProduceResult result = session_->Produce({.topic = topic,
                                                      .partition = line.partition,
                                                      .key = line.key,
                                                      .value = line.value,
                                                      .timestamp = line.timestamp});
      if (result == ProduceResult::kAccepted) break;
      if (result == ProduceResult::kRefused) return Internal("a test record was refused");
      poll_.clear();
      session_->Poll(1, poll_);
      idle_();
    }
  }
  session_->Commit({});
  poll_.clear();
  for (int i = 0; Find<TransactionDone>(poll_) == nullptr; ++i) {
    if (i == kPatience) return Unavailable("the writer's commit was not answered");
    idle_();
    poll_.clear();
    session_->Poll(1, poll_);
  }
  const TransactionDone& done = *Find<TransactionDone>(poll_);
  return done.outcome == CommitOutcome::kAcknowledged ? Status() : Internal("a test write failed");
}

Result<std::vector<StoredLine>> LedgerLog::Read(const TopicPartition& where) {
  EVENKEEL_RETURN_IF_ERROR(Open());
  std::vector<StoredLine> lines;
  std::optional<Offset> high;
  ReaderId reader = 0;
  session_->QueryWatermarks(where);
  Offset end = -1;
  for (int i = 0; !high || end < *high; ++i) {
    if (i == kPatience) return Unavailable("reading " + where.topic + " does not end");
    poll_.clear();
    session_->Poll(5000, poll_);
    if (poll_.empty()) idle_();
    for (const LogRecord& record : poll_.reader_records) lines.push_back(ToLine(record));
    if (const auto* done = Find<WatermarksDone>(poll_)) {
      EVENKEEL_RETURN_IF_ERROR(done->status);
      high = done->high;
      reader = session_->OpenReader(where, done->low);
    }
    if (const auto* failed = Find<ReaderFailed>(poll_)) return failed->status;
    for (const LogEvent& event : poll_.events) {
      const auto* at_end = std::get_if<ReaderAtEnd>(&event);
      if (at_end != nullptr && at_end->reader == reader) end = at_end->offset;
    }
  }
  session_->CloseReader(reader);
  return lines;
}

Result<RowHistory> LedgerLog::History(Partition row) {
  RowHistory history;
  for (const InputOptions& input : plan_.inputs()) {
    EVENKEEL_ASSIGN_OR_RETURN(history.inputs[input.topic], Read({input.topic, row}));
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<StoredLine> journal,
                            Read({plan_.topic("journal"), row}));
  for (const StoredLine& line : journal) {
    EVENKEEL_ASSIGN_OR_RETURN(CommitRecord record, TestCommitCodec().decode(line.value.value()));
    history.journal.push_back(std::move(record));
  }
  return history;
}

Result<std::vector<LedgerOracle>> LedgerLog::Check() {
  const WorkerOptions options = LedgerOptions(plan_, cluster_id_, "oracle", "none");
  std::vector<LedgerOracle> oracles;
  std::map<std::string, std::vector<std::string>> expected;
  for (Partition row = 0; row < plan_.rows; ++row) {
    LedgerOracle& oracle = oracles.emplace_back(OracleOptions(plan_, row, options));
    EVENKEEL_ASSIGN_OR_RETURN(const RowHistory history, History(row));
    EVENKEEL_RETURN_IF_ERROR(oracle.Run(history));
    // What a row writes to its own partition must be there in order; nobody else writes there.
    const std::string own = plan_.topic("out") + "/" + std::to_string(row) + " ";
    std::vector<std::string> lines;
    for (const std::string& line : oracle.outputs()) {
      if (line.starts_with(own)) lines.push_back(line);
    }
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<StoredLine> stored,
                              Read({plan_.topic("out"), row}));
    if (stored.size() != lines.size()) {
      return Internal("row " + std::to_string(row) + " wrote " + std::to_string(stored.size()) +
                      " outputs, not " + std::to_string(lines.size()));
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (own + stored[i].key.value_or("<none>") + "=" + stored[i].value.value_or("<none>") !=
          lines[i]) {
        return Internal("output " + std::to_string(i) + " of row " + std::to_string(row) +
                        " is not " + lines[i]);
      }
    }
    EVENKEEL_ASSIGN_OR_RETURN(const std::string digest, ChangelogDigest(*this, row));
    if (digest != oracle.StateDigest()) {
      return Internal("the changelog of row " + std::to_string(row) +
                      " does not hold the states that it should");
    }
  }
  return oracles;
}

WorkerOptions LedgerOptions(const LedgerPlan& plan, const std::string& cluster_id,
                            const std::string& worker, const std::string& directory) {
  WorkerOptions options;
  options.deployment = plan.prefix;
  options.cluster_id = cluster_id;
  options.app_version = "test";
  options.transactional_id = plan.topic(worker);
  options.group = plan.topic("group");
  options.instance_id = plan.topic(worker);
  options.row_count = plan.rows;
  options.inputs = plan.inputs();
  options.changelog_topic = plan.topic("changelog");
  options.journal_topic = plan.topic("journal");
  for (int i = 0; i < plan.globals; ++i) {
    options.globals.push_back(plan.topic("global" + std::to_string(i)));
  }
  options.clock = plan.clock;
  options.store.directory = directory;
  options.limits.state_max_bytes = 4096;
  options.codec = TestCommitCodec();
  return options;
}

LedgerOracle::Options OracleOptions(const LedgerPlan& plan, Partition row,
                                    const WorkerOptions& options) {
  LedgerOracle::Options oracle{.topics = plan.topics(),
                               .row = row,
                               .row_count = plan.rows,
                               .event_clock = plan.clock.mode == ClockMode::kEvent,
                               .state_bytes_max = options.limits.state_max_bytes,
                               .output_bytes_max = options.limits.output_max_bytes,
                               .timers_per_slice = options.intake.timers_per_slice};
  for (const InputOptions& input : plan.inputs()) {
    if (input.moves_clock) oracle.clock_inputs.insert(input.topic);
    if (input.is_tick && plan.clock.advance == EventAdvance::kToTick) {
      oracle.tick_input = input.topic;
    }
  }
  return oracle;
}

Result<std::string> ChangelogDigest(LedgerLog& log, Partition row) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<StoredLine> lines,
                            log.Read({log.plan().topic("changelog"), row}));
  std::map<std::string, std::string> states;
  for (const StoredLine& line : lines) {
    if (!line.key || line.key->front() != static_cast<char>(EntryKind::kState)) continue;
    states.erase(*line.key);
    if (line.value) states[*line.key] = *line.value;
  }
  Sha256Stream digest;
  for (const auto& [key, value] : states) {
    digest.UpdateField(key);
    digest.UpdateField(value);
  }
  return ToHex(digest.Finish());
}

}  // namespace evenkeel::testing
