#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang::bukalapak_sandbox {

namespace {

// Parameters of the token endpoint, wherever they travel: query, form, multipart, JSON (facts 3).
QueryItems parameters(const std::vector<std::pair<std::string, std::string>>& query,
                      const HttpRequest& request) {
  QueryItems out = query;
  const std::string_view type = request.headers.find("Content-Type").value_or("");
  if (type.starts_with("application/json")) {
    if (const auto body = json::parse(request.body)) {
      for (const auto& [name, value] : body->members()) out.emplace_back(name, value.to_text());
    }
  } else if (const auto parts = parse_multipart(type, request.body)) {
    for (const MultipartPart& part : *parts) out.emplace_back(part.field, part.bytes);
  } else if (const auto form = parse_query(request.body)) {
    out.insert(out.end(), form->begin(), form->end());
  }
  return out;
}

HttpResponse oauth_failure(std::string_view error, std::string_view description) {
  return sandbox::json_response(
      401, json::object({{"error", error}, {"error_description", description}}));
}

bool scopes_known(std::string_view scope) {
  if (scope.empty()) return false;
  while (!scope.empty()) {
    const auto space = scope.find(' ');
    const std::string_view word = scope.substr(0, space);
    scope = space == std::string_view::npos ? "" : scope.substr(space + 1);
    if (word != "public" && word != "user" && word != "store") return false;
  }
  return true;
}

bool has_scope(std::string_view scopes, std::string_view scope) {
  const std::string padded = " " + std::string(scopes) + " ";
  return padded.find(" " + std::string(scope) + " ") != std::string::npos;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

HttpResponse page(int status, std::string_view body) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "text/html; charset=utf-8");
  out.body = "<!DOCTYPE html><html><body>" + std::string(body) + "</body></html>";
  return out;
}

constexpr Duration kCodeLife = std::chrono::minutes(10);
constexpr Duration kRefreshLife = std::chrono::hours(24 * 365);

}  // namespace

bool BukalapakDouble::client_known(std::string_view id, std::string_view secret) const {
  const std::string_view known_id = setting("client_id").text();
  const std::string_view known_secret = setting("client_secret").text();
  return id == (known_id.empty() ? "bukalapak-sandbox" : known_id) &&
         constant_time_equal(secret,
                             known_secret.empty() ? "bukalapak-sandbox-secret" : known_secret);
}

std::string BukalapakDouble::new_code(const std::string& seller, const std::string& redirect_uri) {
  std::string code = random().hex(16);
  Grant grant;
  grant.seller = seller;
  grant.scope = "public user store";
  grant.expires_at = now() + kCodeLife;
  grant.redirect_uri = redirect_uri;
  codes_.emplace(code, std::move(grant));
  return code;
}

// The consent page: one link per shop; following it is the seller's "yes".
HttpResponse BukalapakDouble::authorise_page(const Call& call) {
  const std::string redirect = call.param("redirect_uri").value_or("");
  const std::string scope = call.param("scope").value_or("public");
  const std::string_view known = setting("client_id").text();
  if (call.param("client_id").value_or("") != (known.empty() ? "bukalapak-sandbox" : known))
    return page(401, "invalid_client");
  if (!parse_url(redirect)) return page(422, "redirect_uri");
  if (call.param("response_type").value_or("") != "code") return page(422, "response_type");
  if (!scopes_known(scope)) return page(401, "invalid_scope");

  const std::string yes = call.param("approve").value_or("");
  if (const auto seller = market_.sellers.find(yes); seller != market_.sellers.end()) {
    const std::string code = new_code(yes, redirect);
    codes_[code].scope = scope;
    QueryItems back{{"code", code}};
    if (const auto state = call.param("state")) back.emplace_back("state", *state);
    HttpResponse out;
    out.status = 302;
    out.headers.set("Location", redirect + (redirect.find('?') == std::string::npos ? "?" : "&") +
                                    build_query(back));
    note(yes, "");
    return out;
  }
  std::string body = "<h1>Bukalapak (sandbox)</h1><p>Izinkan aplikasi ini mengelola lapak:</p><ul>";
  for (const auto& [id, seller] : market_.sellers) {
    body += "<li><a href=\"/oauth/authorize?" + escaped(call.query_text) + "&amp;approve=" + id +
            "\">" + escaped(seller.name) + "</a></li>";
  }
  return page(200, body + "</ul>");
}

HttpResponse BukalapakDouble::give_tokens(const std::string& seller, const std::string& scope,
                                          bool refreshable) {
  const std::int64_t life = setting_or("expires_in", 7200);
  Grant grant;
  grant.seller = seller;
  grant.scope = scope;
  grant.expires_at = now() + std::chrono::seconds(life);
  const std::string access = random().hex(32);
  json::Object out;
  out.set("access_token", access);
  out.set("token_type", "bearer");
  out.set("expires_in", life);
  if (refreshable) {
    grant.refresh = random().hex(32);
    out.set("refresh_token", grant.refresh);
    Grant renewal = grant;
    renewal.expires_at = now() + kRefreshLife;
    renewal.refresh = access;
    refresh_[grant.refresh] = std::move(renewal);
  }
  out.set("scope", scope);
  out.set("created_at", to_unix_seconds(now()));
  access_[access] = std::move(grant);
  std::erase_if(access_, [&](const auto& a) { return a.second.expires_at <= now(); });
  note(seller, "");
  return sandbox::json_response(200, out);
}

HttpResponse BukalapakDouble::token(const Call& call) {
  if (call.request->method != Method::post) return failure(405, 10002, "Method not allowed");
  const QueryItems form = parameters(call.query, *call.request);
  const auto value = [&](std::string_view name) { return query_value(form, name).value_or(""); };
  const auto refuse = [&](std::string_view error, std::string_view description) {
    note("", std::string(error));
    return oauth_failure(error, description);
  };
  if (!client_known(value("client_id"), value("client_secret")))
    return refuse("invalid_client", "Client authentication failed");

  const std::string grant_type = value("grant_type");
  if (grant_type == "authorization_code") {
    const auto code = codes_.find(value("code"));
    if (code == codes_.end() || code->second.expires_at <= now() || value("redirect_uri").empty() ||
        (!code->second.redirect_uri.empty() && code->second.redirect_uri != value("redirect_uri")))
      return refuse("invalid_grant", "The provided authorization grant is invalid");
    const Grant grant = code->second;
    codes_.erase(code);
    return give_tokens(grant.seller, grant.scope, true);
  }
  if (grant_type == "refresh_token") {
    const auto old = refresh_.find(value("refresh_token"));
    if (old == refresh_.end() || old->second.expires_at <= now())
      return refuse("invalid_grant", "The provided authorization grant is invalid");
    const Grant grant = old->second;
    access_.erase(grant.refresh);
    refresh_.erase(old);
    return give_tokens(grant.seller, grant.scope, true);
  }
  const std::string scope = value("scope").empty() ? "public" : value("scope");
  if (!scopes_known(scope)) return refuse("invalid_scope", "The requested scope is invalid");
  if (grant_type == "client_credentials") {
    if (scope != "public") return refuse("invalid_scope", "The requested scope is invalid");
    return give_tokens("", scope, false);
  }
  if (grant_type == "password") {
    for (const auto& [id, seller] : market_.sellers) {
      if (seller.account == value("username") && seller.password == value("password"))
        return give_tokens(id, scope, true);
    }
    return refuse("invalid_grant", "Invalid account or password");
  }
  return refuse("unsupported_grant_type", "The grant type is not supported");
}

const BukalapakDouble::Grant* BukalapakDouble::bearer(const Call& call,
                                                      std::string_view scope) const {
  std::string token = call.param("access_token").value_or("");
  if (const auto header = call.request->headers.find("Authorization")) {
    if (!header->starts_with("Bearer ")) return nullptr;
    token = header->substr(7);
  }
  const auto found = access_.find(token);
  if (found == access_.end() || found->second.expires_at <= now() ||
      !has_scope(found->second.scope, scope))
    return nullptr;
  return &found->second;
}

}  // namespace gerbang::bukalapak_sandbox
