#include "webhook.h"

#include <filesystem>
#include <fstream>

#include "calls.h"
#include <gtest/gtest.h>
#include <unistd.h>

namespace simulator {
namespace {

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

TEST(HmacTest, GivesTheValuesOfRfc4231) {
  EXPECT_EQ(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Base64Test, GivesTheValuesOfRfc4648AndBack) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(Base64(bytes), text);
    std::string back;
    EXPECT_TRUE(FromBase64(text, &back)) << text;
    EXPECT_EQ(back, bytes);
  }
  for (const char* text : {"Zg=", "Zg", "Z===", "Zh==", "Zm9*", "Zm9v\n", "=Zg=", "===="}) {
    std::string back;
    EXPECT_FALSE(FromBase64(text, &back)) << text;
  }
}

/// As the standard has it: "v1," and the base64 of the HMAC over "id.timestamp.body".
TEST(RefusalTest, TakesASignatureOfOneOfItsSecrets) {
  const std::vector<std::string> secrets{"another secret, of the past", "0123456789abcdefghijklmn"};
  const std::string body = R"({"a":1})";
  const std::string good = "v1," + Base64(HmacSha256(secrets[1], "id.17." + body));
  EXPECT_EQ(Refusal(secrets, {"id", "17", good}, body), "");
  EXPECT_EQ(Refusal(secrets, {"id", "17", "v1a,zzz " + good}, body), "");
  EXPECT_EQ(Refusal(secrets, {"id", "17", good}, body + " "), "bad_signature");
  EXPECT_EQ(Refusal(secrets, {"ie", "17", good}, body), "bad_signature");
  EXPECT_EQ(Refusal(secrets, {"id", "18", good}, body), "bad_signature");
  EXPECT_EQ(Refusal({secrets[0]}, {"id", "17", good}, body), "bad_signature");
  EXPECT_EQ(Refusal(secrets, {"", "17", good}, body), "missing_header");
  EXPECT_EQ(Refusal(secrets, {"id", "17", ""}, body), "missing_header");
}

constexpr char kBody[] = R"({"type":"evenkeel.action.email.v1","timestamp":"2026-01-05T08:00:00Z",
  "data":{"format":1,"action_id":"x","customer_id":"C000012","action":"discount_25",
          "channel":"email","purpose":"marketing","issued_time_ms":"1767600000000",
          "parameters":[{"name":"discount","text":"20 %"},{"name":"months","text":"2"}],
          "amount":{"units":"11250000","scale":6,"currency":"EUR"},"payment_count":3}})";

TEST(ReadCallTest, ReadsAnAction) {
  Arrival arrival;
  ASSERT_EQ(ReadCall({}, 100, "id-1", kBody, &arrival), "");
  EXPECT_EQ(arrival.customer, 12U);
  EXPECT_EQ(arrival.action, "discount_25");
  EXPECT_EQ(arrival.treatment.id, "id-1");
  EXPECT_EQ(arrival.treatment.kind, Kind::kDiscountLarge);
  EXPECT_EQ(arrival.treatment.channel, "email");
  EXPECT_TRUE(arrival.treatment.is_marketing);
  EXPECT_EQ(arrival.treatment.issued_ms, 1767600000000);
  EXPECT_DOUBLE_EQ(arrival.treatment.discount, 0.20);
  EXPECT_EQ(arrival.treatment.payments, 2);
  EXPECT_EQ(arrival.treatment.credit_cents, 0) << "a discount is no credit";
}

TEST(ReadCallTest, ReadsTheMoneyOfACredit) {
  Arrival arrival;
  ASSERT_EQ(
      ReadCall({}, 100, "id",
               R"({"data":{"customer_id":"C000000","action":"apology_credit","channel":"email",
                        "amount":{"units":"750","scale":2,"currency":"EUR"}}})",
               &arrival),
      "");
  EXPECT_EQ(arrival.treatment.credit_cents, 750);
  EXPECT_FALSE(arrival.treatment.is_marketing);
}

TEST(ReadCallTest, NamesWhatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"{", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"data":3})", "no object \"data\""},
      {R"({"data":{"customer_id":"C000100","action":"x"}})", "\"C000100\" is no customer"},
      {R"({"data":{"customer_id":"C00001","action":"x"}})", "is no customer"},
      {R"({"data":{"customer_id":"X000001","action":"x"}})", "is no customer"},
      {R"({"data":{"customer_id":7,"action":"x"}})", "is no customer"},
      {R"({"data":{"customer_id":"C000001"}})", "data.action is missing"}};
  for (const auto& [body, wrong] : cases) {
    Arrival arrival;
    EXPECT_NE(ReadCall({}, 100, "id", body, &arrival).find(wrong), std::string::npos) << body;
  }
}

class ReadSecretsTest : public testing::Test {
 protected:
  ~ReadSecretsTest() override { std::filesystem::remove(path_); }
  std::string Read(const std::string& content) {
    std::ofstream(path_) << content;
    secrets_.clear();
    return ReadSecrets(path_, &secrets_);
  }
  std::string path_ = testing::TempDir() + "simulator-secret-" + std::to_string(getpid());
  std::vector<std::string> secrets_;
};

TEST_F(ReadSecretsTest, ReadsEachLine) {
  const std::string one = "whsec_" + Base64(std::string(32, 'a'));
  EXPECT_EQ(Read(one + "\n" + one + "\n"), "");
  EXPECT_EQ(secrets_, (std::vector<std::string>(2, std::string(32, 'a'))));
}

TEST_F(ReadSecretsTest, RefusesWhatIsNone) {
  for (const std::string& content :
       {std::string(), Base64(std::string(32, 'a')), "whsec_" + Base64("short"),
        "whsec_" + Base64(std::string(65, 'a')), std::string("whsec_!!!")}) {
    EXPECT_NE(Read(content), "") << content;
  }
  EXPECT_NE(ReadSecrets("/no/such/file", &secrets_), "");
}

}  // namespace
}  // namespace simulator
