#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "signal_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"
#include "evenkeel/codec/signal_types.h"

namespace evenkeel {
namespace {

using testing::AsRead;
using testing::kSampleTime;
using testing::SampleSignal;

constexpr std::int32_t kPartitions = 8;

/// A record that is right, to be spoiled in one respect.
struct Spoilt {
  EncodedRecord record;
  bool has_key = true;
  bool has_value = true;
  std::int32_t partition_shift = 0;
  TimeMs timestamp = kSampleTime;
  ClockMode clock = ClockMode::kWall;

  void Set(std::string_view name, std::string_view value) {
    for (auto& [header, content] : record.headers) {
      if (header == name) content = value;
    }
  }
  void Drop(std::string_view name) {
    std::erase_if(record.headers, [name](const auto& header) { return header.first == name; });
  }
  void Json(std::string json) {
    Set("content-type", "application/json");
    record.value = std::move(json);
  }
};

Spoilt Right(std::string_view type = "usage.metered") {
  const Signal signal = SampleSignal(*FindSignalType(type), 5, false);
  return {.record = *EncodeSignal(signal)};
}

std::optional<DecodeFailure> Decode(const Spoilt& spoilt, DecodedSignal& out) {
  SignalDecoder decoder({.clock = spoilt.clock, .partition_count = kPartitions});
  const auto headers = HeaderViews(spoilt.record);
  RecordView view = AsRead(spoilt.record, headers);
  view.partition =
      (PartitionOf(spoilt.record.key, kPartitions) + spoilt.partition_shift) % kPartitions;
  view.timestamp = spoilt.timestamp;
  if (!spoilt.has_key) view.key.reset();
  if (!spoilt.has_value) view.value.reset();
  return decoder.Decode(view, out);
}

struct Case {
  const char* what;
  DecodeError error;
  std::function<void(Spoilt&)> spoil;
};

std::string Tagged(std::uint32_t number, std::uint32_t wire_type, std::string_view rest) {
  std::string bytes;
  for (std::uint32_t tag = number << 3 | wire_type;; tag >>= 7) {
    if (tag < 0x80) {
      bytes.push_back(static_cast<char>(tag));
      break;
    }
    bytes.push_back(static_cast<char>(tag | 0x80));
  }
  return bytes.append(rest);
}

std::string Fixed64(double value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::vector<Case> EnvelopeCases() {
  return {
      {"no id", DecodeError::kMissingId, [](Spoilt& s) { s.Drop("ce_id"); }},
      {"empty id", DecodeError::kMissingId, [](Spoilt& s) { s.Set("ce_id", ""); }},
      {"no source", DecodeError::kMissingSource, [](Spoilt& s) { s.Drop("ce_source"); }},
      {"no type", DecodeError::kMissingType, [](Spoilt& s) { s.Drop("ce_type"); }},
      {"no headers at all", DecodeError::kMissingType, [](Spoilt& s) { s.record.headers.clear(); }},
      {"unknown type", DecodeError::kUnknownType,
       [](Spoilt& s) { s.Set("ce_type", "com.example.billing.v1"); }},
      {"another version of CloudEvents", DecodeError::kBadEnvelope,
       [](Spoilt& s) { s.Set("ce_specversion", "0.3"); }},
      {"no version of CloudEvents", DecodeError::kBadEnvelope,
       [](Spoilt& s) { s.Drop("ce_specversion"); }},
      {"XML", DecodeError::kUnsupportedContentType,
       [](Spoilt& s) { s.Set("content-type", "application/xml"); }},
      {"no content type", DecodeError::kUnsupportedContentType,
       [](Spoilt& s) { s.Drop("content-type"); }},
      {"structured protobuf", DecodeError::kUnsupportedContentType,
       [](Spoilt& s) { s.Set("content-type", "application/cloudevents+protobuf"); }},
      {"tombstone", DecodeError::kMissingData, [](Spoilt& s) { s.has_value = false; }},
      {"id that is not UTF-8", DecodeError::kInvalidUtf8,
       [](Spoilt& s) { s.Set("ce_id", "\xC0\x80"); }},
      {"an id of 2000 bytes", DecodeError::kTooLarge,
       [](Spoilt& s) { s.Set("ce_id", std::string(2000, 'x')); }},
      {"a record of 2 MiB", DecodeError::kTooLarge,
       [](Spoilt& s) { s.record.value.resize(std::size_t{2} << 20); }},
      {"no customer", DecodeError::kMissingCustomer, [](Spoilt& s) { s.has_key = false; }},
      {"empty customer", DecodeError::kMissingCustomer, [](Spoilt& s) { s.record.key.clear(); }},
      {"customer of 257 bytes", DecodeError::kBadCustomer,
       [](Spoilt& s) { s.record.key = std::string(257, 'c'); }},
      {"customer with a line feed", DecodeError::kBadCustomer,
       [](Spoilt& s) { s.record.key = "a\nb"; }},
      {"customer that is not UTF-8", DecodeError::kInvalidUtf8,
       [](Spoilt& s) { s.record.key = "\xED\xA0\x80"; }},
      {"subject of another customer", DecodeError::kKeyMismatch,
       [](Spoilt& s) { s.record.headers.emplace_back("ce_subject", "somebody else"); }},
      {"wrong partition", DecodeError::kWrongPartition, [](Spoilt& s) { s.partition_shift = 1; }},
  };
}

std::vector<Case> TimeCases() {
  constexpr std::int64_t kDayMs = 86'400'000;
  return {
      {"a time in prose", DecodeError::kBadTime, [](Spoilt& s) { s.Set("ce_time", "yesterday"); }},
      {"the 30th of February", DecodeError::kBadTime,
       [](Spoilt& s) { s.Set("ce_time", "2026-02-30T00:00:00Z"); }},
      {"a time without a zone", DecodeError::kBadTime,
       [](Spoilt& s) { s.Set("ce_time", "2026-02-20T00:00:00"); }},
      {"1999", DecodeError::kAbsurdTime,
       [](Spoilt& s) { s.Set("ce_time", "1999-12-31T23:59:59Z"); }},
      {"more than a day after it was stored", DecodeError::kAbsurdTime,
       [](Spoilt& s) { s.timestamp = TimeMs{kSampleTime.value - kDayMs - 1}; }},
      {"2100 under the event clock", DecodeError::kAbsurdTime,
       [](Spoilt& s) {
         s.clock = ClockMode::kEvent;
         s.Set("ce_time", "2100-01-01T00:00:00Z");
       }},
      {"a record of 2100 under the event clock", DecodeError::kAbsurdTime,
       [](Spoilt& s) {
         s.clock = ClockMode::kEvent;
         s.timestamp = TimeMs{4'102'444'800'000};
       }},
  };
}

std::vector<Case> DataCases() {
  return {
      {"noise", DecodeError::kUndecodable, [](Spoilt& s) { s.record.value = "\xFF\xFF\xFF"; }},
      {"a cut message", DecodeError::kUndecodable, [](Spoilt& s) { s.record.value.pop_back(); }},
      {"a cut framing", DecodeError::kBadFraming,
       [](Spoilt& s) { s.record.value = std::string("\0\0\0", 3); }},
      {"NaN", DecodeError::kNotFinite,
       [](Spoilt& s) {
         s.record.value += Tagged(2, 1, Fixed64(std::numeric_limits<double>::quiet_NaN()));
       }},
      {"infinity", DecodeError::kNotFinite,
       [](Spoilt& s) {
         s.record.value += Tagged(2, 1, Fixed64(std::numeric_limits<double>::infinity()));
       }},
      {"a number beyond its type", DecodeError::kNumberOverflow,
       [](Spoilt& s) { s.record.value += Tagged(7, 0, "\xFF\xFF\xFF\xFF\x7F"); }},
      {"a moment beyond all calendars", DecodeError::kAbsurdTime,
       [](Spoilt& s) { s.record.value += Tagged(4, 0, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"); }},
      {"a text that is not UTF-8", DecodeError::kInvalidUtf8,
       [](Spoilt& s) { s.record.value += Tagged(3, 2, "\x02\xC3\x28"); }},
      {"a text of 5000 bytes", DecodeError::kTooLarge,
       [](Spoilt& s) { s.record.value += Tagged(3, 2, "\x88\x27" + std::string(5000, 'x')); }},
      {"groups in groups", DecodeError::kTooDeep,
       [](Spoilt& s) {
         for (int i = 0; i < 40; ++i) s.record.value += Tagged(1000, 3, "");
       }},
      {"no required field", DecodeError::kMissingField, [](Spoilt& s) { s.record.value.clear(); }},
      {"half of JSON", DecodeError::kUndecodable, [](Spoilt& s) { s.Json("{\"meter\":"); }},
      {"JSON that is a list", DecodeError::kUndecodable, [](Spoilt& s) { s.Json("[1]"); }},
      {"JSON with a word for a number", DecodeError::kUndecodable,
       [](Spoilt& s) { s.Json(R"({"meter":"m","quantity":"many"})"); }},
      {"JSON with a count beyond its type", DecodeError::kNumberOverflow,
       [](Spoilt& s) { s.Json(R"({"meter":"m","quantity":1,"activeDays":99999999999})"); }},
      {"JSON with a moment beyond 64 bits", DecodeError::kNumberOverflow,
       [](Spoilt& s) {
         s.Json(R"({"meter":"m","quantity":1,"periodEndTimeMs":"99999999999999999999"})");
       }},
      {"JSON with 1e400", DecodeError::kNumberOverflow,
       [](Spoilt& s) { s.Json(R"({"meter":"m","quantity":1e400})"); }},
      {"JSON with half a day", DecodeError::kUndecodable,
       [](Spoilt& s) { s.Json(R"({"meter":"m","quantity":1,"activeDays":0.5})"); }},
      {"JSON with NaN", DecodeError::kNotFinite,
       [](Spoilt& s) { s.Json(R"({"meter":"m","quantity":"NaN"})"); }},
      {"JSON that is not UTF-8", DecodeError::kInvalidUtf8,
       [](Spoilt& s) { s.Json("{\"meter\":\"\xFF\",\"quantity\":1}"); }},
      {"JSON in JSON", DecodeError::kTooDeep, [](Spoilt& s) { s.Json(std::string(100'000, '[')); }},
      {"structured without data", DecodeError::kMissingData,
       [](Spoilt& s) {
         s.Set("content-type", "application/cloudevents+json");
         s.record.value = R"({"specversion":"1.0","id":"1","source":"/s","type":"t"})";
       }},
      {"structured that is no JSON", DecodeError::kUndecodable,
       [](Spoilt& s) {
         s.Set("content-type", "application/cloudevents+json; charset=utf-8");
         s.record.value = "hello";
       }},
  };
}

class BadBytes : public ::testing::TestWithParam<Case> {};

TEST_P(BadBytes, HaveAReasonOfTheirOwn) {
  Spoilt spoilt = Right();
  DecodedSignal out;
  ASSERT_FALSE(Decode(spoilt, out).has_value());
  GetParam().spoil(spoilt);
  const auto failure = Decode(spoilt, out);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(DecodeErrorName(failure->error), DecodeErrorName(GetParam().error)) << failure->detail;
  EXPECT_FALSE(failure->detail.empty());
  EXPECT_EQ(failure->detail.find("customer-5"), std::string::npos) << "a personal value";
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char c : std::string(info.param.what)) {
    name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Envelope, BadBytes, ::testing::ValuesIn(EnvelopeCases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Time, BadBytes, ::testing::ValuesIn(TimeCases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Data, BadBytes, ::testing::ValuesIn(DataCases()), NameOf);

TEST(SignalDecoder, ToleratesAndCountsWhatALaterVersionAdds) {
  Spoilt spoilt = Right("billing.payment_attempt");
  DecodedSignal out;
  spoilt.record.value += Tagged(1000, 0, "\x01") + Tagged(5, 0, "\x63");  // failure = 99
  const auto failure = Decode(spoilt, out);
  ASSERT_FALSE(failure.has_value()) << failure->detail;
  EXPECT_EQ(out.unknown_field_count, 1U);
  EXPECT_EQ(out.unknown_value_count, 1U);
  EXPECT_EQ(out.signal.Find("failure"), nullptr);
}

TEST(SignalDecoder, AVerdictMayCarryNothingUnknown) {
  Signal around;
  around.id = "1";
  around.source = "/console";
  around.type = "verdict";
  around.customer = CustomerId("c");
  around.event_time = kSampleTime;
  const std::string id(32, 'a');
  const Verdict verdict{.verdict_id = "v",
                        .approval_id = id,
                        .action_id = id,
                        .kind = VerdictKind::kApproved,
                        .approver = "ann",
                        .decided = kSampleTime};
  Spoilt right{.record = *EncodeSignal(around, verdict)};
  DecodedSignal out;
  ASSERT_FALSE(Decode(right, out).has_value());
  Spoilt field = right;
  field.record.value += Tagged(1000, 0, "\x01");
  EXPECT_EQ(Decode(field, out)->error, DecodeError::kUnknownField);
  Spoilt value = right;
  value.record.value += Tagged(6, 0, "\x09");
  EXPECT_EQ(Decode(value, out)->error, DecodeError::kUnknownValue);
  Spoilt customer = right;
  customer.record.value += Tagged(3, 2,
                                  "\x01"
                                  "d");
  EXPECT_EQ(Decode(customer, out)->error, DecodeError::kKeyMismatch);
}

TEST(SignalDecoder, TakesJsonWithEitherSpellingOfNames) {
  Spoilt spoilt = Right();
  DecodedSignal out;
  for (const char* json :
       {R"({"meter":"m","quantity":1.5,"active_days":2,"period_end_time_ms":"1795000000000"})",
        R"({"meter":"m","quantity":1.5,"activeDays":2,"periodEndTimeMs":1795000000000})"}) {
    spoilt.Json(json);
    const auto failure = Decode(spoilt, out);
    ASSERT_FALSE(failure.has_value()) << failure->detail;
    const std::vector<SignalField> wanted = {{"active_days", std::int64_t{2}},
                                             {"meter", std::string("m")},
                                             {"period_end_time_ms", TimeMs{1'795'000'000'000}},
                                             {"quantity", 1.5}};
    EXPECT_EQ(out.signal.fields, wanted);
    EXPECT_EQ(out.unknown_field_count, 0U);
  }
  spoilt.Json(R"({"meter":"m","quantity":1,"colour":"red"})");
  ASSERT_FALSE(Decode(spoilt, out).has_value());
  EXPECT_EQ(out.unknown_field_count, 1U);
}

TEST(SignalDecoder, TakesStructuredEventsWithJsonOrProtobufData) {
  Spoilt spoilt = Right();
  DecodedSignal out;
  spoilt.has_key = false;
  spoilt.record.key = "c-1";  // for the partition
  spoilt.Set("content-type", "Application/CloudEvents+json; charset=UTF-8");
  const std::string head =
      R"({"specversion":"1.0","id":"7","source":"/s","type":"evenkeel.signal.usage.metered.v1",)"
      R"("subject":"c-1","time":"2026-11-18T10:00:00.5+01:00",)";
  spoilt.record.value = head + R"("data":{"meter":"m","quantity":2}})";
  auto failure = Decode(spoilt, out);
  ASSERT_FALSE(failure.has_value()) << failure->detail;
  EXPECT_EQ(out.signal.customer.value(), "c-1");
  EXPECT_EQ(out.signal.id, "7");
  EXPECT_EQ(out.signal.event_time.value, 1'794'992'400'500);
  spoilt.record.value =
      head + R"("datacontenttype":"application/protobuf","data_base64":"CgFtEQAAAAAAAABA"})";
  failure = Decode(spoilt, out);
  ASSERT_FALSE(failure.has_value()) << failure->detail;
  EXPECT_EQ(std::get<double>(*out.signal.Find("quantity")), 2.0);
}

TEST(SignalDecoder, TakesTheFramingOfASchemaRegistryInAllItsForms) {
  const Spoilt right = Right();
  DecodedSignal out;
  using std::string_literals::operator""s;
  for (const std::string& prefix : {"\0\0\0\0\x07\0"s, "\0\0\0\0\x07\x02\0"s, "\0\0\0\0\x07\x01\0"s,
                                    "\0\0\0\0\x07\x04\x02\x02"s}) {
    Spoilt framed = right;
    framed.record.value.insert(0, prefix);
    const auto failure = Decode(framed, out);
    EXPECT_FALSE(failure.has_value()) << failure->detail;
  }
  Spoilt json = right;
  json.Json("\0\0\0\0\x07{\"meter\":\"m\",\"quantity\":1}"s);
  EXPECT_FALSE(Decode(json, out).has_value());
}

TEST(SignalDecoder, ASignalWithoutATimeHappenedWhenItWasStoredAndARepeatOfItLooksTheSame) {
  Spoilt spoilt = Right();
  spoilt.Drop("ce_time");
  DecodedSignal first;
  DecodedSignal second;
  ASSERT_FALSE(Decode(spoilt, first).has_value());
  EXPECT_EQ(first.signal.event_time, kSampleTime);
  spoilt.timestamp.value += 1000;
  ASSERT_FALSE(Decode(spoilt, second).has_value());
  EXPECT_NE(second.signal.event_time, first.signal.event_time);
  EXPECT_EQ(second.signal.content_hash, first.signal.content_hash);
}

TEST(SignalDecoder, AFailureLeavesNothingBehindThatTheNextRecordCouldSee) {
  SignalDecoder decoder({.clock = ClockMode::kWall});
  DecodedSignal reused;
  DecodedSignal fresh;
  for (const SignalTypeInfo& type : SignalTypes()) {
    if (type.family >= SignalFamily::kProfile) continue;
    EncodedRecord record = *EncodeSignal(SampleSignal(type, 11, false));
    const auto headers = HeaderViews(record);
    const std::string whole = record.value;
    record.value.pop_back();
    EXPECT_TRUE(decoder.Decode(AsRead(record, headers), reused).has_value());
    record.value = whole;
    ASSERT_FALSE(decoder.Decode(AsRead(record, headers), reused).has_value());
    ASSERT_FALSE(SignalDecoder({}).Decode(AsRead(record, headers), fresh).has_value());
    EXPECT_EQ(reused.signal.fields, fresh.signal.fields);
    EXPECT_EQ(reused.signal.content_hash, fresh.signal.content_hash);
  }
}

TEST(DecodeErrors, AreNamedAsTheContractNamesThem) {
  EXPECT_EQ(DecodeErrorName(DecodeError::kUndecodable), "undecodable");
  EXPECT_EQ(DecodeErrorName(DecodeError::kKeyMismatch), "key_mismatch");
  EXPECT_EQ(DecodeErrorName(DecodeError::kInvalidUtf8), "invalid_utf8");
  EXPECT_EQ(DecodeErrorName(DecodeError::kUnknownValue), "unknown_value");
}

}  // namespace
}  // namespace evenkeel
