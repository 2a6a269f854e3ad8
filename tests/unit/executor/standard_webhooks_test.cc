#include "executor/standard_webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The example of the Standard Webhooks reference libraries.
TEST(StandardWebhooksTest, AgreesWithTheReferenceLibraries) {
  const auto secret = WebhookSecret::Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(secret->Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooksTest, SignsIdTimeAndBody) {
  const auto secret = WebhookSecret::Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  const std::string signature = secret.Sign("a", 1, "body");
  EXPECT_NE(signature, secret.Sign("b", 1, "body"));
  EXPECT_NE(signature, secret.Sign("a", 2, "body"));
  EXPECT_NE(signature, secret.Sign("a", 1, "other"));
}

TEST(StandardWebhooksTest, RefusesASecretWithoutRepeatingIt) {
  for (const char* text : {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_!!!"}) {
    const auto secret = WebhookSecret::Parse(text);
    EXPECT_EQ(secret.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(secret.status().message(), HasSubstr("24 to 64 bytes"));
    EXPECT_THAT(secret.status().message(), Not(HasSubstr("MfKQ")));
  }
}

}  // namespace
}  // namespace evenkeel
