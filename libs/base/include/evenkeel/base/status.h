#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {

/// The numbers of google.rpc.Code: at a gRPC edge the translation is a cast.
enum class StatusCode : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// The code's name in google.rpc's spelling, such as "INVALID_ARGUMENT".
std::string_view StatusCodeName(StatusCode code) noexcept;

/// The outcome of an operation that can fail for reasons outside the program.
///
/// Thread-safety: immutable after construction; safe to read from any thread.
class [[nodiscard]] Status {
 public:
  /// A success.
  Status() = default;

  /// REQUIRES: `code` is not kOk.
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {
    EVENKEEL_CHECK(code != StatusCode::kOk);
  }

  bool ok() const noexcept { return code_ == StatusCode::kOk; }
  StatusCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }

  /// "OK", or "CODE: message".
  std::string ToString() const;

  /// True if the same call may succeed later with the same arguments.
  bool retryable() const noexcept {
    return code_ == StatusCode::kUnavailable || code_ == StatusCode::kAborted;
  }

  /// The same error, with `context` and ": " before its message. A success stays a success.
  Status WithContext(std::string_view context) const;

  /// Drops an error on purpose. Exists so that every swallowed error can be found by name.
  void IgnoreError() const noexcept {}

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status InvalidArgument(std::string message) {
  return {StatusCode::kInvalidArgument, std::move(message)};
}
inline Status NotFound(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }
inline Status FailedPrecondition(std::string message) {
  return {StatusCode::kFailedPrecondition, std::move(message)};
}
inline Status Unavailable(std::string message) {
  return {StatusCode::kUnavailable, std::move(message)};
}
inline Status DataLoss(std::string message) { return {StatusCode::kDataLoss, std::move(message)}; }
inline Status Internal(std::string message) { return {StatusCode::kInternal, std::move(message)}; }

}  // namespace evenkeel

/// Returns from the calling function if `expr`, a Status, is an error.
#define EVENKEEL_RETURN_IF_ERROR(expr)                        \
  do {                                                        \
    if (::evenkeel::Status status_ = (expr); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)
