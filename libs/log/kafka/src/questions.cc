#include "questions.h"

#include "errors.h"
#include "raii.h"

namespace evenkeel::kafka {
namespace {

// Short: others wait behind it, a commit among them.
constexpr int kCommittedMs = 100;
constexpr int kQuestionMs = 1000;

}  // namespace

bool AskWatermarks(ControlWatch& watch, rd_kafka_t* kafka, const TopicPartition& where,
                   WatermarksDone& answer) {
  const ControlWatch::Calling call(watch, "query watermarks");
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      kafka, where.topic.c_str(), where.partition, &answer.low, &answer.high, kQuestionMs);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  if (IsPassing(error)) return false;
  answer.status = ToStatus(error, "watermarks of " + where.topic);
  return true;
}

bool AskCommitted(ControlWatch& watch, rd_kafka_t* kafka, const std::vector<std::string>& inputs,
                  CommittedDone& answer) {
  const PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(inputs.size())));
  for (const std::string& input : inputs) {
    rd_kafka_topic_partition_list_add(list.get(), input.c_str(), answer.row);
  }
  const ControlWatch::Calling call(watch, "query committed offsets");
  rd_kafka_resp_err_t error = rd_kafka_committed(kafka, list.get(), kCommittedMs);
  for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    error = list->elems[i].err;
  }
  if (IsPassing(error)) return false;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    answer.status = ToStatus(error, "committed offsets");
    return true;
  }
  for (int i = 0; i < list->cnt; ++i) {
    const Offset offset = list->elems[i].offset;
    answer.next.push_back(offset < 0 ? std::nullopt : std::optional<Offset>(offset));
  }
  return true;
}

Result<Partition> AskPartitions(ControlWatch& watch, rd_kafka_t* kafka, rd_kafka_topic_t* topic) {
  const ControlWatch::Calling call(watch, "query metadata");
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_resp_err_t error = rd_kafka_metadata(kafka, 0, topic, &raw, kQuestionMs);
  const MetadataPtr metadata(raw);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt != 1) {
    error = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = metadata->topics[0].err;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, std::string("topic ") + rd_kafka_topic_name(topic));
  }
  return static_cast<Partition>(metadata->topics[0].partition_cnt);
}

}  // namespace evenkeel::kafka
