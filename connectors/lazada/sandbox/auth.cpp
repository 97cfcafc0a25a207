// Consent and tokens (facts lazada.md 4).
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

HttpResponse page(int status, std::string_view body) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "text/html; charset=utf-8");
  out.body = "<!DOCTYPE html><html><head><title>Lazada sandbox</title></head><body>" +
             std::string(body) + "</body></html>";
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

constexpr std::int64_t kAccessSeconds = 864'000, kRefreshSeconds = 4'320'000;

}  // namespace

std::string Market::new_code(const std::string& seller) {
  std::string code = "0_" + text_setting("app_key", "990017") + "_" + random().hex(12);
  codes_[code] = Grant{seller, now() + std::chrono::seconds(setting_or("code_seconds", 1800))};
  return code;
}

// The seller chooses a shop; following its link is the "yes".
HttpResponse Market::consent_page(const Call& call) {
  const std::string back = call.param("redirect_uri").value_or("");
  const std::string registered = text_setting("redirect_uri", "");
  if (call.param("response_type").value_or("") != "code") return page(400, "response_type");
  if (call.param("client_id").value_or("") != text_setting("app_key", "990017"))
    return page(400, "client_id");
  if (!parse_url(back) || (!registered.empty() && back != registered))
    return page(400, "redirect_uri must equal the console's callback");
  std::string seller = call.param("approve").value_or("");
  if (seller.empty()) seller = call.param("shop_id").value_or("");
  if (shops_.contains(seller)) {
    QueryItems query;
    query.emplace_back("code", new_code(seller));
    if (const auto state = call.param("state")) query.emplace_back("state", *state);
    HttpResponse out;
    out.status = 302;
    out.headers.set("Location",
                    back + (back.find('?') == std::string::npos ? "?" : "&") + build_query(query));
    return out;
  }
  std::string list = "<h1>Pilih toko / Choose a shop</h1><ul>";
  for (const auto& [id, shop] : shops_) {
    list += "<li><a href=\"/oauth/authorize?" + escaped(call.query_text) +
            "&amp;approve=" + percent_encode(id) + "\">" + escaped(shop.name) + "</a></li>";
  }
  return page(200, list + "</ul>");
}

Reply Market::token_create(const Request& request) {
  const auto grant = codes_.find(request.param("code"));
  if (grant == codes_.end() || grant->second.expires_at <= now())
    return Reply::fail("InvalidCode", "The specified authorization code is invalid or expired");
  const std::string seller = grant->second.seller;
  codes_.erase(grant);  // works once
  return tokens(seller, std::nullopt);
}

Reply Market::token_refresh(const Request& request) {
  if (flag("market_subscription", false))
    return Reply::fail("AUTH_TYPE_UNSUPPORTED", "the token follows a subscription");
  const auto grant = refresh_.find(request.param("refresh_token"));
  if (grant == refresh_.end() || grant->second.expires_at <= now())
    return Reply::fail("IllegalRefreshToken", "The refresh token is invalid or expired");
  const Grant before = grant->second;
  if (flag("refresh_single_use", false)) refresh_.erase(grant);
  // A refresh does not prolong the refresh token, says the 2026 page; integrators say it does.
  return tokens(before.seller, flag("refresh_renews", false)
                                   ? std::optional<TimePoint>()
                                   : std::optional<TimePoint>(before.expires_at));
}

Reply Market::tokens(const std::string& seller, std::optional<TimePoint> refresh_ends) {
  const bool refreshed = refresh_ends.has_value();
  const auto life = std::chrono::seconds(setting_or("token_seconds", kAccessSeconds));
  const TimePoint ends = refresh_ends.value_or(
      now() + std::chrono::seconds(setting_or("refresh_seconds", kRefreshSeconds)));
  if (flag("one_access_token", true))
    std::erase_if(access_, [&](const auto& g) { return g.second.seller == seller; });
  const std::string access = "50000" + random().hex(20), refresh = "50001" + random().hex(20);
  access_[access] = Grant{seller, now() + life};
  refresh_[refresh] = Grant{seller, ends};
  Shop& shop = shops_.at(seller);
  shop.authorised_until = ends;
  note(seller, "");

  json::Object store;
  store.append("country", "id");
  store.append("user_id", seller);
  store.append("seller_id", seller);
  store.append("short_code", shop.short_code);
  json::Value info;
  if (text_setting("country_info", "array") == "object") {
    info = json::object({{"id", json::Value(store)}});
  } else {
    info = json::array({json::Value(store)});
  }
  Reply out;
  out.body.append("access_token", access);
  out.body.append("refresh_token", refresh);
  out.body.append("expires_in", setting_or("token_seconds", kAccessSeconds));
  out.body.append("refresh_expires_in",
                  std::chrono::duration_cast<std::chrono::seconds>(ends - now()).count());
  out.body.append("country", "id");
  out.body.append("account_platform", "seller_center");
  out.body.append("account", shop.account);
  out.body.append("account_id", nullptr);
  out.body.append(refreshed ? "country_user_info_list" : "country_user_info", std::move(info));
  return out;
}

}  // namespace gerbang::sandbox::lazada
