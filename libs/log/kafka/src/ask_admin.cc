#include "ask_admin.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "errors.h"

namespace evenkeel::kafka {

using std::chrono::milliseconds;

using AdminOptionsPtr =
    std::unique_ptr<rd_kafka_AdminOptions_t, Freed<rd_kafka_AdminOptions_destroy>>;

int Ms(milliseconds timeout) {
  return static_cast<int>(std::max<std::int64_t>(timeout.count(), 1));
}

Result<EventPtr> AskAdmin(
    rd_kafka_t* kafka, rd_kafka_admin_op_t operation, milliseconds timeout, std::string_view what,
    const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send) {
  const QueuePtr queue(rd_kafka_queue_new(kafka));
  const AdminOptionsPtr options(rd_kafka_AdminOptions_new(kafka, operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), Ms(timeout), why.data(), why.size());
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    // Answered when the controller is done, not before.
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), Ms(timeout), why.data(), why.size());
  }
  send(options.get(), queue.get());
  EventPtr event(rd_kafka_queue_poll(queue.get(), Ms(timeout + milliseconds(500))));
  rd_kafka_poll(kafka, 0);
  if (!event) return Unavailable(std::string(what) + ": no answer from the brokers");
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, what, rd_kafka_event_error_string(event.get()));
  }
  return event;
}

}  // namespace evenkeel::kafka
