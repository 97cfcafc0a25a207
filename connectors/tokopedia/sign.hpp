#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/base/url.hpp"

// Signatures of the partner API, lower-case hex HMAC-SHA256 with the app secret as its text (facts
// tiktok_tokopedia 3.2 and 7.2; vectors in fixtures/tiktok_signing.json).
namespace gerbang::tokopedia {

// `query` holds decoded values in any order; `sign` and `access_token` are left out. `body` is what
// travels byte for byte, and "" for multipart/form-data, which is not signed.
std::string sign_request(std::string_view path, const QueryItems& query, std::string_view body,
                         const Secret& app_secret);

// Over the app key and the raw body; nothing of time.
std::string sign_webhook(std::string_view app_key, std::string_view body, const Secret& app_secret);

// Constant time; upper-case hex is refused. An empty secret never verifies.
bool webhook_verifies(std::string_view app_key, std::string_view body, const Secret& app_secret,
                      std::string_view signature);

}  // namespace gerbang::tokopedia
