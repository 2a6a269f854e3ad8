#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/service_world.h"

namespace evenkeel::testing {

/// What goes wrong around the records: on every log, what its user is told, and that it goes on.
/// Instantiated by each program.
class MishapTest : public ::testing::TestWithParam<LogRun> {
 protected:
  /// `deciders` are those that will share the rows.
  ServiceWorld& Open(const WorldOptions& options = {}, std::vector<std::string> deciders = {}) {
    BenchMembers members;
    for (std::string& name : deciders) name += "-0";  // Of its one worker.
    if (!deciders.empty()) members["t.decider"] = std::move(deciders);
    bench_ = GetParam().make_bench(members);
    world_ = std::make_unique<ServiceWorld>(*bench_, options);
    return *world_;
  }

  bool Is(const std::string& member, Partition row, TaskPhase phase) {
    const TaskStatus* task = world_->TaskOf(member, row);
    return task != nullptr && task->phase == phase;
  }
  bool AwaitPhase(const std::string& member, Partition row, TaskPhase phase) {
    return world_->Until([&] { return Is(member, row, phase); });
  }
  /// That the only decision about `customer` was made by; zeros if there is not one.
  Sha256Digest BundleOf(const std::string& customer);
  void WritePayment(const std::string& customer, const std::string& id);
  Status HealthOf(const std::string& member) {
    return world_->member(member).worker->status().health;
  }

  std::unique_ptr<LogBench> bench_;
  std::unique_ptr<ServiceWorld> world_;
};

inline std::string NameOfLog(const ::testing::TestParamInfo<LogRun>& info) {
  return info.param.name;
}

}  // namespace evenkeel::testing
