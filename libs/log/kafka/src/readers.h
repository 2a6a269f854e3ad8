#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "feed.h"

namespace evenkeel::kafka {

/// Readers that share one consumer: each a partition of its own, outside any group.
class Readers final : public Feed {
 public:
  Readers(Core& core, std::shared_ptr<Client> client) : Feed(core, std::move(client)) {}

  bool empty() const { return readers_.empty(); }
  /// False if a reader has this partition already: another consumer must be taken.
  bool IsFree(const TopicPartition& where) const;
  bool Has(ReaderId reader) const { return readers_.contains(reader); }

  void Open(ReaderId reader, const TopicPartition& where, Offset from);
  void Close(ReaderId reader);

  /// Drops what refers to the client, before the client goes.
  void Forget();

 protected:
  std::optional<Target> FindTarget(const rd_kafka_message_t& message) override;
  DeliveryGate* FindGate(std::uint64_t key) override;
  void OnSought(const std::vector<Start>& starts) override;
  void OnEnd(const Target& target, Offset offset) override;
  void OnFailed(const Target& target, const rd_kafka_message_t& message,
                const Status& status) override;
  void OnFatal(rd_kafka_resp_err_t error, std::string_view reason) override;

 private:
  struct Reader {
    TopicPartition where;
    DeliveryGate gate;
  };
  using Place = std::pair<const rd_kafka_topic_t*, Partition>;
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<const void*>()(place.first) * 31 + static_cast<std::size_t>(place.second);
    }
  };

  void Fail(ReaderId reader, const Status& status);

  std::map<std::string, TopicPtr> topics_;  // Kept, so that a topic's pointer stays its own.
  std::unordered_map<ReaderId, Reader> readers_;
  std::unordered_map<Place, ReaderId, PlaceHash> places_;
};

}  // namespace evenkeel::kafka
