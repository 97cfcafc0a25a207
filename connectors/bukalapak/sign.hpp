#pragma once

#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// OAuth2 as Bukalapak does it (facts bukalapak.md 3). Nothing is signed: a call carries the bearer.
namespace gerbang::bukalapak {

// The login host: scheme and authority of App::auth_url, of App::api_url when that is empty.
// Code url_invalid.
Result<std::string> accounts_origin(const App& app);

// The seller's consent page. The three scopes are what sellers' tools ask for.
Result<std::string> authorise_url(const App& app, std::string_view state);

// POST /oauth/token, form-urlencoded (the server takes four ways), with the app's credentials.
Result<HttpRequest> token_request(const App& app, QueryItems grant);

// What the token endpoint said. `refused` is the code for invalid_grant: the code or refresh token
// is used up. A broken answer is indeterminate: the refresh token may be spent.
Result<TokenSet> read_tokens(const HttpResponse& response, TimePoint now, std::string_view refused);

// Adds Authorization and Accept.
HttpRequest with_bearer(const CallContext& ctx, HttpRequest request);

}  // namespace gerbang::bukalapak
