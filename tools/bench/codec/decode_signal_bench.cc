// How long it takes to decode a signal, by form. Run with --benchmark_format=json for figures.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "evenkeel/base/check.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

constexpr TimeMs kTime{1'795'000'000'000};

Signal PaymentAttempt() {
  Signal signal;
  signal.id = "0192f3c4-7c1b-7a52-9a3e-2f1f0c6f9d10";
  signal.source = "/billing/eu-1";
  signal.type = "billing.payment_attempt";
  signal.family = SignalFamily::kBilling;
  signal.customer = CustomerId("customer-0012345");
  signal.event_time = kTime;
  signal.fields = {{"amount", Money{.units = 1999, .scale = 2, .currency = {{'E', 'U', 'R'}}}},
                   {"attempt_number", std::int64_t{2}},
                   {"failure", std::string("insufficient_funds")},
                   {"invoice_id", std::string("in_0012345_2026_11")},
                   {"is_final", false},
                   {"method", std::string("card")},
                   {"payment_id", std::string("pay_77881234")},
                   {"status", std::string("failed")}};
  return signal;
}

void DecodeAll(benchmark::State& state, const EncodedRecord& record) {
  SignalDecoder decoder({.clock = ClockMode::kWall});
  const auto headers = HeaderViews(record);
  DecodedSignal out;
  for (auto _ : state) {
    const auto failure = decoder.Decode({.partition = 0,
                                         .timestamp = kTime,
                                         .key = record.key,
                                         .value = record.value,
                                         .headers = headers},
                                        out);
    EVENKEEL_CHECK(!failure.has_value());
    benchmark::DoNotOptimize(out.signal.content_hash);
  }
  state.SetItemsProcessed(state.iterations());
}

void DecodeProtobuf(benchmark::State& state) { DecodeAll(state, *EncodeSignal(PaymentAttempt())); }
BENCHMARK(DecodeProtobuf);

void DecodeJson(benchmark::State& state) {
  EncodedRecord record = *EncodeSignal(PaymentAttempt());
  record.value =
      R"({"paymentId":"pay_77881234","invoiceId":"in_0012345_2026_11","amount":{"units":"1999",)"
      R"("scale":2,"currency":"EUR"},"status":"PAYMENT_STATUS_FAILED",)"
      R"("failure":"PAYMENT_FAILURE_INSUFFICIENT_FUNDS","method":"card","attemptNumber":2,)"
      R"("isFinal":false})";
  for (auto& [name, value] : record.headers) {
    if (name == "content-type") value = "application/json";
  }
  DecodeAll(state, record);
}
BENCHMARK(DecodeJson);

void DecodeConsent(benchmark::State& state) {
  Signal around = PaymentAttempt();
  around.type = "profile.updated";
  around.fields.clear();
  ProfileUpdate update;
  update.consents = {{.purpose = "marketing", .channel = "email", .state = ConsentState::kGranted}};
  DecodeAll(state, *EncodeSignal(around, update));
}
BENCHMARK(DecodeConsent);

void EncodeProtobuf(benchmark::State& state) {
  const Signal signal = PaymentAttempt();
  for (auto _ : state) benchmark::DoNotOptimize(EncodeSignal(signal));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EncodeProtobuf);

}  // namespace
}  // namespace evenkeel

BENCHMARK_MAIN();
