#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/audit/signing.h"
#include "evenkeel/decision/definition.h"
#include "evenkeel/engine/slice_context.h"
#include "evenkeel/model/approval_request.h"
#include "evenkeel/model/approved_action.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/decision_record.h"
#include "evenkeel/runtime/topics.h"

namespace evenkeel {

/// Writes what was scored, and what was decided: the record, chained to the one before it in its
/// partition, the signed action if something is to be done, and the request for approval if it
/// stands otherwise now.
class DecisionWriter {
 public:
  struct Options {
    TopicNames names{"evenkeel."};
    DecisionOrigin origin;            ///< `task_epoch` is the task's, filled in here.
    const SigningKey* key = nullptr;  ///< None: actions are not signed. Outlives the writer.
  };

  explicit DecisionWriter(Options options) : options_(std::move(options)) {}

  /// `trigger`: the record that set the decision off, if one did. A new request gets the bytes of
  /// its action here; the caller keeps them in the customer's state.
  Status Write(SliceContext& context, Decision& decision,
               std::optional<RecordPosition> trigger) const;

  Status WriteRequest(SliceContext& context, const ApprovalRequest& request) const;

  /// A score that moved, with the bundle it was made with.
  Status WriteScore(SliceContext& context, std::string_view customer, const ChurnScore& score,
                    const CoreDefinition& bundle) const;

  /// The customer is forgotten: so are the scores in the topic.
  Status ForgetScore(SliceContext& context, std::string_view customer) const;

 private:
  ApprovedAction ActionOf(const SliceContext& context, const Decision& decision,
                          const Sha256Digest& decision_digest) const;
  Status WriteAction(SliceContext& context, const ApprovedAction& action) const;
  /// Fills in what a person is to approve.
  void Seal(const ApprovedAction& action, ApprovalRequest& request) const;
  /// What was approved, let go as the decision says.
  Status WriteReleased(SliceContext& context, const Decision& decision) const;

  const Options options_;
};

}  // namespace evenkeel
