#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel::testing {

/// What the ledger keeps for one customer.
struct LedgerState {
  struct Reminder {
    TimeMs due;
    std::string name;
    std::uint32_t repeats = 0;  ///< How often it sets itself again.
    std::int64_t period_ms = 0;

    friend auto operator<=>(const Reminder&, const Reminder&) = default;
  };

  std::int64_t balance = 0;
  std::uint64_t operations = 0;
  TimeMs last_now{0};
  std::set<Reminder> reminders;
  std::set<std::string> calls;  ///< Effects whose result is missing.
  std::string padding;

  std::string Encode() const;
  static Result<LedgerState> Decode(std::string_view bytes);
};

/// What the ledger can do to the world around it; a processor and an oracle stand behind it.
class LedgerWorld {
 public:
  virtual ~LedgerWorld() = default;
  virtual TimeMs now() const = 0;
  virtual Partition row_count() const = 0;
  /// Null if there is none and it shall not be made.
  virtual Result<LedgerState*> State(std::string_view key, bool create) = 0;
  virtual void MarkDirty(std::string_view key) = 0;
  virtual Status Delete(std::string_view key) = 0;
  virtual Status Emit(std::string_view topic, std::optional<Partition> partition,
                      std::string_view key, std::string_view value) = 0;
  virtual void DeadLetter(const LogRecord& record, std::string_view reason) = 0;
  virtual void HandOut(std::string id, std::string bytes) = 0;
  virtual void AdvanceChain(std::string_view link) = 0;
  virtual std::size_t state_bytes_max() const = 0;
};

struct LedgerTopics {
  std::string out;
  std::string transfers;  ///< An input that the ledger writes to itself.
};

/// The ledger: a plain business on purpose. A record's value is a command for its key's account:
///
///   add N           | batch N (the same, at the end of the wave) | send KEY N (through a topic)
///   remind MS       | every MS TIMES (timers)                    | call ID (an effect)
///   pad N, pad! N   (grow; with ! without asking whether it fits) | forget | huge (too large an
///   output) tick            (does nothing)                               | fail (an error of the
///   processor)
///
/// Anything else is dead-lettered.
class LedgerLogic {
 public:
  explicit LedgerLogic(LedgerTopics topics) : topics_(std::move(topics)) {}

  Status OnRecord(LedgerWorld& world, const LogRecord& record);
  Status OnTimer(LedgerWorld& world, std::string_view key, TimeMs due, std::string_view name);
  /// `event`: "KEY ID AMOUNT".
  Status OnResult(LedgerWorld& world, std::string_view event);
  Status CloseWave(LedgerWorld& world);
  void ForgetWave() { batch_.clear(); }

 private:
  struct Batched {
    std::string key;
    std::int64_t amount;
  };

  Status Apply(LedgerWorld& world, const LogRecord& record, const std::vector<std::string>& words);
  Status Grow(LedgerWorld& world, const LogRecord& record, std::size_t bytes, bool asks);
  Status Change(LedgerWorld& world, std::string_view key, std::int64_t amount,
                std::string_view why);

  LedgerTopics topics_;
  std::deque<Batched> batch_;
};

}  // namespace evenkeel::testing
