#include "evenkeel/telemetry/log.h"

#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

// What a customer is known by does not become a log value by accident.
static_assert(!std::is_convertible_v<std::string, LogValue>);
static_assert(!std::is_convertible_v<std::string_view, LogValue>);
static_assert(!std::is_convertible_v<const char*, LogValue>);

class LogTest : public ::testing::Test {
 protected:
  std::vector<std::string> lines_;
  Logger logger_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(LogTest, WritesOneJsonObjectPerLine) {
  logger_.Write(LogSeverity::kWarning, "engine", "task waits",
                {{"row", 3}, {"topic", PublicText("a\"b\n")}, {"whole", true}});
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_[0].find('\n'), lines_[0].size() - 1);
  const auto line = nlohmann::json::parse(lines_[0]);
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["component"], "engine");
  EXPECT_EQ(line["row"], 3);
  EXPECT_EQ(line["topic"], "a\"b\n");
  EXPECT_EQ(line["whole"], true);
  EXPECT_EQ(line["ts"].get<std::string>().back(), 'Z');
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheMinimum) {
  logger_.set_minimum(LogSeverity::kError);
  logger_.Write(LogSeverity::kWarning, "engine", "x");
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LogTest, SurvivesBytesThatAreNotUtf8) {
  logger_.Write(LogSeverity::kInfo, "engine", "x", {{"text", PublicText("\xff\xfe")}});
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(LogTest, NamesACustomerOnlyByAKeyedHash) {
  const CustomerHasher one({1});
  const CustomerHasher other({2});
  EXPECT_NE(one("ada").value, other("ada").value);
  logger_.Write(LogSeverity::kInfo, "engine", "x", {{"customer", one("ada")}});
  EXPECT_EQ(lines_[0].find("ada"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(lines_[0])["customer"].get<std::string>().size(), 16U);
}

}  // namespace
}  // namespace evenkeel
