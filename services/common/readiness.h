#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace evenkeel {

/// Whether a process may be sent work: the one answer behind gRPC health and /readyz. It may while
/// all its parts are ready and it was not told to end.
///
/// Thread-safety: any thread.
class Readiness {
 public:
  struct Part {
    std::string name;                ///< As /readyz names it: "decider".
    std::function<bool()> is_ready;  ///< Asked several times a second, from any thread.
  };

  /// What the parts ask outlives it.
  explicit Readiness(std::vector<Part> parts) : parts_(std::move(parts)) {}

  /// For good: not ready from now on.
  void BeginDrain() { is_draining_ = true; }

  /// Why it is not ready, "decider: not ready yet"; empty: it is.
  std::string Missing() const;

  bool is_ready() const { return Missing().empty(); }

 private:
  const std::vector<Part> parts_;
  std::atomic<bool> is_draining_ = false;
};

}  // namespace evenkeel
