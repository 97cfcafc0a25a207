#pragma once

#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// A whole signed request (facts lazada.md 3). System parameters and the signature travel in the
// query; the business parameters of a POST in a form body, of a GET in the query. All are signed.
// `path` is the API's, "/orders/get"; the operation's name is the same with dots: "orders.get".
namespace gerbang::lazada {

HttpRequest api_get(const CallContext& ctx, std::string_view path, QueryItems params = {});
HttpRequest api_post(const CallContext& ctx, std::string_view path, QueryItems params,
                     Effect effect);
// On the auth host, without an access token: /auth/token/create, /auth/token/refresh. After an
// unclear answer the code or the token may be spent: create.
HttpRequest token_post(const CallContext& ctx, std::string_view path, QueryItems params);
// multipart; the bytes are not signed. A picture uploaded twice is only an unused picture: set.
HttpRequest image_upload(const CallContext& ctx, const MultipartFile& image);

// "https://api.lazada.co.id/rest"; an address without the path gets it.
std::string api_base(const App& app);
// Where tokens are made: the host of the consent page, "/rest".
std::string token_base(const App& app);

// Only digits, at most 19 of them: ids of Lazada travel as text with us.
bool is_id(std::string_view text);

}  // namespace gerbang::lazada
