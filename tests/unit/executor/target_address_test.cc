#include "executor/target_address.h"

#include <string>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

// The first and the last of each block that is not public, and their neighbours.
TEST(TargetAddressTest, KnowsWhatIsNotPublic) {
  for (const char* address : {"0.0.0.0",
                              "0.255.255.255",
                              "10.0.0.0",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.0",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.0.1",
                              "192.168.255.255",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.250",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::a00:1",
                              "2002:a00:1::",
                              "2002:c0a8:101::1",
                              "fe80::1",
                              "fc00::1",
                              "fdff::1",
                              "ff02::1",
                              "2001:db8::1",
                              "2001::1",
                              "2001:1ff::1",
                              "3fff::1",
                              "100::1",
                              "[::1]"}) {
    EXPECT_TRUE(IsPrivateLiteral(address)) << address;
  }
}

TEST(TargetAddressTest, LetsPublicOnesPass) {
  for (const char* address :
       {"1.1.1.1",        "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",    "126.255.255.255", "128.0.0.1",        "169.253.255.255",
        "172.15.255.255", "172.32.0.0",      "192.167.255.255",  "192.169.0.0",
        "198.17.255.255", "198.20.0.0",      "223.255.255.255",  "2606:4700::1111",
        "2001:200::1",    "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1",
        "[2a00::1]"}) {
    EXPECT_FALSE(IsPrivateLiteral(address)) << address;
  }
}

TEST(TargetAddressTest, DoesNotJudgeNames) {
  for (const char* name : {"localhost", "10.0.0.1.example.com", "", "example.com"}) {
    EXPECT_FALSE(IsPrivateLiteral(name)) << name;
  }
}

}  // namespace
}  // namespace evenkeel
