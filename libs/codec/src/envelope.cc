#include "envelope.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>

#include "utf8.h"
#include "wire_reader.h"
#include <nlohmann/json.hpp>

namespace evenkeel::internal {
namespace {

using Failure = std::optional<DecodeFailure>;

constexpr std::size_t kAttributeMaxBytes = 1024;
constexpr std::size_t kEnvelopeDepthMax = 40;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

/// The media type without its parameters.
std::string_view MediaType(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

enum class Content : std::uint8_t { kProtobuf, kJson, kOther };

Content ContentOf(std::string_view content_type) {
  const std::string_view type = MediaType(content_type);
  if (EqualsIgnoringCase(type, "application/protobuf") ||
      EqualsIgnoringCase(type, "application/x-protobuf")) {
    return Content::kProtobuf;
  }
  return EqualsIgnoringCase(type, "application/json") ? Content::kJson : Content::kOther;
}

DecodeFailure UnsupportedContent() {
  return {DecodeError::kUnsupportedContentType,
          "data are taken as application/protobuf or application/json; name one of them in the "
          "header content-type (structured mode: application/cloudevents+json)"};
}

DecodeFailure BadJson() { return {DecodeError::kUndecodable, "the value is not JSON"}; }

Failure OpenBinary(const RecordView& record, std::string_view content_type, Envelope& envelope) {
  for (const RecordHeader& header : record.headers) {
    if (header.name == "ce_id") envelope.id = header.value;
    if (header.name == "ce_source") envelope.source = header.value;
    if (header.name == "ce_type") envelope.type = header.value;
    if (header.name == "ce_subject") envelope.subject = header.value;
    if (header.name == "ce_time") envelope.time = header.value;
  }
  const auto version = FindHeader(record.headers, "ce_specversion");
  if (version.has_value() && *version != "1.0") {
    return DecodeFailure{DecodeError::kBadEnvelope, "ce_specversion is not 1.0"};
  }
  if (!version.has_value() && !envelope.type.empty()) {
    return DecodeFailure{DecodeError::kBadEnvelope, "there is no header ce_specversion"};
  }
  const Content content = ContentOf(content_type);
  // Without a type it is not even a CloudEvent: say that first.
  if (content == Content::kOther && !envelope.type.empty()) return UnsupportedContent();
  envelope.is_json = content == Content::kJson;
  envelope.data = *record.value;
  return std::nullopt;
}

/// The attribute `name` of a structured event; empty if absent.
Failure TakeAttribute(const nlohmann::json& event, const char* name, std::string& out) {
  const auto it = event.find(name);
  if (it == event.end() || it->is_null()) return std::nullopt;
  if (!it->is_string()) {
    return DecodeFailure{DecodeError::kBadEnvelope,
                         std::string("the attribute ") + name + " is not a string"};
  }
  out = it->get_ref<const std::string&>();
  return std::nullopt;
}

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = Base64Value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFFU));
  }
  return out;
}

Failure TakeData(const nlohmann::json& event, Envelope& envelope) {
  std::string content_type = "application/json";
  if (Failure failure = TakeAttribute(event, "datacontenttype", content_type)) return failure;
  const Content content = ContentOf(content_type);
  if (content == Content::kOther) return UnsupportedContent();
  envelope.is_json = content == Content::kJson;
  if (const auto it = event.find("data_base64"); it != event.end()) {
    std::optional<std::string> bytes;
    if (it->is_string()) bytes = DecodeBase64(it->get_ref<const std::string&>());
    if (!bytes) return DecodeFailure{DecodeError::kBadEnvelope, "data_base64 is not base64"};
    envelope.owned.data = std::move(*bytes);
    return std::nullopt;
  }
  const auto it = event.find("data");
  if (it == event.end() || it->is_null()) {
    return DecodeFailure{DecodeError::kMissingData, "the event has no data"};
  }
  if (!envelope.is_json) {
    return DecodeFailure{DecodeError::kBadEnvelope,
                         "protobuf data of an event in JSON belong into data_base64"};
  }
  envelope.owned.data = it->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return std::nullopt;
}

Failure OpenStructured(std::string_view value, Envelope& envelope) {
  if (Failure failure = CheckJsonDepth(value, kEnvelopeDepthMax)) return failure;
  if (!IsValidUtf8(value)) {
    return DecodeFailure{DecodeError::kInvalidUtf8, "the event is not UTF-8"};
  }
  const nlohmann::json event = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return BadJson();
  Envelope::Owned& owned = envelope.owned;
  std::string version;
  const std::pair<const char*, std::string*> attributes[] = {
      {"specversion", &version}, {"id", &owned.id},           {"source", &owned.source},
      {"type", &owned.type},     {"subject", &owned.subject}, {"time", &owned.time}};
  for (const auto& [name, out] : attributes) {
    if (Failure failure = TakeAttribute(event, name, *out)) return failure;
  }
  if (version != "1.0") {
    return DecodeFailure{DecodeError::kBadEnvelope, "specversion is not 1.0"};
  }
  if (Failure failure = TakeData(event, envelope)) return failure;
  envelope.id = owned.id;
  envelope.source = owned.source;
  envelope.type = owned.type;
  envelope.subject = owned.subject;
  envelope.time = owned.time;
  envelope.data = owned.data;
  return std::nullopt;
}

Failure CheckAttribute(std::string_view value, const char* name, DecodeError missing) {
  if (value.empty()) {
    return DecodeFailure{missing, std::string("the event has no ") + name};
  }
  if (value.size() > kAttributeMaxBytes) {
    return DecodeFailure{DecodeError::kTooLarge,
                         std::string("the event's ") + name + " has more than 1024 bytes"};
  }
  if (!IsValidUtf8(value)) {
    return DecodeFailure{DecodeError::kInvalidUtf8,
                         std::string("the event's ") + name + " is not UTF-8"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<DecodeFailure> OpenEnvelope(const RecordView& record, Envelope& envelope) {
  if (!record.value.has_value()) {
    return DecodeFailure{DecodeError::kMissingData,
                         "the record has no value; to have a customer forgotten send "
                         "evenkeel.signal.forget.v1"};
  }
  const std::string_view content_type =
      FindHeader(record.headers, "content-type").value_or(std::string_view());
  constexpr std::string_view kStructured = "application/cloudevents";
  const bool is_structured =
      EqualsIgnoringCase(content_type.substr(0, kStructured.size()), kStructured);
  Failure failure;
  if (!is_structured) {
    failure = OpenBinary(record, content_type, envelope);
  } else if (EqualsIgnoringCase(MediaType(content_type), "application/cloudevents+json")) {
    failure = OpenStructured(*record.value, envelope);
  } else {
    failure = UnsupportedContent();
  }
  if (!failure) failure = CheckAttribute(envelope.type, "type", DecodeError::kMissingType);
  if (!failure) failure = CheckAttribute(envelope.id, "id", DecodeError::kMissingId);
  if (!failure) failure = CheckAttribute(envelope.source, "source", DecodeError::kMissingSource);
  if (!failure) failure = StripFraming(envelope.data, envelope.is_json);
  return failure;
}

std::optional<DecodeFailure> StripFraming(std::string_view& data, bool is_json) {
  constexpr std::size_t kSchemaIdEnd = 5;
  constexpr std::int64_t kPathMax = 16;
  if (data.empty() || data.front() != '\0') return std::nullopt;
  DecodeFailure bad{DecodeError::kBadFraming,
                    "the value begins like a schema registry's, but its framing is cut"};
  if (data.size() < kSchemaIdEnd) return bad;
  data.remove_prefix(kSchemaIdEnd);
  if (is_json) return std::nullopt;
  // The path: a count, then so many indexes, in zigzag; a count of 0 stands for the path [0]. Some
  // writers leave the zigzag out, which shows by an odd count.
  std::uint64_t raw = 0;
  std::size_t used = 0;
  const auto read = [&data, &raw, &used] {
    raw = 0;
    for (unsigned shift = 0; shift < 64 && used < data.size(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(data[used++]);
      raw |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  };
  if (!read()) return bad;
  const auto count = static_cast<std::int64_t>((raw & 1U) != 0 ? raw : raw >> 1);
  if (count < 0 || count > kPathMax) return bad;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!read()) return bad;
  }
  data.remove_prefix(used);
  return std::nullopt;
}

std::optional<DecodeFailure> CheckJsonDepth(std::string_view json, std::size_t depth_max) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (depth > depth_max) {
      return DecodeFailure{DecodeError::kTooDeep,
                           "JSON lies in JSON more than " + std::to_string(depth_max) + " deep"};
    }
  }
  return std::nullopt;
}

}  // namespace evenkeel::internal
