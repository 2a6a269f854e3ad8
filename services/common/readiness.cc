#include "common/readiness.h"

namespace evenkeel {

std::string Readiness::Missing() const {
  if (is_draining_) return "the process is ending";
  for (const Part& part : parts_) {
    if (!part.is_ready()) return part.name + ": not ready yet";
  }
  return {};
}

}  // namespace evenkeel
