#include "ingest/cloud_events.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "ingest/json_text.h"
#include <nlohmann/json.hpp>
#include <sodium.h>

namespace evenkeel {
namespace {

constexpr std::string_view kStructured = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";

bool IsAttributeName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

bool IsUtf8(const std::string& text) {
  const std::string json =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore);
  return nlohmann::json::parse(json).get_ref<const std::string&>() == text;
}

/// The value of a header: what stands in quotes is unquoted, then %XX become bytes.
std::optional<std::string> DecodeHeader(std::string_view text) {
  std::string plain;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      plain += text[i];
    }
    text = plain;
  }
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      value += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* const digits = text.data() + i + 1;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    value += static_cast<char>(byte);
    i += 2;
  }
  if (!IsUtf8(value)) return std::nullopt;
  return value;
}

std::optional<EventProblem> ReadBinary(const HttpRequest& request, CloudEvent& event) {
  for (const auto& [name, value] : request.headers) {
    if (name == "traceparent" || name == "tracestate") {
      event.record.headers.emplace_back(name, value);
    }
    if (!name.starts_with("ce-")) continue;
    const std::string attribute = name.substr(3);
    if (!IsAttributeName(attribute)) {
      return EventProblem{
          .field = attribute,
          .reason = "bad_envelope",
          .message = "the header " + name + " names no attribute: a-z and 0-9 only"};
    }
    std::optional<std::string> decoded = DecodeHeader(value);
    if (!decoded) {
      return EventProblem{.field = attribute,
                          .reason = "bad_envelope",
                          .message = "the header " + name + " is not percent-encoded UTF-8"};
    }
    if (!event.Attribute(attribute).empty()) {
      return EventProblem{.field = attribute,
                          .reason = "bad_envelope",
                          .message = "the header " + name + " is there twice"};
    }
    event.record.headers.emplace_back("ce_" + attribute, *std::move(decoded));
  }
  event.record.headers.emplace_back("content-type", request.content_type);
  event.record.value = request.body;
  return std::nullopt;
}

std::optional<std::string> TextOf(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  return std::nullopt;
}

std::optional<std::string> Base64(const std::string& text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const int failed =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

EventProblem BadData(std::string reason, std::string message) {
  return {.field = "data", .reason = std::move(reason), .message = std::move(message)};
}

std::optional<EventProblem> ReadData(const nlohmann::json& object, CloudEvent& event) {
  const auto data = object.find("data");
  const auto encoded = object.find("data_base64");
  const bool has_data = data != object.end() && !data->is_null();
  if (encoded != object.end() && !encoded->is_null()) {
    if (has_data) return BadData("bad_envelope", "the event has data and data_base64; send one");
    std::optional<std::string> bytes;
    if (encoded->is_string()) bytes = Base64(encoded->get_ref<const std::string&>());
    if (!bytes) return BadData("bad_envelope", "data_base64 is not base64");
    event.record.value = *std::move(bytes);
    return std::nullopt;
  }
  if (!has_data) return BadData("missing_data", "the event has no data");
  const auto type = object.find("datacontenttype");
  const bool is_json = type == object.end() || !type->is_string() ||
                       MediaTypeOf(type->get_ref<const std::string&>()) == "application/json";
  if (!is_json) {
    return BadData("bad_envelope", "data that are not JSON belong into data_base64");
  }
  event.record.value = data->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return std::nullopt;
}

std::optional<EventProblem> ReadStructured(const nlohmann::json& object, CloudEvent& event) {
  if (!object.is_object()) {
    return EventProblem{.reason = "bad_envelope", .message = "the event is not a JSON object"};
  }
  std::string content_type = "application/json";
  for (const auto& [name, value] : object.items()) {
    if (name == "data" || name == "data_base64" || value.is_null()) continue;
    std::optional<std::string> text = TextOf(value);
    if (!IsAttributeName(name) || !text) {
      return EventProblem{.field = name.substr(0, 64),
                          .reason = "bad_envelope",
                          .message =
                              "an attribute has a name of a-z and 0-9, and is text, a whole "
                              "number or true or false"};
    }
    if (name == "datacontenttype") {
      content_type = *std::move(text);
    } else {
      event.record.headers.emplace_back("ce_" + name, *std::move(text));
    }
  }
  event.record.headers.emplace_back("content-type", content_type);
  return ReadData(object, event);
}

Taken<std::vector<CloudEvent>> ReadItems(const nlohmann::json& items) {
  std::vector<CloudEvent> events(items.size());
  std::vector<EventProblem> problems;
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::optional<EventProblem> problem = ReadStructured(items[i], events[i]);
    if (!problem) continue;
    problem->index = i;
    problems.push_back(*std::move(problem));
  }
  if (!problems.empty()) return BadEvents(std::move(problems), events.size());
  return events;
}

bool IsCharsetKnown(std::string_view content_type) {
  std::string lower(content_type);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t at = lower.find("charset=");
  if (at == lower.npos) return true;
  const std::string_view charset = std::string_view(lower).substr(at + 8);
  return charset.starts_with("utf-8") || charset.starts_with("\"utf-8\"");
}

}  // namespace

std::string_view CloudEvent::Attribute(std::string_view name) const {
  for (const auto& [header, value] : record.headers) {
    if (header.starts_with("ce_") && std::string_view(header).substr(3) == name) return value;
  }
  return {};
}

std::string MediaTypeOf(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  return type;
}

bool IsCloudEvent(const HttpRequest& request) {
  return request.content_type.starts_with("application/cloudevents") ||
         !request.Header("ce-specversion").empty() || !request.Header("ce-id").empty() ||
         !request.Header("ce-type").empty() || !request.Header("ce-source").empty();
}

RequestProblem BatchTooLarge(std::size_t count, std::size_t batch_max) {
  return {.status = 413,
          .code = "resource_exhausted",
          .message = "the request has " + std::to_string(count) + " events; at most " +
                     std::to_string(batch_max) + " are taken in one; nothing was written",
          .events = {},
          .limit = static_cast<std::int64_t>(batch_max)};
}

RequestProblem BadEvents(std::vector<EventProblem> problems, std::size_t count) {
  RequestProblem problem{.message = std::to_string(problems.size()) + " of " +
                                    std::to_string(count) + (count == 1 ? " event" : " events") +
                                    " cannot be taken; nothing was written"};
  const std::string& reason = problems.front().reason;
  if (count == 1 && reason == "too_large") {
    problem.status = 413;
    problem.code = "resource_exhausted";
  }
  if (count == 1 && reason == "unsupported_content_type") problem.status = 415;
  problem.events = std::move(problems);
  return problem;
}

Taken<std::vector<CloudEvent>> ReadCloudEvents(const HttpRequest& request, std::size_t batch_max) {
  const std::string type = MediaTypeOf(request.content_type);
  const bool is_batch = type == kBatch;
  if (!IsCharsetKnown(request.content_type) ||
      (type.starts_with("application/cloudevents") && !is_batch && type != kStructured)) {
    return RequestProblem{.status = 415,
                          .message = "content-type " + request.content_type +
                                     " is not known; CloudEvents come as " +
                                     std::string(kStructured) + ", " + std::string(kBatch) +
                                     " or with ce- headers, in UTF-8"};
  }
  if (!is_batch && type != kStructured) {
    std::vector<CloudEvent> one(1);
    if (auto problem = ReadBinary(request, one[0])) return BadEvents({*std::move(problem)}, 1);
    return one;
  }
  if (const auto problem = FindJsonProblem(request.body)) {
    return RequestProblem{.message = "the body is " + *problem};
  }
  nlohmann::json body = nlohmann::json::parse(request.body);
  if (!is_batch) return ReadItems(nlohmann::json::array({std::move(body)}));
  if (!body.is_array()) {
    return RequestProblem{.message = "the body of a batch is a list of events: [...]"};
  }
  if (body.size() > batch_max) return BatchTooLarge(body.size(), batch_max);
  return ReadItems(body);
}

}  // namespace evenkeel
