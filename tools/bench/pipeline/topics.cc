#include "topics.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/log/kafka_log.h"
#include "evenkeel/state/entry.h"

namespace evenkeel::bench {
namespace {

constexpr std::uint64_t kEventsPerTransaction = 50'000;
constexpr std::chrono::seconds kPatience{60};

/// A session that asks and waits for the answer: nothing else happens meanwhile.
class Client {
 public:
  static Result<std::unique_ptr<Client>> Open(LogCluster& cluster, std::string id) {
    auto client = std::make_unique<Client>();
    EVENKEEL_ASSIGN_OR_RETURN(client->session_,
                              cluster.OpenSession({.transactional_id = std::move(id)}));
    client->session_->Init();
    EVENKEEL_ASSIGN_OR_RETURN(const InitDone done, client->Await<InitDone>());
    EVENKEEL_RETURN_IF_ERROR(done.status);
    return client;
  }

  LogSession& session() { return *session_; }

  template <typename Event>
  Result<Event> Await() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    LogPoll poll;
    while (std::chrono::steady_clock::now() < deadline) {
      poll.clear();
      session_->Poll(0, poll);
      for (const LogEvent& event : poll.events) {
        if (const auto* found = std::get_if<Event>(&event)) return *found;
      }
      session_->Wait(std::chrono::milliseconds(100));
    }
    return Unavailable("the log does not answer");
  }

  Status Produce(const OutRecord& record) {
    ProduceResult result = ProduceResult::kFull;
    while ((result = session_->Produce(record)) == ProduceResult::kFull) {
      LogPoll poll;  // No transaction ends meanwhile: no event is missed that counts.
      session_->Wait(std::chrono::milliseconds(1));
      session_->Poll(0, poll);
    }
    return result == ProduceResult::kAccepted ? Status() : Internal("a record was refused");
  }

  Status Commit() {
    session_->Commit({});
    EVENKEEL_ASSIGN_OR_RETURN(const TransactionDone done, Await<TransactionDone>());
    return done.outcome == CommitOutcome::kAcknowledged ? Status()
                                                        : Internal("a commit was not acknowledged");
  }

  /// Calls `take` for everything committed in a partition, in order.
  Status ForEach(const TopicPartition& where, const std::function<Status(const LogRecord&)>& take) {
    session_->QueryWatermarks(where);
    EVENKEEL_ASSIGN_OR_RETURN(const WatermarksDone marks, Await<WatermarksDone>());
    EVENKEEL_RETURN_IF_ERROR(marks.status);
    const ReaderId reader = session_->OpenReader(where, marks.low);
    auto deadline = std::chrono::steady_clock::now() + kPatience;
    LogPoll poll;
    for (Offset end = -1; end < marks.high;) {
      if (std::chrono::steady_clock::now() > deadline) {
        return Unavailable("reading " + where.topic + " does not end");
      }
      poll.clear();
      session_->Poll(5000, poll);
      if (poll.empty()) session_->Wait(std::chrono::milliseconds(20));
      if (!poll.reader_records.empty()) deadline = std::chrono::steady_clock::now() + kPatience;
      for (const LogRecord& record : poll.reader_records) EVENKEEL_RETURN_IF_ERROR(take(record));
      for (const LogEvent& event : poll.events) {
        const auto* at_end = std::get_if<ReaderAtEnd>(&event);
        if (at_end != nullptr && at_end->reader == reader) end = std::max(end, at_end->offset);
        if (const auto* failed = std::get_if<ReaderFailed>(&event)) return failed->status;
      }
    }
    session_->CloseReader(reader);
    return {};
  }

 private:
  std::unique_ptr<LogSession> session_;
};

Result<std::uint32_t> CustomerOf(std::string_view key, std::uint32_t customers) {
  const std::size_t dash = key.find('-');
  std::uint32_t customer = 0;
  if (dash != std::string_view::npos) {
    std::from_chars(key.data() + dash + 1, key.data() + key.size(), customer);
  }
  if (customer >= customers || CustomerKey(customer) != key) {
    return DataLoss("a state of '" + std::string(key) + "', who is no customer");
  }
  return customer;
}

Status TakeState(const LogRecord& record, std::uint32_t customers, Fold& states) {
  if (!record.key || record.key->empty()) return DataLoss("a changelog record without a key");
  if (record.key->front() != static_cast<char>(EntryKind::kState)) return {};
  EVENKEEL_ASSIGN_OR_RETURN(const std::uint32_t customer,
                            CustomerOf(record.key->substr(1), customers));
  if (!record.value) {
    states.Erase(customer);
    return {};
  }
  EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(*record.value));
  EVENKEEL_ASSIGN_OR_RETURN(const testing::LedgerState state,
                            testing::LedgerState::Decode(value.bytes));
  states.Set(customer, state.balance, state.operations);
  return {};
}

}  // namespace

std::unique_ptr<LogCluster> OpenCluster(const std::string& bootstrap) {
  auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", bootstrap}}});
  EVENKEEL_CHECK(cluster.ok());
  return std::move(cluster).value();
}

Status CreateTopics(LogCluster& cluster, const Load& load) {
  return testing::LedgerLog(cluster, load.plan,
                            [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); })
      .CreateTopics();
}

Status Fill(LogCluster& cluster, const Load& load, Fold& reference) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto client, Client::Open(cluster, load.plan.topic("fill")));
  const std::string topic = load.plan.topic("commands");
  std::string value;
  for (std::uint64_t number = 0; number < load.events;) {
    client->session().Begin();
    const std::uint64_t end = std::min(number + kEventsPerTransaction, load.events);
    for (; number < end; ++number) {
      const Event event = MakeEvent(load.seed, number, load.customers);
      reference.Add(event);
      const std::string key = CustomerKey(event.customer);
      value = "add " + std::to_string(event.amount);
      EVENKEEL_RETURN_IF_ERROR(client->Produce({.topic = topic,
                                                .partition = PartitionOf(key, load.plan.rows),
                                                .key = key,
                                                .value = value}));
    }
    EVENKEEL_RETURN_IF_ERROR(client->Commit());
  }
  return {};
}

Result<Outcome> ReadOutcome(LogCluster& cluster, const Load& load) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto client, Client::Open(cluster, load.plan.topic("verify")));
  Outcome outcome{.states = Fold(load.customers)};
  const auto count = [](std::uint64_t& counter) {
    return [&counter](const LogRecord& /*record*/) {
      ++counter;
      return Status();
    };
  };
  for (Partition row = 0; row < load.plan.rows; ++row) {
    EVENKEEL_RETURN_IF_ERROR(
        client->ForEach({load.plan.topic("changelog"), row}, [&](const LogRecord& record) {
          return TakeState(record, load.customers, outcome.states);
        }));
    EVENKEEL_RETURN_IF_ERROR(
        client->ForEach({load.plan.topic("out"), row}, count(outcome.outputs)));
    EVENKEEL_RETURN_IF_ERROR(
        client->ForEach({load.plan.topic("commands.dlq"), row}, count(outcome.dead_letters)));
  }
  return outcome;
}

}  // namespace evenkeel::bench
