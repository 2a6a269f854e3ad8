#include "core_checks.h"

#include <charconv>
#include <string>
#include <string_view>

namespace evenkeel::internal {
namespace {

constexpr std::string_view kGolden = "scorecard.golden[";

/// The file that says what `where`, a path in the definition's structs, is about.
std::string FileOf(std::string_view where, const std::string& model_file) {
  if (where.starts_with("features")) return "features.yaml";
  if (where.starts_with("scorecard")) return model_file;
  if (where.starts_with("policy.holdout") || where.starts_with("policy.time_zones") ||
      where.starts_with("policy.default_time_zone") || where.starts_with("catalogue.value")) {
    return "bundle.yaml";
  }
  if (where.starts_with("policy") || where.starts_with("catalogue.points")) return "policy.yaml";
  return where.starts_with("catalogue") ? "catalogue.yaml" : "bundle.yaml";
}

/// The golden row that `where` is about, or null.
const GoldenDoc* GoldenOf(std::string_view where, const ModelDoc& model) {
  if (!where.starts_with(kGolden)) return nullptr;
  where.remove_prefix(kGolden.size());
  std::size_t index = 0;
  std::from_chars(where.data(), where.data() + where.size(), index);
  return index < model.golden.size() ? &model.golden[index] : nullptr;
}

}  // namespace

void CheckCore(const CoreDefinition& core, const BundleDocs& docs, Diagnostics& diagnostics) {
  for (const DefinitionProblem& problem : CheckDefinition(core)) {
    if (const GoldenDoc* golden = GoldenOf(problem.where, docs.model)) {
      diagnostics.Add(golden->place, golden->path,
                      Quoted(golden->name) + ": " + problem.problem +
                          " (in billionths); mend the row or the weights");
      continue;
    }
    diagnostics.Add({FileOf(problem.where, docs.model_file), 0, 0}, problem.where, problem.problem);
  }
}

}  // namespace evenkeel::internal
