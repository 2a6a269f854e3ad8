#include "messages.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "rfc3339.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include "evenkeel/base/check.h"

namespace evenkeel::internal {

Money FromMessage(const v1::Money& message) {
  Money money;
  money.units = message.units();
  money.scale = static_cast<std::uint8_t>(message.scale());
  const std::string& code = message.currency();
  if (code.size() == money.currency.code.size()) {
    std::ranges::copy(code, money.currency.code.begin());
  }
  return money;
}

void ToMessage(const Money& money, v1::Money& message) {
  message.set_units(money.units);
  message.set_scale(money.scale);
  message.set_currency(std::string(money.currency.view()));
}

std::optional<Sha256Digest> DigestFrom(std::string_view bytes) {
  Sha256Digest digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::ranges::transform(bytes, digest.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

bool IsId(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void ToMessage(std::string_view name, const FieldValue& value, v1::NamedValue& message) {
  message.set_name(std::string(name));
  if (const auto* flag = std::get_if<bool>(&value)) message.set_flag(*flag);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) message.set_integer(*integer);
  if (const auto* number = std::get_if<double>(&value)) {
    const double micros = *number * 1e6;
    EVENKEEL_CHECK(std::abs(micros) < 9.2e18);
    message.set_micros(std::llround(micros));
  }
  if (const auto* text = std::get_if<std::string>(&value)) message.set_text(*text);
  if (const auto* money = std::get_if<Money>(&value)) ToMessage(*money, *message.mutable_money());
  if (const auto* time = std::get_if<TimeMs>(&value)) message.set_moment_time_ms(time->value);
}

SignalField FromMessage(const v1::NamedValue& message) {
  SignalField field;
  field.name = message.name();
  switch (message.value_case()) {
    case v1::NamedValue::kText:
      field.value = message.text();
      break;
    case v1::NamedValue::kInteger:
      field.value = message.integer();
      break;
    case v1::NamedValue::kMicros:
      field.value = static_cast<double>(message.micros()) / 1e6;
      break;
    case v1::NamedValue::kFlag:
      field.value = message.flag();
      break;
    case v1::NamedValue::kMoney:
      field.value = FromMessage(message.money());
      break;
    case v1::NamedValue::kMomentTimeMs:
      field.value = TimeMs{message.moment_time_ms()};
      break;
    case v1::NamedValue::VALUE_NOT_SET:
      field.value = std::string();
      break;
  }
  return field;
}

void AppendCanonicalBytes(const google::protobuf::Message& message, std::string& out) {
  google::protobuf::io::StringOutputStream sink(&out);
  google::protobuf::io::CodedOutputStream coded(&sink);
  coded.SetSerializationDeterministic(true);
  EVENKEEL_CHECK(message.SerializeToCodedStream(&coded));
}

std::string CanonicalBytes(const google::protobuf::Message& message) {
  std::string out;
  AppendCanonicalBytes(message, out);
  return out;
}

std::vector<std::pair<std::string, std::string>> CloudEventHeaders(const OwnEvent& event) {
  return {{"ce_specversion", "1.0"},
          {"ce_id", std::string(event.id)},
          {"ce_source", "/evenkeel/" + std::string(event.deployment)},
          {"ce_type", std::string(event.type)},
          {"ce_time", FormatRfc3339(event.time)},
          {"content-type", "application/protobuf"}};
}

}  // namespace evenkeel::internal
