#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "connectors/sandbox/sandbox.hpp"
#include "connectors/shopee/sandbox/state.hpp"
#include "core/base/url.hpp"

// The state of the double and the services its handlers share. A handler is a free function
// Reply(World&, const Request&): it checks, changes the state, says what changed and answers.
namespace gerbang::sandbox::shopee {

// A call of the open API that has passed the gateway.
struct Request {
  const HttpRequest* http = nullptr;
  std::string path;
  QueryItems query;
  json::Value body;      // POST with JSON; null otherwise
  Shop* shop = nullptr;  // shop-level calls, and public ones signed at shop level

  std::string param(std::string_view name) const;  // "" when absent
  std::optional<std::int64_t> integer(std::string_view name) const;
  bool flag(std::string_view name) const;
  // Both array forms, mixed as well: a=1,2&a=3 and a=[1,2] (facts 1.2).
  std::vector<std::string> list(std::string_view name) const;
};

// What a handler answers; the gateway puts the envelope around it (facts 1.4).
struct Reply {
  std::string error;
  std::string message;
  json::Value response;             // null: no response member
  bool has_response = false;        // an explicit null response is kept
  json::Object top;                 // members beside the envelope's
  json::Value warning;              // null: the module's own habit
  bool from_gateway = false;        // decides on the HTTP status (facts 1.5)
  std::optional<HttpResponse> raw;  // pages and redirects

  static Reply ok(json::Value response);
  static Reply bare() { return {}; }
  static Reply at_top(json::Object fields);
  static Reply fail(std::string_view code, std::string_view message);
  static Reply fail(std::string_view code, std::string_view message, json::Value response);
  static Reply refused(std::string_view code, std::string_view message);  // by the gateway
};
using Refusal = std::optional<Reply>;  // nothing: go on

// What the host class does for the world: queueing webhooks.
struct PushQueue {
  std::function<void(HttpRequest, Duration)> send;
  std::function<void(std::string)> set_url;
};

struct World {
  World(const Options& opts, PushQueue queue);

  // -- services
  TimePoint now() const { return options.clock->now(); }
  std::int64_t seconds() const { return to_unix_seconds(now()); }
  Random& random() { return *options.random; }
  const json::Value& setting(std::string_view name) const { return options.settings[name]; }
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;
  bool enabled(std::string_view name, bool otherwise = false) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  json::Value money(std::int64_t rupiah) const;  // 45000, or 45000.0 by switch

  // What this call changed, for the ledger.
  void changed(json::Value effect) { effects.push_back(std::move(effect)); }

  // -- ids: odd and above 2^53 unless `small_ids` is set (facts 3.0, 8.9)
  Id new_item_id();
  Id new_model_id();
  Id new_promotion_id();
  std::string new_order_sn();

  // -- lookups
  Shop* shop(Id id);
  const Shop* shop(Id id) const;
  Item* item(Id id);  // of any shop
  // The shop's item that was not deleted, or the refusal of that name.
  Item* live_item(const Request& request, const json::Value& id, Refusal& why);
  Order* order(std::string_view sn);
  Order* order_of(const Shop& shop, std::string_view sn);
  ItemStatus status_of(const Item& item) const;
  // The running promotion that covers it; any model when model is -1.
  const Promotion* promotion(Id item, Id model = -1) const;

  // -- changes that keep the indexes true
  void reindex(Item& item);
  void touch(Item& item) { item.updated = now(); }
  void touch(Order& order);  // moves its update time

  // -- pushes (push.cpp)
  void push(int code, const Shop& shop, json::Value data, Duration after = Duration(0));
  void push_partner(int code, json::Value data);  // partner level: no shop at the top
  void push_order(const Order& order);            // code 3
  void push_reserved(const Item& item, const Model& model, const Order& order, bool placed,
                     std::int64_t quantity);  // code 8
  void push_attempted(const HttpRequest& request, bool accepted);
  void push_lost(const HttpRequest& request);
  bool push_suspended() const { return push_status == "Suspended"; }

  const Options& options;
  PushQueue queue;
  json::Array effects;

  std::map<Id, Shop> shops;
  std::unordered_map<Id, Item> items;
  std::unordered_map<std::string, std::string> images;  // image id → scene
  std::map<std::pair<Id, Id>, Promotion> promotions;    // (item, model)
  std::deque<Order> orders;                             // by sequence
  std::unordered_map<std::string, Id> orders_by_sn;
  std::unordered_map<std::string, Id> orders_by_package;
  std::deque<Return> returns;

  std::unordered_map<std::string, AuthCode> codes;
  std::unordered_map<std::string, AccessToken> access_tokens;
  std::unordered_map<std::string, RefreshToken> refresh_tokens;
  std::int64_t quota_day = 0, quota_used = 0;

  std::string push_status = "Normal";
  std::int64_t push_suspended_time = 0;
  std::string callback_before;  // while set_app_push_config's test is under way
  std::set<int> pushes_on;
  std::set<Id> blocked_shops;
  std::deque<std::pair<TimePoint, bool>> push_attempts;  // the last 6 hours
  std::int64_t push_successes = 0;                       // among them
  std::deque<LostPush> lost;
  Id last_lost = 176600;

 private:
  Id items_made_ = 0, models_made_ = 0, promotions_made_ = 0;
};

// -- small helpers
std::optional<std::int64_t> digits(std::string_view text);    // decimal, no sign, no padding
std::optional<std::int64_t> whole(const json::Value& value);  // a JSON number without fraction
std::int64_t length_of(const World& world, std::string_view text);  // as `count_lengths_in` says
std::string_view name_of(ItemStatus status);

}  // namespace gerbang::sandbox::shopee
