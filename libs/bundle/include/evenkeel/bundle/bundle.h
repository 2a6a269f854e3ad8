#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"
#include "evenkeel/bundle/bundle_files.h"
#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/bundle/mapping.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/decision/definition.h"

namespace evenkeel {

/// A bundle, loaded and checked: what the decision core is given, and how foreign events become
/// signals.
///
/// Thread-safety: immutable; safe to share.
class Bundle {
 public:
  /// Compiles `files`. Everything that is wrong goes to `diagnostics`; returns null if anything is.
  static std::shared_ptr<const Bundle> Compile(const BundleFiles& files,
                                               const TimeZoneDatabase& zones,
                                               Diagnostics& diagnostics);

  /// Reads and compiles a directory. Errors: of reading it; kInvalidArgument with a line for each
  /// thing that is wrong.
  static Result<std::shared_ptr<const Bundle>> LoadDirectory(const std::string& directory,
                                                             const TimeZoneDatabase& zones);

  const std::string& name() const { return core_.name; }
  const std::string& version() const { return core_.version; }
  const Sha256Digest& digest() const { return core_.digest; }
  /// "demo@<digest in hex>".
  std::string id() const { return name() + "@" + ToHex(digest()); }

  const CoreDefinition& core() const { return core_; }
  const std::vector<SourceMapping>& sources() const { return sources_; }
  /// The source called `name`, or null.
  const SourceMapping* FindSource(std::string_view name) const;

 private:
  Bundle() = default;

  CoreDefinition core_;
  std::vector<SourceMapping> sources_;
};

/// The page docs/bundle-reference.md: every key of every file, made from what the loader reads by.
std::string BundleReferencePage();

}  // namespace evenkeel
