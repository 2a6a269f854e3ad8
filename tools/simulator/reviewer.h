#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "door.h"
#include "journal.h"

namespace simulator {

/// The person whom the company asks before it gives money: calls of the approval service as JSON
/// over HTTP. Which request gets which answer follows from the seed and the request's id.
class Reviewer {
 public:
  struct Options {
    std::string url;          ///< Of the service, without a method. Empty: there is nobody.
    std::string tokens_file;  ///< `name:token` a line; may come to be after the start.
    std::string name = "approver";
    double yes = 0;  ///< Shares of the requests; the rest is never answered.
    double no = 0;
    std::uint64_t seed = 1;
    std::string port_file;
    std::chrono::milliseconds patience{120'000};
  };
  struct Counts {
    std::int64_t yes = 0;
    std::int64_t no = 0;
    std::int64_t refused = 0;  ///< An answer that was not taken.
  };

  Reviewer(Options options, Journal* journal);

  /// What is wrong with the options, or an empty string.
  std::string Check() const;
  /// As if this answer of a finished or broken-off run had just been given.
  void Remember(const JournaledVerdict& verdict);
  /// Answers what is open and has to be; `given`: how many were. Returns what went wrong, or an
  /// empty string. A request is asked for again with the same request id: it counts once.
  std::string Turn(int day, int* given);
  /// The answers of a day that were taken, sorted by id.
  std::vector<JournaledVerdict> Of(int day) const;

  const Counts& counts() const { return counts_; }
  std::int64_t retries() const;

 private:
  struct Request {
    std::string id;
    std::string digest;  ///< As it was shown: base64.
  };

  Door DoorOf(const std::string& method) const;
  std::string Token() const;
  std::string Open(std::vector<Request>* open);
  std::string Answer(const Request& request, bool is_yes, int day);

  const Options options_;
  Journal* const journal_;
  Door list_;
  Door approve_;
  Door reject_;
  std::map<std::string, JournaledVerdict> answered_;  // By the request's id.
  Counts counts_;
};

}  // namespace simulator
