#include "evenkeel/bundle/bundle.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

const TimeZoneDatabase& Zones() {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  return kZones;
}

std::string Shipped(std::string_view name) {
  return EVENKEEL_SOURCE_DIR "/deploy/bundles/" + std::string(name);
}

std::shared_ptr<const Bundle> Load(const std::string& directory) {
  Result<std::shared_ptr<const Bundle>> bundle = Bundle::LoadDirectory(directory, Zones());
  EXPECT_TRUE(bundle.ok()) << bundle.status().message();
  return bundle.ok() ? *bundle : nullptr;
}

TEST(ShippedBundleTest, DemoIsComplete) {
  const auto bundle = Load(Shipped("demo"));
  ASSERT_NE(bundle, nullptr);
  const CoreDefinition& core = bundle->core();
  EXPECT_GE(core.features.size(), 15U);
  EXPECT_EQ(core.scorecard.hazards.size(), 2U);
  EXPECT_EQ(core.catalogue.actions.size(), 10U);
  EXPECT_EQ(core.policy.holdout.share_ppm, 100'000);
  EXPECT_EQ(core.policy.time_zones.size(), Zones().names().size());
  const ApprovalPolicy& approvals = core.policy.approvals;
  EXPECT_EQ(approvals.money_above_micro, 8'000'000);
  EXPECT_EQ(approvals.assumed_money_above_micro, 4'000'000);
  EXPECT_EQ(approvals.HandlingOf(RiskClass::kMedium), RiskHandling::kAsk);
  EXPECT_EQ(approvals.role, "approver");
  EXPECT_EQ(approvals.expires_after_ms, 3LL * 86'400'000);
  EXPECT_EQ(approvals.ask_again_after_ms, 30LL * 86'400'000);
  EXPECT_NE(bundle->FindSource("simulator"), nullptr);
  EXPECT_EQ(bundle->FindSource("other"), nullptr);
  bool has_harm = false;
  for (const ActionDefinition& action : core.catalogue.actions) {
    for (const UpliftPrior& prior : action.uplift) has_harm = has_harm || prior.mean_ppb < 0;
  }
  EXPECT_TRUE(has_harm);
}

TEST(ShippedBundleTest, OnlineRetailIsComplete) {
  const auto bundle = Load(Shipped("online_retail"));
  ASSERT_NE(bundle, nullptr);
  const CoreDefinition& core = bundle->core();
  const FeatureDefinition& spend = core.features[4];
  EXPECT_EQ(spend.name, "spend");
  EXPECT_EQ(spend.scale, 3);
  EXPECT_EQ(spend.times, (NumberField{"unit_price", 3}));
  EXPECT_EQ(core.currency.view(), "GBP");
}

TEST(BundleFilesTest, HaveOneFormAsBytes) {
  const BundleFiles files = {{"b.yaml", "two"}, {"a.yaml", "one"}, {"models/m.yaml", ""}};
  const std::string bytes = CanonicalBytes(files);
  EXPECT_EQ(bytes, std::string("evenkeel.bundle.files.v1\x03\x06"
                               "a.yaml\x03one\x06"
                               "b.yaml\x03two\x0dmodels/m.yaml\0",
                               24 + 2 + 6 + 4 + 1 + 6 + 4 + 1 + 13 + 1));
  EXPECT_EQ(ToHex(BundleDigest(files)),
            "f5df0275450b4608d195a6f8bd9fee154deb49edb708540cad170b4465b37f79");
  EXPECT_EQ(ParseCanonicalBytes(bytes).value(), files);
}

TEST(BundleFilesTest, AreRefusedWhenDamaged) {
  const std::string bytes = CanonicalBytes({{"a.yaml", "one"}, {"b.yaml", "two"}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseCanonicalBytes(bytes.substr(0, size)).status().code(), StatusCode::kDataLoss);
  }
  EXPECT_FALSE(ParseCanonicalBytes(bytes + "x").ok());
  std::string swapped = bytes;
  swapped[26] = 'c';
  EXPECT_FALSE(ParseCanonicalBytes(swapped).ok());
}

/// A folder that goes with the test.
class FolderTest : public ::testing::Test {
 protected:
  FolderTest() { std::filesystem::create_directories(folder_ / "models"); }
  void Write(std::string_view name, std::string_view content) const {
    std::ofstream(folder_ / name) << content;
  }

  const testing::TempDirectory directory_;
  const std::filesystem::path folder_ = directory_.path();
};

TEST_F(FolderTest, IsReadWithItsModels) {
  Write("a.yaml", "x");
  Write("models/b.yaml", "y");
  Write("README.md", "for people");
  Write(".hidden", "z");
  EXPECT_EQ(ReadBundleDirectory(folder_.string()).value(),
            (BundleFiles{{"a.yaml", "x"}, {"models/b.yaml", "y"}}));
}

TEST_F(FolderTest, RefusesStrangers) {
  Write("a.yaml", "x");
  Write("notes.txt", "y");
  EXPECT_THAT(ReadBundleDirectory(folder_.string()).status().message(),
              HasSubstr("'notes.txt' is not part of a bundle; name it *.yaml or move it out of"));
  EXPECT_EQ(ReadBundleDirectory("/nowhere/at/all").status().code(), StatusCode::kNotFound);
}

TEST_F(FolderTest, SaysThatThereIsNothing) {
  EXPECT_THAT(ReadBundleDirectory(folder_.string()).status().message(),
              HasSubstr("holds no *.yaml"));
}

TEST(BundleReferenceTest, IsUpToDate) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/bundle-reference.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string made = BundleReferencePage();
  if (page.str() == made) return;
  const std::string path = ::testing::TempDir() + "bundle-reference.md";
  std::ofstream(path) << made;
  FAIL() << "docs/bundle-reference.md is out of date: cp " << path << " docs/bundle-reference.md";
}

}  // namespace
}  // namespace evenkeel
