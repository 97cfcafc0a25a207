#include "connectors/bukalapak/sign.hpp"

#include "connectors/bukalapak/wire.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/text.hpp"

namespace gerbang::bukalapak {

Result<std::string> accounts_origin(const App& app) {
  GERBANG_TRY(url, parse_url(app.auth_url.empty() ? app.api_url : app.auth_url));
  return url.scheme + "://" + url.authority();
}

Result<std::string> authorise_url(const App& app, std::string_view state) {
  GERBANG_TRY(origin, accounts_origin(app));
  return origin + "/oauth/authorize?" +
         build_query({{"client_id", app.app_id},
                      {"redirect_uri", app.redirect_url},
                      {"response_type", "code"},
                      {"scope", "public user store"},
                      {"state", std::string(state)}});
}

Result<HttpRequest> token_request(const App& app, QueryItems grant) {
  GERBANG_TRY(origin, accounts_origin(app));
  grant.emplace_back("client_id", app.app_id);
  grant.emplace_back("client_secret", app.secret.reveal());
  HttpRequest request;
  request.method = Method::post;
  request.url = origin + "/oauth/token";
  request.headers.set("Accept", "application/json");
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = build_query(grant);
  request.operation = "oauth.token";
  // Codes and refresh tokens are single-use: a lost answer may have spent this one.
  request.effect = Effect::create;
  return request;
}

Result<TokenSet> read_tokens(const HttpResponse& response, TimePoint now,
                             std::string_view refused) {
  Asked asked;
  asked.now = now;
  asked.effect = Effect::create;
  // 503 is maintenance: taking it for a spent token would send every seller to the login page.
  if (response.status == 503) asked.effect = Effect::read;
  if (auto trouble = trouble_of(response.status, response, asked)) return *std::move(trouble);
  const auto body = json::parse(response.body);
  if (!body) return malformed(asked, body.error().detail);

  if (response.status != 200) {
    const json::Value& what = (*body)["error"];
    RemoteError remote;
    remote.code = what.to_text();
    remote.message = std::string((*body)["error_description"].text().substr(0, 500));
    if (what.text() == "invalid_grant")
      return Error(ErrorKind::unauthenticated, refused).from_remote(std::move(remote));
    // invalid_client, invalid_scope: nothing that the seller could mend.
    return Error(ErrorKind::forbidden, "app_refused").from_remote(std::move(remote));
  }

  const json::Value& access = (*body)["access_token"];
  const json::Value& refresh = (*body)["refresh_token"];
  const auto life = (*body)["expires_in"].to_integral();
  if (!is_visible_ascii(access.text()) || !is_visible_ascii(refresh.text()) || !life || *life <= 0)
    return malformed(asked, "a token answer without tokens or expires_in");
  TokenSet out;
  out.access = Secret(std::string(access.text()));
  out.refresh = Secret(std::string(refresh.text()));
  out.obtained_at = now;
  // Counted from our clock, which was read before the call, not from their created_at: so a
  // difference between the clocks cannot make a token look alive after its end.
  out.access_expires_at = now + foreign_seconds(*life);
  return out;
}

HttpRequest with_bearer(const CallContext& ctx, HttpRequest request) {
  request.headers.set("Accept", "application/vnd.bukalapak.v4+json");
  request.headers.set("Authorization", "Bearer " + ctx.access_token.reveal());
  return request;
}

}  // namespace gerbang::bukalapak
