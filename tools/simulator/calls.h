#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dealings.h"
#include "journal.h"
#include "reaction_parameters.h"
#include "webhook.h"

namespace simulator {

/// An action as a call brought it.
struct Arrival {
  std::uint32_t customer = 0;
  std::string action;  ///< Its name in the catalogue.
  Treatment treatment;
};

/// Reads the body of a call ({"type", "timestamp", "data": an approved action}); returns what is
/// wrong with it, else an empty string.
std::string ReadCall(const ReactionParameters& parameters, std::uint32_t customers,
                     const std::string& id, const std::string& body, Arrival* arrival);

struct CallAnswer {
  int status = 200;
  std::string body;
  bool is_replayed = false;
  bool is_slow = false;  ///< To be sent after a while.
};

/// What to do with calls: once per id, whatever happens on the way. Any thread may call it.
class Calls {
 public:
  /// Shares of attempts, drawn from (seed, id, attempt): a run repeats, whatever the order of
  /// calls.
  struct Trouble {
    double fails = 0;  ///< 500, nothing was done.
    double busy = 0;   ///< 429 with Retry-After, nothing was done.
    double slow = 0;
    std::uint64_t seed = 1;
  };
  struct Counts {
    std::int64_t applied = 0;
    std::int64_t repeats = 0;    ///< The same id and body again: no second effect.
    std::int64_t conflicts = 0;  ///< The same id with another body: 409.
    std::int64_t refused = 0;    ///< No good signature: 401.
    std::int64_t unreadable = 0;
    std::int64_t failed = 0;   ///< By Trouble.
    std::int64_t unknown = 0;  ///< Of those applied: an action that the world knows nothing of.
    std::map<std::string, std::int64_t> by_action;
  };

  Calls(std::vector<std::string> secrets, ReactionParameters parameters, std::uint32_t customers,
        Trouble trouble, Journal* journal)
      : secrets_(std::move(secrets)),
        parameters_(parameters),
        customers_(customers),
        trouble_(trouble),
        journal_(journal) {}

  /// As if this call of a finished or broken-off run had just come.
  void Remember(const JournaledCall& call);

  CallAnswer Take(const CallHeaders& headers, const std::string& body);

  /// Ends the day: what came in it, sorted by id. Calls from now on belong to the next one.
  std::vector<JournaledCall> EndDay();

  Counts counts() const;

 private:
  CallAnswer Verified(const std::string& id, const std::string& body, Arrival* arrival);
  void Note(std::string_view outcome, int status, const std::string& id, const std::string& digest,
            const std::string* body = nullptr);

  const std::vector<std::string> secrets_;
  const ReactionParameters parameters_;
  const std::uint32_t customers_;
  const Trouble trouble_;
  Journal* const journal_;

  mutable std::mutex mutex_;
  int day_ = 0;
  std::map<std::string, std::string> applied_;  // Id to the digest of the body.
  std::map<std::string, int> attempts_;
  std::vector<JournaledCall> today_;
  Counts counts_;
};

}  // namespace simulator
