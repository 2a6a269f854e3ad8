#include "admin.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

#include "ask_admin.h"
#include "errors.h"

namespace evenkeel::kafka {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, Freed<rd_kafka_NewTopic_destroy>>;
using ResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t, Freed<rd_kafka_ConfigResource_destroy>>;
using DeleteRecordsPtr =
    std::unique_ptr<rd_kafka_DeleteRecords_t, Freed<rd_kafka_DeleteRecords_destroy>>;

Status CheckSpec(const TopicSpec& spec) {
  if (spec.name.empty()) return InvalidArgument("a topic without a name");
  if (spec.partitions < 1) {
    return InvalidArgument("topic " + spec.name + ": partitions = " +
                           std::to_string(spec.partitions) + ", at least 1 is needed");
  }
  if (spec.compacted && spec.retention) {
    return InvalidArgument("topic " + spec.name + ": a compacted topic has no retention");
  }
  return {};
}

// A topic's metadata, or nothing if it does not exist.
Result<std::optional<TopicDescription>> Describe(rd_kafka_t* kafka, const std::string& name,
                                                 milliseconds timeout) {
  const TopicPtr topic(rd_kafka_topic_new(kafka, name.c_str(), nullptr));
  if (!topic) return InvalidArgument("topic '" + name + "': not a legal name");
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(kafka, 0, topic.get(), &raw, Ms(timeout));
  const MetadataPtr metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, "describing topic " + name);
  if (metadata->topic_cnt == 0) return std::optional<TopicDescription>();
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return std::optional<TopicDescription>();
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(found.err, "topic " + name);
  TopicDescription description{name, found.partition_cnt, 0, std::nullopt};
  if (found.partition_cnt > 0) {
    description.replication_factor = static_cast<std::int16_t>(found.partitions[0].replica_cnt);
  }
  return std::optional(std::move(description));
}

// The controller has made it; the brokers learn of it a moment later.
Status AwaitTopic(rd_kafka_t* kafka, const TopicSpec& spec, Clock::time_point deadline) {
  constexpr milliseconds kQuestion{1000};
  while (Clock::now() < deadline) {
    const auto found = Describe(kafka, spec.name, kQuestion);
    if (found.ok() && *found && (*found)->partitions == spec.partitions) return {};
    std::this_thread::sleep_for(milliseconds(20));
  }
  return Unavailable("creating topic " + spec.name + ": made, but no broker shows it yet");
}

void TakeSettings(const rd_kafka_ConfigResource_t* resource,
                  std::vector<TopicDescription>& described) {
  if (rd_kafka_ConfigResource_error(resource) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::string_view name = rd_kafka_ConfigResource_name(resource);
  const auto found = std::ranges::find(described, name, &TopicDescription::name);
  if (found == described.end()) return;
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  found->settings.emplace();
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) found->settings->emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
  }
}

rd_kafka_resp_err_t FirstError(const rd_kafka_topic_partition_list_t* list) {
  for (int i = 0; i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

Result<std::string> ClusterId(rd_kafka_t* kafka, milliseconds timeout) {
  char* id = rd_kafka_clusterid(kafka, Ms(timeout));
  if (id == nullptr) return Unavailable("cluster id: no answer from the brokers");
  std::string text(id);
  rd_kafka_mem_free(kafka, id);
  return text;
}

Status CreateTopic(rd_kafka_t* kafka, const TopicSpec& spec, milliseconds timeout) {
  EVENKEEL_RETURN_IF_ERROR(CheckSpec(spec));
  std::array<char, 256> why{};
  const NewTopicPtr topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions,
                                                spec.replication_factor, why.data(), why.size()));
  if (!topic) return InvalidArgument("topic " + spec.name + ": " + why.data());
  const auto set = [&](const char* key, const std::string& value) {
    rd_kafka_NewTopic_set_config(topic.get(), key, value.c_str());
  };
  set("cleanup.policy", spec.compacted ? "compact" : "delete");
  set("message.timestamp.type",
      spec.timestamps == TimestampType::kLogAppendTime ? "LogAppendTime" : "CreateTime");
  set("max.message.bytes", std::to_string(spec.max_record_bytes));
  if (!spec.compacted) {
    set("retention.ms", spec.retention ? std::to_string(spec.retention->count()) : "-1");
  }
  const std::string what = "creating topic " + spec.name;
  const auto deadline = Clock::now() + timeout;
  EVENKEEL_ASSIGN_OR_RETURN(const EventPtr event,
                            AskAdmin(kafka, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, what,
                                     [&](auto* options, auto* queue) {
                                       rd_kafka_NewTopic_t* topics[] = {topic.get()};
                                       rd_kafka_CreateTopics(kafka, topics, 1, options, queue);
                                     }));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return Internal(what + ": no result");
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return AwaitTopic(kafka, spec, deadline);
  const char* text = rd_kafka_topic_result_error_string(results[0]);
  return ToStatus(error, what, text == nullptr ? "" : text);
}

Result<std::vector<TopicDescription>> DescribeTopics(rd_kafka_t* kafka,
                                                     const std::vector<std::string>& names,
                                                     milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto left = [&] {
    return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  };
  std::vector<TopicDescription> described;
  std::vector<ResourcePtr> resources;
  for (const std::string& name : names) {
    EVENKEEL_ASSIGN_OR_RETURN(auto found, Describe(kafka, name, left()));
    if (!found) continue;
    described.push_back(*std::move(found));
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  }
  if (described.empty()) return described;
  std::vector<rd_kafka_ConfigResource_t*> pointers;
  pointers.reserve(resources.size());
  for (const ResourcePtr& resource : resources) pointers.push_back(resource.get());
  const auto event =
      AskAdmin(kafka, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, left(), "describing settings",
               [&](auto* options, auto* queue) {
                 rd_kafka_DescribeConfigs(kafka, pointers.data(), pointers.size(), options, queue);
               });
  if (!event.ok()) {
    if (event.status().code() == StatusCode::kPermissionDenied) return described;
    return event.status();
  }
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) TakeSettings(results[i], described);
  return described;
}

Status DeleteRecords(rd_kafka_t* kafka, const TopicPartition& where, Offset before,
                     milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto left = [&] {
    return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  };
  EVENKEEL_ASSIGN_OR_RETURN(const auto topic, Describe(kafka, where.topic, timeout));
  if (!topic || where.partition < 0 || where.partition >= topic->partitions) {
    return NotFound("topic " + where.topic + ", partition " + std::to_string(where.partition) +
                    ": there is none");
  }
  const PartitionListPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), where.partition)->offset =
      before;
  const DeleteRecordsPtr request(rd_kafka_DeleteRecords_new(list.get()));
  const std::string what = "deleting records of " + where.topic;
  for (;;) {
    EVENKEEL_ASSIGN_OR_RETURN(const EventPtr event,
                              AskAdmin(kafka, RD_KAFKA_ADMIN_OP_DELETERECORDS, left(), what,
                                       [&](auto* options, auto* queue) {
                                         rd_kafka_DeleteRecords_t* requests[] = {request.get()};
                                         rd_kafka_DeleteRecords(kafka, requests, 1, options, queue);
                                       }));
    const rd_kafka_resp_err_t error = FirstError(
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get())));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (!IsPassing(error) || left() <= milliseconds(0)) return ToStatus(error, what);
    std::this_thread::sleep_for(milliseconds(20));
  }
}

}  // namespace evenkeel::kafka
