// Everything that can be wrong with a request, in one table: each is told where, and writes
// nothing.

#include <thread>

#include "ingest/door_test.h"
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace evenkeel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kOne = "application/cloudevents+json";
constexpr const char* kMany = "application/cloudevents-batch+json";
constexpr const char* kMinute = "{\"duration_s\":60}";

struct BadRequest {
  const char* name;
  std::string path;
  std::string content_type;
  std::string body;
  int status;
  const char* field;   ///< Of the first error; empty: of none.
  const char* reason;  ///< Of the first error.
  const char* text;    ///< In the message.
  httplib::Headers headers = {};
  const char* key = "";  ///< Of the first error; empty: of none.
};

std::string With(const char* attribute, const json& value) {
  json event = EventJson("1");
  event[attribute] = value;
  return event.dump();
}

std::string Without(const char* attribute) {
  json event = EventJson("1");
  event.erase(attribute);
  return event.dump();
}

std::string Batch(std::size_t count) {
  json batch = json::array();
  for (std::size_t i = 0; i < count; ++i) batch.push_back(EventJson(std::to_string(i)));
  return batch.dump();
}

std::string BatchWithBadThird() {
  json batch = json::array({EventJson("0"), EventJson("1"), EventJson("2"), EventJson("3")});
  batch[2]["time"] = "yesterday";
  return batch.dump();
}

std::string Deep() { return std::string(100, '[') + std::string(100, ']'); }

std::string Row(const std::string& customer) {
  return R"({"event":"session","event_id":"1","customer":")" + customer +
         R"(","at":"2026-03-04T10:00:00Z","source":"app","device":"ios","minutes":1,"features_used":1})";
}

/// Rows that are taken, from `first` on: JSON lines, or a JSON list.
std::string RowsOf(std::size_t first, std::size_t count, bool is_list) {
  std::string rows = is_list ? "[" : "";
  for (std::size_t i = first; i < first + count; ++i) {
    json row = json::parse(Row("ada"));
    row["event_id"] = std::to_string(i);
    rows += row.dump() + (is_list ? (i + 1 < first + count ? ",\n" : "]") : "\n");
  }
  return rows;
}

/// Rows as the data of events.
std::string EventsWithRows(const std::vector<std::size_t>& counts) {
  json batch = json::array();
  for (const std::size_t count : counts) {
    batch.push_back(EventJson(std::to_string(batch.size())));
    batch.back()["data"] = json::parse(RowsOf(0, count, /*is_list=*/true));
  }
  return batch.dump();
}

httplib::Headers Binary(const std::string& name, const std::string& value) {
  httplib::Headers headers = {{"ce-specversion", "1.0"},
                              {"ce-id", "1"},
                              {"ce-source", "urn:shop"},
                              {"ce-type", "evenkeel.signal.usage.session.v1"},
                              {"ce-subject", "ada"}};
  headers.erase(name);
  if (!value.empty()) headers.emplace(name, value);
  return headers;
}

std::vector<BadRequest> Envelopes() {
  const std::string events = "/v1/events";
  return {
      {"no id", events, kOne, Without("id"), 400, "id", "missing_id", "1 of 1 event"},
      {"no source", events, kOne, Without("source"), 400, "source", "missing_source", ""},
      {"no type", events, kOne, Without("type"), 400, "type", "missing_type", ""},
      {"no specversion", events, kOne, Without("specversion"), 400, "specversion", "bad_envelope",
       ""},
      {"old specversion", events, kOne, With("specversion", "0.3"), 400, "specversion",
       "bad_envelope", ""},
      {"no customer", events, kOne, Without("subject"), 400, "subject", "missing_customer", ""},
      {"no data", events, kOne, Without("data"), 400, "data", "missing_data", ""},
      {"unknown type", events, kOne, With("type", "com.shop.sold.v1"), 400, "type", "unknown_type",
       ""},
      {"a verdict", events, kOne, With("type", "evenkeel.approval.verdict.v1"), 400, "", "", ""},
      {"a time in words", events, kOne, With("time", "yesterday"), 400, "time", "bad_time", ""},
      {"a time before 2000", events, kOne, With("time", "1999-12-31T00:00:00Z"), 400, "time",
       "absurd_time", ""},
      {"a time far ahead", events, kOne, With("time", "2090-01-01T00:00:00Z"), 400, "time",
       "absurd_time", ""},
      {"an attribute that is a list", events, kOne, With("shop", json::array()), 400, "shop",
       "bad_envelope", ""},
      {"an attribute in capitals", events, kOne, With("Shop", "x"), 400, "Shop", "bad_envelope",
       ""},
      {"a number in a text", events, kOne, With("data", {{"platform", {1}}}), 400, "data",
       "undecodable", ""},
      {"data twice", events, kOne, With("data_base64", "AA=="), 400, "data", "bad_envelope", ""},
      {"protobuf in data", events, kOne, With("datacontenttype", "application/protobuf"), 400,
       "data", "bad_envelope", ""},
      {"no base64", events, kOne,
       R"({"specversion":"1.0","id":"1","source":"s","type":"evenkeel.signal.usage.session.v1",)"
       R"("subject":"ada","datacontenttype":"application/protobuf","data_base64":"?"})",
       400, "data", "bad_envelope", ""},
      {"the third of four", events, kMany, BatchWithBadThird(), 400, "time", "bad_time",
       "1 of 4 events"},
      {"an item that is no object", events, kMany, "[1]", 400, "", "bad_envelope", ""},
      {"bytes that are no message", events, "application/protobuf", "\xFF\xFF", 400, "data",
       "undecodable", "", Binary("", "")},
      {"a header that is cut", events, "application/json", kMinute, 400, "subject", "bad_envelope",
       "", Binary("ce-subject", "a%C")},
      {"a header that is not UTF-8", events, "application/json", kMinute, 400, "subject",
       "bad_envelope", "", Binary("ce-subject", "a%FF")},
      {"a customer with a line end", events, "application/json", kMinute, 400, "subject",
       "bad_customer", "", Binary("ce-subject", "a%0Ab")},
  };
}

/// A row of a failed payment that is taken, but for one field.
std::string Attempt(const char* field, const json& value) {
  json row = {{"event", "payment_attempt"},   {"event_id", "1"},     {"customer", "ada"},
              {"at", "2026-03-04T10:00:00Z"}, {"source", "billing"}, {"invoice", "i"},
              {"amount_cents", 1990},         {"currency", "EUR"},   {"method", "card"},
              {"result", "failed"},           {"attempt", 1},        {"final", false}};
  row[field] = value;
  return row.dump();
}

/// What is wrong with a row names the row's own field and what of sources.yaml wants it.
std::vector<BadRequest> Rows() {
  const auto row = [](const char* name, const char* field, const json& value, const char* reason,
                      const char* text, const char* told, const char* key) {
    return BadRequest{name,
                      "/v1/events/simulator",
                      "application/json",
                      Attempt(field, value),
                      400,
                      told,
                      reason,
                      text,
                      {},
                      key};
  };
  constexpr const char* kCustomer = "sources.simulator.customer";
  constexpr const char* kTime = "sources.simulator.time";
  constexpr const char* kAttempt = "sources.simulator.signals[6].values";
  static const std::string kAmount = std::string(kAttempt) + ".amount";
  static const std::string kNumber = std::string(kAttempt) + ".attempt_number";
  static const std::string kStatus = std::string(kAttempt) + ".status";
  static const std::string kFinal = std::string(kAttempt) + ".is_final";
  return {
      row("no customer", "customer", "", "no_customer", "'customer' is missing or empty",
          "customer", kCustomer),
      row("a customer with a line end", "customer", "a\nb", "bad_customer", "", "customer",
          kCustomer),
      row("a customer too long", "customer", std::string(300, 'c'), "bad_value", "256", "customer",
          kCustomer),
      row("a customer who is a flag", "customer", json::object(), "no_customer", "", "customer",
          kCustomer),
      row("a time in words", "at", "yesterday", "bad_value", "at: 'yesterday'", "at", kTime),
      row("a time before 2000", "at", "1999-12-31T00:00:00Z", "absurd_time", "", "at", kTime),
      row("no id", "event_id", "", "bad_value", "'event_id', part of the id", "event_id",
          "sources.simulator.id.fields"),
      row("no source", "source", "", "bad_value", "source of the row is empty", "source",
          "sources.simulator.source"),
      row("no number", "attempt", "first", "bad_value", "attempt: 'first'", "attempt",
          kNumber.c_str()),
      row("a value that is missing", "final", nullptr, "bad_value", "'final'", "final",
          kFinal.c_str()),
      row("no amount", "amount_cents", "much", "bad_value", "amount_cents: 'much'", "amount_cents",
          kAmount.c_str()),
      row("no currency", "currency", "Euro", "bad_value", "currency: 'Euro'", "currency",
          kAmount.c_str()),
      row("a word that the contract does not have", "result", "lost", "bad_value",
          "the field status of billing.payment_attempt takes", "result", kStatus.c_str()),
      row("a row that nothing fits", "event", "?", "unmapped", "no signal", "data",
          "sources.simulator"),
  };
}

std::vector<BadRequest> Bodies() {
  const std::string events = "/v1/events";
  const std::string mapped = "/v1/events/simulator";
  return {
      {"cut JSON", events, kOne, "{\"id\":\n  \"1\"", 400, "", "", "line 2, column"},
      {"JSON with a comma too many", events, kMany, "[{},\n{,}]", 400, "", "", "line 2, column 2"},
      {"a batch that is an object", events, kMany, "{}", 400, "", "", "list of events"},
      {"brackets 100 deep", events, kOne, Deep(), 400, "", "", "more than 40 deep"},
      {"not UTF-8", events, kOne, "{\"id\":\"\xFF\"}", 400, "", "", "line 1, column"},
      {"no CloudEvent", events, "application/json", "{}", 415, "", "", "/v1/events/<source"},
      {"another type of events", events, "application/cloudevents+protobuf", "", 415, "", "",
       "application/cloudevents+json"},
      {"another charset", events, "application/cloudevents+json; charset=latin1", "{}", 415, "", "",
       "UTF-8"},
      {"binary data of another type", events, "text/plain", "x", 415, "datacontenttype",
       "unsupported_content_type", "", Binary("", "")},
      {"10,000 events", events, kMany, Batch(10'000), 413, "", "", "at most 1000"},
      {"a body over the limit", events, kOne, std::string(std::size_t{5} << 20, ' '), 413, "", "",
       "4194304 bytes"},
      {"an event over the limit", events, kOne,
       With("data", {{"platform", std::string(std::size_t{3} << 20, 'x')}}), 413, "data",
       "too_large", ""},
      {"an unknown path", "/v2/events", kOne, "{}", 404, "", "", "/v2/events"},
      {"an unknown source", "/v1/events/nowhere", "application/json", "{}", 404, "", "",
       "simulator"},
      {"rows as text", mapped, "text/plain", "{}", 415, "", "", "application/x-ndjson"},
      {"rows that are no JSON", mapped, "application/json", "[{},\n{]", 400, "", "",
       "line 2, column 2"},
      {"a row of JSON lines that is no JSON", mapped, "application/x-ndjson", Row("ada") + "\n{\n",
       400, "data", "malformed_row", "1 of 2 events"},
      {"a row without a customer",
       mapped,
       "application/json",
       "[" + Row("ada") + "," + Row("") + "]",
       400,
       "customer",
       "no_customer",
       "1 of 2 events",
       {},
       "sources.simulator.customer"},
      {"a list of numbers", mapped, "application/json", "[1, 2]", 400, "data", "malformed_row", ""},
      {"a tick without a time", "/v1/ticks", "application/json", "{}", 400, "time", "bad_time", ""},
      {"a tick with more", "/v1/ticks", "application/json",
       R"({"time":"2026-03-04T10:00:00Z","x":1})", 400, "time", "bad_time", ""},
      {"a tick of 1999", "/v1/ticks", "application/json", R"({"time":"1999-03-04T10:00:00Z"})", 400,
       "time", "absurd_time", ""},
      {"a tick as text", "/v1/ticks", "text/plain", "{}", 415, "", "", "application/json"},
  };
}

/// More rows in a request than are taken in one.
std::vector<BadRequest> TooManyRows() {
  const std::string mapped = "/v1/events/simulator";
  const char* const lines = "application/x-ndjson";
  const char* const list = "application/json";
  const auto has = [](const char* name, const std::string& path, const char* type, std::string body,
                      const char* text) {
    return BadRequest{name, path, type, std::move(body), 413, "", "", text};
  };
  const char* const over = "has 1001 events; at most 1000 are taken in one; nothing was written";
  std::string without_end = RowsOf(0, 1001, false);
  without_end.pop_back();
  return {
      has("a line too many", mapped, lines, RowsOf(0, 1001, false), over),
      has("a line too many, without its end", mapped, lines, without_end, over),
      has("an item too many", mapped, list, RowsOf(0, 1001, true), over),
      has("a bad row among too many", mapped, lines, RowsOf(0, 1000, false) + Row("") + "\n", over),
      has("10,000 lines", mapped, lines, RowsOf(0, 10'000, false),
          "has 10000 events; at most 1000"),
      has("10,000 items", mapped, list, RowsOf(0, 10'000, true), "has 10000 events; at most 1000"),
      has("too many rows in an event", mapped, kMany, EventsWithRows({1001}), over),
      has("too many rows in two events", mapped, kMany, EventsWithRows({600, 401}), over),
      has("too many events of a row each", mapped, kMany,
          EventsWithRows(std::vector<std::size_t>(1001, 1)), over),
  };
}

void Expect(const BadRequest& each, const DoorAnswer& answer) {
  EXPECT_EQ(answer.status, each.status) << answer.text;
  EXPECT_THAT(answer.text, HasSubstr(each.text));
  ASSERT_TRUE(answer.body.is_object()) << answer.text;
  EXPECT_NE(answer.body.value("code", ""), "");
  const std::string field = each.field;
  if (field.empty() && std::string(each.reason).empty()) return;
  ASSERT_TRUE(answer.body["errors"].is_array()) << answer.text;
  EXPECT_EQ(answer.body["errors"][0]["field"], field) << answer.text;
  EXPECT_EQ(answer.body["errors"][0]["reason"], each.reason) << answer.text;
  EXPECT_EQ(answer.body["errors"][0].value("key", ""), each.key) << answer.text;
}

TEST_P(IngestTest, EveryBadRequestIsToldWhereAndWritesNothing) {
  Start();
  rig_->world.Publish(DemoBundle(), 1);
  ASSERT_TRUE(rig_->AwaitBundle());
  for (const auto& table : {Envelopes(), Rows(), Bodies(), TooManyRows()}) {
    for (const BadRequest& each : table) {
      SCOPED_TRACE(each.name);
      Expect(each, rig_->Post(each.path, each.content_type, each.body, each.headers));
    }
  }
  EXPECT_EQ(rig_->Post("/v1/events", kMany, BatchWithBadThird()).body["errors"][0]["index"], 2);
  EXPECT_EQ(rig_->Post("/v1/events", kMany, Batch(1001)).body["limit"], 1000);
  EXPECT_THAT(rig_->Written(), IsEmpty());
  EXPECT_THAT(rig_->world.Read(rig_->world.deployment.names().Ticks()), IsEmpty());
}

TEST_P(IngestTest, AsManyRowsAsTheLimitAreTaken) {
  Start();
  rig_->world.Publish(DemoBundle(), 1);
  ASSERT_TRUE(rig_->AwaitBundle());
  const std::string mapped = "/v1/events/simulator";
  EXPECT_EQ(rig_->Post(mapped, "application/x-ndjson", RowsOf(0, 1000, false)).status, 202);
  EXPECT_EQ(rig_->Post(mapped, "application/json", RowsOf(1000, 1000, true)).status, 202);
  EXPECT_THAT(rig_->Written(), SizeIs(2000));
  const DoorAnswer over = rig_->Post(mapped, "application/json", RowsOf(2000, 1001, true));
  EXPECT_EQ(over.body["limit"], 1000) << over.text;
  EXPECT_THAT(rig_->Written(), SizeIs(2000));
}

// --- what a client library would not send ---

std::string OnTheWire(std::uint16_t port, std::string_view request, bool ends_sending) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  EXPECT_GT(send(client, request.data(), request.size(), MSG_NOSIGNAL), 0);
  if (ends_sending) shutdown(client, SHUT_WR);
  std::string answer;
  char part[4096];
  for (ssize_t got = 0; (got = recv(client, part, sizeof part, 0)) > 0;) {
    answer.append(part, static_cast<std::size_t>(got));
  }
  close(client);
  return answer;
}

TEST_P(IngestTest, HalfARequestIsNoEvent) {
  rig_ = std::make_unique<DoorRig>(GetParam().make(), ClockMode::kWall);
  rig_->read_timeout = std::chrono::milliseconds(200);
  rig_->Start();
  const std::string event = EventJson("1").dump();
  const std::string head =
      "POST /v1/events HTTP/1.1\r\nContent-Type: application/cloudevents+json\r\n";
  const std::string longer = "Content-Length: " + std::to_string(event.size() + 1) + "\r\n\r\n";
  const struct {
    const char* name;
    std::string request;
    bool ends_sending;
    const char* status;
  } cases[] = {
      {"a body that ends early", head + longer + event, true, "HTTP/1.1 400 "},
      {"a body whose last byte never comes", head + longer + event, false, "HTTP/1.1 408 "},
      {"a header that never ends", head, false, "HTTP/1.1 408 "},
      {"a chunk that never ends", head + "Transfer-Encoding: chunked\r\n\r\n8000\r\n" + event,
       false, "HTTP/1.1 408 "},
      {"a length over the limit, and no body", head + "Content-Length: 5000000\r\n\r\n", false,
       "HTTP/1.1 413 "},
      {"another method", "PUT /v1/events HTTP/1.1\r\nContent-Length: 1\r\n\r\n", false,
       "HTTP/1.1 405 "},
      {"GET", "GET /v1/ticks HTTP/1.1\r\n\r\n", false, "HTTP/1.1 405 "},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(OnTheWire(rig_->port(), each.request, each.ends_sending),
                ::testing::StartsWith(each.status))
        << each.name;
  }
  EXPECT_THAT(rig_->Written(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::testing
