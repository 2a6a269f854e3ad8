#include <cstdio>
#include <ctime>
#include <string>

#include "console/progress_meter.h"
#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

nlohmann::ordered_json TimeOf(std::int64_t time_ms) {
  const std::int64_t second = time_ms >= 0 ? time_ms / 1000 : (time_ms - 999) / 1000;
  const auto seconds = static_cast<std::time_t>(second);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char day[32];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  char millis[8];
  std::snprintf(millis, sizeof millis, ".%03dZ", static_cast<int>(time_ms - second * 1000));
  return std::string(day) + millis;
}

}  // namespace

std::string ProgressJson(const v1::GetProgressResponse& progress) {
  nlohmann::ordered_json out;
  out["idle"] = progress.is_idle();
  out["topics"] = nlohmann::ordered_json::array();
  for (const v1::PartitionProgress& partition : progress.partitions()) {
    nlohmann::ordered_json row;
    row["topic"] = partition.topic();
    row["partition"] = partition.partition();
    row["applied"] = partition.applied_offset();
    row["end"] = partition.end_offset();
    out["topics"].push_back(std::move(row));
  }
  out["open_actions"] = progress.open_action_count();
  out["unserved_actions"] = progress.unserved_action_count();
  out["open_approvals"] = progress.open_approval_count();
  out["stream_time"] = progress.has_stream_time_ms() ? TimeOf(progress.stream_time_ms())
                                                     : nlohmann::ordered_json(nullptr);
  nlohmann::ordered_json lag;
  lag["records"] = progress.lag().records();
  lag["newest_time"] = progress.lag().newest_time_ms() == 0
                           ? nlohmann::ordered_json(nullptr)
                           : TimeOf(progress.lag().newest_time_ms());
  out["lag"] = std::move(lag);
  return out.dump() + "\n";
}

}  // namespace evenkeel
