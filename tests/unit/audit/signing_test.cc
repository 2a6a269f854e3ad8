#include "evenkeel/audit/signing.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

class SigningTest : public ::testing::Test {
 protected:
  std::string Write(std::string_view text, mode_t mode) {
    std::ofstream(file_) << text;
    chmod(file_.c_str(), mode);
    return file_;
  }

  const testing::TempDirectory folder_;
  const std::string file_ = folder_.path() + "/key";
};

// RFC 8032, section 7.1, test 2.
TEST_F(SigningTest, AgreesWithRfc8032) {
  const auto key = SigningKey::Load(
      Write("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n", 0400));
  ASSERT_TRUE(key.ok()) << key.status().ToString();
  const Signature signature = key->Sign("\x72");
  EXPECT_EQ(ToHex({reinterpret_cast<const char*>(signature.bytes.data()), 64}),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_F(SigningTest, VerifiesWhatATrustedKeySignedAndNothingElse) {
  const auto key = SigningKey::Create(file_);
  ASSERT_TRUE(key.ok()) << key.status().ToString();
  const Signature signature = key->Sign("pay 5 EUR");
  VerifyingKeys keys;
  EXPECT_THAT(keys.Verify(signature, "pay 5 EUR").message(), HasSubstr(key->key_id()));
  keys.Add(key->public_key());
  EXPECT_TRUE(keys.Verify(signature, "pay 5 EUR").ok());
  EXPECT_EQ(keys.Verify(signature, "pay 6 EUR").code(), StatusCode::kPermissionDenied);
}

TEST_F(SigningTest, ReadsBackTheKeyItMadeAndNeverOverwritesOne) {
  const auto made = SigningKey::Create(file_);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(SigningKey::Load(file_)->key_id(), made->key_id());
  EXPECT_EQ(SigningKey::Create(file_).status().code(), StatusCode::kAlreadyExists);
}

TEST_F(SigningTest, RefusesAKeyThatOthersCanRead) {
  const auto key = SigningKey::Load(Write(std::string(64, 'a'), 0644));
  EXPECT_THAT(key.status().message(), HasSubstr("chmod 400 " + file_));
}

TEST_F(SigningTest, RefusesAFileThatIsNoKey) {
  EXPECT_EQ(SigningKey::Load(Write("zz", 0400)).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SigningKey::Load(folder_.path() + "/none").status().code(), StatusCode::kNotFound);
}

TEST_F(SigningTest, ReadsTrustedKeysWithComments) {
  const auto key = SigningKey::Create(file_);
  const std::string trusted = folder_.path() + "/trusted";
  std::ofstream(trusted) << "# decider\n"
                         << ToHex({reinterpret_cast<const char*>(key->public_key().data()), 32})
                         << "  # since 2026\n\n";
  const auto keys = VerifyingKeys::Load(trusted);
  ASSERT_TRUE(keys.ok()) << keys.status().ToString();
  EXPECT_TRUE(keys->Verify(key->Sign("x"), "x").ok());
  std::ofstream(trusted) << "abc\n";
  EXPECT_THAT(VerifyingKeys::Load(trusted).status().message(), HasSubstr("trusted:1:"));
}

}  // namespace
}  // namespace evenkeel
