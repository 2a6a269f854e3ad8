#pragma once

#include <map>
#include <string>
#include <string_view>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"

namespace evenkeel {

/// The files of a bundle: contents by name ("catalogue.yaml", "models/churn.yaml").
using BundleFiles = std::map<std::string, std::string>;

/// Reads the YAML files of `directory` and of its folder models/. Hidden files are left out, others
/// that are not YAML are refused (README.md and LICENSE may be there).
///
/// Errors: kNotFound; kInvalidArgument past 256 files, 4 MiB a file or 16 MiB together.
Result<BundleFiles> ReadBundleDirectory(const std::string& directory);

/// The one form of a bundle as bytes: a mark, then name and content of each file in the order of
/// names, each after its length.
std::string CanonicalBytes(const BundleFiles& files);

/// Turns CanonicalBytes() back. Errors: kDataLoss for anything else.
Result<BundleFiles> ParseCanonicalBytes(std::string_view bytes);

/// SHA-256 of CanonicalBytes(): what a bundle is called in every decision.
Sha256Digest BundleDigest(const BundleFiles& files);

}  // namespace evenkeel
