#include "decider/bad_input_cases.h"

#include <limits>
#include <string>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/v1/usage.pb.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::string_literals::operator""s;

using Seed = BadInputSeed;

OwnedRecord Good(const Seed& seed) {
  return RecordOf(seed.world, PaymentFailed(seed.customer, seed.customer + "/1", seed.at));
}

OwnedRecord WithHeader(OwnedRecord record, std::string_view name, std::string value) {
  for (auto& [key, old] : record.headers) {
    if (key == name) {
      old = std::move(value);
      return record;
    }
  }
  record.headers.emplace_back(name, std::move(value));
  return record;
}

OwnedRecord WithValue(OwnedRecord record, std::string value) {
  record.value = std::move(value);
  return record;
}

OwnedRecord Undecodable(const Seed& seed) {
  return WithValue(Good(seed), "\xFF\x00\xFF no message at all"s);
}

OwnedRecord UnknownType(const Seed& seed) {
  return WithHeader(Good(seed), "ce_type", "com.example.parcel.lost");
}

OwnedRecord WithoutKey(const Seed& seed) {
  OwnedRecord record = Good(seed);
  record.key.reset();
  return record;
}

OwnedRecord WithEmptyKey(const Seed& seed) {
  OwnedRecord record = Good(seed);
  record.key = "";
  return record;
}

OwnedRecord WithOtherSubject(const Seed& seed) {
  return WithHeader(Good(seed), "ce_subject", "somebody-else");
}

OwnedRecord InOtherPartition(const Seed& seed) {
  OwnedRecord record = Good(seed);
  record.partition = (record.partition + 1) % seed.world.deployment.row_count;
  return record;
}

/// The same event, at another time.
OwnedRecord At(const Seed& seed, TimeMs event) {
  OwnedRecord record =
      RecordOf(seed.world, PaymentFailed(seed.customer, seed.customer + "/1", event));
  record.timestamp = seed.at;
  return record;
}

constexpr TimeMs kIn1970{1'000};
constexpr TimeMs kIn1999{941'241'600'000};
constexpr TimeMs kIn2199{7'226'582'400'000};

OwnedRecord BeforeOurTime(const Seed& seed) { return At(seed, kIn1999); }
OwnedRecord AfterTomorrow(const Seed& seed) {
  return At(seed, seed.world.bench.now().wall + std::chrono::hours(49));
}
OwnedRecord In2199(const Seed& seed) { return At(seed, kIn2199); }

OwnedRecord StampedAt(const Seed& seed, TimeMs stamp) {
  OwnedRecord record = Good(seed);
  record.timestamp = stamp;
  return record;
}
OwnedRecord Stamped1970(const Seed& seed) { return StampedAt(seed, kIn1970); }
OwnedRecord Stamped2199(const Seed& seed) { return StampedAt(seed, kIn2199); }

OwnedRecord NotANumber(const Seed& seed) {
  v1::MeteredUsage usage;
  usage.set_meter("minutes");
  usage.set_quantity(std::numeric_limits<double>::quiet_NaN());
  return WithValue(WithHeader(Good(seed), "ce_type", "evenkeel.signal.usage.metered.v1"),
                   usage.SerializeAsString());
}

constexpr std::int64_t kHalf = std::numeric_limits<std::int64_t>::max() / 2 + 1;

OwnedRecord HalfOfAllSeconds(const Seed& seed) {
  return RecordOf(seed.world, Session(seed.customer, seed.customer + "/0", seed.at, kHalf));
}
OwnedRecord OtherHalf(const Seed& seed) {
  return RecordOf(seed.world, Session(seed.customer, seed.customer + "/1", seed.at, kHalf));
}

OwnedRecord TwoMebibytes(const Seed& seed) {
  std::string bytes(2 << 20, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 7);
  return WithValue(Good(seed), std::move(bytes));
}

OwnedRecord TooMuchToKnow(const Seed& seed) {
  ProfileUpdate profile = Served(seed.at);
  for (int i = 10; i < 74; ++i) {
    profile.attributes.push_back({"attribute_" + std::to_string(i), std::string(250, 'x')});
  }
  return RecordOf(seed.world,
                  SignalOf("profile.updated", SignalFamily::kProfile, seed.customer,
                           seed.customer + "/1", seed.at),
                  profile);
}

OwnedRecord NotUtf8(const Seed& seed) {
  OwnedRecord record = Good(seed);
  const std::size_t at = record.value->find("invoice-1");
  EVENKEEL_CHECK(at != std::string::npos);
  record.value->replace(at, 2, "\xC3\x28");
  return record;
}

OwnedRecord OtherContent(const Seed& seed) {
  Signal signal = PaymentFailed(seed.customer, seed.customer + "/1", seed.at);
  signal.fields.front().value = Money{999, 2, {{'E', 'U', 'R'}}};
  return RecordOf(seed.world, signal);
}

}  // namespace

const std::vector<BadInputKind>& AllBadInput() {
  constexpr auto kWall = ClockMode::kWall;
  constexpr auto kEvent = ClockMode::kEvent;
  static const std::vector<BadInputKind> all = {
      {"bytes that are no message", "undecodable", Undecodable},
      {"a type nobody knows", "unknown_type", UnknownType},
      {"no customer", "missing_customer", WithoutKey},
      {"an empty customer", "missing_customer", WithEmptyKey},
      {"a key that is not the customer", "key_mismatch", WithOtherSubject},
      {"a partition that is not the key's", "wrong_partition", InOtherPartition},
      {"an event before 2000", "absurd_time", BeforeOurTime},
      {"an event two days ahead", "absurd_time", AfterTomorrow, {}, kWall},
      {"an event in 2199", "absurd_time", In2199},
      {"a record stamped 1970", "absurd_time", Stamped1970, {}, kEvent},
      {"a record stamped 2199", "absurd_time", Stamped2199, {}, kEvent},
      {"a number that is none", "not_finite", NotANumber},
      {"a sum that overflows", "sum_overflow", OtherHalf, HalfOfAllSeconds},
      {"a record of 2 MiB", "too_large", TwoMebibytes},
      {"more than a state may hold", "state_too_large", TooMuchToKnow},
      {"text that is not UTF-8", "invalid_utf8", NotUtf8},
      {"a known id with other content", "id_reused", OtherContent, Good},
  };
  return all;
}

}  // namespace evenkeel::testing
