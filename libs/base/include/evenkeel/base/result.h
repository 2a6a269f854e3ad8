#pragma once

#include <utility>
#include <variant>

#include "evenkeel/base/check.h"
#include "evenkeel/base/status.h"

namespace evenkeel {

/// A value, or the error that stands in its place. (std::expected is not in C++20.)
///
/// Thread-safety: as of T.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return InvalidArgument(...);` both read well.
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  /// REQUIRES: `status` is an error.
  Result(Status status) : content_(std::in_place_index<1>, std::move(status)) {  // NOLINT
    EVENKEEL_CHECK(!std::get<1>(content_).ok());
  }

  bool ok() const noexcept { return content_.index() == 0; }

  /// The error, or OK.
  Status status() const { return ok() ? Status() : std::get<1>(content_); }

  /// REQUIRES: ok().
  const T& value() const& {
    EVENKEEL_CHECK(ok());
    return *std::get_if<0>(&content_);
  }
  T& value() & {
    EVENKEEL_CHECK(ok());
    return *std::get_if<0>(&content_);
  }
  T&& value() && {
    EVENKEEL_CHECK(ok());
    return std::move(*std::get_if<0>(&content_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, Status> content_;
};

}  // namespace evenkeel

#define EVENKEEL_INTERNAL_CONCAT2(a, b) a##b
#define EVENKEEL_INTERNAL_CONCAT(a, b) EVENKEEL_INTERNAL_CONCAT2(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): names that are declared cannot stand in parentheses.
#define EVENKEEL_INTERNAL_ASSIGN(temporary, target, expr) \
  auto temporary = (expr);                                \
  if (!temporary.ok()) return temporary.status();         \
  target = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)

/// `EVENKEEL_ASSIGN_OR_RETURN(auto x, F());` takes the value of a Result, or returns its error.
#define EVENKEEL_ASSIGN_OR_RETURN(target, expr) \
  EVENKEEL_INTERNAL_ASSIGN(EVENKEEL_INTERNAL_CONCAT(result_, __LINE__), target, expr)
