#include "evenkeel/bundle/bundle_log.h"

#include <algorithm>
#include <string>

#include "small_bundle.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using testing::SmallBundle;
using testing::With;

const TimeZoneDatabase& Zones() {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  return kZones;
}

BundleFiles Version(const std::string& version) {
  return With(SmallBundle(), "bundle.yaml", "version: \"1\"", "version: \"" + version + "\"");
}

/// A bundle that takes several records.
BundleFiles Large() {
  BundleFiles files = Version("large");
  files["policy.yaml"] += "#" + std::string(kBundleChunkBytes * 2, 'x') + "\n";
  return files;
}

std::vector<BundleRecord> Records(const BundleFiles& files, std::int64_t revision) {
  return BundleRecords("small", files, {.revision = revision, .time = {1000}, .by = "ada"});
}

Status ApplyAll(BundleShelf& shelf, const std::vector<BundleRecord>& records) {
  for (const auto& [key, value] : records) EVENKEEL_RETURN_IF_ERROR(shelf.Apply(key, value));
  return {};
}

class BundleShelfTest : public ::testing::Test {
 protected:
  BundleShelf shelf_{Zones(), {.allow_unsigned = true}};
};

TEST_F(BundleShelfTest, AdoptsWhatWasPublished) {
  EXPECT_EQ(shelf_.active(), nullptr);
  const Status status = ApplyAll(shelf_, Records(SmallBundle(), 1));
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(shelf_.active()->digest(), BundleDigest(SmallBundle()));
  EXPECT_EQ(shelf_.revision(), 1);
}

TEST_F(BundleShelfTest, PutsPartsTogetherInAnyOrder) {
  std::vector<BundleRecord> records = Records(Large(), 1);
  ASSERT_EQ(records.size(), 4U);
  for (const auto& [key, value] : records) EXPECT_LE(value.size(), kBundleChunkBytes + 1024);
  std::ranges::reverse(records);  // The pointer first.
  ASSERT_TRUE(shelf_.Apply(records[0].first, records[0].second).ok());
  EXPECT_TRUE(shelf_.awaited().has_value());
  EXPECT_EQ(shelf_.active(), nullptr);
  ASSERT_TRUE(ApplyAll(shelf_, {records.begin() + 1, records.end()}).ok());
  EXPECT_EQ(shelf_.active()->digest(), BundleDigest(Large()));
  EXPECT_FALSE(shelf_.awaited().has_value());
}

TEST_F(BundleShelfTest, KeepsTheLastGoodBundle) {
  ASSERT_TRUE(ApplyAll(shelf_, Records(SmallBundle(), 1)).ok());
  const BundleFiles bad = With(SmallBundle(), "policy.yaml", "7d}", "7 days}");
  const Status status = ApplyAll(shelf_, Records(bad, 2));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("policy.yaml:2:35: caps.week.window: '7 days'"));
  EXPECT_EQ(shelf_.active()->digest(), BundleDigest(SmallBundle()));
  EXPECT_EQ(shelf_.revision(), 1);
  ASSERT_TRUE(ApplyAll(shelf_, Records(Version("2"), 3)).ok());
  EXPECT_EQ(shelf_.active()->version(), "2");
}

TEST_F(BundleShelfTest, GoesBackByAPointerAlone) {
  ASSERT_TRUE(ApplyAll(shelf_, Records(Version("1"), 1)).ok());
  ASSERT_TRUE(ApplyAll(shelf_, Records(Version("2"), 2)).ok());
  ASSERT_TRUE(ApplyAll(shelf_, {Records(Version("1"), 3).back()}).ok());
  EXPECT_EQ(shelf_.active()->version(), "1");
  EXPECT_EQ(shelf_.revision(), 3);
}

TEST_F(BundleShelfTest, NeverGoesBackToAnOlderRevision) {
  const std::vector<BundleRecord> second = Records(Version("2"), 2);
  ASSERT_TRUE(ApplyAll(shelf_, second).ok());
  EXPECT_TRUE(ApplyAll(shelf_, second).ok());  // A repeat says nothing new.
  EXPECT_EQ(ApplyAll(shelf_, Records(Version("1"), 1)).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(ApplyAll(shelf_, Records(Version("1"), 2)).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(shelf_.active()->version(), "2");
}

TEST_F(BundleShelfTest, RefusesPartsThatDoNotAddUp) {
  std::vector<BundleRecord> records = Records(Large(), 1);
  BundleChunk chunk = DecodeBundleChunk(records[1].second).value();
  chunk.content[7] ^= 1;
  records[1].second = EncodeBundleChunk(chunk);
  EXPECT_EQ(ApplyAll(shelf_, records).code(), StatusCode::kDataLoss);
  chunk.total_bytes = 5;
  EXPECT_EQ(shelf_.Apply(records[1].first, EncodeBundleChunk(chunk)).code(), StatusCode::kDataLoss);
  EXPECT_EQ(shelf_.Apply("small@0/0", records[0].second).code(), StatusCode::kDataLoss);
  EXPECT_EQ(shelf_.Apply("active", "x").code(), StatusCode::kDataLoss);
  EXPECT_EQ(shelf_.active(), nullptr);
}

TEST_F(BundleShelfTest, TakesTombstones) {
  const std::vector<BundleRecord> records = Records(Large(), 1);
  ASSERT_TRUE(shelf_.Apply(records[0].first, records[0].second).ok());
  ASSERT_TRUE(shelf_.Apply(records[0].first, std::nullopt).ok());
  ASSERT_TRUE(ApplyAll(shelf_, {records.begin() + 1, records.end()}).ok());
  EXPECT_EQ(shelf_.active(), nullptr);
  ASSERT_TRUE(shelf_.Apply("active", std::nullopt).ok());
  EXPECT_FALSE(shelf_.awaited().has_value());
}

TEST(BundleSignatureTest, IsCheckedAgainstTrustedKeys) {
  ASSERT_GE(sodium_init(), 0);
  std::array<std::uint8_t, 32> public_key{};
  std::array<std::uint8_t, 64> secret_key{};
  const std::array<std::uint8_t, 32> seed{7};
  crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  BundleActivation activation{.revision = 1, .time = {1000}, .by = "ada", .key_id = "k1"};
  activation.sign = [&](std::string_view bytes) {
    std::array<std::uint8_t, 64> signature{};
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         secret_key.data());
    return signature;
  };
  const std::vector<BundleRecord> records = BundleRecords("small", SmallBundle(), activation);

  BundleShelf trusting(Zones(), {.trusted_keys = {{"k1", public_key}}});
  const Status trusted = ApplyAll(trusting, records);
  EXPECT_TRUE(trusted.ok()) << trusted.message();
  EXPECT_NE(trusting.active(), nullptr);

  // Not signed, a stranger's key, and a signature of other bytes.
  BundleShelf strict(Zones(), {.trusted_keys = {{"k1", public_key}}});
  EXPECT_THAT(ApplyAll(strict, Records(SmallBundle(), 1)).message(), HasSubstr("it is not signed"));
  BundleShelf stranger(Zones(), {.allow_unsigned = true});
  EXPECT_THAT(ApplyAll(stranger, records).message(), HasSubstr("which is not trusted"));
  ActiveBundle forged = DecodeActiveBundle(records.back().second).value();
  forged.digest = BundleDigest(Version("2"));
  const Status status = strict.Apply("active", EncodeActiveBundle(forged));
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("its signature is not that of the key k1"));
}

}  // namespace
}  // namespace evenkeel
