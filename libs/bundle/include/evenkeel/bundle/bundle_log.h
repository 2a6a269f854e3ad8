#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/bundle.h"
#include "evenkeel/bundle/bundle_files.h"
#include "evenkeel/model/global_entry.h"

namespace evenkeel {

/// Largest part of a bundle in one record.
inline constexpr std::size_t kBundleChunkBytes = std::size_t{512} * 1024;

/// Key and value of a record of the bundles topic.
using BundleRecord = std::pair<std::string, std::string>;

/// Which activation of a bundle it is. `revision` must be above that of the one in force.
struct BundleActivation {
  std::int64_t revision = 1;
  TimeMs time;
  std::string by;
  /// Of the key that signs; empty: not signed.
  std::string key_id;
  /// Ed25519 over the bytes it is given. Asked if there is a `key_id`.
  std::function<std::array<std::uint8_t, 64>(std::string_view)> sign;
};

/// The records that publish `files` under `name`: the parts, then the pointer that puts them in
/// force. All belong into one transaction. Equal bundles give equal parts.
std::vector<BundleRecord> BundleRecords(const std::string& name, const BundleFiles& files,
                                        const BundleActivation& activation);

/// What a decider knows of bundles, from the records of the bundles topic alone, in their order:
/// parts as they come, and the bundle in force. The last good bundle stays in force where a new one
/// is not good.
///
/// Thread-safety: one thread at a time. The bundles it gives are immutable.
class BundleShelf {
 public:
  struct Options {
    /// Take bundles without a signature.
    bool allow_unsigned = false;
    /// Ed25519 public keys by their id.
    std::map<std::string, std::array<std::uint8_t, 32>> trusted_keys;
    /// Memory for parts, which are kept so that an earlier bundle can be put in force again. The
    /// oldest are forgotten first.
    std::size_t bytes_max = 128U << 20U;
  };

  /// `zones` must outlive the shelf.
  BundleShelf(const TimeZoneDatabase& zones, Options options);

  /// Takes a record; no value is a tombstone.
  ///
  /// Errors, after which the bundle in force is the same as before: kDataLoss and
  /// kFailedPrecondition for records that are something else or of a later format, or for parts
  /// that do not add up to their digest; kPermissionDenied for a signature that is missing
  /// or wrong;
  /// kInvalidArgument for a bundle that does not compile, with everything that is wrong. A pointer
  /// to parts that are not there yet is no error: it is followed when the last one comes.
  Status Apply(std::string_view key, std::optional<std::string_view> value);

  /// The bundle in force; null before the first good one.
  const std::shared_ptr<const Bundle>& active() const { return active_; }
  /// Of the bundle in force; 0 before the first.
  std::int64_t revision() const { return revision_; }
  /// A pointer whose parts are not all there.
  const std::optional<ActiveBundle>& awaited() const { return awaited_; }

 private:
  struct Parts {
    std::uint32_t chunk_count = 0;
    std::int64_t total_bytes = 0;
    std::map<std::uint32_t, std::string> contents;
    std::uint64_t arrived = 0;  ///< The larger, the later.

    std::size_t bytes() const;
  };

  Status CheckSignature(const ActiveBundle& pointer) const;
  Status TakeChunk(std::string_view key, std::string_view value);
  Status TakePointer(std::string_view value);
  Status Follow();
  void ForgetOldest();

  const TimeZoneDatabase& zones_;
  const Options options_;
  std::map<std::string, Parts> parts_;  // By "name@digest".
  std::uint64_t arrivals_ = 0;
  std::optional<ActiveBundle> awaited_;
  std::shared_ptr<const Bundle> active_;
  std::int64_t revision_ = 0;
};

}  // namespace evenkeel
