#include "producer.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "errors.h"
#include "properties.h"

namespace evenkeel::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kRetryAfter{20};
// Slices, so that stopping and trouble are noticed between them.
constexpr int kInitMs = 1000;
constexpr int kOffsetsMs = 5000;
constexpr int kEndMs = 1000;
constexpr int kMetadataMs = 1000;
constexpr int kFlushMs = 100;

milliseconds Since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

}  // namespace

Producer::Producer(std::shared_ptr<const ClusterShared> cluster, const SessionOptions& session,
                   std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Outage> outage)
    : cluster_(std::move(cluster)),
      session_(session),
      mailbox_(std::move(mailbox)),
      outage_(std::move(outage)) {}

Producer::~Producer() {
  if (client_) client_->Tell(nullptr);
  topics_.clear();  // Before the client they belong to.
}

// --- filling a transaction -----------------------------------------------------------------------

Status Producer::Begin() {
  if (begun_) return {};
  const ErrorPtr error(rd_kafka_begin_transaction(client_->get()));
  if (error) return ToStatus(error.get(), "begin transaction");
  begun_ = true;
  ++transaction_;
  return {};
}

ProduceResult Producer::Refuse(Status why) {
  if (failure_.ok()) failure_ = std::move(why);
  return ProduceResult::kRefused;
}

bool Producer::TopicReady(const OutRecord& record, OutputTopic*& topic, ProduceResult& otherwise) {
  auto found = topics_.find(record.topic);
  if (found == topics_.end()) found = topics_.try_emplace(std::string(record.topic)).first;
  topic = &found->second;
  otherwise = ProduceResult::kFull;
  switch (topic->state) {
    case OutputTopic::State::kKnown:
      if (record.partition >= 0 &&
          static_cast<std::size_t>(record.partition) < topic->partitions.size()) {
        return true;
      }
      otherwise = Refuse(InvalidArgument("topic " + found->first + " has no partition " +
                                         std::to_string(record.partition) + ", only " +
                                         std::to_string(topic->partitions.size())));
      return false;
    case OutputTopic::State::kRefused:
      otherwise = Refuse(topic->refusal);
      return false;
    case OutputTopic::State::kNew:
      topic->state = OutputTopic::State::kAsked;
      question_ = found->first;
      return false;
    case OutputTopic::State::kAsked:
      return false;
  }
  return false;
}

ProduceResult Producer::Produce(const OutRecord& record) {
  OutputTopic* topic = nullptr;
  ProduceResult otherwise = ProduceResult::kFull;
  if (!TopicReady(record, topic, otherwise)) return otherwise;
  OutputPartition& partition = topic->partitions[static_cast<std::size_t>(record.partition)];
  if (partition.transaction != transaction_) {
    partition.transaction = transaction_;
    partition.last = -1;
    partition.offsets.clear();
    written_.push_back(&partition);
  }
  rd_kafka_resp_err_t error = ProduceTo(client_->get(), *topic, partition, record, arguments_);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    Serve();
    error = ProduceTo(client_->get(), *topic, partition, record, arguments_);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    has_requests_ = true;
    return ProduceResult::kAccepted;
  }
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return ProduceResult::kFull;
  return Refuse(ToStatus(error, "record for topic " + *partition.topic));
}

void Producer::Serve() {
  if (client_) rd_kafka_poll(client_->get(), 0);
}

std::string Producer::TakeQuestion() { return std::exchange(question_, {}); }

void Producer::Know(const std::string& name, const Result<Partition>& partitions) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return;
  OutputTopic& topic = found->second;
  if (!partitions.ok()) {
    topic.state = OutputTopic::State::kRefused;
    topic.refusal = partitions.status();
    return;
  }
  topic.state = OutputTopic::State::kKnown;
  topic.handle.reset(rd_kafka_topic_new(client_->get(), name.c_str(), nullptr));
  if (!topic.partitions.empty()) return;
  topic.partitions.resize(static_cast<std::size_t>(*partitions));
  for (Partition p = 0; p < *partitions; ++p) {
    topic.partitions[static_cast<std::size_t>(p)] = {&found->first, p, 0, -1};
  }
}

void Producer::OnDelivery(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    suspicious_ = true;
    if (failure_.ok()) {
      failure_ = ToStatus(message.err,
                          std::string("record for topic ") + rd_kafka_topic_name(message.rkt));
    }
    return;
  }
  auto& partition = *static_cast<OutputPartition*>(message._private);
  partition.last = message.offset;
  // An idempotent producer's reports of a partition come in the order of its records.
  if (session_.reports_offsets) partition.offsets.push_back(message.offset);
}

void Producer::OnError(rd_kafka_resp_err_t error, std::string_view reason) {
  suspicious_ = true;
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    all_brokers_down_ = true;
    outage_->Suspect();
  }
  if (error != RD_KAFKA_RESP_ERR__FATAL) return;
  std::array<char, 512> why{};
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client_->get(), why.data(), why.size());
  fatal_ = fatal == RD_KAFKA_RESP_ERR_NO_ERROR ? ToStatus(error, "producer", reason)
                                               : ToStatus(fatal, "producer", why.data());
}

// --- ending a transaction ------------------------------------------------------------------------

Producer::Step Producer::Drive(ControlWatch& watch, const char* name, const Call& call,
                               milliseconds patience, Status& why) {
  const auto start = Clock::now();
  all_brokers_down_ = false;
  for (;;) {
    ErrorPtr error;
    {
      const ControlWatch::Calling calling(watch, name);
      error.reset(call());
    }
    Serve();  // Errors of the call just made are reported only here.
    if (!error) return Step::kDone;
    why = ToStatus(error.get(), name);
    if (rd_kafka_error_txn_requires_abort(error.get())) return Step::kAbort;
    if (!rd_kafka_error_is_retriable(error.get())) return Step::kFatal;
    suspicious_ = true;
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__TRANSPORT || all_brokers_down_) {
      outage_->Report();
    }
    if (Since(start) > patience || watch.stopping()) return Step::kGaveUp;
    std::this_thread::sleep_for(kRetryAfter);
  }
}

Producer::Ended Producer::Commit(ControlWatch& watch,
                                 const rd_kafka_topic_partition_list_t* offsets,
                                 const rd_kafka_consumer_group_metadata_t* group) {
  const auto start = Clock::now();
  Serve();
  if (const Status begun = Begin(); !begun.ok()) return Dead(begun);
  if (!failure_.ok()) return AbortBecause(watch, failure_);
  Status why;
  rd_kafka_t* kafka = client_->get();
  if (offsets != nullptr) {
    has_requests_ = true;
    // Below the watchdog's limit, however short transactions are.
    const auto timeout = std::min<std::int64_t>(kOffsetsMs, session_.transaction_timeout.count());
    const auto send = [&] {
      return rd_kafka_send_offsets_to_transaction(kafka, offsets, group, static_cast<int>(timeout));
    };
    const Step sent = Drive(watch, "send offsets", send, session_.transaction_timeout, why);
    if (sent == Step::kFatal) return Dead(why);
    if (sent != Step::kDone) return AbortBecause(watch, why);
  }
  committing_ = true;
  const auto commit = [&] { return rd_kafka_commit_transaction(kafka, kEndMs); };
  const milliseconds patience = session_.transaction_timeout + cluster_->options.hung_margin;
  switch (Drive(watch, "commit transaction", commit, patience, why)) {
    case Step::kDone:
      return Acknowledge(Since(start));
    case Step::kAbort:
      return AbortBecause(watch, why);
    case Step::kFatal:
    case Step::kGaveUp:  // It may be committed long after: no abort may be assumed.
      return Dead(why);
  }
  return Dead(why);
}

Producer::Ended Producer::Acknowledge(milliseconds took) {
  // librdkafka commits only what was delivered; anything else is no state to go on from.
  if (!failure_.ok()) return Dead(failure_.WithContext("committed in spite of"));
  if (took > SocketTimeout(cluster_->options, session_) / 2) suspicious_ = true;
  Ended ended{CommitOutcome::kAcknowledged, {}, {}};
  for (OutputPartition* partition : written_) {
    if (partition->last >= 0) {
      ended.last_produced.push_back({{*partition->topic, partition->partition},
                                     partition->last,
                                     std::exchange(partition->offsets, {})});
    }
  }
  EndTransaction();
  return ended;
}

Producer::Ended Producer::AbortBecause(ControlWatch& watch, Status why) {
  Ended ended = Abort(watch);
  if (ended.outcome == CommitOutcome::kAborted) ended.status = std::move(why);
  return ended;
}

Producer::Ended Producer::Abort(ControlWatch& watch) {
  suspicious_ = true;
  if (has_requests_) {
    // librdkafka breaks if it aborts before the brokers know of the transaction: let it get there.
    if (failure_.ok()) {
      const ControlWatch::Calling calling(watch, "flush");
      rd_kafka_flush(client_->get(), kFlushMs);
    }
    Status why;
    const auto abort = [&] { return rd_kafka_abort_transaction(client_->get(), kEndMs); };
    const milliseconds patience = session_.transaction_timeout + cluster_->options.hung_margin;
    const Step step = Drive(watch, "abort transaction", abort, patience, why);
    if (step != Step::kDone && !NeverOpened(step)) return Dead(why);
  }
  EndTransaction();
  return {CommitOutcome::kAborted, {}, {}};
}

Producer::Ended Producer::Dead(Status why) const {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client_->get(), text.data(), text.size());
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) why = ToStatus(fatal, "transaction", text.data());
  const bool fenced = IsFenced(fatal);
  return {fenced ? CommitOutcome::kFenced : CommitOutcome::kUnknown, std::move(why), {}};
}

bool Producer::NeverOpened(Step step) const {
  // Aborted before the first record left, a transaction is unknown to the coordinator, which says
  // so. No commit was asked for, so none can come; the renewal that follows an abort raises the
  // epoch, so nothing under way can open it any more.
  return step == Step::kFatal && !committing_ &&
         rd_kafka_fatal_error(client_->get(), nullptr, 0) == RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
}

void Producer::EndTransaction() {
  begun_ = false;
  committing_ = false;
  has_requests_ = false;
  written_.clear();
  failure_ = {};
  for (auto& [name, topic] : topics_) {
    // It may have been made meanwhile.
    if (topic.state == OutputTopic::State::kRefused) topic.state = OutputTopic::State::kNew;
  }
}

// --- renewal -------------------------------------------------------------------------------------

void Producer::DropClient(ControlWatch& watch) {
  initialized_ = false;
  if (!client_) return;
  client_->Tell(nullptr);
  for (auto& [name, topic] : topics_) topic.handle.reset();
  const ControlWatch::Calling calling(watch, "destroy producer");
  client_.reset();
}

void Producer::OpenTopics(ControlWatch& watch) {
  bool any = false;
  for (auto& [name, topic] : topics_) {
    if (topic.state != OutputTopic::State::kKnown) continue;
    topic.handle.reset(rd_kafka_topic_new(client_->get(), name.c_str(), nullptr));
    any = true;
  }
  if (!any) return;
  // Else the first record for each waits up to a second for the topic's metadata.
  const ControlWatch::Calling calling(watch, "warm metadata");
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_metadata(client_->get(), 0, nullptr, &metadata, kMetadataMs);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
}

std::optional<Status> Producer::Renew(ControlWatch& watch) {
  if (initialized_ || !client_ || fatal_) {
    DropClient(watch);
    fatal_.reset();
    Result<ConfPtr> conf = ProducerConf(cluster_->options, session_);
    if (!conf.ok()) return conf.status();
    auto client =
        Client::Create(RD_KAFKA_PRODUCER, std::move(conf).value(), cluster_->options.log, mailbox_);
    if (!client.ok()) return client.status();
    client_ = std::move(client).value();
    client_->Tell(this);
  }
  ErrorPtr error;
  {
    const ControlWatch::Calling calling(watch, "init transactions");
    error.reset(rd_kafka_init_transactions(client_->get(), kInitMs));
  }
  Serve();
  if (error) {
    if (!rd_kafka_error_is_retriable(error.get()))
      return ToStatus(error.get(), "init transactions");
    if (IsPassing(rd_kafka_error_code(error.get()))) outage_->Suspect();
    return std::nullopt;
  }
  OpenTopics(watch);
  initialized_ = true;
  suspicious_ = false;
  return Status();
}

}  // namespace evenkeel::kafka
