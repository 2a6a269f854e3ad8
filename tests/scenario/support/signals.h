#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/model/signal.h"
#include "evenkeel/model/signal_payload.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// The `index`-th customer whose row is `row`: "<name>-<number>".
std::string CustomerIn(Partition row, Partition rows, const std::string& name);

/// A signal about `customer` from the source "urn:test".
Signal SignalOf(std::string type, SignalFamily family, const std::string& customer, std::string id,
                TimeMs at);

Signal PaymentFailed(const std::string& customer, std::string id, TimeMs at);
Signal Invoice(const std::string& customer, std::string id, TimeMs at);
Signal Session(const std::string& customer, std::string id, TimeMs at, std::int64_t seconds);

/// Consent to be served by every channel.
ProfileUpdate Served(TimeMs since);

/// As a producer writes it to the world's signal topic: in the customer's partition, stamped with
/// the event's time.
OwnedRecord RecordOf(const ServiceWorld& world, const Signal& signal,
                     const SignalPayload& payload = {});

/// Everything that makes the demo bundle ask for a new card: consents, a price, a failed payment.
void WriteExpiredCard(ServiceWorld& world, const std::string& customer, TimeMs at);

/// Everything that makes the demo bundle ask a person about a quarter off: consents, a high price,
/// the wish to leave.
void WriteWishToLeave(ServiceWorld& world, const std::string& customer, TimeMs at);

/// The time, for every partition.
void WriteTick(ServiceWorld& world, TimeMs until);

}  // namespace evenkeel::testing
