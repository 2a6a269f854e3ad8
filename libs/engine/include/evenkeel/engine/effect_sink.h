#pragma once

#include <cstddef>
#include <vector>

#include "evenkeel/engine/slice_context.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// Carries effects out. Called on the worker's thread: take them and return; do the work elsewhere
/// and report with Worker::PostEffectResult(). An effect whose result was never posted is handed
/// out again when its task opens the next time, here or elsewhere.
class EffectSink {
 public:
  virtual ~EffectSink() = default;

  virtual void Execute(Partition row, std::vector<Effect> effects) = 0;

  /// `row` is no longer ours: effects not yet begun must not begin.
  virtual void Forget(Partition /*row*/) {}

  /// The worker ends: effects not yet begun, and those handed out from now on, must not begin. What
  /// is under way goes on, and its results are waited for.
  virtual void Hold() {}

  /// Effects handed out whose results are still to be posted.
  virtual std::size_t open() const { return 0; }
};

}  // namespace evenkeel
