#pragma once

#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/model/organisation.hpp"
#include "core/store/store.hpp"

namespace gerbang::api {

// Keys look like "gbk_" + 43 characters of base64url (256 bits of chance); stored is the hex
// SHA-256 of the whole text. Chance of that size needs no slow hash.
Secret new_api_key(Random& random);
std::string hash_of_key(std::string_view key);

// Who is calling. Knows keys for a few seconds, so that a busy client does not cost a read per
// request; a revoked key stops working within that time even when another node revoked it.
// Thread-safe.
class Authenticator {
 public:
  static constexpr Duration kRemember{3000};
  static constexpr std::size_t kMaxRemembered = 4096;

  // `admin_key_hash`: hex SHA-256 of the host's key; empty: there is none, /admin answers 401.
  Authenticator(store::Store& store, const Clock& clock, std::string admin_key_hash)
      : store_(store), clock_(clock), admin_key_hash_(std::move(admin_key_hash)) {}

  // From the Authorization header. Errors: unauthenticated credential_missing (none, or not
  // "Bearer …"), key_unknown (unknown, expired, revoked, of a suspended organisation).
  boost::asio::awaitable<Result<Principal>> principal(std::optional<std::string_view> header);
  // Whether the header carries the host's key. Takes the same time for every wrong key.
  Result<void> admin(std::optional<std::string_view> header) const;
  // After a key was revoked or an organisation suspended here: at once.
  void forget();

 private:
  struct Remembered {
    Principal principal;
    TimePoint at;
  };

  store::Store& store_;
  const Clock& clock_;
  const std::string admin_key_hash_;
  std::mutex mutex_;
  std::unordered_map<std::string, Remembered> remembered_;
  std::uint64_t generation_ = 0;  // forget() outdates reads that began before it
};

}  // namespace gerbang::api
