#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "raii.h"
#include <librdkafka/rdkafka.h>

#include "evenkeel/log/session.h"

namespace evenkeel::kafka {

/// A partition written to: where the last record of the transaction landed.
struct OutputPartition {
  const std::string* topic = nullptr;
  Partition partition = 0;
  std::uint64_t transaction = 0;  ///< The last one that wrote here.
  Offset last = -1;
  std::vector<Offset> offsets = {};  ///< If the session reports them.
};

/// A topic written to. Its partitions never move: librdkafka holds pointers to them.
struct OutputTopic {
  enum class State : std::uint8_t { kNew, kAsked, kKnown, kRefused };

  State state = State::kNew;
  Status refusal;
  TopicPtr handle;  ///< Of the producer there is now.
  std::vector<OutputPartition> partitions;
};

/// The topics a producer writes to, by name.
using OutputTopics = std::map<std::string, OutputTopic, std::less<>>;

/// Hands one record to librdkafka, which copies it. REQUIRES: the topic is known and the partition
/// exists. `arguments` is room to work in, kept by the caller to be allocated once.
rd_kafka_resp_err_t ProduceTo(rd_kafka_t* kafka, const OutputTopic& topic,
                              OutputPartition& partition, const OutRecord& record,
                              std::vector<rd_kafka_vu_t>& arguments);

}  // namespace evenkeel::kafka
