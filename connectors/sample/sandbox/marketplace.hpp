#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sandbox/kit.hpp"

namespace gerbang::sample_sandbox {

struct Variant {
  std::int64_t id = 0;
  std::string sku;
  json::Value options;
  std::int64_t price = 0, stock = 0, weight = 0;
};

struct Product {
  std::int64_t id = 0;
  std::string shop, title, description, category;
  json::Value images, options;
  bool listed = true;
  std::vector<Variant> variants;
};

struct Line {
  std::int64_t id = 0, product = 0, variant = 0;
  std::string sku, title;
  std::int64_t quantity = 0, price = 0;
};

struct Order {
  std::int64_t id = 0;
  std::string shop, state = "new", before_cancel_asked;
  TimePoint placed_at, changed_at;
  std::optional<TimePoint> label_at;  // being made until then; nothing: nobody asked
  std::vector<Line> lines;
  std::string courier, tracking_number;
  std::int64_t total() const;
};

struct Grant {
  std::string shop;
  TimePoint expires_at;
};

// Access and routing in access.cpp, goods in goods.cpp, orders, shoppers and webhooks in
// orders.cpp.
class PasarContoh final : public sandbox::Kit {
 public:
  using Kit::Kit;
  std::string_view channel() const override { return "sample"; }

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
  std::vector<Duration> push_retries() const override;
  void push_lost(const HttpRequest& request) override;

 private:
  std::string setting_text(std::string_view name, std::string otherwise) const;
  bool signature_fits(const Call& call) const;
  HttpResponse consent_page(const Call& call);
  std::string new_code(const std::string& shop);
  HttpResponse token(const json::Value& body);
  bool over_limit(const std::string& shop);
  HttpResponse route(const Call& call, const std::string& shop, const json::Value& body);

  HttpResponse write_product(const std::string& shop, const json::Value& body, Product* known);
  HttpResponse list_products(const Call& call, const std::string& shop) const;
  // stock, prices, states: one item after the other, an answer for each.
  HttpResponse batch(const std::string& shop, const std::string& what, const json::Value& body);
  std::string change_item(const std::string& shop, const std::string& what, const json::Value& item,
                          json::Object& effect);
  Product* own_product(const std::string& shop, const json::Value& id);
  std::pair<Product*, Variant*> own_variant(const std::string& shop, const json::Value& id);

  HttpResponse list_orders(const Call& call, const std::string& shop) const;
  HttpResponse order_details(const Call& call, const std::string& shop) const;
  HttpResponse seller_verb(const std::string& shop, const std::string& id, const std::string& verb,
                           const json::Value& body);
  HttpResponse label(const std::string& shop, const std::string& id);
  HttpResponse lost_list(const std::string& shop) const;
  Order* own_order(const std::string& shop, const std::string& id);
  void change(Order& order, std::string state);
  json::Value order_json(const Order& order) const;

  std::map<std::string, std::string> shops_;  // id → name
  std::map<std::string, Grant> codes_, access_, refresh_;
  std::map<std::string, std::deque<TimePoint>> calls_;  // of the last second, by shop
  std::map<std::int64_t, Product> products_;
  std::map<std::int64_t, Order> orders_;
  std::map<std::int64_t, json::Value> lost_;  // events that were never accepted, by number
  std::int64_t next_id_ = 1001, next_event_ = 1;
};

HttpResponse result(json::Value value);
HttpResponse refusal(int status, std::string_view code, std::string_view message);

}  // namespace gerbang::sample_sandbox
