// What producers are promised: each event of an answer 202 is on the log, once, where it says.

#include "ingest/door_test.h"

#include <future>
#include <map>

#include "ingest/door_rig.h"
#include <gmock/gmock.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kMinute = "{\"duration_s\":60}";

/// The record that an entry of an answer names.
const OwnedRecord& RecordAt(const std::vector<OwnedRecord>& records, const json& accepted) {
  for (const OwnedRecord& record : records) {
    if (accepted["topic"] == record.topic && record.partition == accepted["partition"] &&
        record.offset == accepted["offset"]) {
      return record;
    }
  }
  throw std::runtime_error("nothing at " + accepted.dump());
}

httplib::Headers BinaryHeaders(const std::string& id) {
  return {{"ce-specversion", "1.0"}, {"ce-id", id},
          {"ce-source", "urn:shop"}, {"ce-type", "evenkeel.signal.usage.session.v1"},
          {"ce-subject", "ada"},     {"ce-time", "2026-03-04T10:00:00Z"}};
}

/// A session of a minute, as protobuf.
std::string SessionBytes() {
  const Signal signal{.id = "1",
                      .source = "urn:shop",
                      .type = "usage.session",
                      .family = SignalFamily::kUsage,
                      .customer = CustomerId("ada"),
                      .event_time = TimeMs{1'772'618'400'000},
                      .fields = {{"duration_s", std::int64_t{60}}}};
  return EncodeSignal(signal).value().value;
}

// --- CloudEvents ---

TEST_P(IngestTest, WritesBinaryModeAsItCame) {
  Start();
  httplib::Headers headers = BinaryHeaders("a b/1");
  headers.emplace("ce-shopname", "%C3%89clair%20%22&%22%20100%25");
  headers.emplace("ce-quoted", "\"said \\\"so\\\"\"");
  headers.emplace("traceparent", "00-1-2-01");
  const DoorAnswer answer = rig_->Post("/v1/events", "application/json", kMinute, headers);
  ASSERT_EQ(answer.status, 202) << answer.text;
  ASSERT_THAT(answer.body["accepted"], SizeIs(1));
  const json& accepted = answer.body["accepted"][0];
  EXPECT_EQ(accepted["id"], "a b/1");
  EXPECT_EQ(accepted["repeated"], false);
  const auto written = rig_->Written();
  ASSERT_THAT(written, SizeIs(1));
  const OwnedRecord& record = RecordAt(written, accepted);
  EXPECT_EQ(record.key, "ada");
  EXPECT_EQ(record.partition, PartitionOf("ada", 4));
  EXPECT_EQ(record.value, kMinute);
  EXPECT_EQ(HeaderOf(record, "ce_shopname"), "Éclair \"&\" 100%");
  EXPECT_EQ(HeaderOf(record, "ce_quoted"), "said \"so\"");
  EXPECT_EQ(HeaderOf(record, "ce_time"), "2026-03-04T10:00:00Z");
  EXPECT_EQ(HeaderOf(record, "content-type"), "application/json");
  EXPECT_EQ(HeaderOf(record, "traceparent"), "00-1-2-01");
}

TEST_P(IngestTest, WritesProtobufDataInEveryMode) {
  Start();
  const std::string bytes = SessionBytes();
  ASSERT_EQ(rig_->Post("/v1/events", "application/protobuf", bytes, BinaryHeaders("1")).status,
            202);
  json event = EventJson("2");
  event.erase("data");
  event["datacontenttype"] = "application/protobuf";
  // Base64 of 08 3C would be one case only; what we encode is what must come out.
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      base64 += i + k > bytes.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63U];
    }
  }
  event["data_base64"] = base64;
  const DoorAnswer structured = rig_->PostEvents(event);
  ASSERT_EQ(structured.status, 202) << structured.text;
  event["id"] = "3";
  const DoorAnswer batched = rig_->PostEvents(json::array({event}));
  ASSERT_EQ(batched.status, 202) << batched.text;
  for (const OwnedRecord& record : rig_->Written()) {
    EXPECT_EQ(record.value, bytes);
    EXPECT_EQ(HeaderOf(record, "content-type"), "application/protobuf");
  }
  EXPECT_THAT(rig_->Written(), SizeIs(3));
}

TEST_P(IngestTest, KeepsExtensionsOfStructuredMode) {
  Start();
  json event = EventJson("1");
  event["shopname"] = "Éclair";
  event["attempt"] = 7;
  event["sampled"] = true;
  ASSERT_EQ(rig_->PostEvents(event).status, 202);
  const auto written = rig_->Written();
  ASSERT_THAT(written, SizeIs(1));
  EXPECT_EQ(HeaderOf(written[0], "ce_shopname"), "Éclair");
  EXPECT_EQ(HeaderOf(written[0], "ce_attempt"), "7");
  EXPECT_EQ(HeaderOf(written[0], "ce_sampled"), "true");
  EXPECT_EQ(json::parse(*written[0].value), json::parse(kMinute));
}

TEST_P(IngestTest, AnswersABatchInItsOrder) {
  Start();
  json batch = json::array();
  for (int i = 0; i < 50; ++i) {
    batch.push_back(EventJson("e" + std::to_string(i), "c" + std::to_string(i % 7)));
  }
  const DoorAnswer answer = rig_->PostEvents(batch);
  ASSERT_EQ(answer.status, 202) << answer.text;
  ASSERT_THAT(answer.body["accepted"], SizeIs(50));
  const auto written = rig_->Written();
  ASSERT_THAT(written, SizeIs(50));
  for (int i = 0; i < 50; ++i) {
    const OwnedRecord& record = RecordAt(written, answer.body["accepted"][i]);
    EXPECT_EQ(HeaderOf(record, "ce_id"), "e" + std::to_string(i));
    EXPECT_EQ(record.key, "c" + std::to_string(i % 7));
  }
  const DoorAnswer empty = rig_->PostEvents(json::array());
  EXPECT_EQ(empty.status, 202);
  EXPECT_THAT(empty.body["accepted"], IsEmpty());
}

// --- repeats ---

TEST_P(IngestTest, ARepeatGetsThePlaceOfTheOriginalAlsoAfterARestart) {
  Start();
  json batch = json::array({EventJson("1"), EventJson("2", "bob")});
  const DoorAnswer first = rig_->PostEvents(batch);
  ASSERT_EQ(first.status, 202) << first.text;
  for (int life = 0; life < 2; ++life) {
    batch.push_back(EventJson("new" + std::to_string(life)));
    const DoorAnswer again = rig_->PostEvents(batch);
    ASSERT_EQ(again.status, 202) << again.text;
    for (int i = 0; i < 2; ++i) {
      json expected = first.body["accepted"][i];
      expected["repeated"] = true;
      EXPECT_EQ(again.body["accepted"][i], expected);
    }
    EXPECT_EQ(again.body["accepted"].back()["repeated"], false);
    rig_->Stop();
    rig_->Start();
  }
  EXPECT_THAT(rig_->Written(), SizeIs(4));
}

TEST_P(IngestTest, ARepeatInOneBatchIsWrittenOnce) {
  Start();
  const DoorAnswer answer =
      rig_->PostEvents(json::array({EventJson("1"), EventJson("2"), EventJson("1")}));
  ASSERT_EQ(answer.status, 202) << answer.text;
  EXPECT_EQ(answer.body["accepted"][0]["offset"], answer.body["accepted"][2]["offset"]);
  EXPECT_EQ(answer.body["accepted"][0]["repeated"], false);
  EXPECT_EQ(answer.body["accepted"][2]["repeated"], true);
  EXPECT_THAT(rig_->Written(), SizeIs(2));
}

TEST_P(IngestTest, AnotherEventUnderTheSameIdIsRefusedWithItsBatch) {
  Start();
  ASSERT_EQ(rig_->PostEvents(EventJson("1")).status, 202);
  json other = EventJson("1");
  other["data"]["duration_s"] = 61;
  const DoorAnswer known = rig_->PostEvents(json::array({EventJson("2"), other}));
  EXPECT_EQ(known.status, 409);
  EXPECT_EQ(known.body["errors"][0]["index"], 1);
  EXPECT_EQ(known.body["errors"][0]["id"], "1");
  EXPECT_EQ(known.body["errors"][0]["partition"], PartitionOf("ada", 4));
  other["id"] = "3";
  const DoorAnswer within = rig_->PostEvents(json::array({EventJson("3"), other}));
  EXPECT_EQ(within.status, 409);
  EXPECT_EQ(within.body["errors"][0]["index"], 1);
  EXPECT_THAT(rig_->Written(), SizeIs(1));
}

TEST_P(IngestTest, TheSameEventFromManyClientsAtOnceIsWrittenOnce) {
  Start();
  std::vector<std::future<DoorAnswer>> answers;
  for (int i = 0; i < 16; ++i) {
    answers.push_back(
        std::async(std::launch::async, [&] { return rig_->PostEvents(EventJson("1")); }));
  }
  int originals = 0;
  for (auto& each : answers) {
    const DoorAnswer answer = each.get();
    ASSERT_EQ(answer.status, 202) << answer.text;
    originals += answer.body["accepted"][0]["repeated"] == false ? 1 : 0;
  }
  EXPECT_EQ(originals, 1);
  EXPECT_THAT(rig_->Written(), SizeIs(1));
}

TEST_P(IngestTest, WhatAnotherWriterWroteIsKnownToo) {
  Start();
  const DoorAnswer original = rig_->PostEvents(EventJson("1"));
  ASSERT_EQ(original.status, 202);
  // Another process of ingest on the same log.
  Metrics metrics("test");
  const Logger quiet([](std::string_view) {});
  v1::IngestConfig config = rig_->config;
  config.set_instance("other");
  auto app = IngestApp::Create(config, {rig_->world.deployment, rig_->log, metrics, quiet}).value();
  auto listener = HttpListener::Create({}).value();
  app->Serve(*listener);
  app->Start();
  listener->Start();
  while (!app->is_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto post = [&](const json& event) {
    httplib::Client client("127.0.0.1", listener->port());
    const auto answer = client.Post("/v1/events", event.dump(), "application/cloudevents+json");
    return answer ? json::parse(answer->body) : json();
  };
  json expected = original.body["accepted"][0];
  expected["repeated"] = true;
  EXPECT_EQ(post(EventJson("1"))["accepted"][0], expected);
  // And the other way round, while both run: it follows the topics. Only what it has read itself
  // can make the first one know, and the one question asked of it then cannot have written it.
  ASSERT_TRUE(rig_->AwaitRemembered(1));
  const json others = post(EventJson("2"))["accepted"][0];
  ASSERT_EQ(others["repeated"], false);
  ASSERT_TRUE(rig_->AwaitRemembered(2));
  expected = others;
  expected["repeated"] = true;
  EXPECT_EQ(rig_->PostEvents(EventJson("2")).body["accepted"][0], expected);
  EXPECT_THAT(rig_->Written(), SizeIs(2));
  listener->Stop();
  app->Stop();
}

// --- time ---

TEST_P(IngestTest, AnEventWithoutATimeGetsTheBrokersUnderTheWallClock) {
  Start();
  json event = EventJson("1");
  event.erase("time");
  ASSERT_EQ(rig_->PostEvents(event).status, 202);
  const auto written = rig_->Written();
  ASSERT_THAT(written, SizeIs(1));
  EXPECT_EQ(HeaderOf(written[0], "ce_time"), "");
  EXPECT_GT(*written[0].timestamp, TimeMs{1'700'000'000'000});
  EXPECT_EQ(rig_->PostEvents(event).body["accepted"][0]["repeated"], true);
}

TEST_P(IngestTest, AnEventWithoutATimeGetsThatOfTheStreamUnderTheEventClock) {
  Start(ClockMode::kEvent);
  json timeless = EventJson("1");
  timeless.erase("time");
  const DoorAnswer early = rig_->PostEvents(timeless);
  EXPECT_EQ(early.status, 400);
  EXPECT_EQ(early.body["errors"][0]["reason"], "missing_time");
  const DoorAnswer tick =
      rig_->Post("/v1/ticks", "application/json", R"({"time": "2026-03-05T00:00:00Z"})");
  ASSERT_EQ(tick.status, 202) << tick.text;
  EXPECT_THAT(tick.body["accepted"], SizeIs(4));
  ASSERT_EQ(rig_->PostEvents(timeless).status, 202);
  const TimeMs midnight = *ParseRfc3339("2026-03-05T00:00:00Z");
  ASSERT_THAT(rig_->Written(), SizeIs(1));
  EXPECT_EQ(rig_->Written()[0].timestamp, midnight);
  // One that is later moves the stream; one without a time is as late.
  json later = EventJson("2");
  later["time"] = "2026-03-06T12:00:00Z";
  ASSERT_EQ(rig_->PostEvents(later).status, 202);
  timeless["id"] = "3";
  ASSERT_EQ(rig_->PostEvents(timeless).status, 202);
  std::map<std::string, TimeMs> times;
  for (const OwnedRecord& record : rig_->Written()) {
    times[HeaderOf(record, "ce_id")] = *record.timestamp;
  }
  EXPECT_EQ(times["2"], *ParseRfc3339("2026-03-06T12:00:00Z"));
  EXPECT_EQ(times["3"], times["2"]);
  // A repeat comes at another time, and is the same event.
  timeless["id"] = "1";
  EXPECT_EQ(rig_->PostEvents(timeless).body["accepted"][0]["repeated"], true);
}

TEST_P(IngestTest, ATickIsInEveryPartitionOnce) {
  Start(ClockMode::kEvent);
  const std::string body = R"({"time": "2026-03-05T00:00:00Z"})";
  ASSERT_EQ(rig_->Post("/v1/ticks", "application/json", body).status, 202);
  const DoorAnswer again = rig_->Post("/v1/ticks", "application/json", body);
  EXPECT_EQ(again.body["accepted"][0]["repeated"], true);
  const auto ticks = rig_->world.Read(rig_->world.deployment.names().Ticks());
  ASSERT_THAT(ticks, SizeIs(4));
  for (Partition p = 0; p < 4; ++p) EXPECT_EQ(ticks[static_cast<std::size_t>(p)].partition, p);
}

// --- mapped ---

TEST_P(IngestTest, MapsRowsWithTheBundleInForce) {
  Start();
  const std::string row =
      R"({"event":"session","event_id":"%","customer":"ada","at":"2026-03-04T10:00:00Z",)"
      R"("source":"app","device":"ios","minutes":12,"features_used":3})";
  const auto with = [&](const std::string& id) {
    return std::string(row).replace(row.find('%'), 1, id);
  };
  const DoorAnswer early = rig_->Post("/v1/events/simulator", "application/json", with("1"));
  EXPECT_EQ(early.status, 503);
  EXPECT_EQ(early.headers.find("Retry-After")->second, "1");
  rig_->world.Publish(DemoBundle(), 1);
  ASSERT_TRUE(rig_->AwaitBundle());
  const struct {
    const char* type;
    std::string body;
    std::size_t count;
  } cases[] = {{"application/json", with("1"), 1},
               {"application/json", " [\n" + with("2") + ",\n" + with("3") + "\n]\n", 2},
               {"application/x-ndjson", with("4") + "\n" + with("5") + "\n\n", 2},
               {"application/cloudevents+json",
                R"({"specversion":"1.0","id":"x","source":"urn:x","type":"their.own","data":)" +
                    with("6") + "}",
                1},
               {"application/json", with("1"), 1}};
  for (const auto& each : cases) {
    const DoorAnswer answer = rig_->Post("/v1/events/simulator", each.type, each.body);
    EXPECT_EQ(answer.status, 202) << answer.text;
    EXPECT_THAT(answer.body["accepted"], SizeIs(each.count)) << each.body;
  }
  const auto written = rig_->Written();
  ASSERT_THAT(written, SizeIs(6));
  for (const OwnedRecord& record : written) {
    EXPECT_EQ(HeaderOf(record, "ce_type"), "evenkeel.signal.usage.session.v1");
    EXPECT_EQ(record.key, "ada");
  }
  const DoorAnswer unknown = rig_->Post("/v1/events/simulatr", "application/json", "{}");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.text, HasSubstr("there are: simulator"));
}

TEST_P(IngestTest, ARowWithoutATimeGetsTheStreams) {
  Start(ClockMode::kEvent);
  rig_->world.Publish(DemoBundle(), 1);
  ASSERT_TRUE(rig_->AwaitBundle());
  ASSERT_EQ(
      rig_->Post("/v1/ticks", "application/json", R"({"time": "2026-03-05T00:00:00Z"})").status,
      202);
  const std::string row = R"({"event":"session","event_id":"1","customer":"ada",)"
                          R"("source":"app","device":"ios","minutes":12,"features_used":3})";
  for (const bool is_repeated : {false, true}) {
    const DoorAnswer answer = rig_->Post("/v1/events/simulator", "application/json", row);
    ASSERT_EQ(answer.status, 202) << answer.text;
    EXPECT_EQ(answer.body["accepted"][0]["repeated"], is_repeated);
  }
  ASSERT_THAT(rig_->Written(), SizeIs(1));
  EXPECT_EQ(rig_->Written()[0].timestamp, *ParseRfc3339("2026-03-05T00:00:00Z"));
}

}  // namespace
}  // namespace evenkeel::testing
