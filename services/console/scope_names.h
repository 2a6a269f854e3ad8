#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/runtime/log_access.h"

namespace evenkeel {

/// What a switch or a level may name: the channels of the deployment; the domains, actions and
/// proposers of every bundle that the bundles topic still shows to have been in force, so that what
/// was decided under an earlier one can be stopped, too. Which signatures deciders want is theirs
/// to say: a name is no authority.
///
/// Thread-safety: one thread, that may wait for the log.
class ScopeNames {
 public:
  /// `log` outlives this.
  ScopeNames(LogAccess& log, std::string bundles_topic, const std::vector<std::string>& channels);

  /// Reads what was published since. Errors: those of the log.
  Status Refresh();

  /// Nothing is wrong with naming `name` as a `kind` ("channel", "action", ...): empty. Else what
  /// there is. Where no bundle can be read nobody knows, and every name goes.
  std::string Complaint(std::string_view kind, std::string_view name) const;

 private:
  void Learn(const Bundle& bundle);

  LogAccess& log_;
  const TopicPartition where_;
  Result<TimeZoneDatabase> zones_;
  std::unique_ptr<BundleShelf> shelf_;
  std::shared_ptr<const Bundle> learnt_;
  Offset next_ = -1;
  std::map<std::string, std::set<std::string>, std::less<>> names_;  ///< By kind.
};

}  // namespace evenkeel
