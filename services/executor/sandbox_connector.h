#pragma once

#include <mutex>
#include <string>

#include "executor/connector.h"

namespace evenkeel {

/// Sends nothing. Says it is done, and writes down what would have been sent.
class SandboxConnector final : public Connector {
 public:
  /// `file`: JSON lines are appended to it; empty for none.
  explicit SandboxConnector(std::string file) : file_(std::move(file)) {}

  /// kRetry if the file cannot be written.
  CallResult Execute(const ActionCall& call) override;
  bool idempotent() const override { return true; }

 private:
  const std::string file_;
  std::mutex mutex_;
};

}  // namespace evenkeel
