#include "executor/call_order.h"

#include "evenkeel/base/bytes.h"

namespace evenkeel {

std::string CallOrder::Encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  for (const std::string* text : {&customer, &action_id, &subject.domain, &subject.action,
                                  &subject.channel, &subject.proposer}) {
    out.Bytes(*text);
  }
  out.Byte(static_cast<std::uint8_t>(subject.level));
  out.Varint(attempt);
  out.Varint(static_cast<std::uint64_t>(delay.count()));
  out.Bytes(body);
  out.Byte(is_repeat ? 1 : 0);
  out.Byte(is_lost ? 1 : 0);
  out.Signed(not_after.value);
  return bytes;
}

Result<CallOrder> CallOrder::Decode(std::string_view bytes) {
  ByteReader in(bytes);
  CallOrder order;
  for (std::string* text :
       {&order.customer, &order.action_id, &order.subject.domain, &order.subject.action,
        &order.subject.channel, &order.subject.proposer}) {
    *text = in.Bytes();
  }
  order.subject.level = static_cast<AutonomyLevel>(in.Byte());
  order.attempt = static_cast<std::uint32_t>(in.Varint());
  order.delay = std::chrono::milliseconds(static_cast<std::int64_t>(in.Varint()));
  order.body = in.Bytes();
  order.is_repeat = in.Byte() != 0;
  order.is_lost = in.Byte() != 0;
  order.not_after.value = in.Signed();
  if (!in.done()) return DataLoss("call order is damaged");
  return order;
}

std::string CallReport::Encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.Bytes(customer);
  out.Bytes(action_id);
  out.Varint(attempt);
  out.Byte(static_cast<std::uint8_t>(result.outcome));
  out.Varint(result.status);
  constexpr std::size_t kDetailMax = 500;  // Far below what a local event may have.
  out.Bytes(std::string_view(result.detail).substr(0, kDetailMax));
  out.Varint(result.retry_after ? static_cast<std::uint64_t>(result.retry_after->count()) + 1 : 0);
  return bytes;
}

Result<CallReport> CallReport::Decode(std::string_view bytes) {
  ByteReader in(bytes);
  CallReport report;
  report.customer = in.Bytes();
  report.action_id = in.Bytes();
  report.attempt = static_cast<std::uint32_t>(in.Varint());
  const std::uint8_t outcome = in.Byte();
  if (outcome < 1 || outcome > 5) return DataLoss("call report is damaged");
  report.result.outcome = static_cast<CallOutcome>(outcome);
  report.result.status = static_cast<std::uint32_t>(in.Varint());
  report.result.detail = in.Bytes();
  if (const std::uint64_t wait = in.Varint(); wait > 0) {
    report.result.retry_after = std::chrono::milliseconds(static_cast<std::int64_t>(wait) - 1);
  }
  if (!in.done()) return DataLoss("call report is damaged");
  return report;
}

}  // namespace evenkeel
