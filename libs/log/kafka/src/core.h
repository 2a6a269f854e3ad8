#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "client.h"
#include "control_thread.h"
#include "endings.h"
#include "mailbox.h"

#include "evenkeel/log/kafka_log.h"
#include "evenkeel/log/session.h"

namespace evenkeel::kafka {

/// What a cluster and its sessions have in common.
struct ClusterShared {
  KafkaLogOptions options;
  std::shared_ptr<Client> query;     ///< For questions (QueryConf()); used from any thread.
  std::shared_ptr<Endings> endings;  ///< Of sessions that are gone.
};

/// Word, from any thread, that no broker is to be reached. The session looks into it.
class Outage {
 public:
  /// `suspected` runs on the worker's thread, once until Clear(); `certain` every time.
  Outage(std::shared_ptr<Mailbox> mailbox, std::function<void()> suspected,
         std::function<void()> certain)
      : mailbox_(std::move(mailbox)),
        suspected_(std::move(suspected)),
        certain_(std::move(certain)) {}

  void Suspect() {
    if (!pending_.exchange(true)) mailbox_->Push(suspected_);
  }
  /// From the control thread while it tries on: nobody can look into it meanwhile.
  void Report() {
    Suspect();
    mailbox_->Push(certain_);
  }
  void Clear() { pending_.store(false); }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const std::function<void()> suspected_;
  const std::function<void()> certain_;
  std::atomic<bool> pending_{false};
};

/// What the parts of one session share. The worker's thread.
struct Core {
  std::shared_ptr<const ClusterShared> cluster;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  ControlThread control;
  std::shared_ptr<Outage> outage;
  KafkaSessionStats stats;
  std::vector<LogEvent> events;  ///< To be handed out by the next Poll().
};

}  // namespace evenkeel::kafka
