#include "executor/target_address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace evenkeel {
namespace {

using V6 = std::array<std::uint8_t, 16>;

struct V4Range {
  std::array<std::uint8_t, 4> address;
  int bits;
};

// What the IANA registry of special-purpose addresses says is not globally reachable.
constexpr std::array<V4Range, 15> kNotPublic4 = {{{{0, 0, 0, 0}, 8},
                                                  {{10, 0, 0, 0}, 8},
                                                  {{100, 64, 0, 0}, 10},
                                                  {{127, 0, 0, 0}, 8},
                                                  {{169, 254, 0, 0}, 16},
                                                  {{172, 16, 0, 0}, 12},
                                                  {{192, 0, 0, 0}, 24},
                                                  {{192, 0, 2, 0}, 24},
                                                  {{192, 88, 99, 0}, 24},
                                                  {{192, 168, 0, 0}, 16},
                                                  {{198, 18, 0, 0}, 15},
                                                  {{198, 51, 100, 0}, 24},
                                                  {{203, 0, 113, 0}, 24},
                                                  {{224, 0, 0, 0}, 4},
                                                  {{240, 0, 0, 0}, 4}}};

std::uint32_t Number(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool IsPublic4(const std::uint8_t* bytes) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(), [&](const V4Range& range) {
    return (Number(bytes) ^ Number(range.address.data())) >> (32 - range.bits) == 0;
  });
}

bool StartsWith(const V6& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool IsPublic6(const V6& address) {
  const bool is_mapped = StartsWith(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF});
  const bool is_translated = StartsWith(address, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0});
  if (is_mapped || is_translated) return IsPublic4(&address[12]);
  if (StartsWith(address, {0x20, 0x02})) return IsPublic4(&address[2]);  // 6to4
  if ((address[0] & 0xE0) != 0x20) return false;                         // Only 2000::/3 is global.
  const bool is_special = StartsWith(address, {0x20, 0x01}) && address[2] < 2;  // 2001::/23
  return !is_special && !StartsWith(address, {0x20, 0x01, 0x0D, 0xB8}) &&
         !(StartsWith(address, {0x3F, 0xFF}) && address[2] < 0x10);
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IsPublic4(bytes.data());
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  V6 bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return IsPublic6(bytes);
}

bool IsPrivateLiteral(const std::string& host) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    return !IsPublicAddress(reinterpret_cast<const sockaddr&>(v4));
  }
  std::string bare = host;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, bare.c_str(), &v6.sin6_addr) != 1) return false;
  return !IsPublicAddress(reinterpret_cast<const sockaddr&>(v6));
}

std::string AddressText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(),
              text.size());
  } else if (address.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text.data(),
              text.size());
  }
  return text.data();
}

}  // namespace evenkeel
