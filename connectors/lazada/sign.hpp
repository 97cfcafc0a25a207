#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/base/url.hpp"

// Lazada's signatures (facts lazada.md 3 and 14); vectors of other people's code in
// fixtures/lazada_signing.json.
namespace gerbang::lazada {

// Upper-case hex HMAC-SHA256(app secret, path + names and values in byte order of the names).
// `path` is without "/rest"; values are raw, not percent-encoded. A parameter `sign` is left out.
// Parameters that are bytes (images) are not handed in at all.
std::string sign_request(std::string_view path, QueryItems params, const Secret& app_secret);

// Lower-case hex HMAC-SHA256(app secret, app key + raw body): the Authorization header of a push.
std::string sign_push(std::string_view app_key, std::string_view body, const Secret& app_secret);
// In constant time; an empty secret never verifies.
bool push_verifies(std::string_view app_key, std::string_view body, const Secret& app_secret,
                   std::string_view given);

}  // namespace gerbang::lazada
