#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/model/approval_request.h"
#include "evenkeel/model/approved_action.h"

namespace evenkeel {

/// The bytes that are signed, stored and executed. Equal actions give equal bytes.
///
/// REQUIRES: the incentive times its payments fits into 64 bits of millionths.
std::string EncodeApprovedAction(const ApprovedAction& action);

/// Errors: kDataLoss for bytes that are no action; kFailedPrecondition for one of a later format,
/// or with parts that this version does not know: an executor must not do half of it.
Result<ApprovedAction> DecodeApprovedAction(std::string_view payload);

/// What is signed: the purpose, a zero byte and the payload, so that no other signature of the same
/// key can pass for one of an action.
std::string ActionSigningBytes(std::string_view payload);

/// The record of `signed_action` for the topic of its channel, as CloudEvents in binary mode.
EncodedRecord ActionRecordOf(const ApprovedAction& action, const SignedAction& signed_action);

/// Takes a value of an action topic apart. The signature is not checked here; the digest is.
/// Errors: as DecodeApprovedAction().
Result<SignedAction> DecodeSignedAction(std::string_view value);

/// The record of `request` for the topic of requests, as CloudEvents in binary mode.
EncodedRecord ApprovalRequestRecordOf(const ApprovalRequest& request, std::string_view deployment);

/// Errors: as DecodeApprovedAction(); kDataLoss where action and digest do not fit.
Result<ApprovalRequest> DecodeApprovalRequest(std::string_view value);

}  // namespace evenkeel
