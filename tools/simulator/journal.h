#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

namespace simulator {

/// What makes a run the run it is.
struct RunId {
  std::uint64_t seed = 1;
  std::uint32_t customers = 300;
  int days = 30;
  std::string start = "2026-01-05";
  int ticks_per_day = 1;

  std::string Json() const;
  friend bool operator==(const RunId&, const RunId&) = default;
};

/// A call that had its effect, for the first and only time.
struct JournaledCall {
  int day = 0;
  std::string id;
  std::string body;
};

/// An answer to a request for approval.
struct JournaledVerdict {
  int day = 0;
  std::string id;
  bool is_yes = false;
  bool is_taken = false;
};

/// What a journal says of a run so far.
struct JournalContent {
  RunId run;
  std::vector<JournaledCall> calls;
  std::vector<JournaledVerdict> verdicts;
  int finished_days = 0;
  std::uint64_t whole_bytes = 0;  ///< Up to the last whole line.
};

/// Reads a journal; returns what is wrong with it, else an empty string.
std::string ReadJournal(const std::string& path, JournalContent* content);

/// JSON lines, on their way to the disk before Append() returns: they outlive this process, however
/// it ends. Any thread may call it.
class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  /// Begins a journal, or goes on after the first `keep` bytes of one. Returns what went wrong.
  std::string Open(const std::string& path, std::uint64_t keep);
  void Append(const std::string& line);

 private:
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
};

}  // namespace simulator
