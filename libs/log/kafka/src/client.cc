#include "client.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "errors.h"

namespace evenkeel::kafka {

void WriteLog(const LogSink& log, int severity, const char* facility, const char* text) {
  // Properties for one kind of client are passed to all kinds; librdkafka remarks on each.
  if (std::string_view(facility) == "CONFWARN") return;
  if (!log && severity > kErrorSeverity) return;
  std::string line("librdkafka: ");
  line += facility;
  line += ": ";
  line += text;
  if (log) {
    log(severity, line);
  } else {
    line += '\n';
    std::fputs(line.c_str(), stderr);
  }
}

void Client::Register(rd_kafka_conf_t* conf, rd_kafka_type_t type) {
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t* kafka, int level, const char* facility, const char* text) {
        WriteLog(static_cast<Client*>(rd_kafka_opaque(kafka))->log_, level, facility, text);
      });
  rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* reason, void* self) {
    ClientEvents* events = static_cast<Client*>(self)->events_;
    if (events != nullptr) events->OnError(static_cast<rd_kafka_resp_err_t>(error), reason);
  });
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_dr_msg_cb(conf,
                                [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                  ClientEvents* events = static_cast<Client*>(self)->events_;
                                  if (events != nullptr) events->OnDelivery(*message);
                                });
    return;
  }
  rd_kafka_conf_set_rebalance_cb(conf, [](rd_kafka_t* kafka, rd_kafka_resp_err_t error,
                                          rd_kafka_topic_partition_list_t* partitions, void* self) {
    ClientEvents* events = static_cast<Client*>(self)->events_;
    if (events != nullptr) {
      events->OnRebalance(error, *partitions);
    } else {
      rd_kafka_assign(kafka, nullptr);
    }
  });
}

Result<std::shared_ptr<Client>> Client::Create(rd_kafka_type_t type, ConfPtr conf, LogSink log,
                                               std::shared_ptr<Mailbox> mailbox) {
  std::shared_ptr<Client> client(new Client(std::move(log), std::move(mailbox)));
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  Register(conf.get(), type);
  std::array<char, 512> why{};
  client->kafka_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (client->kafka_ == nullptr) {
    return InvalidArgument(std::string("kafka client: ") + why.data());
  }
  // rd_kafka_new() took it. NOLINTNEXTLINE(bugprone-unused-return-value)
  (void)conf.release();
  if (type == RD_KAFKA_CONSUMER) {
    // Without a group this is refused, and the client has no consumer's queue.
    if (rd_kafka_poll_set_consumer(client->kafka_) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      client->queue_.reset(rd_kafka_queue_get_consumer(client->kafka_));
    }
  }
  if (!client->queue_) client->queue_.reset(rd_kafka_queue_get_main(client->kafka_));
  if (client->mailbox_) {
    const std::uint64_t one = 1;
    rd_kafka_queue_io_event_enable(client->queue_.get(), client->mailbox_->descriptor(), &one,
                                   sizeof one);
  }
  return client;
}

void Client::Mute() {
  if (queue_) rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
}

Client::~Client() {
  if (kafka_ == nullptr) return;
  Mute();
  queue_.reset();
  events_ = nullptr;
  rd_kafka_destroy_flags(kafka_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

}  // namespace evenkeel::kafka
