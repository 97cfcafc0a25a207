#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/sandbox/kit.hpp"
#include "core/base/url.hpp"

namespace gerbang::woocommerce_sandbox {

// A product or a variation. Ids are shared with orders: all were posts once.
struct Goods {
  std::int64_t id = 0, parent = 0;  // parent: of a variation
  std::string type = "simple", status = "publish", name = "Product", sku;
  std::string regular_price, sale_price, description, weight;
  bool manage_stock = false;
  std::int64_t stock = 0;  // meaningless while stock is not managed
  std::string stock_status = "instock", backorders = "no", before_trash;
  json::Value images, categories, attributes, meta;
  std::int64_t total_sales = 0;
  TimePoint created, modified;
  bool is_variation() const { return parent != 0; }
  std::string price() const { return sale_price.empty() ? regular_price : sale_price; }
};

struct Line {
  std::int64_t id = 0, product = 0, variation = 0, quantity = 0;
  std::string sku, name;  // sku of an erased product is null
  std::int64_t price = 0;
  bool erased = false;
};

struct Note {
  std::int64_t id = 0;
  std::string text;
  bool to_customer = false;
  TimePoint at;
};

struct Order {
  std::int64_t id = 0;
  std::string status = "pending", before_trash;
  json::Value billing, shipping, meta;
  std::vector<Line> lines;
  std::vector<Note> notes;
  std::int64_t shipping_total = 0;
  std::string customer_note, payment_method = "bacs";
  bool reduced = false;  // its stock is taken
  TimePoint created, modified;
  std::optional<TimePoint> paid, completed;
  std::int64_t total() const;
};

struct Webhook {
  std::int64_t id = 0;
  std::string name, topic, url, secret, status = "active";
  int failures = 0;
  TimePoint created;
  std::optional<TimePoint> modified;
};

struct Key {
  std::string key, secret, permission = "read_write";
};

struct Category {
  std::int64_t id = 0;
  std::string name, slug;
};

struct Shop {
  std::string path;  // "/toko-1", "" at the root
  std::string name;
  std::vector<Key> keys;
  std::map<std::int64_t, Goods> goods;
  std::map<std::int64_t, Order> orders;
  std::map<std::int64_t, Webhook> hooks;
  std::vector<Category> categories;
  std::set<std::string> nonces;   // "key|nonce"
  std::set<std::string> waiting;  // "hook|id" of deliveries that wait
  std::int64_t next_post = 84, next_hook = 1, next_row = 12;
};

// A refusal as WooCommerce words it.
struct Refused {
  int status = 400;
  std::string code, message;
  json::Object data;  // beside the status
};
json::Value refusal_json(const Refused& refused);

// What a handler answers: an object or list with headers, or a refusal.
struct Reply {
  int status = 200;
  json::Value body;
  Headers headers;
  std::optional<Refused> refused;
  json::Value effect;
  Reply(json::Value b, int s = 200) : status(s), body(std::move(b)) {}
  Reply(Refused r) : status(r.status), refused(std::move(r)) {}
};

// Where a product or an order came from: a call of its own is checked against the schema, an entry
// of a batch is not (facts 6).
enum class Checked { by_schema, not_at_all };

// Access and routing in access.cpp; products in products.cpp, catalogue.cpp and product_json.cpp;
// orders in orders.cpp and order_json.cpp; webhooks in webhooks.cpp; the shopper in control.cpp.
class WebShops final : public sandbox::Kit {
 public:
  using Kit::Kit;
  std::string_view channel() const override { return "woocommerce"; }

 protected:
  std::string operation_of(const Call& call) const override;
  HttpResponse serve(const Call& call) override;
  HttpResponse token_expired_answer(const Call& call) override;
  HttpResponse throttle_answer(const Call& call) override;
  HttpResponse refusal_answer(const Call& call, const std::string& code,
                              const std::string& message) override;

  json::Value add_shop(const json::Value& body) override;
  Result<json::Value> consent(const json::Value& body) override;
  json::Value listings(std::string_view shop_id) const override;
  Result<json::Value> place_order(const json::Value& body) override;
  Result<json::Value> order(std::string_view id) const override;
  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value& body) override;
  Result<void> settings_changing(const json::Value& patch) override;

  std::vector<Duration> push_retries() const override { return {}; }  // a failed one is gone
  bool push_accepted(const HttpResponse& response) const override {
    return response.status >= 200 && response.status <= 302;  // so a redirect counts
  }
  Duration push_deadline() const override { return std::chrono::seconds(60); }
  bool push_leaves(HttpRequest& request) override;
  void push_attempted(const HttpRequest& request, bool accepted) override;

 private:
  using Parts = std::vector<std::string>;
  struct Place {  // which shop, and what is left of the path
    Shop* shop = nullptr;
    std::string rest;  // "/wp-json/wc/v3/products"
  };

  // A database of whole seconds.
  TimePoint now() const { return std::chrono::floor<std::chrono::seconds>(Kit::now()); }

  // -- settings
  std::string text_or(std::string_view name, std::string otherwise) const;
  bool is_on(std::string_view name, bool otherwise = false) const;
  bool is_https() const;
  std::string address_of(const Shop& shop) const { return options().public_url + shop.path; }
  std::string local_time(TimePoint when) const;  // the site's
  Shop* shop_at(std::string_view address);

  // -- access.cpp
  Place place_of(const std::string& path);
  Method method_of(const Call& call) const;
  // Nothing: the caller may do it. `known` tells whether any credentials were seen at all.
  std::optional<Refused> authenticate(const Call& call, Shop& shop, bool writes, bool* known);
  std::optional<Refused> check_oauth(const Call& call, Shop& shop, const QueryItems& oauth,
                                     const Key** key);
  HttpResponse answer_of(const Shop& shop, Reply reply);
  Reply route(const Call& call, Shop& shop, const Parts& parts, const json::Value& body);
  Reply index(const Shop& shop) const;
  Reply setting_of_shop(const Parts& parts) const;
  // One page of `all`, trimmed to _fields, with the paging headers.
  Reply page_of(const Call& call, const Shop& shop, std::string_view path,
                const std::vector<json::Value>& all) const;
  std::optional<Refused> check_paging(const Call& call) const;

  // -- products
  Reply products(const Call& call, Shop& shop, const Parts& parts, const json::Value& body);
  Reply variations(const Call& call, Shop& shop, Goods& parent, const Parts& parts,
                   const json::Value& body);
  Reply list_products(const Call& call, const Shop& shop) const;
  Reply write_goods(Shop& shop, const json::Value& body, std::int64_t id, std::int64_t parent,
                    Checked checked);
  Reply delete_goods(Shop& shop, std::int64_t id, std::int64_t parent, bool force);
  Reply batch(Shop& shop, const json::Value& body, std::int64_t parent);
  std::optional<Refused> sku_conflict(const Shop& shop, const std::string& sku,
                                      std::int64_t own) const;
  void erase(Shop& shop, std::int64_t id);
  bool is_trashed(const Shop& shop, const Goods& goods) const;
  json::Value goods_json(const Shop& shop, const Goods& goods, bool raw) const;
  json::Value product_json(const Shop& shop, const Goods& goods, bool raw) const;
  json::Value variation_json(const Shop& shop, const Goods& goods) const;
  void set_stock(Goods& goods, std::int64_t stock);

  // -- orders
  Reply orders(const Call& call, Shop& shop, const Parts& parts, const json::Value& body);
  Reply list_orders(const Call& call, const Shop& shop) const;
  Reply create_order(Shop& shop, const json::Value& body);
  Reply update_order(Shop& shop, Order& order, const json::Value& body);
  Reply notes(Shop& shop, Order& order, Method method, const json::Value& body);
  std::vector<std::string> statuses() const;
  std::optional<Refused> check_status(const json::Value& body) const;
  std::optional<Line> line_of(const Shop& shop, std::int64_t product, std::int64_t variation,
                              std::int64_t quantity);
  void set_status(Shop& shop, Order& order, const std::string& status);
  void move_stock(Shop& shop, const Order& order, int sign);
  json::Value order_json(const Shop& shop, const Order& order) const;

  // -- webhooks
  Reply webhooks(const Call& call, Shop& shop, const Parts& parts, const json::Value& body);
  Reply write_hook(Shop& shop, Webhook* known, const json::Value& body);
  json::Value hook_json(const Shop& shop, const Webhook& hook) const;
  bool is_topic(std::string_view topic) const;
  bool may_deliver_to(const std::string& url) const;
  void raise(Shop& shop, const std::string& resource, const std::string& event, std::int64_t id);
  void count_delivery(Webhook& hook, bool accepted);

  std::vector<Shop> shops_;
};

// "products are {…}" as PHP writes JSON: slashes and everything beyond ASCII escaped.
std::string php_json(const json::Value& value);

std::string links_of(const std::string& next, const std::string& prev);

// Fields against their types; `enumerations` by field. Nothing when all are right.
struct FieldType {
  std::string_view name;
  enum class Type { text, integer, boolean, list, object } type;
  std::vector<std::string> one_of;
};
std::optional<Refused> check_schema(const json::Value& body, const std::vector<FieldType>& fields);
Refused invalid_param(const std::string& field, const std::string& why, const std::string& code,
                      json::Value data);

// What PHP and WooCommerce make of a value.
std::string decimal_text(const json::Value& value);  // wc_format_decimal
std::int64_t integer_of(const json::Value& value);   // intval
bool boolean_of(const json::Value& value);
std::optional<std::int64_t> positive(std::string_view text);

}  // namespace gerbang::woocommerce_sandbox
