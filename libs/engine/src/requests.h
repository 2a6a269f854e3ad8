#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "evenkeel/base/time.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// What a session was asked and has not answered.
class Requests {
 public:
  enum class Kind : std::uint8_t {
    kInit,
    kCommitted,         ///< For a restore.
    kRestoreWatermark,  ///< For a restore.
    kTickWatermark,     ///< For the order of a running task.
    kGlobalWatermark,
  };
  struct Request {
    Kind kind = Kind::kInit;
    Partition row = 0;
    std::uint32_t index = 0;  ///< Input or global.
    MonotonicTime asked;
  };

  void Add(RequestId id, Request request) { open_.emplace(id, request); }

  /// The request that `id` answers; nothing if nobody waits for it any more.
  std::optional<Request> Take(RequestId id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return std::nullopt;
    const Request request = found->second;
    open_.erase(found);
    return request;
  }

  /// Nobody waits for the answers of `row` any more.
  void Forget(Partition row) {
    std::erase_if(open_, [&](const auto& entry) {
      const Kind kind = entry.second.kind;
      return kind != Kind::kInit && kind != Kind::kGlobalWatermark && entry.second.row == row;
    });
  }

  /// The log was not to be reached: time begins again.
  void Restart(MonotonicTime now) {
    for (auto& [id, request] : open_) request.asked = now;
  }

  /// The age of the oldest request.
  MonotonicTime::duration Age(MonotonicTime now) const {
    MonotonicTime::duration age{0};
    for (const auto& [id, request] : open_) age = std::max(age, now - request.asked);
    return age;
  }

 private:
  std::map<RequestId, Request> open_;
};

}  // namespace evenkeel
