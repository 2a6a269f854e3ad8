// The part of Session that opens and ends transactions.

#include <utility>

#include "errors.h"
#include "questions.h"
#include "session.h"

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {

void Session::Begin() {
  EVENKEEL_CHECK(initialized_ && transaction_ == Transaction::kNone);
  transaction_ = Transaction::kOpen;
  if (dead_) return;
  // Taken now, on this thread: the rows owned now belong to this generation.
  GroupMetadataPtr group =
      member_
          ? member_->GroupMetadata()
          : GroupMetadataPtr(rd_kafka_consumer_group_metadata_new(options_.offsets_group.c_str()));
  group_ = std::move(group);
}

ProduceResult Session::Produce(const OutRecord& record) {
  EVENKEEL_CHECK(transaction_ == Transaction::kOpen);
  if (dead_) return ProduceResult::kRefused;
  if (!holding_) return ProduceResult::kFull;  // The producer is being renewed.
  if (const Status begun = producer_->Begin(); !begun.ok()) return ProduceResult::kRefused;
  const ProduceResult result = producer_->Produce(record);
  if (result == ProduceResult::kFull) AskAboutTopic();
  return result;
}

void Session::AskAboutTopic() {
  std::string name = producer_->TakeQuestion();
  if (name.empty()) return;
  core_.control.PostBackground([this, name, client = producer_->client(), mailbox = core_.mailbox,
                                asked = 0](ControlWatch& watch) mutable {
    constexpr int kPatience = 50;  // About a second: a topic just made takes its time to be known.
    const TopicPtr topic(rd_kafka_topic_new(client->get(), name.c_str(), nullptr));
    const Result<Partition> count = AskPartitions(watch, client->get(), topic.get());
    const StatusCode code = count.status().code();
    if (code == StatusCode::kUnavailable) return false;
    if (code == StatusCode::kNotFound && ++asked < kPatience) return false;
    mailbox->Push([this, name, count] {
      if (holding_) return producer_->Know(name, count);
      answers_.emplace_back(name, count);  // The control thread has the producer.
    });
    return true;
  });
}

RequestId Session::Commit(std::span<const InputPosition> positions) {
  // REQUIRES: a member names a position, else nothing fences the transaction.
  EVENKEEL_CHECK(!options_.membership || !positions.empty());
  std::shared_ptr<rd_kafka_topic_partition_list_t> offsets;
  if (!positions.empty()) {
    PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
    for (const InputPosition& at : positions) {
      rd_kafka_topic_partition_list_add(list.get(), options_.inputs.at(at.input).c_str(), at.row)
          ->offset = at.next;
    }
    offsets = std::move(list);
  }
  return End([producer = producer_, offsets, group = group_](ControlWatch& watch) {
    return producer->Commit(watch, offsets.get(), group.get());
  });
}

RequestId Session::Abort() {
  return End([producer = producer_](ControlWatch& watch) { return producer->Abort(watch); });
}

RequestId Session::End(std::function<Producer::Ended(ControlWatch&)> how) {
  EVENKEEL_CHECK(transaction_ == Transaction::kOpen);
  transaction_ = Transaction::kEnding;
  holding_ = false;
  group_.reset();
  const RequestId request = ++last_request_;
  if (dead_) {
    Ended(request, {CommitOutcome::kUnknown, Internal("the session has failed before"), {}});
    return request;
  }
  core_.control.Post([this, request, how = std::move(how), producer = producer_, renewing = false,
                      mailbox = core_.mailbox](ControlWatch& watch) mutable {
    if (!renewing) {
      const Producer::Ended ended = how(watch);
      mailbox->Push([this, request, ended] { Ended(request, ended); });
      if (ended.outcome == CommitOutcome::kUnknown || ended.outcome == CommitOutcome::kFenced) {
        return true;
      }
      renewing = producer->NeedsRenewal();
      if (!renewing) {
        mailbox->Push([this] { Ready({}); });
        return true;
      }
    }
    const std::optional<Status> renewed = producer->Renew(watch);
    if (!renewed) return false;
    mailbox->Push([this, status = *renewed] {
      ++core_.stats.producer_renewals;
      Ready(status);
    });
    return true;
  });
  return request;
}

void Session::Ended(RequestId request, Producer::Ended ended) {
  transaction_ = Transaction::kNone;
  switch (ended.outcome) {
    case CommitOutcome::kAcknowledged:
      ++core_.stats.commits;
      break;
    case CommitOutcome::kAborted:
      ++core_.stats.aborts;
      break;
    case CommitOutcome::kFenced:
      ++core_.stats.fenced;
      [[fallthrough]];
    case CommitOutcome::kUnknown:
      ++core_.stats.unknown_outcomes;
      dead_ = true;
      break;
  }
  core_.events.emplace_back(TransactionDone{request, ended.outcome, std::move(ended.status),
                                            std::move(ended.last_produced)});
}

void Session::Ready(const Status& status) {
  if (!status.ok()) return Die(CommitOutcome::kUnknown, status);
  holding_ = true;
  for (const auto& [name, count] : std::exchange(answers_, {})) producer_->Know(name, count);
}

}  // namespace evenkeel::kafka
