#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

// Signatures of Shopee Open Platform v2: lower-case hex HMAC-SHA256 with the key used as its text,
// never hex-decoded (facts shopee.md 1.3 and 5.1; vectors in fixtures/shopee_signing.json).
namespace gerbang::shopee {

// `path` begins with "/api/v2/"; neither query nor body is signed.
std::string sign_public(std::string_view partner_id, std::string_view path, std::int64_t timestamp,
                        const Secret& key);
// Shop level; merchant level is the same with the merchant's id and token.
std::string sign_shop(std::string_view partner_id, std::string_view path, std::int64_t timestamp,
                      const Secret& access_token, std::string_view shop_id, const Secret& key);
// `hook_url` exactly as typed in the console, `body` the raw bytes.
std::string sign_push(std::string_view hook_url, std::string_view body, const Secret& key);

// Constant time. An empty key never verifies.
bool push_verifies(std::string_view hook_url, std::string_view body, const Secret& key,
                   std::string_view signature);

}  // namespace gerbang::shopee
