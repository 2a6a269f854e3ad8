#include "evenkeel/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, ExposesTheProcessAndTheBuild) {
  const std::string text = Metrics("1.2.3").Scrape();
  EXPECT_THAT(text, HasSubstr("evenkeel_build_info{version=\"1.2.3\"} 1"));
  EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes"));
  EXPECT_THAT(text, HasSubstr("process_open_fds"));
}

TEST(MetricsTest, GathersSamplesOfOneNameIntoOneFamily) {
  Metrics metrics("1");
  for (const char* row : {"0", "1"}) {
    metrics.AddSource([row](std::vector<MetricSample>& out) {
      out.push_back(
          {"evenkeel_lag_records", "Records behind.", MetricKind::kGauge, {{"row", row}}, 5});
    });
  }
  const std::string text = metrics.Scrape();
  EXPECT_EQ(text.find("# TYPE evenkeel_lag_records gauge"),
            text.rfind("# TYPE evenkeel_lag_records gauge"));
  EXPECT_THAT(text, HasSubstr("evenkeel_lag_records{row=\"0\"} 5"));
  EXPECT_THAT(text, HasSubstr("evenkeel_lag_records{row=\"1\"} 5"));
}

}  // namespace
}  // namespace evenkeel
