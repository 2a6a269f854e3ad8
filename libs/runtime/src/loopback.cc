#include "loopback.h"

#include <arpa/inet.h>

namespace evenkeel {
namespace {

bool IsLoopback(const std::string& address) {
  in_addr parsed{};
  if (::inet_pton(AF_INET, address.c_str(), &parsed) == 1) {
    return (ntohl(parsed.s_addr) >> 24U) == 127;
  }
  return address == "localhost" || address == "::1";
}

}  // namespace

Status CheckLoopback(const std::string& address) {
  if (IsLoopback(address)) return {};
  return InvalidArgument("listener address \"" + address +
                         "\": only loopback addresses are served until access is authenticated; "
                         "use 127.0.0.1 and a proxy that authenticates");
}

Status CannotListen(const std::string& address, std::uint16_t port, const std::string& why) {
  return Unavailable("cannot listen on " + address + ":" + std::to_string(port) + " (" + why +
                     "): choose another port, or 0 for any");
}

}  // namespace evenkeel
