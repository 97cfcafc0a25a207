#include <algorithm>

#include "connectors/shopee/sandbox/defaults.hpp"
#include "connectors/shopee/sandbox/gateway.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 5.
namespace gerbang::sandbox::shopee {

namespace {

constexpr auto kSuspendWindow = std::chrono::hours(6);
constexpr auto kLostKept = std::chrono::days(3);
constexpr std::size_t kLostPage = 100;
constexpr int kVerification = 0;
// Codes that can be switched; the table of facts 5.2.
constexpr int kCodes[] = {1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 16, 22, 27, 28, 29, 30, 47};

// Signed over the address as text and the body, with the push key; without one the partner key.
HttpRequest signed_push(const World& world, const json::Object& envelope) {
  HttpRequest out;
  out.method = Method::post;
  out.url = world.options.hook_url;
  out.body = json::dump(json::Value(envelope));
  std::string key = world.text("push_key", kPushKey);
  if (key.empty()) key = world.text("partner_key", kPartnerKey);
  out.headers.set("Authorization", sign(key, out.url + "|" + out.body));
  out.headers.set("Content-Type", "application/json");
  return out;
}

void finish(World& world, json::Object& envelope, int code, Duration after) {
  envelope.append("code", code);
  envelope.append("timestamp", to_unix_seconds(world.now() + after));
  // Stable across repeats: the body is made once.
  if (world.enabled("push_msg_id", true)) envelope.append("msg_id", world.random().hex(16));
}

bool wanted(const World& world, int code) {
  return !world.push_suspended() && world.pushes_on.contains(code);
}

void drop_old(World& world) {
  while (!world.lost.empty() && world.lost.front().at + kLostKept < world.now())
    world.lost.pop_front();
}

json::Value code_list(const World& world, bool on) {
  json::Array out;
  for (const int code : kCodes) {
    if (world.pushes_on.contains(code) == on) out.push_back(code);
  }
  return out;
}

}  // namespace

void World::push(int code, const Shop& shop, json::Value data, Duration after) {
  if (!wanted(*this, code) || blocked_shops.contains(shop.shop_id)) return;
  json::Object envelope;
  envelope.append("data", std::move(data));
  envelope.append("shop_id", shop.shop_id);
  finish(*this, envelope, code, after);
  queue.send(signed_push(*this, envelope), after);
}

void World::push_partner(int code, json::Value data) {
  if (!wanted(*this, code)) return;
  json::Object envelope;
  envelope.append("data", std::move(data));
  if (code != 12) envelope.append("partner_id", number("partner_id", kPartnerId));
  finish(*this, envelope, code, Duration(0));
  queue.send(signed_push(*this, envelope), Duration(0));
}

void World::push_order(const Order& order) {
  const bool returned = std::any_of(returns.begin(), returns.end(),
                                    [&](const Return& r) { return r.order_sn == order.sn; });
  const bool completed = order.status == "COMPLETED";
  push(3, shops.at(order.shop_id),
       json::object({{"items", json::Array()},
                     {"ordersn", order.sn},
                     {"status", order.status},
                     {"completed_scenario", !completed ? ""
                                            : returned ? "RRAOC"
                                                       : "NORMAL"},
                     {"update_time", order.updated}}));
}

// Always for promotion items, for ordinary ones by switch (facts 5.3).
void World::push_reserved(const Item& item, const Model& model, const Order& order, bool placed,
                          std::int64_t quantity) {
  const Promotion* p = promotion(item.item_id, model.model_id);
  if (!p && !enabled("push_reserved_stock")) return;
  const std::int64_t before = placed ? model.ordered - quantity : model.ordered + quantity;
  push(8, shops.at(item.shop_id),
       json::object({{"shop_id", item.shop_id},
                     {"item_id", item.item_id},
                     {"variation_id", model.model_id},
                     {"action", placed ? "place_order" : "cancel_order"},
                     {"ordersn", order.sn},
                     {"promotion_id", p ? p->promotion_id : 0},
                     {"promotion_type", p ? "flash_sale" : ""},
                     {"changed_values",
                      json::Array{json::object(
                          {{"name", "reserved_stock"}, {"old", before}, {"new", model.ordered}})}},
                     {"update_time", seconds()}}));
}

// More than 600 attempts in 6 hours: below 70 % a warning, below 30 % the end. What would have been
// sent while it is off is not made up for.
void World::push_attempted(const HttpRequest& request, bool accepted) {
  const auto body = json::parse(request.body);
  if (body && (*body)["code"].as_int64() == kVerification) {
    // set_app_push_config cannot wait for the answer here: a failed test undoes the change.
    if (!accepted && request.url == options.hook_url) queue.set_url(callback_before);
    return;
  }
  push_attempts.emplace_back(now(), accepted);
  push_successes += accepted;
  while (push_attempts.front().first + kSuspendWindow < now()) {
    push_successes -= push_attempts.front().second;
    push_attempts.pop_front();
  }
  const auto made = static_cast<std::int64_t>(push_attempts.size());
  if (push_suspended()) return;
  push_status = "Normal";
  if (made <= number("suspend_after", 600)) return;
  if (push_successes * 100 < made * 30) {
    push_status = "Suspended";
    push_suspended_time = seconds();
  } else if (push_successes * 100 < made * 70) {
    push_status = "Warning";
  }
}

void World::push_lost(const HttpRequest& request) {
  drop_old(*this);
  lost.push_back({++last_lost, now(), request.body});
}

Reply get_lost_push_message(World& world, const Request&) {
  drop_old(world);
  json::Array list;
  Id last = 0;
  for (const LostPush& l : world.lost) {
    if (list.size() == kLostPage) break;
    const json::Value body = json::parse(l.body).value_or(json::Value());
    json::Object entry;
    if (!body["shop_id"].is_null()) entry.append("shop_id", body["shop_id"]);
    entry.append("code", body["code"]);
    entry.append("timestamp", body["timestamp"]);
    // Typed as text holding the whole envelope; one sample shows an object (facts 5.4).
    entry.append("data", world.enabled("lost_data_as_object") ? body : json::Value(l.body));
    list.push_back(std::move(entry));
    last = l.id;
  }
  const bool more = list.size() < world.lost.size();
  return Reply::ok(json::object({{"push_message_list", std::move(list)},
                                 {"has_next_page", more},
                                 {"last_message_id", last}}));
}

Reply confirm_consumed_lost_push_message(World& world, const Request& request) {
  const auto last = whole(request.body["last_message_id"]);
  if (!last) return Reply::fail("error_param", "last_message_id is required.");
  std::size_t confirmed = 0;
  while (!world.lost.empty() && world.lost.front().id <= *last) {
    world.lost.pop_front();
    ++confirmed;
  }
  world.changed(json::object({{"confirmed", confirmed}}));
  return Reply::bare();
}

Reply get_app_push_config(World& world, const Request&) {
  return Reply::ok(json::object(
      {{"callback_url", world.options.hook_url},
       {"live_push_status", world.push_status},
       {"suspended_time", world.push_suspended_time},
       {"blocked_shop_id", json::Array(world.blocked_shops.begin(), world.blocked_shops.end())},
       {"push_config_on_list", code_list(world, true)},
       {"push_config_off_list", code_list(world, false)}}));
}

Reply set_app_push_config(World& world, const Request& request) {
  const json::Value& body = request.body;
  std::set<int> on = world.pushes_on;
  for (const auto& [field, add] :
       {std::pair("set_push_config_on", true), std::pair("set_push_config_off", false)}) {
    for (const json::Value& value : body[field].items()) {
      const auto code = whole(value);
      if (!code || std::find(std::begin(kCodes), std::end(kCodes), *code) == std::end(kCodes))
        return Reply::fail("error_param", "Invalid push code.");
      if (add) {
        on.insert(static_cast<int>(*code));
      } else {
        on.erase(static_cast<int>(*code));
      }
    }
  }
  const json::Value& blocked = body["blocked_shop_id_list"];
  if (blocked.items().size() > 500)
    return Reply::fail("error_param", "At most 500 shops can be blocked.");
  const std::string url(body["callback_url"].text());
  if (!body["callback_url"].is_null()) {
    const auto parsed = parse_url(url);
    const bool local = parsed && (parsed->host == "localhost" || parsed->host.starts_with("127."));
    if (!parsed || (local && !world.enabled("local_callback", true)))
      return Reply::fail("error_param", "The callback_url is not allowed.");
  }

  world.pushes_on = std::move(on);
  if (!blocked.is_null()) {
    world.blocked_shops.clear();
    for (const json::Value& id : blocked.items()) world.blocked_shops.insert(whole(id).value_or(0));
  }
  if (!url.empty()) {
    world.callback_before = world.options.hook_url;
    world.queue.set_url(url);
  }
  // The seller has looked after it: on again, and the count starts anew.
  world.push_status = "Normal";
  world.push_suspended_time = 0;
  world.push_attempts.clear();
  world.push_successes = 0;
  json::Object test;
  test.append("data", json::object({{"verify_info", "This is a verification message"}}));
  finish(world, test, kVerification, Duration(0));
  world.queue.send(signed_push(world, test), Duration(0));
  world.changed(json::object({{"push_config", code_list(world, true)}}));
  return Reply::ok(json::object({{"result", "success"}}));
}

}  // namespace gerbang::sandbox::shopee
