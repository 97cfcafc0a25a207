#include <utility>

#include "connectors/shopee/sandbox/defaults.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

HttpResponse redirect_to(std::string target, const QueryItems& added) {
  target += target.find('?') == std::string::npos ? "?" : "&";
  target += build_query(added);
  HttpResponse out;
  out.status = 302;
  out.headers.set("Location", target);
  return out;
}

// The error page's shape differs from the API's (facts 2.1).
HttpResponse page_error(std::string_view error, std::string_view message) {
  HttpResponse out;
  out.status = 400;
  out.headers.set("Content-Type", "application/json; charset=utf-8");
  out.body = json::dump(json::object({{"code", 1}, {"error", error}, {"msg", message}}));
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// The seller has several shops: he chooses one.
HttpResponse choice_page(const World& world, const Request& request) {
  HttpResponse out;
  out.status = 200;
  out.headers.set("Content-Type", "text/html; charset=utf-8");
  out.body =
      "<!DOCTYPE html><html><head><title>Shopee sandbox</title></head><body>"
      "<h1>Pilih toko / Choose a shop</h1><ul>";
  for (const auto& [id, shop] : world.shops) {
    QueryItems query = request.query;
    query.emplace_back("shop_id", std::to_string(id));
    out.body += "<li><a href=\"" + escaped(request.path + "?" + build_query(query)) + "\">" +
                escaped(shop.name) + " (" + std::to_string(id) + ")</a></li>";
  }
  out.body += "</ul></body></html>";
  return out;
}

bool redirect_allowed(const World& world, std::string_view redirect) {
  const auto url = parse_url(redirect);
  if (!url) return false;
  const std::string registered = world.text("redirect_domain", "");
  return registered.empty() || url->host == registered;
}

// What the seller does on the page, for both forms.
HttpResponse decide(World& world, const Request& request, const std::string& redirect,
                    bool cancel) {
  if (!redirect_allowed(world, redirect))
    return page_error("error_param", "The domain of redirect_uri is not the registered one.");
  if (world.shops.empty()) return page_error("error_param", "The sandbox has no shop yet.");
  QueryItems added;
  if (const auto account = request.integer("main_account_id"); account && !cancel) {
    std::vector<Id> shops;
    for (const auto& [id, shop] : world.shops) {
      if (shop.main_account_id == *account) shops.push_back(id);
    }
    if (shops.empty()) return page_error("error_param", "There is no such main account.");
    added = {{"code", authorize(world, shops, *account)},
             {"main_account_id", std::to_string(*account)}};
  } else {
    const auto named = request.integer("shop_id");
    if (!named && world.shops.size() > 1) return choice_page(world, request);
    Shop* shop = named ? world.shop(*named) : &world.shops.begin()->second;
    if (!shop) return page_error("error_param", "There is no such shop.");
    if (cancel) {
      cancel_authorization(world, *shop, "shop authorization canceled by user");
    } else {
      added.emplace_back("code", authorize(world, {shop->shop_id}, 0));
    }
    added.emplace_back("shop_id", std::to_string(shop->shop_id));
  }
  // Form B has no state; callers put theirs inside the redirect.
  if (const std::string state = request.param("state"); !state.empty())
    added.emplace_back("state", state);
  return redirect_to(redirect, added);
}

Reply form_b(World& world, const Request& request, bool cancel) {
  Reply out;
  Request plain = request;
  std::erase_if(plain.query, [](const auto& pair) { return pair.first == "state"; });
  out.raw = decide(world, plain, request.param("redirect"), cancel);
  return out;
}

}  // namespace

HttpResponse consent_page(World& world, const Request& request) {
  if (request.http->method != Method::get)
    return page_error("error_param", "The page is opened with GET.");
  if (request.integer("partner_id") != world.number("partner_id", kPartnerId))
    return page_error("error_param", "Invalid partner_id.");
  if (request.param("auth_type") != "seller")
    return page_error("error_param", "The auth_type must be seller.");
  if (request.param("response_type") != "code")
    return page_error("error_param", "The response_type must be code.");
  return decide(world, request, request.param("redirect_uri"), request.path == "/cancel_auth");
}

Reply auth_partner(World& world, const Request& request) {
  return form_b(world, request, false);
}
Reply cancel_auth_partner(World& world, const Request& request) {
  return form_b(world, request, true);
}

}  // namespace gerbang::sandbox::shopee
