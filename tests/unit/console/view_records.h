#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/views.h"

#include "evenkeel/model/signal_payload.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/decisions.pb.h"
#include "evenkeel/v1/receipts.pb.h"

namespace evenkeel::testing {

inline constexpr std::int64_t kTestTime = 1'709'629'200'000;  // 2024-03-05T09:00:00Z
inline constexpr std::int64_t kTestDay = 24LL * 3600 * 1000;
inline constexpr Partition kTestRows = 2;

/// Tells ids of one kind apart: 32 hexadecimal digits.
std::string IdOf(char kind, int number);

/// The n-th customer whose partition is `row`.
std::string CustomerOf(Partition row, int n = 0);

/// A log that a view reads, in memory: topics of two partitions.
class ViewLog {
 public:
  struct Stored {
    std::size_t source = 0;
    Partition partition = 0;
    Offset offset = 0;
    std::int64_t time_ms = 0;
    std::string key;
    std::string value;
    std::vector<std::pair<std::string, std::string>> headers;
  };

  struct DecisionSpec {
    int number = 0;
    std::string customer;
    std::int64_t time_ms = kTestTime;
    std::string action = "NO_ACTION";
    v1::DecisionVerdict verdict = v1::DECISION_VERDICT_NO_ACTION;
    std::string action_id = {};
    std::string approval_id = {};
  };

  static std::vector<ViewSource> Sources();

  void AddDecision(const DecisionSpec& spec);
  void AddAction(int number, const std::string& customer, std::int64_t time_ms = kTestTime);
  void AddActionDeadLetter(int number, const std::string& customer,
                           std::int64_t time_ms = kTestTime);
  void AddReceipt(int number, const std::string& customer, ReceiptStatus status,
                  std::int64_t time_ms = kTestTime);
  void AddRequest(const v1::ApprovalRequest& request);
  void AddVerdict(const Verdict& verdict, const std::string& customer);
  void AddControl(const std::string& key, const std::string& value);
  void AddTick(Partition partition, std::int64_t time_ms);
  /// Bytes that nobody understands.
  void AddGarbage(ViewTopic topic);

  const std::vector<Stored>& records() const { return records_; }

  /// Open, about `customer`, until an hour after the test's time.
  static v1::ApprovalRequest Request(int number, const std::string& customer);

 private:
  void Add(ViewTopic topic, const std::string& key, std::string value, std::int64_t time_ms,
           std::vector<std::pair<std::string, std::string>> headers = {});
  void AddTo(ViewTopic topic, Partition partition, const std::string& key, std::string value,
             std::int64_t time_ms, std::vector<std::pair<std::string, std::string>> headers);

  std::vector<Stored> records_;
};

/// Hands `records` to `views`, `batch` at a time.
Status Feed(Views& views, const std::vector<ViewLog::Stored>& records, std::size_t batch = 3);

/// Every row of the view but positions.
std::vector<std::pair<std::string, std::string>> RowsOf(const Views& views);

}  // namespace evenkeel::testing
