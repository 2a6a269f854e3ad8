#include <set>
#include <string>

#include "evenkeel/engine/worker_options.h"

namespace evenkeel {
namespace {

Status Required(const std::string& value, const char* name) {
  if (!value.empty()) return {};
  return InvalidArgument(std::string(name) + " is empty; set it");
}

Status CheckNames(const WorkerOptions& options) {
  EVENKEEL_RETURN_IF_ERROR(Required(options.deployment, "deployment"));
  EVENKEEL_RETURN_IF_ERROR(Required(options.cluster_id, "cluster_id"));
  EVENKEEL_RETURN_IF_ERROR(Required(options.transactional_id, "transactional_id"));
  EVENKEEL_RETURN_IF_ERROR(Required(options.group, "group"));
  EVENKEEL_RETURN_IF_ERROR(Required(options.instance_id, "instance_id"));
  EVENKEEL_RETURN_IF_ERROR(Required(options.changelog_topic, "changelog_topic"));
  return Required(options.store.directory, "store.directory");
}

Status CheckInputs(const WorkerOptions& options) {
  if (options.inputs.empty()) return InvalidArgument("inputs is empty; name at least one topic");
  std::set<std::string> topics;
  int ticks = 0;
  bool is_moved = false;
  for (const InputOptions& input : options.inputs) {
    EVENKEEL_RETURN_IF_ERROR(Required(input.topic, "inputs[].topic"));
    if (!topics.insert(input.topic).second) {
      return InvalidArgument("inputs names " + input.topic + " twice; name it once");
    }
    if (input.is_tick && !input.moves_clock) {
      return InvalidArgument("the tick input " + input.topic + " must move the clock");
    }
    ticks += input.is_tick ? 1 : 0;
    is_moved = is_moved || input.moves_clock;
  }
  const bool is_event = options.clock.mode == ClockMode::kEvent;
  if (is_event && !is_moved) {
    return InvalidArgument("clock: event needs an input that moves the clock");
  }
  if (is_event && options.clock.advance == EventAdvance::kToTick && ticks != 1) {
    return InvalidArgument("advance: to_tick needs exactly one tick input, not " +
                           std::to_string(ticks));
  }
  return {};
}

}  // namespace

Status CheckOptions(const WorkerOptions& options) {
  EVENKEEL_RETURN_IF_ERROR(CheckNames(options));
  EVENKEEL_RETURN_IF_ERROR(CheckInputs(options));
  if (options.row_count <= 0) {
    return InvalidArgument("row_count is " + std::to_string(options.row_count) +
                           "; it is the partition count of the inputs");
  }
  if (!options.codec.encode || !options.codec.decode) {
    return InvalidArgument("codec is not set");
  }
  const IntakePolicy& intake = options.intake;
  if (intake.poll_records == 0 || intake.slice_records == 0 || intake.timers_per_slice == 0 ||
      intake.read_ahead_bytes == 0) {
    return InvalidArgument("every bound of intake must be above 0");
  }
  if (options.store.restores_max == 0) return InvalidArgument("store.restores_max must be above 0");
  constexpr std::int64_t kRateMax = 1'000'000'000;
  if (intake.records_per_second < 0 || intake.records_per_second > kRateMax) {
    return InvalidArgument("intake.records_per_second is " +
                           std::to_string(intake.records_per_second) +
                           "; it must be between 0 (no limit) and " + std::to_string(kRateMax));
  }
  return {};
}

}  // namespace evenkeel
