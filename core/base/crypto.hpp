#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace gerbang {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);

// Only where a marketplace's signature is made of it.
std::array<std::uint8_t, 16> md5(std::string_view data);

std::string to_hex(std::string_view bytes);  // lower case
std::string to_hex(const Sha256& digest);
std::optional<std::string> from_hex(std::string_view text);  // either case
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // strict, padded
inline std::string_view as_view(const Sha256& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

// Takes the same time wherever the difference is; a different length is unequal at once.
bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

// AES-256-GCM with a random nonce for what is stored encrypted (tokens, raw webhooks, buyers'
// data). The sealed form is  version(1) | key id(4, big endian) | nonce(12) | ciphertext | tag(16).
// `context` ("organisation|shop|field") is authenticated: a sealed value moved to another row does
// not open. Several keys may be loaded; the one with the highest id seals.
class Vault {
 public:
  // `key` is 32 bytes; anything else is a start-up error.
  static Result<Vault> create(std::map<std::uint32_t, Secret> keys, Random& random);
  // A vault with a fixed key for tests.
  static Vault for_tests();

  std::string seal(const Secret& plain, std::string_view context) const;
  Result<Secret> open(std::string_view sealed,
                      std::string_view context) const;  // code vault_closed

 private:
  Vault(std::map<std::uint32_t, Secret> keys, Random* random);
  std::map<std::uint32_t, Secret> keys_;
  Random* random_;
};

}  // namespace gerbang
