#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/url.hpp"
#include "core/connector/http.hpp"
#include "core/connector/types.hpp"

// Signed requests (facts tiktok_tokopedia 3.1 to 3.3). `path` is the whole path of the API. The
// operation's name is the path without version and ids, with dots; writes that end in no verb of
// their own end in ".create", ".edit" or ".delete": "product.products.create",
// "product.products.inventory.update".
//
// A parameter with an empty value is neither signed nor sent. A body is never an empty object: how
// the channel signs `{}` is not known (facts 3.2).
namespace gerbang::tokopedia {

enum class Level { app, shop };  // app: without shop_cipher (facts 3.3)

HttpRequest get(const CallContext& ctx, std::string_view path, const QueryItems& params = {},
                Level level = Level::shop);
HttpRequest post(const CallContext& ctx, std::string_view path, const json::Value& body,
                 Effect effect, const QueryItems& params = {}, Level level = Level::shop);
HttpRequest put(const CallContext& ctx, std::string_view path, const json::Value& body,
                Effect effect);
HttpRequest del(const CallContext& ctx, std::string_view path, const json::Value& body,
                Effect effect);
HttpRequest upload_image(const CallContext& ctx, const MultipartFile& image);

// Token calls: another host, no signature, the app's secret in the query (facts 2.2). `what` is
// "get" or "refresh". Against anything but the live API the tokens are taken from the API's own
// address.
HttpRequest token_call(const CallContext& ctx, std::string_view what, const QueryItems& params,
                       Effect effect);

std::string operation_of(Method method, std::string_view path);

// Ids are decimal texts of up to 19 digits (facts 3.4); anything else is none of the channel's.
bool is_id(std::string_view text);

// 32 hex digits as a UUID version 4, for idempotency keys.
std::string uuid_of(std::string_view nonce);

}  // namespace gerbang::tokopedia
