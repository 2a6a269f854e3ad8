#pragma once

#include <string>

#include "evenkeel/runtime/log_access.h"

namespace evenkeel {

/// Calls `take` for every committed record of a partition, until it returns false.
template <typename Take>
Status ForEachRecord(LogAccess& log, const TopicPartition& where, const Take& take) {
  constexpr std::size_t kPageRecords = 2000;
  Offset from = -1;
  while (true) {
    EVENKEEL_ASSIGN_OR_RETURN(const ReadPage page, log.Read(where, from, kPageRecords));
    for (const OwnedRecord& record : page.records) {
      if (!take(record)) return {};
    }
    if (page.at_end) return {};
    from = page.next;
  }
}

/// kNotFound, with the remedy, if there is no such topic.
inline Result<Partition> PartitionsOf(LogAccess& log, const std::string& topic) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto topics, log.DescribeTopics({topic}));
  if (topics.empty()) {
    return NotFound("topic " + topic + " does not exist; `evenkeel topics check` lists what must");
  }
  return topics.front().partitions;
}

}  // namespace evenkeel
