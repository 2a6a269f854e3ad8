#include "evenkeel/codec/signal_decoder.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "envelope.h"
#include "flatten.h"
#include "json_data.h"
#include "message_plan.h"
#include "payloads.h"
#include "rfc3339.h"
#include "utf8.h"

#include "evenkeel/base/clock.h"
#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

using internal::Envelope;
using internal::Facts;
using internal::MessagePlan;
using Failure = std::optional<DecodeFailure>;

constexpr std::chrono::milliseconds kDay{86'400'000};
constexpr std::size_t kCustomerMaxBytes = 256;
constexpr std::size_t kBigBytes = std::size_t{64} << 10;

Failure CheckSize(const RecordView& record, std::size_t size_max) {
  std::size_t size = record.key.value_or("").size() + record.value.value_or("").size();
  for (const RecordHeader& header : record.headers)
    size += header.name.size() + header.value.size();
  if (size <= size_max) return std::nullopt;
  return DecodeFailure{DecodeError::kTooLarge, "the record has " + std::to_string(size) +
                                                   " bytes; the limit is " +
                                                   std::to_string(size_max)};
}

Failure AbsurdTime(std::string_view what) {
  return DecodeFailure{DecodeError::kAbsurdTime, std::string(what)};
}

Failure CheckRecordTime(ClockMode clock, TimeMs timestamp) {
  if (clock == ClockMode::kWall || IsWithinBounds(timestamp)) return std::nullopt;
  return AbsurdTime(
      "the record's timestamp is outside 2000 to 2100: under the event clock it "
      "must be the time of the event");
}

Failure CheckEventTime(ClockMode clock, TimeMs time, TimeMs timestamp) {
  if (time < kYear2000) return AbsurdTime("the event's time is before 2000");
  if (clock == ClockMode::kEvent) {
    if (time < kYear2100) return std::nullopt;
    return AbsurdTime("the event's time is not before 2100");
  }
  if (time <= timestamp + kDay) return std::nullopt;
  return AbsurdTime(
      "the event's time is more than a day after the broker stored it: is the "
      "producer's clock right, and its time zone named?");
}

Failure CheckCustomer(std::string_view customer) {
  if (customer.empty()) {
    return DecodeFailure{DecodeError::kMissingCustomer,
                         "there is no customer: the record's key names it"};
  }
  if (!internal::IsValidUtf8(customer)) {
    return DecodeFailure{DecodeError::kInvalidUtf8, "the customer is not UTF-8"};
  }
  const bool has_control = std::ranges::any_of(
      customer, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (customer.size() <= kCustomerMaxBytes && !has_control) return std::nullopt;
  return DecodeFailure{DecodeError::kBadCustomer,
                       "the customer has more than 256 bytes or a control character in it"};
}

/// Whom the signal is about: the key, the subject and the data say the same, or nothing.
Failure FindCustomer(const RecordView& record, const Envelope& envelope, std::string_view in_data,
                     std::string& customer) {
  std::string_view found;
  for (const std::string_view name : {record.key.value_or(""), envelope.subject, in_data}) {
    if (name.empty()) continue;
    if (!found.empty() && found != name) {
      return DecodeFailure{DecodeError::kKeyMismatch,
                           "key, ce_subject and customer_id of the data name different customers"};
    }
    found = name;
  }
  const bool is_key_empty = record.key.has_value() && record.key->empty();
  if (Failure failure = CheckCustomer(is_key_empty ? std::string_view() : found)) return failure;
  customer.assign(found);
  return std::nullopt;
}

Failure CheckPartition(std::string_view customer, std::int32_t partition, std::int32_t count) {
  if (count <= 0) return std::nullopt;
  const std::int32_t right = PartitionOf(customer, count);
  if (partition == right) return std::nullopt;
  return DecodeFailure{DecodeError::kWrongPartition,
                       "the record is in partition " + std::to_string(partition) +
                           " and belongs into " + std::to_string(right) +
                           ": producers must partition by murmur2 of the key (librdkafka: "
                           "partitioner=murmur2_random)"};
}

Failure UnknownType(std::string_view type) {
  std::string what = "nobody here knows this type of event";
  const bool is_printable =
      type.size() <= 128 && std::ranges::all_of(type, [](char c) { return c > 0x20 && c < 0x7F; });
  if (is_printable) what += ": " + std::string(type);
  return DecodeFailure{DecodeError::kUnknownType, std::move(what)};
}

Failure CheckStrict(const MessagePlan& plan, const Facts& facts) {
  if (!plan.is_strict) return std::nullopt;
  if (facts.unknown_field_count > 0) {
    return DecodeFailure{DecodeError::kUnknownField,
                         "a verdict may not carry fields that this version does not know"};
  }
  if (facts.unknown_value_count > 0) {
    return DecodeFailure{DecodeError::kUnknownValue,
                         "a verdict may not carry values that this version does not know"};
  }
  return std::nullopt;
}

/// "custom." and the name that a custom event gives itself.
Failure NameCustomType(const MessagePlan& plan, const Facts& facts, std::string& type) {
  const auto leaf = static_cast<std::size_t>(plan.FindLeaf("name"));
  const std::string_view name = facts.slots[leaf].text;
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  if (name.size() > 128 || name.find_first_not_of(kAllowed) != std::string_view::npos) {
    return DecodeFailure{DecodeError::kInvalidField,
                         "the name of a custom event is not 1 to 128 of a-z, 0-9, '_' and '.'"};
  }
  type.assign("custom.");
  type.append(name);
  return std::nullopt;
}

}  // namespace

/// What is kept from record to record so that its memory is.
struct SignalDecoder::Scratch {
  Envelope envelope;
  Facts facts;
  std::string wire;
  std::string canonical;
  const MessagePlan* plan = nullptr;
  std::string plan_type;  ///< The ce_type that `plan` is for: topics mostly repeat one.

  void Reset() {
    envelope = Envelope{};
    if (wire.capacity() > kBigBytes) wire = std::string();
    canonical.clear();
  }

  const MessagePlan* FindPlan(std::string_view ce_type) {
    if (plan == nullptr || plan_type != ce_type) {
      plan = internal::FindPlanByCeType(ce_type);
      plan_type.assign(ce_type);
    }
    return plan;
  }
};

SignalDecoder::SignalDecoder(SignalDecoderOptions options)
    : options_(options), scratch_(std::make_unique<Scratch>()) {}

SignalDecoder::~SignalDecoder() = default;

std::optional<DecodeFailure> SignalDecoder::Decode(const RecordView& record, DecodedSignal& out) {
  Scratch& s = *scratch_;
  s.Reset();
  if (Failure failure = CheckSize(record, options_.record_max_bytes)) return failure;
  if (Failure failure = CheckRecordTime(options_.clock, record.timestamp)) return failure;
  if (Failure failure = internal::OpenEnvelope(record, s.envelope)) return failure;
  if (s.FindPlan(s.envelope.type) == nullptr) return UnknownType(s.envelope.type);

  Signal& signal = out.signal;
  std::optional<TimeMs> own_time;
  if (!s.envelope.time.empty()) {
    own_time = internal::ParseRfc3339(s.envelope.time);
    if (!own_time) {
      return DecodeFailure{DecodeError::kBadTime,
                           "the event's time is not RFC 3339, as in 2026-11-21T13:30:00Z"};
    }
  }
  signal.event_time = own_time.value_or(record.timestamp);
  if (Failure failure = CheckEventTime(options_.clock, signal.event_time, record.timestamp)) {
    return failure;
  }
  if (Failure failure = DecodeData(s.envelope.data, s.envelope.is_json, out)) return failure;
  if (Failure failure = DecodeCustomer(record, out)) return failure;
  signal.id.assign(s.envelope.id);
  signal.source.assign(s.envelope.source);
  signal.content_hash = internal::ContentHash(signal.type, own_time, signal.fields, s.canonical);
  return std::nullopt;
}

std::optional<DecodeFailure> SignalDecoder::DecodeData(std::string_view data, bool is_json,
                                                       DecodedSignal& out) {
  Scratch& s = *scratch_;
  const MessagePlan& plan = *s.plan;
  std::uint32_t json_unknown = 0;
  if (is_json) {
    if (Failure failure = internal::JsonToWire(plan, data, s.wire, json_unknown)) return failure;
    data = s.wire;
  }
  if (Failure failure = internal::Flatten(plan, data, s.facts)) return failure;
  s.facts.unknown_field_count += json_unknown;
  if (Failure failure = CheckStrict(plan, s.facts)) return failure;

  Signal& signal = out.signal;
  signal.family = plan.info.family;
  signal.type.assign(plan.info.type);
  if (plan.is_custom) {
    if (Failure failure = NameCustomType(plan, s.facts, signal.type)) return failure;
  }
  out.payload.emplace<std::monostate>();
  if (plan.payload != internal::PayloadKind::kNone) {
    const internal::PayloadContext context{.event_time = signal.event_time};
    if (Failure failure = internal::DecodePayload(plan, data, context, out.payload, s.canonical)) {
      return failure;
    }
  }
  out.unknown_field_count = s.facts.unknown_field_count;
  out.unknown_value_count = s.facts.unknown_value_count;
  return internal::EmitFields(plan, s.facts, signal.fields);
}

std::optional<DecodeFailure> SignalDecoder::DecodeCustomer(const RecordView& record,
                                                           DecodedSignal& out) {
  Scratch& s = *scratch_;
  if (s.plan->payload == internal::PayloadKind::kTick) {
    out.signal.customer = CustomerId();
    out.signal.event_time = std::get<Tick>(out.payload).until;
    return CheckEventTime(options_.clock, out.signal.event_time, record.timestamp);
  }
  std::string_view in_data;
  if (s.plan->customer_leaf != internal::kNoLeaf) {
    in_data = s.facts.slots[static_cast<std::size_t>(s.plan->customer_leaf)].text;
  }
  std::string customer;
  if (Failure failure = FindCustomer(record, s.envelope, in_data, customer)) return failure;
  out.signal.customer = CustomerId(std::move(customer));
  return CheckPartition(out.signal.customer.value(), record.partition, options_.partition_count);
}

}  // namespace evenkeel
