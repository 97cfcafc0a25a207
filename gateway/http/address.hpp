#pragma once

#include <boost/asio/ip/address.hpp>

namespace gerbang::http {

// May a tenant's address lead there? False for everything that is not the public Internet:
// loopback, private, link-local, shared (CGNAT), documentation, benchmarking, multicast, reserved,
// unique local, and IPv6 forms that carry such an IPv4 address (mapped, compatible, NAT64, 6to4,
// Teredo).
bool is_public(const boost::asio::ip::address& address);

}  // namespace gerbang::http
