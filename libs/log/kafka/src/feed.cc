#include "feed.h"

#include <array>
#include <utility>

#include "errors.h"

namespace evenkeel::kafka {
namespace {

// How many messages that nobody wants one Poll() may drop besides those it hands out.
constexpr std::size_t kMaxDropped = 4096;

}  // namespace

Feed::Feed(Core& core, std::shared_ptr<Client> client)
    : core_(core), fetcher_(std::make_shared<Fetcher>(client)) {
  client->Tell(this);
}

std::shared_ptr<Fetcher> Feed::Detach() {
  if (!fetcher_) return nullptr;
  fetcher_->client()->Mute();
  fetcher_->client()->Tell(nullptr);
  return std::exchange(fetcher_, nullptr);
}

bool Feed::Poll(std::size_t max, std::vector<LogRecord>& out) {
  if (!fetcher_) return true;
  if (max == 0) {
    PollEvents();
    return true;
  }
  const std::size_t before = out.size();
  if (kept_) out.push_back(std::move(std::exchange(kept_, std::nullopt)->record));
  RecordBatch batch(fetcher_->client(), max);
  drop_gathered_ = false;
  for (std::size_t polled = 0; out.size() - before < max && polled < max + kMaxDropped; ++polled) {
    // Not the batch calls: in 2.0.2 they may return wrong messages around seek and rebalance.
    rd_kafka_message_t* message = rd_kafka_consumer_poll(kafka(), 0);
    if (std::exchange(drop_gathered_, false)) out.resize(before);
    if (message == nullptr) return true;
    if (auto taken = Take(message, batch)) out.push_back(std::move(taken->record));
  }
  return false;
}

void Feed::PollEvents() {
  RecordBatch batch(fetcher_->client(), 1);
  for (std::size_t polled = 0; !kept_ && polled < kMaxDropped; ++polled) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(kafka(), 0);
    if (message == nullptr) return;
    kept_ = Take(message, batch);
  }
}

std::optional<Feed::Kept> Feed::Take(rd_kafka_message_t* message, RecordBatch& batch) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    TakeError(*message);
    rd_kafka_message_destroy(message);
    return std::nullopt;
  }
  const std::optional<Target> target = FindTarget(*message);
  if (!target) ++core_.stats.dropped_not_started;
  if (!target || !Passes(target->gate->OnRecord(message->offset), *target, *message)) {
    rd_kafka_message_destroy(message);
    return std::nullopt;
  }
  Kept taken{target->key, batch.Add(message)};
  taken.record.stream = target->stream;
  return taken;
}

void Feed::TakeError(const rd_kafka_message_t& message) {
  const char* reason = rd_kafka_message_errstr(&message);
  if (message.err == RD_KAFKA_RESP_ERR__FATAL) return OnError(message.err, reason);
  if (message.rkt == nullptr) return;  // Of the whole client, and passing.
  const std::optional<Target> target = FindTarget(message);
  if (!target) return;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (Passes(target->gate->OnEnd(message.offset), *target, message)) {
        OnEnd(*target, message.offset);
      }
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      if (target->gate->open()) {
        OnFailed(*target, message, ToStatus(message.err, rd_kafka_topic_name(message.rkt), reason));
      }
      return;
    default:
      return;  // librdkafka retries.
  }
}

bool Feed::Passes(DeliveryGate::Verdict verdict, const Target& target,
                  const rd_kafka_message_t& message) {
  switch (verdict) {
    case DeliveryGate::Verdict::kDeliver:
      return true;
    case DeliveryGate::Verdict::kBelow:
      ++core_.stats.dropped_below;
      return false;
    case DeliveryGate::Verdict::kNotStarted:
      ++core_.stats.dropped_not_started;
      return false;
    case DeliveryGate::Verdict::kRestart:
      ++core_.stats.restarts_to_confirm;
      BeginStart(target.key, *target.gate, {rd_kafka_topic_name(message.rkt), message.partition},
                 target.gate->next());
      return false;
  }
  return false;
}

void Feed::BeginStart(std::uint64_t key, DeliveryGate& gate, TopicPartition where, Offset next) {
  gate.BeginStart(next, ++last_start_);
  starts_.push_back({key, last_start_, std::move(where), next, {}});
}

void Feed::BeginPause(DeliveryGate& gate, TopicPartition where) {
  gate.Close();
  pauses_.push_back(std::move(where));
}

void Feed::Flush() {
  if (!fetcher_ || (starts_.empty() && pauses_.empty())) return;
  auto starts = std::make_shared<std::vector<Start>>(std::exchange(starts_, {}));
  core_.control.Post([this, starts, pauses = std::exchange(pauses_, {}), fetcher = fetcher_,
                      mailbox = core_.mailbox](ControlWatch& watch) {
    fetcher->Pause(watch, pauses);
    if (starts->empty()) return true;
    fetcher->Seek(watch, *starts);
    mailbox->Push([this, starts] { Sought(std::move(*starts)); });
    return true;
  });
}

void Feed::Sought(std::vector<Start> starts) {
  if (!fetcher_) return;
  std::vector<TopicPartition> running;
  for (const Start& start : starts) {
    DeliveryGate* gate = FindGate(start.key);
    if (gate == nullptr || !start.status.ok()) continue;
    if (gate->Open(start.number)) running.push_back(start.where);
  }
  OnSought(starts);
  if (running.empty()) return;
  core_.control.Post([running = std::move(running), fetcher = fetcher_](ControlWatch& watch) {
    fetcher->Resume(watch, running);
    return true;
  });
}

void Feed::OnError(rd_kafka_resp_err_t error, std::string_view reason) {
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return core_.outage->Suspect();
  if (error != RD_KAFKA_RESP_ERR__FATAL && !IsFenced(error)) return;
  std::array<char, 512> why{};
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(kafka(), why.data(), why.size());
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) return OnFatal(fatal, why.data());
  if (IsFenced(error)) OnFatal(error, reason);
}

}  // namespace evenkeel::kafka
