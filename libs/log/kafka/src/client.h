#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mailbox.h"
#include "raii.h"
#include <librdkafka/rdkafka.h>

#include "evenkeel/base/result.h"

namespace evenkeel::kafka {

using LogSink = std::function<void(int severity, std::string_view line)>;

inline constexpr int kErrorSeverity = 3;  ///< As in syslog.

/// One line: to `log`, or without it to stderr if it is an error or worse.
void WriteLog(const LogSink& log, int severity, const char* facility, const char* text);

/// Who is told what a client of librdkafka reports, on the thread that polls that client.
class ClientEvents {
 public:
  ClientEvents() = default;
  ClientEvents(const ClientEvents&) = delete;
  ClientEvents& operator=(const ClientEvents&) = delete;
  virtual ~ClientEvents() = default;

  virtual void OnError(rd_kafka_resp_err_t error, std::string_view reason) = 0;
  virtual void OnDelivery(const rd_kafka_message_t&) {}
  virtual void OnRebalance(rd_kafka_resp_err_t, const rd_kafka_topic_partition_list_t&) {}
};

/// One client (rd_kafka_t). Shared by its user and by the records it fetched: it ends when the last
/// of them goes, on the thread that lets go.
class Client {
 public:
  /// Its queue wakes `mailbox`, if there is one.
  static Result<std::shared_ptr<Client>> Create(rd_kafka_type_t type, ConfPtr conf, LogSink log,
                                                std::shared_ptr<Mailbox> mailbox);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  rd_kafka_t* get() const { return kafka_; }

  /// Whom to tell; nobody is told anything with nullptr. On the polling thread.
  void Tell(ClientEvents* events) { events_ = events; }

  /// Stops waking the mailbox.
  void Mute();

 private:
  Client(LogSink log, std::shared_ptr<Mailbox> mailbox)
      : log_(std::move(log)), mailbox_(std::move(mailbox)) {}

  static void Register(rd_kafka_conf_t* conf, rd_kafka_type_t type);

  const LogSink log_;
  const std::shared_ptr<Mailbox> mailbox_;
  ClientEvents* events_ = nullptr;
  rd_kafka_t* kafka_ = nullptr;
  QueuePtr queue_;
};

}  // namespace evenkeel::kafka
