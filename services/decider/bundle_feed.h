#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/bundle.h"
#include "evenkeel/model/global_entry.h"

namespace evenkeel {

/// Puts bundles together from the records of the bundles topic, and says which one is in force.
///
/// A bundle that does not arrive whole, does not compile or is not allowed is refused, and the last
/// good one stays in force.
///
/// Thread-safety: one thread.
class BundleFeed {
 public:
  struct Options {
    bool is_unsigned_allowed = false;
  };

  BundleFeed(Options options, std::shared_ptr<const TimeZoneDatabase> zones)
      : options_(options), zones_(std::move(zones)) {}

  /// A record of the topic. Chunks gather; a pointer to the active bundle is remembered.
  void OnRecord(std::string_view key, std::optional<std::string_view> value);

  /// The topic is at its end: adopts what the newest pointer names, if that is new, good, and
  /// `accept` takes it. Returns true if another bundle is in force now.
  bool Adopt(const std::function<Status(const Bundle&)>& accept);

  /// The bundle in force, or null.
  const std::shared_ptr<const Bundle>& active() const { return active_; }
  std::int64_t revision() const { return revision_; }

  /// Why the newest pointer was not followed; OK if it was, or there is none.
  const Status& refusal() const { return refusal_; }

 private:
  struct Assembly {
    std::vector<std::optional<std::string>> chunks;
    std::int64_t total_bytes = 0;
  };

  Result<std::shared_ptr<const Bundle>> Compile(const ActiveBundle& wanted) const;

  const Options options_;
  const std::shared_ptr<const TimeZoneDatabase> zones_;
  std::map<std::string, Assembly> assemblies_;  // By "<name>@<digest>".
  std::optional<ActiveBundle> wanted_;
  std::shared_ptr<const Bundle> active_;
  std::int64_t revision_ = 0;
  Status refusal_;
};

}  // namespace evenkeel
