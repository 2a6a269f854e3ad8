#include "evenkeel/log/local_log.h"

#include <algorithm>
#include <utility>

#include "local_core.h"
#include "local_session.h"

#include "evenkeel/log/specs.h"

namespace evenkeel {

LocalLog::LocalLog(std::unique_ptr<LocalCore> core) : core_(std::move(core)) {}

LocalLog::~LocalLog() = default;

Result<std::unique_ptr<LocalLog>> LocalLog::Open(LocalLogOptions options) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<LocalCore> core, LocalCore::Open(std::move(options)));
  return std::unique_ptr<LocalLog>(new LocalLog(std::move(core)));
}

Status LocalLog::Maintain() {
  return core_->RunOnCommitter([this] { return core_->MaintainAll(); }, std::chrono::minutes(10));
}

Result<std::string> LocalLog::ClusterId(std::chrono::milliseconds /*timeout*/) {
  return core_->cluster_id();
}

Status LocalLog::CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) {
  EVENKEEL_RETURN_IF_ERROR(Validate(spec));
  return core_->RunOnCommitter([this, spec] { return core_->CreateTopic(spec); }, timeout);
}

Result<std::vector<TopicDescription>> LocalLog::DescribeTopics(
    const std::vector<std::string>& names, std::chrono::milliseconds /*timeout*/) {
  std::vector<TopicDescription> descriptions;
  for (const std::string& name : names) {
    const LocalTopic* topic = core_->FindTopic(name);
    if (topic != nullptr) descriptions.push_back(Describe(topic->spec));
  }
  return descriptions;
}

Status LocalLog::DeleteRecords(const TopicPartition& where, Offset before,
                               std::chrono::milliseconds timeout) {
  const LocalTopic* topic = core_->FindTopic(where.topic);
  if (topic == nullptr || where.partition < 0 || where.partition >= topic->spec.partitions) {
    return NotFound("no partition " + ToString(where));
  }
  return core_->RunOnCommitter(
      [this, topic, where, before] { return core_->DeleteBefore(*topic, where.partition, before); },
      timeout);
}

Result<std::vector<GroupMember>> LocalLog::DescribeGroup(const std::string& group,
                                                         std::chrono::milliseconds timeout) {
  // Shared with the work, which may outlive the call.
  const auto members = std::make_shared<std::vector<GroupMember>>();
  EVENKEEL_RETURN_IF_ERROR(core_->RunOnCommitter(
      [this, group, members] {
        *members = core_->DescribeGroup(group);
        return Status();
      },
      timeout));
  return *members;
}

Result<std::unique_ptr<LogSession>> LocalLog::OpenSession(SessionOptions options) {
  EVENKEEL_RETURN_IF_ERROR(Validate(options));
  if (options.membership) {
    const auto& groups = core_->options().members;
    const auto declared = groups.find(options.membership->group);
    const std::string& id = options.membership->instance_id;
    if (declared != groups.end() &&
        std::find(declared->second.begin(), declared->second.end(), id) == declared->second.end()) {
      return FailedPrecondition("'" + id + "' is not a declared member of group '" +
                                options.membership->group + "': add it to the members");
    }
  }
  return std::unique_ptr<LogSession>(std::make_unique<LocalSession>(*core_, std::move(options)));
}

}  // namespace evenkeel
