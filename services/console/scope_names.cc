#include "console/scope_names.h"

#include <utility>

#include "evenkeel/decision/proposer.h"

namespace evenkeel {
namespace {

constexpr std::size_t kPageRecords = 16;

}  // namespace

ScopeNames::ScopeNames(LogAccess& log, std::string bundles_topic,
                       const std::vector<std::string>& channels)
    : log_(log), where_{std::move(bundles_topic), 0}, zones_(TimeZoneDatabase::Open()) {
  names_["channel"].insert(channels.begin(), channels.end());
  if (!zones_.ok()) return;
  BundleShelf::Options options;
  options.allow_unsigned = true;
  shelf_ = std::make_unique<BundleShelf>(*zones_, std::move(options));
}

Status ScopeNames::Refresh() {
  while (shelf_ != nullptr) {
    EVENKEEL_ASSIGN_OR_RETURN(const ReadPage page, log_.Read(where_, next_, kPageRecords));
    next_ = page.next;
    for (const OwnedRecord& record : page.records) {
      // What is wrong with a bundle its deciders say.
      shelf_->Apply(record.key.value_or(""), record.value).IgnoreError();
      if (shelf_->active() == learnt_) continue;
      learnt_ = shelf_->active();
      if (learnt_ != nullptr) Learn(*learnt_);
    }
    if (page.at_end) break;
  }
  return {};
}

void ScopeNames::Learn(const Bundle& bundle) {
  const Catalogue& catalogue = bundle.core().catalogue;
  for (const ActionDefinition& action : catalogue.actions) {
    names_["action"].insert(action.name);
    names_["domain"].insert(action.domain);
  }
  for (const DecisionPointDefinition& point : catalogue.points) {
    names_["domain"].insert(point.domains.begin(), point.domains.end());
  }
  for (const std::string& domain : names_["domain"]) {
    const Proposer* proposer = FindProposer(domain);
    if (proposer != nullptr) names_["proposer"].emplace(proposer->identity());
  }
}

std::string ScopeNames::Complaint(std::string_view kind, std::string_view name) const {
  const auto known = names_.find(kind);
  if (known == names_.end()) return {};
  std::string there;
  for (const std::string& each : known->second) {
    if (each == name || (kind == "proposer" && IsProposer(name, each))) return {};
    there += (there.empty() ? "" : ", ") + each;
  }
  return "there is no " + std::string(kind) + " \"" + std::string(name) + "\"; there are: " + there;
}

}  // namespace evenkeel
