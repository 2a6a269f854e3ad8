// The demo's mapping on lines of the simulator, one of each kind, into records and back.

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

const TimeZoneDatabase& Zones() {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  return kZones;
}

/// The rows of the sample by the line's event, mapped.
std::map<std::string, MappedRow> MapSample(const Bundle& bundle, const std::string& path) {
  const std::unique_ptr<ByteSource> bytes = OpenFile(path).value();
  SignalReader reader(*bundle.FindSource("simulator"), *bytes, "simulator.jsonl", "abc");
  std::map<std::string, MappedRow> rows;
  MappedRow row;
  while (reader.Next(row).value()) {
    const std::size_t at = row.raw.find("\"event\":\"") + 9;
    rows[std::string(row.raw.substr(at, row.raw.find('"', at) - at)) + "/" + row.signal.id] = row;
  }
  return rows;
}

class DemoMappingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bundle_ = Bundle::LoadDirectory(EVENKEEL_SOURCE_DIR "/deploy/bundles/demo", Zones()).value();
    rows_ = MapSample(*bundle_, EVENKEEL_SOURCE_DIR "/tests/unit/bundle/testdata/simulator.jsonl");
  }
  const Signal& Row(const std::string& key) const { return rows_.at(key).signal; }

  std::shared_ptr<const Bundle> bundle_;
  std::map<std::string, MappedRow> rows_;
};

TEST_F(DemoMappingTest, MapsEveryKindOfLine) {
  EXPECT_EQ(rows_.size(), 23U);
  for (const auto& [key, row] : rows_) {
    EXPECT_EQ(row.kind, MappedRow::Kind::kSignal) << key << ": " << row.detail;
  }
}

TEST_F(DemoMappingTest, ComesBackFromItsRecords) {
  SignalDecoder decoder({.clock = ClockMode::kEvent});
  for (const auto& [key, row] : rows_) {
    const Result<EncodedRecord> record = EncodeSignal(row.signal, row.payload);
    ASSERT_TRUE(record.ok()) << key << ": " << record.status().message();
    const std::vector<RecordHeader> headers = HeaderViews(*record);
    DecodedSignal decoded;
    const auto failure = decoder.Decode({.timestamp = row.signal.event_time,
                                         .key = record->key,
                                         .value = record->value,
                                         .headers = headers},
                                        decoded);
    ASSERT_FALSE(failure) << key << ": " << failure->detail;
    EXPECT_EQ(decoded.signal.type, row.signal.type) << key;
    EXPECT_EQ(decoded.signal.customer, row.signal.customer) << key;
    EXPECT_EQ(decoded.signal.event_time, row.signal.event_time) << key;
    // Of what has a payload, the decoder shows the flat parts as fields too.
    if (row.payload.index() == 0) {
      EXPECT_EQ(decoded.signal.fields, row.signal.fields) << key;
    }
    EXPECT_EQ(decoded.payload, row.payload) << key;
  }
}

TEST_F(DemoMappingTest, KeepsWhatTheLineSays) {
  const Signal& failed = Row("payment_attempt/C000002-17");
  EXPECT_EQ(failed.source, "urn:demo:billing");
  EXPECT_EQ(failed.event_time.value, 1770002292675);
  EXPECT_EQ(std::get<std::string>(*failed.Find("failure")), "expired");
  EXPECT_EQ(std::get<Money>(*failed.Find("amount")), (Money{1299, 2, {{'E', 'U', 'R'}}}));
  // 19.4 minutes.
  EXPECT_EQ(std::get<std::int64_t>(*Row("session/C001018-2").Find("duration_s")), 1164);
  // 4.5 hours.
  EXPECT_EQ(std::get<std::int64_t>(*Row("ticket_resolved/C000270-5").Find("handle_time_s")), 16200);
  EXPECT_EQ(std::get<std::string>(*Row("plan_changed/C002875-2").Find("direction")), "downgrade");
  EXPECT_EQ(std::get<bool>(*Row("subscription_ended/C002944-3").Find("is_voluntary")), true);
  // 2026-01-19, the start of the day in UTC.
  EXPECT_EQ(std::get<TimeMs>(*Row("invoice_issued/C002556-2").Find("due_time_ms")).value,
            1768780800000);
}

TEST_F(DemoMappingTest, KeepsConsentsApartByPurposeAndChannel) {
  const ProfileUpdate& profile = std::get<ProfileUpdate>(rows_.at("profile/C002706-1").payload);
  EXPECT_EQ(profile.time_zone, "Asia/Kolkata");
  EXPECT_EQ(profile.segment, "consumer");
  ASSERT_EQ(profile.consents.size(), 5U);
  EXPECT_EQ(profile.consents[0].purpose, "marketing");
  EXPECT_EQ(profile.consents[0].channel, "email");
  EXPECT_EQ(profile.consents[4].purpose, "service");
  EXPECT_EQ(profile.consents[4].channel, "");
  EXPECT_EQ(profile.consents[4].state, ConsentState::kGranted);
}

}  // namespace
}  // namespace evenkeel
