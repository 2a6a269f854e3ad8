#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

inline constexpr std::string_view kMetaKey = "M";

std::string EncodeStoreMeta(const StoreMeta& meta);
Result<StoreMeta> DecodeStoreMeta(std::string_view bytes);

}  // namespace evenkeel
