#include "connectors/shopee/sign.hpp"

#include "core/base/crypto.hpp"

namespace gerbang::shopee {

std::string sign_public(std::string_view partner_id, std::string_view path, std::int64_t timestamp,
                        const Secret& key) {
  std::string base(partner_id);
  base += path;
  base += std::to_string(timestamp);
  return to_hex(hmac_sha256(key.reveal(), base));
}

std::string sign_shop(std::string_view partner_id, std::string_view path, std::int64_t timestamp,
                      const Secret& access_token, std::string_view shop_id, const Secret& key) {
  std::string text(partner_id);
  text += path;
  text += std::to_string(timestamp);
  text += access_token.reveal();
  text += shop_id;
  const Secret base(std::move(text));  // holds a token: wiped at the end
  return to_hex(hmac_sha256(key.reveal(), base.reveal()));
}

std::string sign_push(std::string_view hook_url, std::string_view body, const Secret& key) {
  std::string base(hook_url);
  base += '|';
  base += body;
  return to_hex(hmac_sha256(key.reveal(), base));
}

bool push_verifies(std::string_view hook_url, std::string_view body, const Secret& key,
                   std::string_view signature) {
  if (key.empty()) return false;
  return constant_time_equal(sign_push(hook_url, body, key), signature);
}

}  // namespace gerbang::shopee
