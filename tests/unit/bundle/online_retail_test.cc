// The shipped mapping on the whole of the UCI data set, where EVENKEEL_DATA says where it is.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/bundle/decimal.h"
#include "evenkeel/bundle/mapping.h"

namespace evenkeel {
namespace {

struct Totals {
  std::int64_t rows = 0;
  std::int64_t without_customer = 0;
  std::int64_t other_dead_letters = 0;
  std::int64_t cancellations = 0;
  std::int64_t mills = 0;  // Thousandths of a pound, of rows with a customer.
  std::set<std::string> customers;
  std::int64_t cancellations_of_customers = 0;
};

SourceMapping Shipped() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/deploy/bundles/online_retail/sources.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const TimeZoneDatabase zones = TimeZoneDatabase::Open().value();
  Diagnostics diagnostics;
  std::vector<SourceMapping> sources = LoadSources("sources.yaml", text.str(), zones, diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return sources.at(0);
}

std::int64_t MillsOf(const Signal& signal) {
  return std::get<std::int64_t>(*signal.Find("quantity")) *
         std::get<Money>(*signal.Find("unit_price")).units;
}

void Count(const MappedRow& row, Totals& totals) {
  ++totals.rows;
  if (row.kind == MappedRow::Kind::kSignal) {
    totals.mills += MillsOf(row.signal);
    totals.customers.insert(row.signal.customer.value());
    if (std::get<bool>(*row.signal.Find("is_cancellation"))) ++totals.cancellations_of_customers;
  } else if (row.reason == "no_customer") {
    ++totals.without_customer;
  } else {
    ++totals.other_dead_letters;
  }
}

class OnlineRetailTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const data = std::getenv("EVENKEEL_DATA");  // NOLINT(concurrency-mt-unsafe)
    if (data == nullptr) {
      std::printf("skipped: no data (EVENKEEL_DATA is not set): 1 case\n");
      GTEST_SKIP() << "no data: EVENKEEL_DATA is not set";
    }
    path_ = std::string(data) + "/online_retail/online_retail.csv.gz";
  }

  std::string path_;
};

TEST_F(OnlineRetailTest, MapsEveryLineExactly) {
  const SourceMapping mapping = Shipped();
  const auto digested = OpenFile(path_);
  ASSERT_TRUE(digested.ok()) << digested.status().message();
  const std::string digest = ToHex(DigestOf(**digested).value());
  const auto bytes = OpenFile(path_);
  SignalReader reader(mapping, **bytes, "online_retail.csv", digest);
  Totals totals;
  MappedRow row;
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const Result<bool> more = reader.Next(row);
    ASSERT_TRUE(more.ok()) << more.status().message();
    if (!*more) break;
    Count(row, totals);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  std::printf("{\"bench\": \"map_online_retail\", \"rows\": %lld, \"rows_per_second\": %.0f}\n",
              static_cast<long long>(totals.rows),
              static_cast<double>(totals.rows) / spent.count());
  EXPECT_EQ(totals.rows, 541'909);
  EXPECT_EQ(totals.without_customer, 135'080);
  EXPECT_EQ(totals.other_dead_letters, 0);
  EXPECT_EQ(totals.customers.size(), 4'372U);
  // By another program on the same file: the lines that name a customer.
  EXPECT_EQ(totals.cancellations_of_customers, 8'905);
  EXPECT_EQ(totals.mills, 8'300'065'814);
}

// The totals over all lines, with or without a customer: by the reader of rows alone.
TEST_F(OnlineRetailTest, ReadsEveryLineExactly) {
  const auto bytes = OpenFile(path_);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  const auto rows =
      ReadCsv(**bytes, "online_retail.csv", {}, {"InvoiceNo", "Quantity", "UnitPrice"});
  Totals totals;
  for (;;) {
    const Result<bool> more = rows->Next();
    ASSERT_TRUE(more.ok()) << more.status().message();
    if (!*more) break;
    ASSERT_EQ(rows->error(), "");
    ++totals.rows;
    if (rows->values()[0].text.starts_with('C')) ++totals.cancellations;
    totals.mills += ParseScaled(rows->values()[1].text, 0).value() *
                    ParseScaled(rows->values()[2].text, 3).value();
  }
  EXPECT_EQ(totals.rows, 541'909);
  EXPECT_EQ(totals.cancellations, 9'288);
  EXPECT_EQ(totals.mills, 9'747'747'934);
}

}  // namespace
}  // namespace evenkeel
