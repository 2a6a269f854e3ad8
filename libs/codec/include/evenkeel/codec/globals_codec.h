#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/model/global_entry.h"

namespace evenkeel {

/// Keys and values of the topics that every task reads. Unknown fields and values are refused:
/// errors are kDataLoss for bytes that are something else, kFailedPrecondition for a later format.

/// "<name>@<digest>/<index>"; the active pointer's is kActiveBundleKey.
std::string BundleChunkKey(const BundleChunk& chunk);
inline constexpr std::string_view kActiveBundleKey = "active";

std::string EncodeBundleChunk(const BundleChunk& chunk);
Result<BundleChunk> DecodeBundleChunk(std::string_view value);

std::string EncodeActiveBundle(const ActiveBundle& active);
Result<ActiveBundle> DecodeActiveBundle(std::string_view value);

/// What is signed of an active bundle.
std::string BundleSigningBytes(const ActiveBundle& active);

/// "kill/<scope>", "level/<domain>/<action>"; `source` names a heartbeat: "heartbeat/<source>".
std::string ControlKey(const ControlEntry& entry, std::string_view source = {});

std::string EncodeControlEntry(const ControlEntry& entry);
Result<ControlEntry> DecodeControlEntry(std::string_view value);

}  // namespace evenkeel
