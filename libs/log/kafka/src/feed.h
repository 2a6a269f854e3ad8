#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core.h"
#include "delivery_gate.h"
#include "fetcher.h"
#include "record.h"

namespace evenkeel::kafka {

/// The worker's side of a consumer: gates between what librdkafka brings and what is handed out.
///
/// A start goes: worker asks; control thread pauses and seeks; worker opens the gate; control
/// thread resumes. So nothing arrives at a gate that was not told to expect it.
///
/// Thread-safety: the worker's thread.
class Feed : public ClientEvents {
 public:
  Feed(Core& core, std::shared_ptr<Client> client);

  /// Appends at most `max` records. False if that may have left some.
  bool Poll(std::size_t max, std::vector<LogRecord>& out);

  /// Sends the starts and pauses asked for on their way, together.
  void Flush();

  /// REQUIRES: not detached.
  const std::shared_ptr<Client>& client() const { return fetcher_->client(); }

  /// Tells librdkafka to bother nobody from now on, and gives the blocking side away.
  std::shared_ptr<Fetcher> Detach();

  void OnError(rd_kafka_resp_err_t error, std::string_view reason) override;

 protected:
  struct Target {
    std::uint64_t key = 0;
    std::uint32_t stream = 0;
    DeliveryGate* gate = nullptr;
  };

  void BeginStart(std::uint64_t key, DeliveryGate& gate, TopicPartition where, Offset next);
  void BeginPause(DeliveryGate& gate, TopicPartition where);

  /// Drops what this Poll() has gathered so far, and what is kept.
  void DropGathered() {
    drop_gathered_ = true;
    kept_.reset();
  }
  /// Drops the record kept, if it is of this key.
  void DropKept(std::uint64_t key) {
    if (kept_ && kept_->key == key) kept_.reset();
  }

  /// Whose message this is; nothing if nobody's.
  virtual std::optional<Target> FindTarget(const rd_kafka_message_t& message) = 0;
  /// The gate of a key, or nullptr if it is gone.
  virtual DeliveryGate* FindGate(std::uint64_t key) = 0;
  virtual void OnSought(const std::vector<Start>& starts) = 0;
  virtual void OnEnd(const Target& target, Offset offset) = 0;
  /// This partition cannot go on.
  virtual void OnFailed(const Target& target, const rd_kafka_message_t& message,
                        const Status& status) = 0;
  /// The client as a whole cannot go on.
  virtual void OnFatal(rd_kafka_resp_err_t error, std::string_view reason) = 0;

  Core& core() { return core_; }
  const std::shared_ptr<Fetcher>& fetcher() const { return fetcher_; }
  rd_kafka_t* kafka() const { return fetcher_->client()->get(); }
  std::uint64_t last_start() const { return last_start_; }

 private:
  struct Kept {
    std::uint64_t key = 0;
    LogRecord record;
  };

  /// A record, if this message is one that goes through.
  std::optional<Kept> Take(rd_kafka_message_t* message, RecordBatch& batch);
  void PollEvents();
  void TakeError(const rd_kafka_message_t& message);
  bool Passes(DeliveryGate::Verdict verdict, const Target& target,
              const rd_kafka_message_t& message);
  void Sought(std::vector<Start> starts);

  Core& core_;
  std::shared_ptr<Fetcher> fetcher_;
  std::uint64_t last_start_ = 0;
  std::vector<Start> starts_;
  std::vector<TopicPartition> pauses_;
  bool drop_gathered_ = false;
  std::optional<Kept> kept_;  // Let through by a Poll() that asked for events only.
};

}  // namespace evenkeel::kafka
