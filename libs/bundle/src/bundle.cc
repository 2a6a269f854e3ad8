#include "evenkeel/bundle/bundle.h"

#include <algorithm>
#include <array>
#include <utility>

#include "compile.h"
#include "core_checks.h"
#include "sources_doc.h"

namespace evenkeel {
namespace {

using internal::BundleDocs;
using internal::CompileScope;
using internal::YamlNode;

constexpr std::string_view kModels = "models/";
constexpr std::array<std::string_view, 5> kFiles = {"bundle.yaml", "sources.yaml", "features.yaml",
                                                    "catalogue.yaml", "policy.yaml"};

/// Reads one file into its document. False if there is nothing to compile it by.
template <typename Doc>
bool ReadFile(const std::string& name, const BundleFiles& files, Doc& doc,
              Diagnostics& diagnostics) {
  const auto file = files.find(name);
  if (file == files.end()) {
    diagnostics.Add({name, 0, 0}, "", "the file is missing; add it");
    return false;
  }
  YamlNode root;
  if (!internal::ParseYaml(name, file->second, root, diagnostics)) return false;
  if (root.kind != YamlNode::Kind::kMap) {
    diagnostics.Add({name, 0, 0}, "", "the file holds no map; write 'key: value' lines");
    return false;
  }
  internal::Value<Doc>::Read({&root, &file->first, "", &diagnostics}, doc);
  return true;
}

/// The one model of a bundle; empty after a complaint.
std::string ModelFile(const BundleFiles& files, Diagnostics& diagnostics) {
  std::string found;
  for (const auto& [name, content] : files) {
    if (name.starts_with(kModels)) {
      if (!found.empty()) {
        diagnostics.Add({name, 0, 0}, "", "there is a model in " + found + " too; keep one");
        return found;
      }
      found = name;
    } else if (std::ranges::find(kFiles, name) == kFiles.end()) {
      const std::vector<std::string> known(kFiles.begin(), kFiles.end());
      diagnostics.Add({name, 0, 0}, "",
                      "no part of a bundle is called " + Quoted(name) + SuggestFrom(name, known));
    }
  }
  if (found.empty())
    diagnostics.Add({"models/", 0, 0}, "", "there is no model; add models/churn.yaml");
  return found;
}

bool ReadDocs(const BundleFiles& files, BundleDocs& docs, Diagnostics& diagnostics) {
  const std::string model = ModelFile(files, diagnostics);
  docs.model_file = model;
  // Every file is read, so that everything wrong shows at once.
  const bool all[] = {ReadFile("bundle.yaml", files, docs.bundle, diagnostics),
                      ReadFile("features.yaml", files, docs.features, diagnostics),
                      !model.empty() && ReadFile(model, files, docs.model, diagnostics),
                      ReadFile("catalogue.yaml", files, docs.catalogue, diagnostics),
                      ReadFile("policy.yaml", files, docs.policy, diagnostics)};
  return std::ranges::all_of(all, [](bool is_read) { return is_read; });
}

void CompileCore(const BundleDocs& docs, const TimeZoneDatabase& zones, CoreDefinition& core,
                 Diagnostics& diagnostics) {
  CompileScope scope{docs, core, diagnostics};
  core.name = docs.bundle.name->value;
  core.version = docs.bundle.version;
  core.currency = *docs.bundle.currency;
  scope.InRange(docs.bundle.format, 1, 1, docs.bundle.place, "format");
  CompileFeatures(scope);
  CompileModel(scope);
  CompileCatalogue(scope);
  CompilePolicy(scope);
  CompileTimeZones(scope, zones);
}

}  // namespace

std::shared_ptr<const Bundle> Bundle::Compile(const BundleFiles& files,
                                              const TimeZoneDatabase& zones,
                                              Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  auto bundle = std::shared_ptr<Bundle>(new Bundle());  // NOLINT: the constructor is private.
  BundleDocs docs;
  if (ReadDocs(files, docs, diagnostics)) CompileCore(docs, zones, bundle->core_, diagnostics);
  if (const auto sources = files.find("sources.yaml"); sources != files.end()) {
    bundle->sources_ = LoadSources(sources->first, sources->second, zones, diagnostics);
  }
  if (diagnostics.size() == before) internal::CheckCore(bundle->core_, docs, diagnostics);
  if (diagnostics.size() != before) return nullptr;
  bundle->core_.digest = BundleDigest(files);
  return bundle;
}

Result<std::shared_ptr<const Bundle>> Bundle::LoadDirectory(const std::string& directory,
                                                            const TimeZoneDatabase& zones) {
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ReadBundleDirectory(directory));
  Diagnostics diagnostics;
  std::shared_ptr<const Bundle> bundle = Compile(files, zones, diagnostics);
  if (bundle == nullptr) return diagnostics.ToStatus();
  return bundle;
}

const SourceMapping* Bundle::FindSource(std::string_view name) const {
  for (const SourceMapping& source : sources_) {
    if (source.name() == name) return &source;
  }
  return nullptr;
}

std::string BundleReferencePage() {
  internal::Page page;
  internal::Value<internal::BundleDoc>::Document(page);
  internal::Value<internal::SourcesDoc>::Document(page);
  internal::Value<internal::FeaturesDoc>::Document(page);
  internal::Value<internal::ModelDoc>::Document(page);
  internal::Value<internal::CatalogueDoc>::Document(page);
  internal::Value<internal::PolicyDoc>::Document(page);
  return "# Bundle reference\n\n"
         "Made from the description of the files that the loader reads by; do not edit.\n\n"
         "A bundle is a folder of YAML files. Keys that are not named here are refused. Durations "
         "are a whole number and a unit (`ms`, `s`, `min`, `h`, `d`, `w`), money is an amount and "
         "a "
         "currency (`12.50 EUR`), a percentage ends in `%`, times are ISO 8601, names are "
         "lower-case "
         "letters, digits and `_`.\n" +
         page.ToMarkdown();
}

}  // namespace evenkeel
