#include "gateway/http/address.hpp"

#include <algorithm>
#include <array>

namespace gerbang::http {

namespace ip = boost::asio::ip;

namespace {

struct Range4 {
  std::uint32_t network;
  int bits;
};

// IANA IPv4 special-purpose registry, without the entries that are globally reachable.
constexpr std::array<Range4, 15> kReserved4 = {{
    {0x00000000, 8},   // 0.0.0.0/8 this network
    {0x0a000000, 8},   // 10/8
    {0x64400000, 10},  // 100.64/10 shared address space
    {0x7f000000, 8},   // 127/8
    {0xa9fe0000, 16},  // 169.254/16 link-local, cloud metadata
    {0xac100000, 12},  // 172.16/12
    {0xc0000000, 24},  // 192.0.0/24 protocol assignments
    {0xc0000200, 24},  // 192.0.2/24 documentation
    {0xc0586300, 24},  // 192.88.99/24 6to4 relays, deprecated
    {0xc0a80000, 16},  // 192.168/16
    {0xc6120000, 15},  // 198.18/15 benchmarking
    {0xc6336400, 24},  // 198.51.100/24 documentation
    {0xcb007100, 24},  // 203.0.113/24 documentation
    {0xe0000000, 4},   // 224/4 multicast
    {0xf0000000, 4},   // 240/4 reserved, 255.255.255.255
}};

bool is_public_v4(std::uint32_t address) {
  return std::none_of(kReserved4.begin(), kReserved4.end(), [&](const Range4& r) {
    return (address >> (32 - r.bits)) == (r.network >> (32 - r.bits));
  });
}

std::uint32_t four(const ip::address_v6::bytes_type& b, std::size_t at) {
  return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
         std::uint32_t{b[at + 2]} << 8 | b[at + 3];
}

bool is_public_v6(const ip::address_v6::bytes_type& b) {
  const std::uint32_t head = four(b, 0);
  const bool first_80_zero = std::all_of(b.begin(), b.begin() + 10, [](auto x) { return x == 0; });
  if (first_80_zero && b[10] == 0xff && b[11] == 0xff) return is_public_v4(four(b, 12));  // mapped
  if (first_80_zero) return false;  // ::, ::1, compatible
  if (head == 0x0064ff9b) {  // NAT64: 64:ff9b::/96 carries an IPv4 address, 64:ff9b:1::/48 is local
    const bool well_known =
        std::all_of(b.begin() + 4, b.begin() + 12, [](auto x) { return x == 0; });
    return well_known && is_public_v4(four(b, 12));
  }
  if ((b[0] & 0xe0) != 0x20) return false;  // only 2000::/3 is global unicast
  if (b[0] == 0x20 && b[1] == 0x02) return is_public_v4(four(b, 2));  // 6to4
  if (head == 0x20010000) return false;                               // Teredo
  if (head == 0x20010db8) return false;                               // documentation
  if ((head >> 9) == (0x20010000U >> 9)) return false;  // 2001::/23 protocol assignments
  if (b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xf0) == 0) return false;  // 3fff::/20 documentation
  return true;
}

}  // namespace

bool is_public(const ip::address& address) {
  return address.is_v4() ? is_public_v4(address.to_v4().to_uint())
                         : is_public_v6(address.to_v6().to_bytes());
}

}  // namespace gerbang::http
