#include "gateway/api/auth.hpp"

#include <algorithm>
#include <array>

#include "core/base/crypto.hpp"
#include "core/connector/http.hpp"
#include "core/sync/await.hpp"

namespace gerbang::api {

namespace {

constexpr std::size_t kMaxKeyLength = 200;

Result<std::string_view> bearer(std::optional<std::string_view> header) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!header) return Error(ErrorKind::unauthenticated, "credential_missing");
  if (header->size() <= kScheme.size() ||
      !equal_ignoring_case(header->substr(0, kScheme.size()), kScheme) ||
      header->size() > kMaxKeyLength) {
    return Error(ErrorKind::unauthenticated, "credential_missing", "not \"Bearer <key>\"");
  }
  return header->substr(kScheme.size());
}

}  // namespace

Secret new_api_key(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::string text = to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::erase(text, '=');
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return Secret("gbk_" + text);
}

std::string hash_of_key(std::string_view key) {
  return to_hex(sha256(key));
}

boost::asio::awaitable<Result<Principal>> Authenticator::principal(
    std::optional<std::string_view> header) {
  GERBANG_CO_TRY(key, bearer(header));
  const std::string hash = hash_of_key(key);
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    const auto found = remembered_.find(hash);
    if (found != remembered_.end()) {
      const Duration age = clock_.now() - found->second.at;
      if (age >= Duration(0) && age < kRemember) co_return found->second.principal;
      remembered_.erase(found);
    }
  }
  const TimePoint asked_at = clock_.now();
  store::FindPrincipal query;
  query.key_hash = hash;
  auto found = co_await sync::read(store_, std::move(query));
  if (!found) co_return std::move(found).error();
  {
    const std::lock_guard lock(mutex_);
    if (generation == generation_) {
      if (remembered_.size() >= kMaxRemembered) remembered_.clear();
      Remembered entry{*found, asked_at};
      remembered_.insert_or_assign(hash, std::move(entry));
    }
  }
  co_return std::move(*found);
}

Result<void> Authenticator::admin(std::optional<std::string_view> header) const {
  GERBANG_TRY(key, bearer(header));
  if (admin_key_hash_.empty() || !constant_time_equal(hash_of_key(key), admin_key_hash_))
    return Error(ErrorKind::unauthenticated, "key_unknown");
  return Result<void>();
}

void Authenticator::forget() {
  const std::lock_guard lock(mutex_);
  remembered_.clear();
  ++generation_;
}

}  // namespace gerbang::api
