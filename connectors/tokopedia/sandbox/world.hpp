#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connectors/sandbox/sandbox.hpp"
#include "connectors/tokopedia/sandbox/state.hpp"
#include "core/base/url.hpp"

// The state of the double and the services its handlers share. A handler is a free function
// Reply(World&, const Request&): it checks, changes the state, says what changed and answers.
namespace gerbang::sandbox::tokopedia {

// A call that has passed the gateway.
struct Request {
  const HttpRequest* http = nullptr;
  std::string path;
  std::vector<std::string> ids;  // what the path's places hold, in order
  QueryItems query;
  json::Value body;      // JSON; null when there is none
  Shop* shop = nullptr;  // where a cipher is needed; else the token's
  bool multipart = false;

  std::string param(std::string_view name) const;  // "" when absent
  Id id(std::size_t index) const;                  // 0 when it is none
};

// What a handler answers; the gateway puts the envelope around it (facts 3.4).
struct Reply {
  std::int64_t code = 0;
  std::string message = "Success";
  json::Value data = json::Value(json::Object());
  int status = 200;
  bool from_gateway = false;

  static Reply ok(json::Value data);
  static Reply ok() { return {}; }
  static Reply fail(std::int64_t code, std::string_view message);
  static Reply refused(std::int64_t code, std::string_view message, int status = 0);
};
using Refusal = std::optional<Reply>;  // nothing: go on

struct World {
  World(const Options& opts, std::function<void(HttpRequest, Duration)> send);

  // -- services
  TimePoint now() const { return options.clock->now(); }
  std::int64_t seconds() const { return to_unix_seconds(now()); }
  Random& random() { return *options.random; }
  const json::Value& setting(std::string_view name) const { return options.settings[name]; }
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;
  bool enabled(std::string_view name, bool otherwise = false) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  // "tokopedia": came from there; "mirrored": everything is mirrored there; "shop": not there at
  // all (facts 8).
  std::string seller_kind() const { return text("seller_kind", "tokopedia"); }

  // What this call changed, for the ledger.
  void changed(json::Value effect) { effects.push_back(std::move(effect)); }

  // 19 digits for products and SKUs, 18 for orders: a reader that goes through double loses the
  // end.
  Id new_id(char kind);

  // -- lookups
  Shop* shop(Id id);
  Product* product(const Shop& shop, Id id);  // nothing when it was deleted
  Order* order(const Shop& shop, Id id);
  Order* order_of_package(const Shop& shop, Id package);
  Cancellation* waiting_request(Id order);

  // What time alone brings: audits that end, holds that end. Before every call.
  void settle();
  void touch(Product& product) { product.updated = now(); }
  void touch(Order& order);

  // -- webhooks (push.cpp)
  void push(int type, std::string_view topic, const Shop& shop, json::Value data,
            Duration after = Duration(0));
  void push_order(const Order& order, Duration after = Duration(0));
  void push_cancellation(const Cancellation& cancellation);

  const Options& options;
  std::function<void(HttpRequest, Duration)> send;
  json::Array effects;

  std::map<Id, Shop> shops;
  std::map<Id, Product> products;
  std::map<Id, Promotion> promotions;                      // by SKU
  std::map<std::string, std::string> images;               // uri → use case
  std::map<std::string, std::pair<Id, TimePoint>> labels;  // by token: package, until
  std::deque<Order> orders;                                // by sequence
  std::unordered_map<Id, Id> orders_by_id;
  std::deque<Cancellation> cancellations;
  std::vector<std::pair<std::string, std::string>> own_brands;  // id, name

  std::map<std::string, std::pair<Id, TimePoint>> codes;  // auth code → shop, until
  std::map<std::string, Token> access_tokens;
  std::map<std::string, Token> refresh_tokens;

 private:
  std::map<char, Id> made_;
};

// -- small helpers
std::optional<std::int64_t> digits(std::string_view text);    // decimal, no sign
std::optional<std::int64_t> whole(const json::Value& value);  // a JSON number without fraction
// An id as the API takes it: a text of digits. Numbers are refused by most calls.
Id id_of(const json::Value& value);
std::int64_t length_of(std::string_view text);  // code points
// A page of `size` from the place a token names; `next` for the answer.
struct Page {
  std::size_t from = 0, size = 0;
};
Refusal read_page(const Request& request, std::int64_t least_default, std::int64_t most,
                  Page& page);
std::string page_token(std::size_t from);

}  // namespace gerbang::sandbox::tokopedia
