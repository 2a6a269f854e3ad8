#pragma once

#include "executor/connector.h"

namespace evenkeel {

/// Does nothing and says it is done: for the sandbox environment and for trying policies out.
class SandboxConnector final : public Connector {
 public:
  CallResult Execute(const ActionCall&) override {
    return {CallOutcome::kDone, 0, "sandbox: nothing was sent", std::nullopt};
  }
  bool idempotent() const override { return true; }
};

}  // namespace evenkeel
