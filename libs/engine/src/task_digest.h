#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/hash.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// The rolling digest of a commit record covers, in this order: the digest before; every output
/// (topic, partition, key, value); every changelog
/// entry but the commit record itself (key, value). Each part as a field, with its length; an
/// absent key or value is told apart from an empty one.
inline void AddToDigest(const std::optional<std::string_view>& bytes, Sha256Stream& digest) {
  digest.UpdateField(bytes ? "1" : "0");
  digest.UpdateField(bytes.value_or(std::string_view()));
}

inline void AddOutputToDigest(const OutRecord& record, Sha256Stream& digest) {
  digest.UpdateField(record.topic);
  digest.UpdateField(std::to_string(record.partition));
  AddToDigest(record.key, digest);
  AddToDigest(record.value, digest);
}

inline void AddEntryToDigest(std::string_view key, std::optional<std::string_view> value,
                             Sha256Stream& digest) {
  digest.UpdateField(key);
  AddToDigest(value, digest);
}

}  // namespace evenkeel
