#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace evenkeel {

/// A value whose type says what it is, so that an id of one kind cannot pass for another.
///
///   using CustomerId = StrongType<std::string, struct CustomerIdTag>;
template <typename T, typename Tag>
class StrongType {
 public:
  StrongType() = default;
  explicit StrongType(T value) : value_(std::move(value)) {}

  const T& value() const noexcept { return value_; }

  friend bool operator==(const StrongType&, const StrongType&) = default;
  friend auto operator<=>(const StrongType&, const StrongType&) = default;

 private:
  T value_{};
};

}  // namespace evenkeel

template <typename T, typename Tag>
struct std::hash<evenkeel::StrongType<T, Tag>> {
  std::size_t operator()(const evenkeel::StrongType<T, Tag>& id) const noexcept {
    return std::hash<T>()(id.value());
  }
};
