#pragma once

#include <string>

struct sockaddr;

namespace evenkeel {

/// True for an address that anybody on the internet may have: not loopback, link-local, private,
/// reserved, multicast or unspecified, not even inside an IPv6 address that stands for an IPv4 one.
/// Families other than IPv4 and IPv6 are not public.
bool IsPublicAddress(const sockaddr& address);

/// True if `host`, as it stands in a URL, is an address and not a public one. A name is not judged:
/// what it resolves to is, at every connection.
bool IsPrivateLiteral(const std::string& host);

/// For messages: "10.0.0.1", "fe80::1".
std::string AddressText(const sockaddr& address);

}  // namespace evenkeel
