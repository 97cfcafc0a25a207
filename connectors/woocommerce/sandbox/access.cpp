// Which shop, who calls, what is asked (facts woocommerce.md 2, 3, 7).
#include <algorithm>

#include "connectors/woocommerce/sandbox/state.hpp"
#include "connectors/woocommerce/sandbox/woocommerce_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang {

std::unique_ptr<sandbox::Sandbox> make_woocommerce_sandbox(sandbox::Options options) {
  return std::make_unique<woocommerce_sandbox::WebShops>(std::move(options));
}

namespace woocommerce_sandbox {

namespace {

constexpr std::int64_t kTimestampSeconds = 15 * 60;
constexpr std::string_view kRoot = "/wp-json/wc/v3";

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    if (const auto part = path.substr(0, slash); !part.empty()) out.emplace_back(part);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return out;
}

HttpResponse page(int status, std::string_view title) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "text/html; charset=UTF-8");
  out.body = "<!DOCTYPE html>\n<html lang=\"id\"><head><title>" + std::string(title) +
             "</title></head><body><h1>" + std::string(title) + "</h1></body></html>\n";
  return out;
}

Refused key_error(std::string message) {
  return {401, "woocommerce_rest_authentication_error", std::move(message), {}};
}

Refused no_route() {
  return {404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return out;
}

// _fields keeps these members of the outer object.
json::Value trimmed(const json::Value& value, const std::vector<std::string>& fields) {
  if (fields.empty()) return value;
  json::Object out;
  for (const auto& [name, member] : value.members()) {
    if (std::find(fields.begin(), fields.end(), name) != fields.end()) out.append(name, member);
  }
  return json::Value(std::move(out));
}

void put(QueryItems& items, std::string name, std::string value) {
  const auto same = [&](const auto& item) { return item.first == name; };
  const auto known = std::find_if(items.begin(), items.end(), same);
  // PHP makes a list of what ends in [].
  if (known == items.end() || name.ends_with("[]")) {
    items.emplace_back(std::move(name), std::move(value));
  } else {
    known->second = std::move(value);
  }
}

// The query as PHP hands it on, to the check of signatures as well: '+' is a blank, of a repeated
// name the last value counts. The official client repeats every parameter of a call that it signs
// by OAuth, and real shops take that (facts 1, WS).
QueryItems php_query(std::string_view text) {
  QueryItems out;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const auto equals = pair.find('=');
    const auto name = percent_decode(pair.substr(0, equals), true);
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string>("")
                           : percent_decode(pair.substr(equals + 1), true);
    if (name && value && !name->empty()) put(out, *name, *value);
  }
  return out;
}

// An encoded value once more: the base string's parts are encoded twice.
std::string base_string(Method method, const std::string& url, QueryItems parameters) {
  for (auto& [name, value] : parameters) {
    name = percent_encode(name);
    value = percent_encode(value);
  }
  std::sort(parameters.begin(), parameters.end());
  std::string joined;
  for (const auto& [name, value] : parameters)
    joined += (joined.empty() ? "" : "&") + name + "=" + value;
  return std::string(to_string(method)) + "&" + percent_encode(url) + "&" + percent_encode(joined);
}

}  // namespace

std::string WebShops::text_or(std::string_view name, std::string otherwise) const {
  return setting(name).is_string() ? std::string(setting(name).text()) : otherwise;
}

bool WebShops::is_on(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}

bool WebShops::is_https() const {
  return is_on("https", options().public_url.starts_with("https://"));
}

std::string WebShops::local_time(TimePoint when) const {
  return to_rfc3339(when + std::chrono::hours(setting_or("gmt_offset_hours", 7))).substr(0, 19);
}

Shop* WebShops::shop_at(std::string_view address) {
  for (Shop& shop : shops_) {
    if (address_of(shop) == address || shop.path == address) return &shop;
  }
  return nullptr;
}

WebShops::Place WebShops::place_of(const std::string& path) {
  Place best;
  std::size_t longest = 0;
  for (Shop& shop : shops_) {
    if (!path.starts_with(shop.path) || shop.path.size() + 1 < longest) continue;
    const std::string rest = path.substr(shop.path.size());
    if (!rest.empty() && rest.front() != '/') continue;
    best = Place{&shop, rest};
    longest = shop.path.size() + 1;
  }
  return best;
}

Method WebShops::method_of(const Call& call) const {
  const HttpRequest& r = *call.request;
  const auto other = r.headers.find("X-HTTP-Method-Override");
  if (r.method == Method::post && other) return method_from(*other).value_or(Method::post);
  return r.method;
}

std::string WebShops::operation_of(const Call& call) const {
  const auto at = call.path.find("/wp-json");
  if (at == std::string::npos) return "page";
  const auto all = parts_of(std::string_view(call.path).substr(at));
  if (all.size() < 4) return "shop.index";
  const Parts parts(all.begin() + 3, all.end());
  const Method method = method_of(call);
  const auto verb = [&](const std::string& what, bool one) -> std::string {
    switch (method) {
      case Method::get:
        return what + (one ? ".get" : ".list");
      case Method::post:
        return what + (one ? ".update" : ".create");
      case Method::del:
        return what + ".delete";
      default:
        return what + ".update";
    }
  };
  const bool named = parts.size() > 1;
  if (parts[0] == "settings") return "shop.setting";
  if (parts[0] == "products") {
    if (named && parts[1] == "categories") return "category.list";
    if (parts.size() > 2 && parts[2] == "variations") {
      if (parts.size() > 3 && parts[3] == "batch") return "variation.batch";
      return verb("variation", parts.size() > 3);
    }
    if (named && parts[1] == "batch") return "product.batch";
    if (!named && method == Method::get && call.param("sku")) return "product.find";
    return verb("product", named);
  }
  if (parts[0] == "orders") {
    if (parts.size() > 2 && parts[2] == "notes")
      return method == Method::get ? "order.notes" : "order.note";
    return verb("order", named);
  }
  if (parts[0] == "webhooks") return verb("webhook", named);
  return "unknown";
}

HttpResponse WebShops::answer_of(const Shop& shop, Reply reply) {
  HttpResponse out;
  out.status = reply.status;
  out.headers = std::move(reply.headers);
  out.headers.set("Content-Type", "application/json; charset=UTF-8");
  if (!out.headers.find("Link"))
    out.headers.set("Link", "<" + address_of(shop) + "/wp-json/>; rel=\"https://api.w.org/\"");
  // What a chatty plugin prints stands before the JSON.
  out.body = text_or("plugin_noise", "") +
             php_json(reply.refused ? refusal_json(*reply.refused) : reply.body);
  return out;
}

HttpResponse WebShops::serve(const Call& raw) {
  Call call = raw;
  call.query = php_query(raw.query_text);
  const Place place = place_of(call.path);
  if (place.shop == nullptr) return page(404, "Not Found");
  Shop& shop = *place.shop;
  const std::string id = address_of(shop);
  if (const std::string target = text_or("moved_to", ""); !target.empty()) {
    note(id, "moved");
    HttpResponse out = page(301, "Moved Permanently");
    out.headers.set("Location", target + place.rest);
    return out;
  }
  if (is_on("maintenance")) {
    note(id, "maintenance");
    return page(503, "Sedang dalam pemeliharaan");
  }
  if (is_on("firewall")) {
    note(id, "firewall");
    return page(403, "Access denied");
  }
  std::string rest = place.rest;
  bool plain_route = false;
  if (const auto route = call.param("rest_route"); route && (rest.empty() || rest == "/")) {
    rest = "/wp-json" + *route;
    plain_route = true;  // answered, but keys do not count there (facts 2)
  } else if (!rest.starts_with("/wp-json") || !is_on("permalinks", true)) {
    note(id, "no_page");
    return page(404, "Page not found");
  }

  const auto finish = [&](Reply reply) {
    note(id, reply.refused ? reply.refused->code : "", std::move(reply.effect));
    // Of a single object _links stay; a batch is emptied, for its members are lists (facts 6).
    std::vector<std::string> fields = words(call.param("_fields").value_or(""));
    if (!reply.refused && reply.body.is_object() && !fields.empty()) {
      fields.emplace_back("_links");
      reply.body = trimmed(reply.body, fields);
    }
    return answer_of(shop, std::move(reply));
  };
  if (rest == "/wp-json" || rest == "/wp-json/") {
    Reply reply = index(shop);
    return finish(std::move(reply));
  }
  const Method method = method_of(call);
  const bool writes = method != Method::get && method != Method::head;
  bool known = false;
  if (!plain_route) {
    if (auto refused = authenticate(call, shop, writes, &known)) return finish(Reply(*refused));
  }
  if (!rest.starts_with(std::string(kRoot) + "/") || is_on("plugin_off"))
    return finish(Reply(no_route()));
  const Parts parts = parts_of(std::string_view(rest).substr(kRoot.size()));
  json::Value body;
  if (!call.request->body.empty()) {
    json::Limits limits;
    limits.bytes = 8 * 1024 * 1024;
    limits.values = 400'000;
    auto parsed = json::parse(call.request->body, limits);
    if (!parsed || !parsed->is_object()) {
      Refused broken{400, "rest_invalid_json", "Invalid JSON body passed.", {}};
      broken.data.set("json_error_code", 4);
      broken.data.set("json_error_message", "Syntax error");
      return finish(Reply(broken));
    }
    body = std::move(*parsed);
    // WordPress looks for parameters in the JSON body first, a DELETE's as well.
    if (method == Method::del) {
      for (const auto& [name, value] : body.members()) {
        const auto flag = value.as_bool();
        put(call.query, name, !flag ? value.to_text() : *flag ? "true" : "false");
      }
    }
  }
  if (!known) {
    const std::string verb = !writes                  ? "view"
                             : method == Method::post ? "create"
                             : method == Method::del  ? "delete"
                                                      : "edit";
    return finish(Reply(Refused{401,
                                "woocommerce_rest_cannot_" + verb,
                                verb == "view" ? "Sorry, you cannot list resources."
                                               : "Sorry, you are not allowed to do that.",
                                {}}));
  }
  return finish(route(call, shop, parts, body));
}

std::optional<Refused> WebShops::authenticate(const Call& call, Shop& shop, bool writes,
                                              bool* known) {
  const HttpRequest& r = *call.request;
  std::string header(r.headers.find("Authorization").value_or(""));
  if (is_on("strip_authorization")) header.clear();
  std::string user, password;
  bool given = false;
  if (is_https()) {
    if (const auto key = call.param("consumer_key"), secret = call.param("consumer_secret");
        key && secret) {
      user = *key;
      password = *secret;
      given = true;
    } else if (header.starts_with("Basic ")) {
      const std::string pair = from_base64(header.substr(6)).value_or("");
      user = pair.substr(0, pair.find(':'));
      password = pair.find(':') == std::string::npos ? "" : pair.substr(pair.find(':') + 1);
      given = !user.empty();
    }
  }
  const Key* key = nullptr;
  if (given) {
    for (const Key& k : shop.keys) {
      if (k.key == user) key = &k;
    }
    if (key == nullptr) return key_error("Consumer key is invalid.");
    if (!constant_time_equal(key->secret, password))
      return key_error("Consumer secret is invalid.");
  } else {
    QueryItems oauth;
    for (const auto& [name, value] : call.query) {
      if (name.starts_with("oauth_")) oauth.emplace_back(name, value);
    }
    if (oauth.empty() && header.starts_with("OAuth ")) {
      std::string_view rest = std::string_view(header).substr(6);
      while (!rest.empty()) {
        const auto comma = rest.find(',');
        std::string_view one = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        while (one.starts_with(' ')) one.remove_prefix(1);
        const auto equals = one.find('=');
        if (equals == std::string_view::npos || one.size() < equals + 3) continue;
        const std::string_view value = one.substr(equals + 2, one.size() - equals - 3);
        if (one.starts_with("oauth_"))
          oauth.emplace_back(std::string(one.substr(0, equals)),
                             percent_decode(value).value_or(""));
      }
    }
    if (oauth.empty()) return std::nullopt;  // nobody: told later, by what was asked for
    if (auto refused = check_oauth(call, shop, oauth, &key)) return refused;
  }
  *known = true;
  if (writes && key->permission == "read")
    return key_error("The API key provided does not have write permissions.");
  if (!writes && key->permission == "write")
    return key_error("The API key provided does not have read permissions.");
  return std::nullopt;
}

std::optional<Refused> WebShops::check_oauth(const Call& call, Shop& shop, const QueryItems& oauth,
                                             const Key** key) {
  const auto get = [&](std::string_view name) { return query_value(oauth, name).value_or(""); };
  for (const char* needed : {"oauth_consumer_key", "oauth_timestamp", "oauth_nonce",
                             "oauth_signature", "oauth_signature_method"}) {
    if (get(needed).empty()) return key_error(std::string("Missing OAuth parameter ") + needed);
  }
  for (const Key& k : shop.keys) {
    if (k.key == get("oauth_consumer_key")) *key = &k;
  }
  if (*key == nullptr) return key_error("Consumer key is invalid.");
  if (get("oauth_signature_method") != "HMAC-SHA256")
    return key_error("Invalid signature - signature method is invalid.");
  QueryItems signed_items;
  for (const auto& item : call.query) {
    if (!item.first.starts_with("oauth_")) signed_items.push_back(item);
  }
  for (const auto& item : oauth) {
    if (item.first != "oauth_signature") signed_items.push_back(item);
  }
  // The address the shop believes in, not the one that was dialled.
  const std::string& target = call.request->url;
  const std::string url = options().public_url + target.substr(0, target.find('?'));
  const Sha256 digest =
      hmac_sha256((*key)->secret + "&", base_string(call.request->method, url, signed_items));
  if (!constant_time_equal(to_base64(as_view(digest)), get("oauth_signature")))
    return key_error("Invalid signature - provided signature does not match.");
  const auto sent = positive(get("oauth_timestamp")).value_or(0);
  if (std::abs(to_unix_seconds(now()) - sent) > kTimestampSeconds)
    return key_error("Invalid timestamp.");
  if (!shop.nonces.insert((*key)->key + "|" + get("oauth_nonce")).second)
    return key_error("Invalid nonce - nonce has already been used.");
  return std::nullopt;
}

Reply WebShops::index(const Shop& shop) const {
  json::Array spaces = {"oembed/1.0", "wp/v2"};
  if (!is_on("plugin_off")) {
    for (const char* space : {"wc/v1", "wc/v2", "wc/v3"}) spaces.emplace_back(space);
  }
  return json::object({{"name", shop.name},
                       {"description", ""},
                       {"url", address_of(shop)},
                       {"home", address_of(shop)},
                       {"gmt_offset", std::to_string(setting_or("gmt_offset_hours", 7))},
                       {"namespaces", std::move(spaces)}});
}

Reply WebShops::setting_of_shop(const Parts& parts) const {
  if (!is_on("settings_readable", true))
    return Refused{
        401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.", {}};
  const std::string name = parts.size() == 3 ? parts[1] + "/" + parts[2] : "";
  if (name == "general/woocommerce_currency")
    return json::object({{"id", "woocommerce_currency"}, {"value", text_or("currency", "IDR")}});
  if (name == "products/woocommerce_weight_unit")
    return json::object(
        {{"id", "woocommerce_weight_unit"}, {"value", text_or("weight_unit", "kg")}});
  return Refused{404, "rest_setting_setting_invalid", "Invalid setting.", {}};
}

Reply WebShops::route(const Call& call, Shop& shop, const Parts& parts, const json::Value& body) {
  if (parts.empty()) return no_route();
  if (parts[0] == "products") return products(call, shop, parts, body);
  if (parts[0] == "orders") return orders(call, shop, parts, body);
  if (parts[0] == "webhooks") return webhooks(call, shop, parts, body);
  if (parts[0] == "settings" && method_of(call) == Method::get) return setting_of_shop(parts);
  return no_route();
}

std::optional<Refused> WebShops::check_paging(const Call& call) const {
  const auto number = [&](const std::string& name, std::int64_t most,
                          const std::string& why) -> std::optional<Refused> {
    const auto text = call.param(name);
    if (!text) return std::nullopt;
    const auto value = positive(*text);
    if (value && *value <= most) return std::nullopt;
    return invalid_param(name, why, "rest_out_of_bounds", {});
  };
  if (auto refused =
          number("per_page", 100, "per_page must be between 1 (inclusive) and 100 (inclusive)"))
    return refused;
  if (auto refused = number("page", INT64_MAX, "page must be greater than or equal to 1"))
    return refused;
  for (const char* name : {"modified_after", "modified_before", "after", "before"}) {
    const auto text = call.param(name);
    if (text && !from_rfc3339(*text + "Z") && !from_rfc3339(*text))
      return invalid_param(name, "Invalid date.", "rest_invalid_date", {});
  }
  return std::nullopt;
}

Reply WebShops::page_of(const Call& call, const Shop& shop, std::string_view path,
                        const std::vector<json::Value>& all) const {
  const auto per =
      static_cast<std::size_t>(positive(call.param("per_page").value_or("10")).value_or(10));
  const auto number =
      static_cast<std::size_t>(positive(call.param("page").value_or("1")).value_or(1));
  std::size_t from = (number - 1) * per;
  if (const auto offset = call.param("offset"))
    from = static_cast<std::size_t>(positive(*offset).value_or(0));
  const std::vector<std::string> fields = words(call.param("_fields").value_or(""));
  json::Array out;
  for (std::size_t i = from; i < all.size() && i < from + per; ++i) {
    out.push_back(trimmed(all[i], fields));
  }
  Reply reply{json::Value(std::move(out))};
  const std::size_t pages = (all.size() + per - 1) / per;
  reply.headers.set("X-WP-Total", std::to_string(all.size()));
  reply.headers.set("X-WP-TotalPages", std::to_string(pages));
  const auto link = [&](std::size_t n, const char* rel) {
    QueryItems query = call.query;
    std::erase_if(query, [](const auto& item) {
      return item.first == "page" || item.first.starts_with("oauth_") ||
             item.first.starts_with("consumer_");
    });
    query.emplace_back("page", std::to_string(n));
    return "<" + address_of(shop) + std::string(kRoot) + std::string(path) + "?" +
           build_query(query) + ">; rel=\"" + rel + "\"";
  };
  std::string links;
  if (number > 1) links = link(number - 1, "prev");
  if (number < pages) links += (links.empty() ? "" : ", ") + link(number + 1, "next");
  if (!links.empty()) reply.headers.set("Link", links);
  return reply;
}

HttpResponse WebShops::token_expired_answer(const Call& call) {
  const Place place = place_of(call.path);
  HttpResponse out;
  out.status = 401;
  out.headers.set("Content-Type", "application/json; charset=UTF-8");
  out.body = php_json(refusal_json(key_error("Consumer key is invalid.")));
  return out;
}

// WooCommerce itself counts nothing: it is the host that says stop, in HTML (facts 4).
HttpResponse WebShops::throttle_answer(const Call&) {
  return page(429, "Too Many Requests");
}

HttpResponse WebShops::refusal_answer(const Call&, const std::string& code,
                                      const std::string& message) {
  HttpResponse out;
  out.status = 400;
  out.headers.set("Content-Type", "application/json; charset=UTF-8");
  out.body = php_json(refusal_json(Refused{400, code, message, {}}));
  return out;
}

}  // namespace woocommerce_sandbox
}  // namespace gerbang
