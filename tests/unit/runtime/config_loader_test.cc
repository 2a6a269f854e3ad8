#include "evenkeel/runtime/config_loader.h"

#include <filesystem>
#include <fstream>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sample_config.pb.h>

namespace evenkeel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigLoaderTest : public ::testing::Test {
 protected:
  std::string File(std::string_view yaml) {
    std::ofstream(path_) << yaml;
    return path_;
  }
  Status Load(std::string_view yaml) { return LoadConfig({.file = File(yaml)}, config_); }

  const testing::TempDirectory folder_;
  const std::string path_ = folder_.path() + "/config_loader_test.yaml";
  test::SampleConfig config_;
};

TEST_F(ConfigLoaderTest, ReadsEveryKindOfValue) {
  const Status status = Load(R"(
kafka:
  bootstrap_servers: 127.0.0.1:9092
  properties: {linger.ms: 5, client.id: "08"}
drain_timeout_ms: 10s
cache_bytes: 64MiB
workers: 2
clock: event
topics: [a, b]
journal: true
parts: [{bootstrap_servers: x}]
)");
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(config_.kafka().bootstrap_servers(), "127.0.0.1:9092");
  EXPECT_EQ(config_.kafka().properties().at("linger.ms"), "5");
  EXPECT_EQ(config_.kafka().properties().at("client.id"), "08");
  EXPECT_EQ(config_.drain_timeout_ms(), 10000);
  EXPECT_EQ(config_.cache_bytes(), 64 << 20);
  EXPECT_EQ(config_.workers(), 2U);
  EXPECT_EQ(config_.clock(), test::SAMPLE_MODE_EVENT);
  EXPECT_THAT(config_.topics(), ElementsAre("a", "b"));
  EXPECT_TRUE(config_.journal());
  EXPECT_EQ(config_.parts(0).bootstrap_servers(), "x");
}

TEST_F(ConfigLoaderTest, LetsTheEnvironmentWinOverTheFileAndFlagsOverBoth) {
  config_.set_workers(1);
  config_.set_drain_timeout_ms(1);
  config_.set_cache_bytes(1);
  const Status status =
      LoadConfig({.file = File("workers: 2\ndrain_timeout_ms: 2\ncache_bytes: 2\n"),
                  .environment = {{"DRAIN_TIMEOUT_MS", "3"}, {"CACHE_BYTES", "3"}},
                  .sets = {"cache_bytes=4"}},
                 config_);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(config_.workers(), 2U);
  EXPECT_EQ(config_.drain_timeout_ms(), 3);
  EXPECT_EQ(config_.cache_bytes(), 4);
}

TEST_F(ConfigLoaderTest, SetsNestedKeysAndPropertiesWithDotsInTheirNames) {
  const Status status = LoadConfig({.environment = {{"KAFKA__BOOTSTRAP_SERVERS", "h:1"}},
                                    .sets = {"kafka.properties.linger.ms=7", "topics=[x, y]"}},
                                   config_);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(config_.kafka().bootstrap_servers(), "h:1");
  EXPECT_EQ(config_.kafka().properties().at("linger.ms"), "7");
  EXPECT_THAT(config_.topics(), ElementsAre("x", "y"));
}

struct BadConfig {
  const char* name;
  const char* yaml;
  const char* message;
};

class BadConfigTest : public ConfigLoaderTest, public ::testing::WithParamInterface<BadConfig> {};

TEST_P(BadConfigTest, NamesPlaceKeyValueAndRemedy) {
  const Status status = Load(GetParam().yaml);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadConfigTest,
    ::testing::Values(
        BadConfig{"UnknownKey", "workers: 1\nworkrs: 2\n",
                  ".yaml:2:1: workrs: unknown key; did you mean \"workers\"?"},
        BadConfig{"FarKey", "zzzzzzzz: 2\n", "unknown key; known here: kafka, drain_timeout_ms"},
        BadConfig{"Duration", "drain_timeout_ms: 10 parsecs\n",
                  ":1:19: drain_timeout_ms: \"10 parsecs\" is not a duration such as 500ms"},
        BadConfig{"Size", "cache_bytes: 1TB\n", "\"1TB\" is not a size such as 512B"},
        BadConfig{"Overflow", "cache_bytes: 99999999999GiB\n", "is not a size"},
        BadConfig{"Whole", "workers: many\n", "workers: \"many\" is not a whole number"},
        BadConfig{"Range", "workers: -1\n", "workers: \"-1\" is out of range"},
        BadConfig{"Enum", "clock: sun\n", "clock: \"sun\" is not one of wall, event"},
        BadConfig{"Bool", "journal: yes\n", "journal: \"yes\" is not true or false"},
        BadConfig{"List", "topics: a\n", "topics: expected a list"},
        BadConfig{"Scalar", "workers: [1]\n", "workers: expected a single value"},
        BadConfig{"Map", "kafka: 3\n", "kafka: expected keys and values"},
        BadConfig{"Nested", "kafka: {bootstrap_server: x}\n",
                  "kafka.bootstrap_server: unknown key; did you mean \"bootstrap_servers\"?"},
        BadConfig{"Choice", "here: x\nthere: {api_token: y}\n",
                  ".yaml:2:1: there: only one of \"here\" and \"there\" may be set"},
        BadConfig{"NotYaml", "a: [1\n", "not YAML"}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST_F(ConfigLoaderTest, ReportsAllErrorsAtOnce) {
  const Status status = LoadConfig(
      {.file = File("workers: x\nclock: sun\n"), .environment = {{"NO_SUCH", "1"}}}, config_);
  EXPECT_THAT(status.message(), HasSubstr("workers"));
  EXPECT_THAT(status.message(), HasSubstr("clock"));
  EXPECT_THAT(status.message(), HasSubstr("EVENKEEL__NO_SUCH: no_such: unknown key"));
}

TEST_F(ConfigLoaderTest, SaysThatAFileCannotBeRead) {
  const Status status = LoadConfig({.file = "/nonexistent/x.yaml"}, config_);
  EXPECT_THAT(status.message(), HasSubstr("/nonexistent/x.yaml: cannot be read"));
}

TEST_F(ConfigLoaderTest, PrintsWhatItReadsBackButNoSecret) {
  ASSERT_TRUE(Load("kafka: {api_token: hunter2, api_token_file: /run/t, "
                   "properties: {sasl.password: hunter2, linger.ms: 5}}\nclock: wall\n")
                  .ok());
  const std::string text = PrintConfig(config_);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, HasSubstr("/run/t"));
  EXPECT_THAT(text, HasSubstr("clock: wall"));
  test::SampleConfig again;
  EXPECT_TRUE(LoadConfig({.file = File(text)}, again).ok());
  EXPECT_EQ(again.kafka().properties().at("linger.ms"), "5");
}

TEST(ReadConfigEnvironmentTest, TakesOnlyItsOwnVariables) {
  std::string ours = "EVENKEEL__WORKERS=2";
  std::string other = "EVENKEEL_DATA=/x";
  char* environment[] = {ours.data(), other.data(), nullptr};
  const auto found = ReadConfigEnvironment(environment);
  EXPECT_EQ(found.size(), 1U);
  EXPECT_EQ(found.at("WORKERS"), "2");
}

}  // namespace
}  // namespace evenkeel
