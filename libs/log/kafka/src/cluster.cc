#include <memory>
#include <utility>

#include "admin.h"
#include "client.h"
#include "core.h"
#include "group.h"
#include "properties.h"
#include "session.h"

#include "evenkeel/log/kafka_log.h"

namespace evenkeel {
namespace kafka {
namespace {

class Cluster final : public LogCluster {
 public:
  explicit Cluster(std::shared_ptr<const ClusterShared> shared) : shared_(std::move(shared)) {}
  ~Cluster() override { shared_->endings->AwaitAll(); }

  Result<std::string> ClusterId(std::chrono::milliseconds timeout) override {
    return kafka::ClusterId(query(), timeout);
  }
  Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) override {
    return kafka::CreateTopic(query(), spec, timeout);
  }
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       std::chrono::milliseconds timeout) override {
    return kafka::DescribeTopics(query(), names, timeout);
  }
  Status DeleteRecords(const TopicPartition& where, Offset before,
                       std::chrono::milliseconds timeout) override {
    return kafka::DeleteRecords(query(), where, before, timeout);
  }
  Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                 std::chrono::milliseconds timeout) override {
    return kafka::DescribeGroup(query(), group, timeout);
  }
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) override {
    EVENKEEL_RETURN_IF_ERROR(CheckSession(options));
    return std::unique_ptr<LogSession>(std::make_unique<Session>(shared_, std::move(options)));
  }

 private:
  Status CheckSession(const SessionOptions& options) const {
    if (options.transactional_id.empty()) return InvalidArgument("transactional_id is empty");
    if (options.membership) {
      const GroupMembership& member = *options.membership;
      if (member.group.empty()) return InvalidArgument("membership.group is empty");
      if (member.instance_id.empty()) return InvalidArgument("membership.instance_id is empty");
      if (member.lead_topic.empty()) return InvalidArgument("membership.lead_topic is empty");
      EVENKEEL_RETURN_IF_ERROR(MemberConf(shared_->options, options).status());
    }
    EVENKEEL_RETURN_IF_ERROR(ProducerConf(shared_->options, options).status());
    return ReaderConf(shared_->options, options).status();
  }

  rd_kafka_t* query() const { return shared_->query->get(); }

  const std::shared_ptr<const ClusterShared> shared_;
};

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<LogCluster>> OpenKafkaCluster(KafkaLogOptions options) {
  EVENKEEL_RETURN_IF_ERROR(CheckKafkaProperties(options.properties));
  auto shared = std::make_shared<kafka::ClusterShared>();
  shared->options = std::move(options);
  constexpr std::chrono::milliseconds kDestroyPatience{5000};
  shared->endings = std::make_shared<kafka::Endings>(
      kDestroyPatience, [log = shared->options.log](const std::string& line) {
        kafka::WriteLog(log, kafka::kErrorSeverity, "EVENKEEL", line.c_str());
      });
  EVENKEEL_ASSIGN_OR_RETURN(kafka::ConfPtr conf, kafka::QueryConf(shared->options));
  EVENKEEL_ASSIGN_OR_RETURN(shared->query, kafka::Client::Create(RD_KAFKA_CONSUMER, std::move(conf),
                                                                 shared->options.log, nullptr));
  return std::unique_ptr<LogCluster>(std::make_unique<kafka::Cluster>(std::move(shared)));
}

std::optional<KafkaSessionStats> KafkaStatsOf(const LogSession& session) {
  const auto* ours = dynamic_cast<const kafka::Session*>(&session);
  if (ours == nullptr) return std::nullopt;
  return ours->stats();
}

}  // namespace evenkeel
