// Webhooks and their deliveries (facts woocommerce.md 9).
#include <algorithm>
#include <array>

#include "connectors/woocommerce/sandbox/state.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

// 127.0.0.1, 10.…, localhost: WordPress asks nobody there, nor at another port than these.
bool is_public_name(const std::string& host) {
  if (host == "localhost" || host.ends_with(".local") || host.find(':') != std::string::npos)
    return false;
  const bool number = std::all_of(host.begin(), host.end(),
                                  [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (!number) return true;
  for (const char* inside : {"0.", "10.", "127.", "169.254.", "192.168.", "100.64."}) {
    if (host.starts_with(inside)) return false;
  }
  for (int second = 16; second < 32; ++second) {
    if (host.starts_with("172." + std::to_string(second) + ".")) return false;
  }
  return true;
}

Refused invalid_id(int status) {
  return {status, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", {}};
}

}  // namespace

bool WebShops::is_topic(std::string_view topic) const {
  if (topic.starts_with("action.")) return topic.size() > 7;
  const auto dot = topic.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view resource = topic.substr(0, dot), event = topic.substr(dot + 1);
  const std::array<std::string_view, 4> resources = {"order", "product", "customer", "coupon"};
  if (std::find(resources.begin(), resources.end(), resource) == resources.end()) return false;
  if (event == "restored") return !text_or("version", "11.0.1").starts_with("7.");
  return event == "created" || event == "updated" || event == "deleted";
}

json::Value WebShops::hook_json(const Shop& shop, const Webhook& hook) const {
  const auto dot = hook.topic.find('.');
  const std::string base = address_of(shop) + "/wp-json/wc/v3/webhooks";
  json::Object o;
  o.append("id", hook.id);
  o.append("name", hook.name);
  o.append("status", hook.status);
  o.append("topic", hook.topic);
  o.append("resource", hook.topic.substr(0, dot));
  o.append("event", hook.topic.substr(dot + 1));
  o.append("hooks", json::Array());
  o.append("delivery_url", hook.url);  // the secret is never shown
  o.append("date_created", local_time(hook.created));
  o.append("date_created_gmt", to_rfc3339(hook.created).substr(0, 19));
  o.append("date_modified",
           hook.modified ? json::Value(local_time(*hook.modified)) : json::Value());
  o.append("date_modified_gmt",
           hook.modified ? json::Value(to_rfc3339(*hook.modified).substr(0, 19)) : json::Value());
  json::Object self;
  self.set("href", base + "/" + std::to_string(hook.id));
  json::Array selves;
  selves.emplace_back(std::move(self));
  json::Object links;
  links.set("self", std::move(selves));
  o.append("_links", std::move(links));
  return json::Value(std::move(o));
}

Reply WebShops::write_hook(Shop& shop, Webhook* known, const json::Value& body) {
  if (auto refused =
          check_schema(body, {{"name", FieldType::Type::text, {}},
                              {"topic", FieldType::Type::text, {}},
                              {"delivery_url", FieldType::Type::text, {}},
                              {"secret", FieldType::Type::text, {}},
                              {"status", FieldType::Type::text, {"active", "paused", "disabled"}}}))
    return *refused;
  const std::string topic(body["topic"].text());
  if ((known == nullptr || body["topic"].is_string()) && !is_topic(topic))
    return Refused{400,
                   "woocommerce_rest_shop_webhook_invalid_topic",
                   "Webhook topic is required and must be valid.",
                   {}};
  const auto url = parse_url(body["delivery_url"].text());
  if ((known == nullptr || body["delivery_url"].is_string()) && !url)
    return Refused{400,
                   "woocommerce_rest_shop_webhook_invalid_delivery_url",
                   "Webhook delivery URL must be a valid URL starting with http:// or https://.",
                   {}};
  Webhook hook = known != nullptr ? *known : Webhook();
  if (known == nullptr) {
    hook.id = shop.next_hook++;
    hook.created = now();
    hook.name = "Webhook created on " + local_time(now());
    hook.secret = random().hex(25);  // theirs, and nobody learns it
  } else {
    hook.modified = now();
  }
  if (body["name"].is_string()) hook.name = body["name"].text();
  if (body["topic"].is_string()) hook.topic = topic;
  if (body["delivery_url"].is_string()) hook.url = body["delivery_url"].text();
  if (body["secret"].is_string()) hook.secret = body["secret"].text();
  // The count of failures stays: the next one switches it off again.
  if (body["status"].is_string()) hook.status = body["status"].text();
  if (known == nullptr && may_deliver_to(hook.url)) {
    // The ping: unsigned, and what comes of it changes nothing.
    HttpRequest ping;
    ping.method = Method::post;
    ping.url = hook.url;
    ping.operation = "webhook.ping";
    ping.headers.set("Content-Type", "application/x-www-form-urlencoded");
    ping.headers.set("User-Agent",
                     "WooCommerce/" + text_or("version", "11.0.1") + " Hookshot (WordPress/7.1)");
    ping.body = "webhook_id=" + std::to_string(hook.id);
    push(std::move(ping));
  }
  const std::int64_t id = hook.id;
  shop.hooks[id] = std::move(hook);
  Reply reply{hook_json(shop, shop.hooks.at(id)), known == nullptr ? 201 : 200};
  if (known == nullptr)
    reply.headers.set("Location",
                      address_of(shop) + "/wp-json/wc/v3/webhooks/" + std::to_string(id));
  reply.effect = json::object({{"webhook_id", id}, {"status", shop.hooks.at(id).status}});
  return reply;
}

Reply WebShops::webhooks(const Call& call, Shop& shop, const Parts& parts,
                         const json::Value& body) {
  const Method method = method_of(call);
  if (parts.size() == 1 && method == Method::get) {
    if (auto refused = check_paging(call)) return *refused;
    const std::string status = call.param("status").value_or("all");
    std::vector<json::Value> all;
    for (auto it = shop.hooks.rbegin(); it != shop.hooks.rend(); ++it) {
      if (status == "all" || it->second.status == status)
        all.push_back(hook_json(shop, it->second));
    }
    return page_of(call, shop, "/webhooks", all);
  }
  if (parts.size() == 1 && method == Method::post) return write_hook(shop, nullptr, body);
  if (const auto id = parts.size() == 2 ? positive(parts[1]) : std::nullopt) {
    const auto known = shop.hooks.find(*id);
    const bool writes = method != Method::get && method != Method::del;
    if (known == shop.hooks.end()) return invalid_id(writes ? 400 : 404);
    if (method == Method::get) return hook_json(shop, known->second);
    if (writes) return write_hook(shop, &known->second, body);
    if (!boolean_of(json::Value(call.param("force").value_or(""))))
      return Refused{
          501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", {}};
    Reply reply{hook_json(shop, known->second)};
    reply.effect = json::object({{"webhook_id", *id}, {"removed", true}});
    shop.hooks.erase(known);
    return reply;
  }
  return Refused{
      404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

bool WebShops::may_deliver_to(const std::string& url) const {
  // Where the host of this sandbox says that the gateway lives counts as public.
  if (!options().hook_url.empty() && url.starts_with(options().hook_url)) return true;
  const auto parsed = parse_url(url);
  return parsed && is_public_name(parsed->host) &&
         (parsed->port == 80 || parsed->port == 443 || parsed->port == 8080);
}

void WebShops::raise(Shop& shop, const std::string& resource, const std::string& event,
                     std::int64_t id) {
  for (auto& [number, hook] : shop.hooks) {
    if (hook.status != "active" || hook.topic != resource + "." + event) continue;
    // While a job waits, further events are merged into it.
    const std::string job = std::to_string(number) + "|" + std::to_string(id);
    if (!shop.waiting.insert(job).second) continue;
    HttpRequest delivery;
    delivery.method = Method::post;
    delivery.url = hook.url;
    delivery.operation = "webhook.delivery";
    Headers& h = delivery.headers;
    h.set("Content-Type", "application/json");
    h.set("User-Agent",
          "WooCommerce/" + text_or("version", "11.0.1") + " Hookshot (WordPress/7.1)");
    h.set("X-WC-Webhook-Source", address_of(shop) + "/");
    h.set("X-WC-Webhook-Topic", hook.topic);
    h.set("X-WC-Webhook-Resource", resource);
    h.set("X-WC-Webhook-Event", event);
    h.set("X-WC-Webhook-ID", std::to_string(number));
    h.set("X-WC-Webhook-Delivery-ID", random().hex(16));
    delivery.body = std::to_string(id);  // whose; the real one is made when it leaves
    if (!push(std::move(delivery), std::chrono::seconds(setting_or("cron_seconds", 0))))
      shop.waiting.erase(job);
  }
}

// The body is made at delivery time: it shows the newest state.
bool WebShops::push_leaves(HttpRequest& request) {
  const auto source = request.headers.find("X-WC-Webhook-Source");
  if (!source) return true;  // a ping
  Shop* shop = shop_at(source->substr(0, source->size() - 1));
  if (shop == nullptr) return false;
  const auto number = positive(request.headers.find("X-WC-Webhook-ID").value_or("")).value_or(0);
  const auto id = positive(request.body).value_or(0);
  shop->waiting.erase(std::to_string(number) + "|" + std::to_string(id));
  const auto hook = shop->hooks.find(number);
  if (hook == shop->hooks.end() || hook->second.status != "active") return false;
  if (!may_deliver_to(hook->second.url)) {
    count_delivery(hook->second, false);  // refused by WordPress, and counted
    return false;
  }
  const std::string resource(request.headers.find("X-WC-Webhook-Resource").value_or(""));
  json::Value body = json::object({{"id", id}});
  if (request.headers.find("X-WC-Webhook-Event") != "deleted") {
    if (resource == "order") {
      const auto order = shop->orders.find(id);
      if (order == shop->orders.end()) return false;
      body = order_json(*shop, order->second);
    } else {
      const auto goods = shop->goods.find(id);
      if (goods == shop->goods.end()) return false;
      body = goods_json(*shop, goods->second, false);
    }
  }
  request.url = hook->second.url;
  request.body = php_json(body);
  request.headers.set("X-WC-Webhook-Signature",
                      to_base64(as_view(hmac_sha256(hook->second.secret, request.body))));
  return true;
}

void WebShops::count_delivery(Webhook& hook, bool accepted) {
  if (accepted) {
    hook.failures = 0;
  } else if (hook.failures + 1 >= setting_or("disable_after", 7)) {
    hook.status = "disabled";  // the count stays where it was
  } else {
    ++hook.failures;
  }
}

void WebShops::push_attempted(const HttpRequest& request, bool accepted) {
  const auto source = request.headers.find("X-WC-Webhook-Source");
  if (!source) return;
  Shop* shop = shop_at(source->substr(0, source->size() - 1));
  const auto number = positive(request.headers.find("X-WC-Webhook-ID").value_or("")).value_or(0);
  if (shop == nullptr) return;
  if (const auto hook = shop->hooks.find(number); hook != shop->hooks.end())
    count_delivery(hook->second, accepted);
}

}  // namespace gerbang::woocommerce_sandbox
