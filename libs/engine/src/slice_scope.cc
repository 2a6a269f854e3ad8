#include "slice_scope.h"

#include "dead_letter.h"
#include "task_digest.h"

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::size_t kChainHeadMax = 64;

}  // namespace

Status SliceScope::Emit(const Output& output) {
  OutRecord record{.topic = output.topic,
                   .partition = output.partition.value_or(task_.row()),
                   .key = output.key,
                   .value = output.value,
                   .headers = output.headers,
                   .timestamp = output.timestamp};
  const std::size_t bytes = OutputBytes(record);
  if (bytes > limits().output_max_bytes) {
    return {StatusCode::kResourceExhausted,
            "an output of " + std::to_string(bytes) + " bytes for " + std::string(output.topic) +
                " is larger than output_max_bytes = " + std::to_string(limits().output_max_bytes)};
  }
  if (!record.timestamp && environment_.options.clock.mode == ClockMode::kEvent) {
    record.timestamp = now();
  }
  Produce(record);
  return {};
}

void SliceScope::DeadLetter(const LogRecord& record, std::string_view reason,
                            std::string_view detail) {
  const DeadLetterRecord letter(record,
                                {.topic = task_.buffer().topic(record.stream),
                                 .group = environment_.options.group,
                                 .reason = reason,
                                 .detail = detail},
                                limits().output_max_bytes);
  Produce(letter.out());
  ++task_.work().dead_letters;
  ++environment_.counters.dead_letters;
}

void SliceScope::Produce(const OutRecord& record) {
  AddOutputToDigest(record, task_.work().digest);
  transaction_.Produce(record, task_.row());
  ++task_.work().records_out;
  ++environment_.counters.outputs;
}

void SliceScope::AdvanceChain(std::string_view head) {
  EVENKEEL_CHECK(head.size() <= kChainHeadMax);
  ChainPosition& chain = task_.position().chain;
  chain.head = head;
  ++chain.sequence;
}

}  // namespace evenkeel
