#pragma once

#include <string>

namespace evenkeel {

/// Something wrong in a definition. `where` is the path of the field in the definition's structs,
/// with indices: "features[2].window_ms", "catalogue.actions[0].uplift[1].low_ppb".
struct DefinitionProblem {
  std::string where;
  std::string problem;  ///< With the value and the remedy.

  friend bool operator==(const DefinitionProblem&, const DefinitionProblem&) = default;
};

}  // namespace evenkeel
