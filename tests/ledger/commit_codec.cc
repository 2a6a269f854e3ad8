#include "ledger/commit_codec.h"

#include "evenkeel/codec/commit_record_codec.h"

namespace evenkeel::testing {

CommitRecordCodec TestCommitCodec() {
  return {.encode = EncodeCommitRecord, .decode = DecodeCommitRecord};
}

}  // namespace evenkeel::testing
