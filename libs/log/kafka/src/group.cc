#include "group.h"

#include <algorithm>
#include <cstddef>

#include "ask_admin.h"
#include "errors.h"

namespace evenkeel::kafka {
namespace {

constexpr char kAt = '@';

GroupMember MemberOf(const rd_kafka_MemberDescription_t* from) {
  GroupMember member;
  if (const char* id = rd_kafka_MemberDescription_group_instance_id(from)) member.instance_id = id;
  if (const char* id = rd_kafka_MemberDescription_client_id(from)) member.address = AddressIn(id);
  const rd_kafka_MemberAssignment_t* assignment = rd_kafka_MemberDescription_assignment(from);
  if (assignment == nullptr) return member;
  const rd_kafka_topic_partition_list_t* list = rd_kafka_MemberAssignment_partitions(assignment);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    member.rows.push_back(list->elems[i].partition);
  }
  return member;
}

}  // namespace

std::string ClientIdWith(std::string_view given, std::string_view address) {
  return std::string(given) + kAt + std::string(address);
}

std::string_view AddressIn(std::string_view client_id) {
  const std::size_t at = client_id.rfind(kAt);
  return at == std::string_view::npos ? std::string_view() : client_id.substr(at + 1);
}

Result<std::vector<GroupMember>> DescribeGroup(rd_kafka_t* kafka, const std::string& group,
                                               std::chrono::milliseconds timeout) {
  const std::string what = "describing group " + group;
  EVENKEEL_ASSIGN_OR_RETURN(const EventPtr event,
                            AskAdmin(kafka, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout, what,
                                     [&](auto* options, auto* queue) {
                                       const char* names[] = {group.c_str()};
                                       rd_kafka_DescribeConsumerGroups(kafka, names, 1, options,
                                                                       queue);
                                     }));
  std::size_t count = 0;
  const rd_kafka_ConsumerGroupDescription_t** groups =
      rd_kafka_DescribeConsumerGroups_result_groups(
          rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  if (count != 1) return Internal(what + ": no result");
  if (const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(groups[0])) {
    return ToStatus(error, what);
  }
  std::vector<GroupMember> members;
  const std::size_t size = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
  members.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    members.push_back(MemberOf(rd_kafka_ConsumerGroupDescription_member(groups[0], i)));
  }
  std::ranges::sort(members, {}, &GroupMember::instance_id);
  return members;
}

}  // namespace evenkeel::kafka
