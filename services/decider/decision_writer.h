#pragma once

#include <optional>
#include <string>

#include "evenkeel/audit/signing.h"
#include "evenkeel/engine/slice_context.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/decision_record.h"
#include "evenkeel/runtime/topics.h"

namespace evenkeel {

/// Writes what was decided: the record, chained to the one before it in its partition, and the
/// signed action if something is to be done.
class DecisionWriter {
 public:
  struct Options {
    TopicNames names{"evenkeel."};
    DecisionOrigin origin;            ///< `task_epoch` is the task's, filled in here.
    const SigningKey* key = nullptr;  ///< None: actions are not signed. Outlives the writer.
  };

  explicit DecisionWriter(Options options) : options_(std::move(options)) {}

  /// `trigger`: the record that set the decision off, if one did.
  Status Write(SliceContext& context, const Decision& decision,
               std::optional<RecordPosition> trigger) const;

 private:
  Status WriteAction(SliceContext& context, const Decision& decision,
                     const Sha256Digest& decision_digest) const;

  const Options options_;
};

}  // namespace evenkeel
