#pragma once

#include "connectors/tokopedia/sandbox/world.hpp"

// The calls of the API, by file; facts: the tiktok_tokopedia section named beside.
namespace gerbang::sandbox::tokopedia {

// auth.cpp (2)
Reply token_get(World& world, const Request& request);
Reply token_refresh(World& world, const Request& request);
Reply authorized_shops(World& world, const Request& request);
Reply active_shops(World& world, const Request& request);
std::string authorize(World& world, Shop& shop);  // the seller agrees: a code
void withdraw(World& world, Shop& shop, std::string_view why);
HttpResponse consent_page(World& world, const Request& request);

// media.cpp (4.1)
Reply upload_image(World& world, const Request& request);
std::string image_url(std::string_view uri);

// catalogue.cpp (4.2, 4.3)
Reply get_categories(World& world, const Request& request);
Reply get_attributes(World& world, const Request& request);
Reply get_rules(World& world, const Request& request);
Reply recommend_category(World& world, const Request& request);
Reply get_brands(World& world, const Request& request);
Reply create_brand(World& world, const Request& request);
Reply get_prerequisites(World& world, const Request& request);

// products.cpp (4.4, 4.5)
Reply create_product(World& world, const Request& request);
Reply check_listing(World& world, const Request& request);
Reply edit_product(World& world, const Request& request);
Reply partial_edit(World& world, const Request& request);

// product_rules.cpp (4.4): what create and edit refuse
struct Draft {
  Content content;
  std::vector<Sku> skus;
  std::vector<std::string> platforms;  // empty: not given
  std::string external_id;
  std::string insurance;
  std::int64_t minimum_order = 1;
  bool pre_owned = false;
  bool has_skus = false;
};
// Reads the fields that are there; `given`: those of a partial edit, else all are needed.
Refusal read_draft(World& world, const Shop& shop, const json::Value& body, const Product* existing,
                   bool partial, Draft& draft);
Refusal check_quantity(const World& world, std::int64_t quantity);
Refusal check_price(const World& world, const json::Value& price, std::int64_t& out);
Refusal read_platforms(const World& world, const json::Value& list, std::vector<std::string>& out);
// sku_rules.cpp
Refusal read_skus(World& world, const json::Value& list, const std::string& category,
                  const Product* existing, std::vector<Sku>& out);
// attribute_rules.cpp (4.2)
Refusal check_attributes(const World& world, const std::string& category, const json::Value& list);

// audit.cpp (4.4, 4.5, 8)
void begin_audit(World& world, Product& product);
void end_audit(World& world, Product& product);
void push_product(World& world, const Product& product, std::string_view status, Duration after);

// levels.cpp (4.6, 4.7)
Reply update_inventory(World& world, const Request& request);
Reply update_prices(World& world, const Request& request);
json::Array warehouses(const World& world);

// product_states.cpp (4.8)
Reply activate(World& world, const Request& request);
Reply deactivate(World& world, const Request& request);
Reply delete_products(World& world, const Request& request);
Reply recover_products(World& world, const Request& request);

// reading.cpp (4.9)
Reply search_products(World& world, const Request& request);
Reply get_product(World& world, const Request& request);
Reply search_inventory(World& world, const Request& request);

// logistics.cpp (4.10)
Reply get_warehouses(World& world, const Request& request);
Reply get_delivery_options(World& world, const Request& request);
Reply get_shipping_providers(World& world, const Request& request);
struct Provider {
  std::string_view id, name;
};
const Provider* find_provider(std::string_view id);

// orders.cpp (5.1, 5.2)
Reply search_orders(World& world, const Request& request);
Reply get_orders(World& world, const Request& request);

// cancellations.cpp (5.4)
Reply cancel_order(World& world, const Request& request);
Reply search_cancellations(World& world, const Request& request);
Reply approve_cancellation(World& world, const Request& request);
Reply reject_cancellation(World& world, const Request& request);
Reply get_reject_reasons(World& world, const Request& request);

// fulfillment.cpp (6)
Reply ship_package(World& world, const Request& request);
Reply ship_packages(World& world, const Request& request);
Reply get_time_slots(World& world, const Request& request);
Reply get_shipping_document(World& world, const Request& request);
Reply get_package(World& world, const Request& request);
Reply search_packages(World& world, const Request& request);
Reply get_tracking(World& world, const Request& request);
Reply update_shipping_info(World& world, const Request& request);
HttpResponse label_page(World& world, std::string_view path);

// order_flow.cpp (5.3): the only places where an order changes its status
void set_status(World& world, Order& order, std::string_view status);
void pay_order(World& world, Order& order);
void release_hold(World& world, Order& order);
void arrange_shipment(World& world, Order& order);
void close_cancelled(World& world, Order& order, std::string_view by, std::string_view reason);
bool label_ready(const World& world, const Order& order);
// The shopper and the courier (control interface).
Result<Order*> place_order(World& world, Shop& shop, const json::Value& body);
Result<void> order_verb(World& world, Order& order, std::string_view verb);

// push.cpp (7)
Reply get_webhooks(World& world, const Request& request);
Reply put_webhook(World& world, const Request& request);
Reply delete_webhook(World& world, const Request& request);

// control.cpp: switches that act at once
Result<void> apply_settings(World& world, const json::Value& patch);

}  // namespace gerbang::sandbox::tokopedia
