// Webhooks (facts tiktok_tokopedia 7): one address per app, and one per topic where a shop sets it.
#include <algorithm>
#include <array>

#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/gateway.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

// What PUT takes (facts 7.1).
constexpr std::array<std::string_view, 17> kTopics = {"ORDER_STATUS_CHANGE",
                                                      "REVERSE_STATUS_UPDATE",
                                                      "RECIPIENT_ADDRESS_UPDATE",
                                                      "PACKAGE_UPDATE",
                                                      "PRODUCT_STATUS_CHANGE",
                                                      "SELLER_DEAUTHORIZATION",
                                                      "UPCOMING_AUTHORIZATION_EXPIRATION",
                                                      "CANCELLATION_STATUS_CHANGE",
                                                      "RETURN_STATUS_CHANGE",
                                                      "NEW_CONVERSATION",
                                                      "NEW_MESSAGE",
                                                      "PRODUCT_INFORMATION_CHANGE",
                                                      "PRODUCT_CREATION",
                                                      "PRODUCT_CATEGORY_CHANGE",
                                                      "NEW_MESSAGE_LISTENER",
                                                      "INVOICE_STATUS_CHANGE",
                                                      "PRODUCT_AUDIT_STATUS_CHANGE"};

bool known_topic(std::string_view topic) {
  return std::find(kTopics.begin(), kTopics.end(), topic) != kTopics.end();
}

// https, a domain name, no port (facts 7.1); loopback by switch, for tests over sockets.
bool good_address(const World& world, const std::string& address) {
  if (address.empty() || address.size() > 255) return false;
  const auto url = parse_url(address);
  if (!url) return false;
  const bool local = url->host == "localhost" || url->host.starts_with("127.");
  if (local) return world.enabled("local_callback", true);
  const bool name = url->host.find_first_not_of("0123456789.") != std::string::npos &&
                    url->host.find(':') == std::string::npos;
  return url->scheme == "https" && name && url->port == 443;
}

}  // namespace

void World::push(int type, std::string_view topic, const Shop& shop, json::Value data,
                 Duration after) {
  json::Object envelope;
  envelope.append("type", type);
  // Seen without an id: type 3 (facts 7.3); by switch for all.
  if (enabled("notification_id", true))
    envelope.append("tts_notification_id", std::to_string(new_id('n')));
  if (type == 35) {
    envelope.append("seller_open_id", shop.open_id);
  } else {
    envelope.append("shop_id", std::to_string(shop.id));
  }
  envelope.append("timestamp", to_unix_seconds(now() + after));
  envelope.append("data", std::move(data));
  HttpRequest out;
  out.method = Method::post;
  const auto own = shop.hooks.find(std::string(topic));
  out.url = own != shop.hooks.end() ? own->second : options.hook_url;
  out.body = json::dump(json::Value(std::move(envelope)));
  out.headers.set("Content-Type", "application/json");
  out.headers.set("Authorization",
                  sign_webhook(text("app_key", kAppKey), out.body, text("app_secret", kAppSecret)));
  send(std::move(out), after);
}

void World::push_order(const Order& order, Duration after) {
  push(
      1, "ORDER_STATUS_CHANGE", shops.at(order.shop_id),
      json::object({{"order_id", std::to_string(order.id)},
                    // The webhook's own spelling (facts 7.4).
                    {"order_status", order.status == "CANCELLED" ? "CANCEL" : order.status.c_str()},
                    {"is_on_hold_order", order.status == "ON_HOLD"},
                    {"update_time", order.updated}}),
      after);
}

void World::push_cancellation(const Cancellation& c) {
  push(11, "CANCELLATION_STATUS_CHANGE", shops.at(c.shop_id),
       json::object({{"order_id", std::to_string(c.order_id)},
                     {"cancellations_role", c.role},
                     {"cancel_status", c.status},
                     {"cancel_id", std::to_string(c.id)},
                     {"create_time", c.created}}));
}

Reply get_webhooks(World& world, const Request& request) {
  json::Array out;
  for (const auto& [topic, address] : request.shop->hooks)
    out.push_back(json::object({{"event_type", topic},
                                {"address", address},
                                {"create_time", world.seconds()},
                                {"update_time", world.seconds()}}));
  json::Object data;
  data.append("total_count", static_cast<std::int64_t>(out.size()));
  if (!out.empty()) data.append("webhooks", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply put_webhook(World& world, const Request& request) {
  const std::string topic(request.body["event_type"].text());
  const std::string address(request.body["address"].text());
  if (!known_topic(topic)) return Reply::fail(98001004, "event_type is invalid");
  if (!good_address(world, address))
    return Reply::fail(98001004, "address must be https with a domain name and no port");
  request.shop->hooks[topic] = address;
  world.changed(json::object({{"event_type", topic}, {"address", address}}));
  return Reply::ok();
}

Reply delete_webhook(World&, const Request& request) {
  const std::string topic(request.body["event_type"].text());
  if (!known_topic(topic)) return Reply::fail(98001004, "event_type is invalid");
  request.shop->hooks.erase(topic);  // a success even when nothing was set
  return Reply::ok();
}

}  // namespace gerbang::sandbox::tokopedia
