#include "evenkeel/customer_fold.h"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/log/sim_log.h"
#include "evenkeel/record_pages.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kTopic = "evenkeel.decider.changelog.v1";
constexpr std::string_view kFile =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,71053,LANTERN,7,2010-12-01 08:26:00,0.001,17850.0,United Kingdom\n"
    "C536379,D,Discount,-1,2010-12-02 09:41:00,27.5,17850.0,United Kingdom\n"
    "536370,22728,CLOCK,1,2010-12-01 08:45:00,3.75,12583.0,France\n";
constexpr TimeMs kEnd{1'291'300'000'000};  // 2010-12-02.

/// A changelog in memory, written as a decider does: layout, states, commit record.
class CustomerFoldTest : public ::testing::Test {
 protected:
  CustomerFoldTest() : log_(OpenLogAccess(sim_, "evenkeel.", kTopic, 5s)) {
    EXPECT_TRUE(sim_.CreateTopic({.name = kTopic, .partitions = 2, .compacted = true}, 1s).ok());
    const TimeZoneDatabase zones = TimeZoneDatabase::Open().value();
    const auto bundle =
        Bundle::LoadDirectory(EVENKEEL_SOURCE_DIR "/deploy/bundles/online_retail", zones).value();
    core_ = DecisionCore::Create(bundle->core(), {}).value();
    MemorySource bytes(kFile);
    SignalReader rows(bundle->sources().at(0), bytes, "four.csv", "digest");
    MappedRow row;
    FeatureUpdate scratch;
    while (rows.Next(row).value()) {
      CustomerState& state =
          states_.try_emplace(row.signal.customer.value(), core_->NewState()).first->second;
      const Observed observed =
          core_->Observe(state, row.signal, row.payload, row.signal.event_time, scratch);
      EXPECT_EQ(observed.kind, ObservedKind::kApplied) << observed.problem.message;
    }
  }

  void Append(Partition row, std::string key, std::optional<std::string> value) {
    records_.push_back(
        {.topic = kTopic, .partition = row, .key = std::move(key), .value = std::move(value)});
  }
  void AppendLayout(Partition row) {
    Append(row, LayoutKey(core_->layout().id), EncodeLayout(core_->layout()));
  }
  void AppendState(Partition row, const std::string& customer, const CustomerState& state) {
    std::string value;
    BeginStateValue(state.layout_id, value);
    state.EncodeTo(core_->layout(), value);
    Append(row, EntryKey(EntryKind::kState, customer), value);
  }
  void AppendCommit(Partition row, TimeMs as_of) {
    Append(row, EntryKey(EntryKind::kCommit, ""),
           EncodeCommitRecord(
               {.changelog_topic = kTopic, .row = row, .row_count = 2, .as_of = as_of}));
  }

  /// Writes what was appended in one transaction, and folds all there is.
  CustomerFold Fold() {
    EXPECT_TRUE(log_->Load("writer", std::exchange(records_, {}), ++loads_).ok());
    CustomerFold fold;
    for (Partition row = 0; row < 2; ++row) {
      const Status read = ForEachRecord(*log_, {kTopic, row}, [&](const OwnedRecord& record) {
        const Status taken = fold.Take(row, *record.key, record.value);
        EXPECT_TRUE(taken.ok()) << taken.ToString();
        return taken.ok();
      });
      EXPECT_TRUE(read.ok()) << read.ToString();
    }
    return fold;
  }
  nlohmann::ordered_json Describe(const CustomerFold& fold, const std::string& customer,
                                  std::optional<TimeMs> at = std::nullopt) {
    auto json = fold.Describe(customer, fold.entries().at(customer), *core_, at);
    EXPECT_TRUE(json.ok()) << json.status().ToString();
    return json.ok() ? *json : nlohmann::ordered_json();
  }

  SimLog sim_;
  std::unique_ptr<LogAccess> log_;
  std::shared_ptr<const DecisionCore> core_;
  std::map<std::string, CustomerState> states_;
  std::vector<OwnedRecord> records_;
  std::int64_t loads_ = 0;
};

TEST_F(CustomerFoldTest, DescribesACustomerToTheThousandth) {
  AppendLayout(0);
  AppendState(0, "17850", states_.at("17850"));
  AppendCommit(0, kEnd);
  const auto json = Describe(Fold(), "17850");
  EXPECT_EQ(json["features"]["spend"], "-12.193");
  EXPECT_EQ(json["features"]["lines"], 3);
  EXPECT_EQ(json["features"]["cancellations"], 1);
  EXPECT_EQ(json["features"]["country"], "United Kingdom");
  EXPECT_EQ(json["signals"]["applied"], 3);
  EXPECT_EQ(json["at_time_ms"], kEnd.value);
  EXPECT_THAT(json["timers"].dump(), HasSubstr("decide:monthly_review"));
}

TEST_F(CustomerFoldTest, GivesValuesAsOfTheLastCommitOrOfAnotherTime) {
  AppendLayout(1);
  AppendState(1, "12583", states_.at("12583"));
  AppendCommit(1, kEnd);
  const CustomerFold fold = Fold();
  EXPECT_EQ(Describe(fold, "12583")["features"]["spend_90d"], "3.750");
  EXPECT_EQ(Describe(fold, "12583")["features"]["last_cancellation"], nullptr);
  const TimeMs year_on{kEnd.value + 365LL * 24 * 3600 * 1000};
  EXPECT_EQ(Describe(fold, "12583", year_on)["features"]["spend_90d"], "0.000");
  EXPECT_EQ(Describe(fold, "12583", year_on)["features"]["spend"], "3.750");
}

TEST_F(CustomerFoldTest, KeepsTheLastValueOfEveryKey) {
  AppendLayout(0);
  AppendState(0, "17850", states_.at("12583"));
  AppendState(0, "gone", states_.at("12583"));
  AppendCommit(0, TimeMs{kEnd.value - 1});
  Append(0, GapKey({.topic = "t"}), EncodeGap({.topic = "t", .from = 1, .to = 2}));
  (void)Fold();
  AppendState(0, "17850", states_.at("17850"));
  Append(0, EntryKey(EntryKind::kState, "gone"), std::nullopt);
  AppendCommit(0, kEnd);
  const CustomerFold fold = Fold();
  ASSERT_EQ(fold.entries().size(), 1U);
  EXPECT_EQ(fold.as_of(0), kEnd);
  EXPECT_EQ(Describe(fold, "17850")["features"]["lines"], 3);
}

TEST_F(CustomerFoldTest, TheDigestIsOfTheStatesAlone) {
  AppendLayout(0);
  AppendState(0, "17850", states_.at("17850"));
  AppendState(0, "12583", states_.at("12583"));
  const std::string one = ToHex(Fold().Digest());
  AppendState(0, "12583", states_.at("17850"));
  EXPECT_NE(ToHex(Fold().Digest()), one);
  AppendState(0, "12583", states_.at("12583"));
  AppendCommit(0, kEnd);
  EXPECT_EQ(ToHex(Fold().Digest()), one);
  Append(0, EntryKey(EntryKind::kState, "12583"), std::nullopt);
  AppendLayout(1);
  AppendState(1, "12583", states_.at("12583"));
  EXPECT_EQ(ToHex(Fold().Digest()), one);
  AppendState(1, "12584", states_.at("12583"));
  EXPECT_NE(ToHex(Fold().Digest()), one);
}

TEST_F(CustomerFoldTest, RefusesWhatNoDeciderWrote) {
  CustomerFold fold;
  EXPECT_EQ(fold.Take(0, "", "x").code(), StatusCode::kDataLoss);
  EXPECT_EQ(fold.Take(0, "?", "x").code(), StatusCode::kDataLoss);
  EXPECT_EQ(fold.Take(0, "C", std::nullopt).code(), StatusCode::kDataLoss);
  EXPECT_FALSE(fold.Take(0, LayoutKey(7), "x").ok());
  ASSERT_TRUE(fold.Take(0, EntryKey(EntryKind::kState, "ada"), "x").ok());
  EXPECT_EQ(fold.Describe("ada", fold.entries().at("ada"), *core_, kEnd).status().code(),
            StatusCode::kDataLoss);
}

}  // namespace
}  // namespace evenkeel
