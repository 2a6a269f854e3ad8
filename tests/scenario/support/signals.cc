#include "support/signals.h"

#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel::testing {
namespace {

Money Euros(std::int64_t cents) { return {cents, 2, {{'E', 'U', 'R'}}}; }

}  // namespace

std::string CustomerIn(Partition row, Partition rows, const std::string& name) {
  for (int i = 0;; ++i) {
    std::string customer = name + "-" + std::to_string(i);
    if (PartitionOf(customer, rows) == row) return customer;
  }
}

Signal SignalOf(std::string type, SignalFamily family, const std::string& customer, std::string id,
                TimeMs at) {
  return {.id = std::move(id),
          .source = "urn:test",
          .type = std::move(type),
          .family = family,
          .customer = CustomerId(customer),
          .event_time = at};
}

Signal PaymentFailed(const std::string& customer, std::string id, TimeMs at) {
  Signal signal =
      SignalOf("billing.payment_attempt", SignalFamily::kBilling, customer, std::move(id), at);
  signal.fields = {{"amount", Euros(2990)},
                   {"attempt_number", std::int64_t{1}},
                   {"failure", std::string("expired")},
                   {"invoice_id", std::string("invoice-1")},
                   {"status", std::string("failed")}};
  return signal;
}

Signal Invoice(const std::string& customer, std::string id, TimeMs at) {
  Signal signal = SignalOf("billing.invoice", SignalFamily::kBilling, customer, std::move(id), at);
  signal.fields = {{"amount", Euros(2990)},
                   {"invoice_id", std::string("invoice-1")},
                   {"plan", std::string("monthly")}};
  return signal;
}

Signal Session(const std::string& customer, std::string id, TimeMs at, std::int64_t seconds) {
  Signal signal = SignalOf("usage.session", SignalFamily::kUsage, customer, std::move(id), at);
  signal.fields = {{"duration_s", seconds}};
  return signal;
}

ProfileUpdate Served(TimeMs since) {
  ProfileUpdate profile;
  profile.kind = CustomerKind::kPerson;
  profile.time_zone = "Europe/Berlin";
  profile.jurisdiction = "DE";
  profile.consents = {{.purpose = "service",
                       .channel = "",
                       .state = ConsentState::kGranted,
                       .since = since,
                       .expires = {},
                       .proof = {.method = "contract_terms", .reference = "", .text_version = ""}}};
  return profile;
}

OwnedRecord RecordOf(const ServiceWorld& world, const Signal& signal,
                     const SignalPayload& payload) {
  Result<EncodedRecord> encoded = EncodeSignal(signal, payload);
  EVENKEEL_CHECK(encoded.ok());
  return {.topic = world.deployment.SignalTopic(signal.family),
          .partition = PartitionOf(signal.customer.value(), world.deployment.row_count),
          .timestamp = signal.event_time,
          .key = std::move(encoded->key),
          .value = std::move(encoded->value),
          .headers = std::move(encoded->headers)};
}

void WriteExpiredCard(ServiceWorld& world, const std::string& customer, TimeMs at) {
  const Signal profile =
      SignalOf("profile.updated", SignalFamily::kProfile, customer, customer + "/profile", at);
  world.Write({RecordOf(world, profile, Served(at)),
               RecordOf(world, Invoice(customer, customer + "/invoice", at)),
               RecordOf(world, PaymentFailed(customer, customer + "/payment", at))});
}

void WriteWishToLeave(ServiceWorld& world, const std::string& customer, TimeMs at) {
  ProfileUpdate update = Served(at);
  update.consents.push_back(update.consents.front());
  update.consents.back().purpose = "marketing";
  update.preferences.channels = {"email"};
  update.attributes = {{"contract", std::string("monthly")}, {"tenure_months", std::int64_t{14}}};
  const Signal profile =
      SignalOf("profile.updated", SignalFamily::kProfile, customer, customer + "/profile", at);
  Signal invoice = Invoice(customer, customer + "/invoice", at);
  invoice.fields[0].value = Euros(12'000);
  Signal wish = SignalOf("interaction.conversation", SignalFamily::kInteraction, customer,
                         customer + "/wish", at);
  wish.fields = {{"channel", std::string("chat")}, {"intent", std::string("cancel")}};
  world.Write({RecordOf(world, profile, update), RecordOf(world, invoice), RecordOf(world, wish)});
}

void WriteTick(ServiceWorld& world, TimeMs until) {
  std::vector<OwnedRecord> records;
  for (Partition row = 0; row < world.deployment.row_count; ++row) {
    Signal tick = SignalOf("tick", SignalFamily::kTick, "",
                           std::to_string(row) + "/" + std::to_string(until.value), until);
    OwnedRecord record = RecordOf(world, tick, Tick{.until = until});
    record.partition = row;
    records.push_back(std::move(record));
  }
  world.Write(records);
}

}  // namespace evenkeel::testing
