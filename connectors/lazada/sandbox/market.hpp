#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/sandbox/kit.hpp"
#include "core/base/url.hpp"

// The state of the marketplace and its handlers. market.cpp joins it with the kit; gateway.cpp
// checks and routes every call; the handlers stand in the files named beside them.
namespace gerbang::sandbox::lazada {

struct Shop {
  std::string seller_id, short_code, name, account;
  bool active = true;
  std::optional<TimePoint> authorised_until;  // pushes are sent only until then (facts 14)
};

struct Grant {
  std::string seller;
  TimePoint expires_at;
};

struct Sku {
  std::int64_t id = 0;
  std::string seller_sku, shop_sku;
  json::Object sale_prop;
  std::int64_t price = 0;
  std::int64_t sellable = 0, withheld = 0, occupied = 0;
  std::int64_t campaign = 0;  // of the sellable, held for a campaign
  std::string status = "active";
  json::Object other;  // package_*, attributes of the SKU
  json::Array images;
  std::int64_t total() const { return sellable + withheld + occupied; }
};

struct Item {
  std::int64_t id = 0, category = 0;
  std::string seller;
  json::Object attributes;
  json::Array images;
  json::Value variation;
  std::vector<Sku> skus;
  TimePoint created, updated;
  std::optional<TimePoint> review_until;  // "Pending QC" until then
  bool locked = false;                    // 4155
  bool deleted() const;
  std::string title() const { return std::string(json::Value(attributes)["name"].text()); }
};

// One unit of an order: Lazada knows no quantity (facts 11).
struct Unit {
  std::int64_t id = 0, item = 0, sku = 0;
  std::string seller_sku, shop_sku, name, variation;
  std::int64_t price = 0;
  std::string status;
  std::string package, tracking, initiator, reason;
  std::int64_t reverse = 0;
  bool cancel_asked = false;
  TimePoint updated;
};

struct Order {
  std::int64_t id = 0;
  std::string seller;
  TimePoint created, updated;
  std::vector<Unit> units;
  std::int64_t shipping_fee = 0, voucher = 0;
  std::int64_t price() const;
};

struct Reverse {
  std::int64_t id = 0, order = 0;
  TimePoint trigger;  // cancelled by itself then
  bool open = true;
};

// What a handler says. code "0": success, `body` is put beside it.
struct Reply {
  std::string code = "0";
  std::string type, message;
  json::Array detail;
  json::Object body;
  static Reply data(json::Value value);
  static Reply fail(std::string_view code, std::string_view message, std::string_view type = "ISV");
  bool ok() const { return code == "0"; }
};

// One entry of `detail`.
struct Finding {
  std::string field, code, message, seller_sku;
};

class Market final : public Kit {
 public:
  using Kit::Kit;
  std::string_view channel() const override { return "lazada"; }

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
  std::vector<Duration> push_retries() const override;
  bool push_accepted(const HttpResponse& response) const override { return response.status == 200; }
  Duration push_deadline() const override;
  void push_attempted(const HttpRequest& request, bool accepted) override;

 private:
  // One call, taken apart.
  struct Request {
    Method method = Method::get;
    std::string path;  // without /rest
    std::map<std::string, std::string> params;
    std::optional<std::string> image;  // bytes, not signed
    std::string seller;
    std::string param(const std::string& name) const;
    bool has(const std::string& name) const { return params.contains(name); }
  };
  using Handler = Reply (Market::*)(const Request&);
  // An access token belongs to calls on a seller's data; the auth host takes none (facts 3, 4). The
  // category pages are the same for all sellers and are read with one and, by S1, without.
  enum class Token { none, optional, needed };
  struct Route {
    std::string_view path;
    bool get, post;
    Token token;
    Handler handler;
  };
  static const std::vector<Route>& routes();

  std::string text_setting(std::string_view name, std::string_view otherwise) const;
  bool flag(std::string_view name, bool otherwise) const;

  // gateway.cpp
  Result<Request> take_apart(const Call& call) const;
  Reply admit(Request& request, const Route& route);
  HttpResponse answer(const Reply& reply);
  bool over_limit(const std::string& seller, const std::string& path);
  // Time passes: unpaid orders run out, requests to cancel take effect, reviews end.
  void catch_up();

  // auth.cpp
  HttpResponse consent_page(const Call& call);
  std::string new_code(const std::string& seller);
  Reply token_create(const Request&);
  Reply token_refresh(const Request&);
  Reply tokens(const std::string& seller, std::optional<TimePoint> refresh_ends);

  // catalogue.cpp
  Reply category_tree(const Request&);
  Reply category_attributes(const Request&);
  Reply category_suggestion(const Request&);
  Reply brand_page(const Request&);
  Reply warehouses(const Request&);
  Reply seller_get(const Request&);

  // images.cpp
  Reply image_upload(const Request&);
  Reply image_migrate(const Request&);
  Reply images_migrate(const Request&);
  Reply image_response(const Request&);
  std::string store_image(std::string_view bytes);
  bool is_ours(std::string_view url) const;

  // item_rules.cpp
  std::vector<Finding> check_product(const std::string& seller, const json::Value& product,
                                     const Item* known, bool updating) const;
  void check_attributes(const json::Value& product, std::int64_t category, bool updating,
                        std::vector<Finding>& found) const;
  void check_images(const json::Value& images, bool needed, std::vector<Finding>& found) const;
  void check_sku(const std::string& seller, const json::Value& sku, const json::Value& product,
                 const Item* known, bool updating, std::size_t count,
                 std::vector<Finding>& found) const;

  // items.cpp
  Reply product_create(const Request&);
  Reply product_update(const Request&);
  Reply product_deactivate(const Request&);
  Reply product_remove(const Request&);
  Reply refused(std::string_view code, std::string_view message, std::vector<Finding> found) const;
  Item* own_item(const std::string& seller, const json::Value& id);
  Sku* find_sku(Item& item, const json::Value& id);
  void write_sku(Sku& sku, const json::Value& body, bool fresh);
  std::string item_status(const Item& item) const;
  std::int64_t active_items(const std::string& seller) const;

  // reading.cpp
  Reply product_item(const Request&);
  Reply products(const Request&);
  json::Value sku_json(const Item& item, const Sku& sku) const;

  // levels.cpp
  Reply price_quantity(const Request&);
  Reply sellable_update(const Request&);
  Reply sellable_adjust(const Request&);
  enum class Level { total, sellable, adjust };
  Reply set_levels(const Request&, Level level);
  std::optional<Finding> set_level(const std::string& seller, const json::Value& body, Level level,
                                   bool store, json::Array& effects);

  // order_flow.cpp: the only place where a unit changes its status
  void set_status(Order& order, Unit& unit, std::string_view status);
  void cancel_units(Order& order, const std::vector<std::int64_t>& units, std::string_view who,
                    std::string_view reason, bool zero_stock);
  Sku* sku_of(const Unit& unit);
  Order* find_order(std::string_view id);
  json::Value order_state(const Order& order) const;

  // orders.cpp
  Reply orders(const Request&);
  Reply order_get(const Request&);
  Reply order_items(const Request&);
  Reply orders_items(const Request&);
  json::Value order_json(const Order& order) const;
  json::Value unit_json(const Order& order, const Unit& unit) const;
  Order* own_order(const std::string& seller, std::string_view id);

  // fulfilment.cpp
  Reply providers(const Request&);
  Reply pack(const Request&);
  Reply ready(const Request&);
  Reply repack(const Request&);
  Reply document(const Request&);
  HttpResponse label_file(std::string_view name) const;
  Reply packages(const Request&, std::string_view parameter,
                 json::Value (Market::*each)(const std::string& seller,
                                             const std::string& package));
  json::Value ready_one(const std::string& seller, const std::string& package);
  json::Value repack_one(const std::string& seller, const std::string& package);
  json::Value pack_unit(Order& order, std::int64_t unit, const std::string& package);
  std::vector<std::pair<Order*, Unit*>> package_units(const std::string& seller,
                                                      const std::string& package);

  // reverse.cpp
  Reply cancel_validate(const Request&);
  Reply cancel_create(const Request&);
  Reply cancel_decide(const Request&);
  struct Wanted {
    Order* order = nullptr;
    std::vector<std::int64_t> units;
    std::optional<Reply> refusal;
  };
  Wanted wanted(const Request&);
  json::Array reasons(const Order& order) const;

  // push.cpp
  void push_message(const std::string& seller, int type, json::Value data);
  void push_unit(const Order& order, const Unit& unit);
  void push_item(const Item& item, int type, std::string_view action);

  std::int64_t next_id() { return ids_++; }

  std::map<std::string, Shop> shops_;
  std::map<std::string, Grant> codes_, access_, refresh_;
  std::map<std::string, std::deque<TimePoint>> calls_;
  std::map<std::string, TimePoint> banned_until_;
  std::set<std::string> images_;  // addresses we gave out
  std::map<std::string, json::Value> image_batches_;
  std::map<std::int64_t, Item> items_;
  std::map<std::int64_t, Order> orders_;
  std::map<std::string, std::pair<std::string, TimePoint>> labels_;  // by token: PDF, until
  std::map<std::int64_t, Reverse> reverses_;
  std::set<std::int64_t> unpaid_;   // orders that may hold unpaid units
  std::set<std::int64_t> reviews_;  // items under review
  json::Value effect_;              // of the present call
  std::deque<bool> push_results_;
  bool pushes_stopped_ = false;
  std::int64_t ids_ = 1, serial_ = 0;
};

// "2026-10-09 12:34:56 +0700"
std::string local_time(TimePoint time);
// "35000.00"
std::string money(std::int64_t amount);
// Positive whole number of at most 19 digits.
std::optional<std::int64_t> id_of(const json::Value& v);

}  // namespace gerbang::sandbox::lazada
