#include "join.h"

#include <string>
#include <utility>

#include "properties.h"
#include "questions.h"

namespace evenkeel::kafka {
namespace {

// About a second: a topic just made takes its time to be known everywhere.
constexpr int kMissingPatience = 50;

}  // namespace

Result<std::shared_ptr<Client>> NewReader(const ClusterShared& cluster,
                                          const SessionOptions& session,
                                          std::shared_ptr<Mailbox> mailbox) {
  EVENKEEL_ASSIGN_OR_RETURN(ConfPtr conf, ReaderConf(cluster.options, session));
  return Client::Create(RD_KAFKA_CONSUMER, std::move(conf), cluster.options.log,
                        std::move(mailbox));
}

Join::Join(std::shared_ptr<const ClusterShared> cluster, SessionOptions session,
           std::shared_ptr<Producer> producer, std::shared_ptr<Mailbox> mailbox,
           std::shared_ptr<Outage> outage)
    : cluster_(std::move(cluster)),
      session_(std::move(session)),
      producer_(std::move(producer)),
      mailbox_(std::move(mailbox)),
      outage_(std::move(outage)) {}

std::optional<Status> Join::Try(ControlWatch& watch) {
  if (!cluster_->endings->AreOver(session_.transactional_id)) return std::nullopt;
  if (!owns_id_) {
    const std::optional<Status> owned = producer_->Renew(watch);
    if (!owned || !owned->ok()) return owned;
    owns_id_ = true;
  }
  std::optional<Status> topics = CheckTopics(watch);
  if (!topics || !topics->ok()) return topics;
  if (!reader_) {
    if (Status made = MakeConsumers(); !made.ok()) return made;
  }
  return FindGroup(watch);
}

std::optional<Status> Join::CheckTopics(ControlWatch& watch) {
  std::vector<std::string> topics = session_.inputs;
  if (session_.membership) topics.push_back(session_.membership->lead_topic);
  for (; checked_ < topics.size(); ++checked_) {
    const std::string& name = topics[checked_];
    // The lead topic is written to as well: let the producer know it beforehand.
    const bool lead = session_.membership && checked_ + 1 == topics.size();
    rd_kafka_t* kafka = lead ? producer_->client()->get() : cluster_->query->get();
    const TopicPtr topic(rd_kafka_topic_new(kafka, name.c_str(), nullptr));
    const Result<Partition> count = AskPartitions(watch, kafka, topic.get());
    if (count.status().code() == StatusCode::kUnavailable) {
      outage_->Suspect();
      return std::nullopt;
    }
    if (count.status().code() == StatusCode::kNotFound && ++missing_ < kMissingPatience) {
      return std::nullopt;
    }
    if (!count.ok()) return count.status();
    if (partitions_.value_or(*count) != *count) {
      return FailedPrecondition("topic " + name + " has " + std::to_string(*count) +
                                " partitions, " + topics[0] + " has " +
                                std::to_string(*partitions_) + ": all inputs need the same number");
    }
    partitions_ = *count;
    if (lead) producer_->Know(name, count);
  }
  return Status();
}

Status Join::MakeConsumers() {
  if (session_.membership) {
    EVENKEEL_ASSIGN_OR_RETURN(ConfPtr conf, MemberConf(cluster_->options, session_));
    EVENKEEL_ASSIGN_OR_RETURN(member_, Client::Create(RD_KAFKA_CONSUMER, std::move(conf),
                                                      cluster_->options.log, mailbox_));
  }
  EVENKEEL_ASSIGN_OR_RETURN(reader_, NewReader(*cluster_, session_, mailbox_));
  return {};
}

std::optional<Status> Join::FindGroup(ControlWatch& watch) {
  const bool keeps_offsets = session_.membership || !session_.offsets_group.empty();
  if (!keeps_offsets || session_.inputs.empty()) return Status();
  // On a fresh cluster the first question for the group's coordinator makes the offsets topic. If
  // that question were part of the first commit, the commit could hang.
  CommittedDone ignored;
  if (!AskCommitted(watch, reader_->get(), {session_.inputs[0]}, ignored)) return std::nullopt;
  if (ignored.status.code() == StatusCode::kPermissionDenied) return ignored.status;
  return Status();
}

}  // namespace evenkeel::kafka
