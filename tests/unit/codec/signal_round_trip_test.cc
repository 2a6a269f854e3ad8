#include <string>

#include "payload_samples.h"
#include "signal_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"
#include "evenkeel/codec/signal_types.h"

namespace evenkeel {
namespace {

using testing::AsRead;
using testing::kSampleTime;
using testing::SampleSignal;

DecodedSignal DecodeOrDie(const EncodedRecord& record) {
  SignalDecoder decoder({.clock = ClockMode::kWall});
  DecodedSignal out;
  const auto headers = HeaderViews(record);
  const auto failure = decoder.Decode(AsRead(record, headers), out);
  EXPECT_FALSE(failure.has_value()) << DecodeErrorName(failure->error) << ": " << failure->detail;
  return out;
}

/// Types whose content fits into fields.
bool IsFlat(const SignalTypeInfo& type) { return type.family < SignalFamily::kProfile; }

void ExpectSame(const Signal& in, const Signal& out) {
  EXPECT_EQ(out.id, in.id);
  EXPECT_EQ(out.source, in.source);
  EXPECT_EQ(out.type, in.type);
  EXPECT_EQ(out.family, in.family);
  EXPECT_EQ(out.customer, in.customer);
  EXPECT_EQ(out.event_time, in.event_time);
  EXPECT_EQ(out.fields, in.fields);
}

TEST(SignalRoundTrip, EveryFieldOfEveryTypeComesBack) {
  int types = 0;
  for (const SignalTypeInfo& type : SignalTypes()) {
    if (!IsFlat(type)) continue;
    ++types;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      SCOPED_TRACE(type.type + " seed " + std::to_string(seed));
      const Signal in = SampleSignal(type, seed, seed % 2 == 0);
      const auto record = EncodeSignal(in);
      ASSERT_TRUE(record.ok()) << record.status().ToString();
      ExpectSame(in, DecodeOrDie(*record).signal);
    }
  }
  EXPECT_GE(types, 25);
}

TEST(SignalRoundTrip, EqualSignalsGiveEqualBytes) {
  for (const SignalTypeInfo& type : SignalTypes()) {
    if (!IsFlat(type)) continue;
    const Signal signal = SampleSignal(type, 7, false);
    EXPECT_EQ(EncodeSignal(signal)->value, EncodeSignal(signal)->value);
  }
}

Signal CustomSignal() {
  Signal signal;
  signal.id = "1";
  signal.source = "/tests";
  signal.type = "custom.song_played";
  signal.family = SignalFamily::kCustom;
  signal.customer = CustomerId("c");
  signal.event_time = kSampleTime;
  signal.fields = {{"at", kSampleTime},
                   {"bitrate", 192.5},
                   {"genre", std::string("jazz")},
                   {"is_offline", false},
                   {"price", Money{.units = 99, .scale = 2, .currency = {{'E', 'U', 'R'}}}},
                   {"seconds", std::int64_t{0}}};
  return signal;
}

TEST(SignalRoundTrip, ACustomEventKeepsItsFieldsAndTheirKindsAlsoWhereTheyAreZero) {
  const Signal in = CustomSignal();
  const auto record = EncodeSignal(in);
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  ExpectSame(in, DecodeOrDie(*record).signal);
}

TEST(SignalRoundTrip, AnExplicitZeroIsAnotherThingThanNothing) {
  Signal signal = SampleSignal(*FindSignalType("billing.payment_attempt"), 1, false);
  signal.fields = {{"amount", Money{.units = 5, .scale = 0, .currency = {{'E', 'U', 'R'}}}},
                   {"attempt_number", std::int64_t{0}},
                   {"is_final", false},
                   {"status", std::string("failed")}};
  EXPECT_EQ(DecodeOrDie(*EncodeSignal(signal)).signal.fields, signal.fields);
}

TEST(SignalRoundTrip, TheContentHashIsOfTheFactsAlone) {
  Signal signal = SampleSignal(*FindSignalType("billing.invoice"), 3, false);
  const std::uint64_t hash = DecodeOrDie(*EncodeSignal(signal)).signal.content_hash;
  signal.id = "another";
  EXPECT_EQ(DecodeOrDie(*EncodeSignal(signal)).signal.content_hash, hash);
  signal.event_time.value += 1;
  EXPECT_NE(DecodeOrDie(*EncodeSignal(signal)).signal.content_hash, hash);
  signal.event_time.value -= 1;
  signal.fields.pop_back();
  EXPECT_NE(DecodeOrDie(*EncodeSignal(signal)).signal.content_hash, hash);
}

TEST(SignalRoundTrip, TheContentHashNeverChangesBecauseItIsStored) {
  EXPECT_EQ(DecodeOrDie(*EncodeSignal(CustomSignal())).signal.content_hash,
            17'183'403'152'756'558'436U);
}

Signal Around(std::string_view type) {
  Signal signal;
  signal.id = "id";
  signal.source = "/tests";
  signal.type = std::string(type);
  signal.customer = CustomerId("customer-1");
  signal.event_time = kSampleTime;
  return signal;
}

void ExpectPayloadComesBack(std::string_view type, const SignalPayload& payload) {
  const auto record = EncodeSignal(Around(type), payload);
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(DecodeOrDie(*record).payload, payload);
}

TEST(SignalRoundTrip, PayloadsComeBackWhole) {
  for (const auto& [type, payload] : testing::SamplePayloads())
    ExpectPayloadComesBack(type, payload);
  ExpectPayloadComesBack("profile.updated", ProfileUpdate{});
}

TEST(SignalRoundTrip, ATickHasNoCustomerAndItsOwnTime) {
  Signal around = Around("tick");
  around.customer = CustomerId();
  const TimeMs until{kSampleTime.value + 1000};
  const DecodedSignal out = DecodeOrDie(*EncodeSignal(around, Tick{until}));
  EXPECT_EQ(std::get<Tick>(out.payload).until, until);
  EXPECT_EQ(out.signal.event_time, until);
  EXPECT_TRUE(out.signal.customer.value().empty());
}

TEST(SignalEncoder, NamesWhatDoesNotFitAndWhatWould) {
  Signal signal = SampleSignal(*FindSignalType("billing.payment_attempt"), 1, false);
  for (SignalField& field : signal.fields) {
    if (field.name == "status") field.value = std::string("lost");
  }
  const Status status = EncodeSignal(signal).status();
  EXPECT_EQ(status.message(),
            "the field status of billing.payment_attempt takes one of its words: succeeded, "
            "failed, pending");
  signal.fields = {{"colour", true}};
  EXPECT_EQ(EncodeSignal(signal).status().message(),
            "signals of type billing.payment_attempt have no field colour");
  signal.fields = {};
  EXPECT_EQ(EncodeSignal(signal).status().message(),
            "signals of type billing.payment_attempt need the field amount");
  signal.type = "billing.wish";
  EXPECT_EQ(EncodeSignal(signal).status().message(), "there is no type of signal billing.wish");
}

}  // namespace
}  // namespace evenkeel
