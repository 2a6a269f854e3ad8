#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/model/commit_record.h"

namespace evenkeel {

/// Equal records give equal bytes.
std::string EncodeCommitRecord(const CommitRecord& record);

/// Errors: kDataLoss for bytes that are no commit record; kFailedPrecondition for one of a later
/// format, or with parts that this version does not know.
Result<CommitRecord> DecodeCommitRecord(std::string_view bytes);

}  // namespace evenkeel
