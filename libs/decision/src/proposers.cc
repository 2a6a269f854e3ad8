#include "proposers.h"

namespace evenkeel {

const Proposer* FindProposer(std::string_view domain) {
  for (const Proposer* proposer :
       {&internal::RetentionProposerOf(), &internal::ServiceRecoveryProposerOf()}) {
    if (proposer->domain() == domain) return proposer;
  }
  return nullptr;
}

std::string_view ProposedDomains() { return "retention or service_recovery"; }

}  // namespace evenkeel
