#pragma once

#include "connectors/shopee/sandbox/world.hpp"

// The calls of the open API, by file. Names are those of the paths; facts: the shopee.md section
// named beside.
namespace gerbang::sandbox::shopee {

struct Attribute;  // catalogue_data.hpp

// auth.cpp (2)
Reply auth_token_get(World& world, const Request& request);
Reply auth_access_token_get(World& world, const Request& request);
Reply get_shops_by_partner(World& world, const Request& request);
Reply get_shopee_ip_ranges(World& world, const Request& request);
Reply get_shop_info(World& world, const Request& request);
Reply get_warehouse_detail(World& world, const Request& request);  // 3.15
// The seller agrees: a code for one shop or for a main account.
std::string authorize(World& world, const std::vector<Id>& shops, Id main_account);
void cancel_authorization(World& world, Shop& shop, std::string_view why);

// consent.cpp (2.1)
HttpResponse consent_page(World& world, const Request& request);  // form A, /auth and /cancel_auth
Reply auth_partner(World& world, const Request& request);         // form B
Reply cancel_auth_partner(World& world, const Request& request);

// media.cpp (3.1)
Reply upload_image(World& world, const Request& request);

// catalogue.cpp (3.2 … 3.6)
Reply get_category(World& world, const Request& request);
Reply get_attribute_tree(World& world, const Request& request);
Reply get_brand_list(World& world, const Request& request);
Reply get_channel_list(World& world, const Request& request);
Reply update_channel(World& world, const Request& request);
Reply get_item_limit(World& world, const Request& request);
json::Value item_limits(const World& world);

// items.cpp (3.7 … 3.10)
Reply add_item(World& world, const Request& request);
Reply update_item(World& world, const Request& request);
Reply delete_item(World& world, const Request& request);
Reply unlist_item(World& world, const Request& request);

// item_rules.cpp: what add_item and update_item refuse
Refusal read_item(World& world, const json::Value& body, Item& item, bool creating);
Refusal check_item(World& world, const Shop& shop, const Item& item);
Refusal check_price(const World& world, std::int64_t price);
Refusal check_stock(const World& world, std::int64_t stock);
Refusal check_price_ratio(const World& world, const std::vector<Model>& models);
Refusal read_price(const json::Value& value, std::int64_t& out);
Refusal read_stock(const json::Value& seller_stock, std::int64_t& out);
std::optional<Dimension> read_dimension(const json::Value& value);  // nothing unless complete

// attribute_rules.cpp (3.3)
Refusal read_attributes(const json::Value& list, Item& item);
// What the catalogue marks, unless `mandatory_attributes` is off.
bool is_mandatory(const World& world, const Attribute& attribute);
Refusal check_attributes(const World& world, const Item& item);
void name_attribute_values(Item& item);  // a choice is stored with the catalogue's name

// reading.cpp (3.11, 3.12)
Reply get_item_list(World& world, const Request& request);
Reply get_item_base_info(World& world, const Request& request);
Reply search_item(World& world, const Request& request);
Reply get_item_promotion(World& world, const Request& request);
Reply get_model_list(World& world, const Request& request);
json::Value dimension_json(const std::optional<Dimension>& dimension);
json::Value pre_order_json(const World& world, const PreOrder& pre_order);
json::Value tiers_json(const Item& item);
std::string image_url(std::string_view image_id);

// variants.cpp (3.11)
Reply init_tier_variation(World& world, const Request& request);
Reply add_model(World& world, const Request& request);
Reply update_model(World& world, const Request& request);
Reply update_tier_variation(World& world, const Request& request);
Reply delete_model(World& world, const Request& request);

// stock_price.cpp (3.13, 3.14)
Reply update_stock(World& world, const Request& request);
Reply update_price(World& world, const Request& request);

// orders.cpp (4.2 … 4.4)
Reply get_order_list(World& world, const Request& request);
Reply get_order_detail(World& world, const Request& request);
Reply cancel_order(World& world, const Request& request);
Reply handle_buyer_cancellation(World& world, const Request& request);
Reply set_note(World& world, const Request& request);

// packages.cpp (4.5)
Reply get_shipment_list(World& world, const Request& request);
Reply search_package_list(World& world, const Request& request);
Reply get_package_detail(World& world, const Request& request);

// logistics.cpp (4.5)
Reply get_shipping_parameter(World& world, const Request& request);
Reply ship_order(World& world, const Request& request);
Reply update_shipping_order(World& world, const Request& request);
Reply get_tracking_number(World& world, const Request& request);
Reply get_tracking_info(World& world, const Request& request);
Reply get_address_list(World& world, const Request& request);

// documents.cpp (4.5, 4)
Reply get_shipping_document_parameter(World& world, const Request& request);
Reply create_shipping_document(World& world, const Request& request);
Reply get_shipping_document_result(World& world, const Request& request);
Reply download_shipping_document(World& world, const Request& request);

// order_flow.cpp (4.1): the only places where an order changes its status
void pay_order(World& world, Order& order);
void arrange_shipment(World& world, Order& order);
void close_cancelled(World& world, Order& order, std::string_view by, std::string_view reason);
void set_status(World& world, Order& order, std::string_view status);
void set_package(World& world, Order& order, std::string_view status);
// The shopper and the courier (control interface).
Result<Order*> place_order(World& world, const json::Value& body);
Result<void> order_verb(World& world, Order& order, std::string_view verb, const json::Value& body);

// returns.cpp (4.6)
Reply get_return_list(World& world, const Request& request);
Reply get_return_detail(World& world, const Request& request);
void open_return(World& world, const Order& order, const json::Value& body);

// push.cpp (5.4)
Reply get_lost_push_message(World& world, const Request& request);
Reply confirm_consumed_lost_push_message(World& world, const Request& request);
Reply get_app_push_config(World& world, const Request& request);
Reply set_app_push_config(World& world, const Request& request);

// control.cpp: switches that act at once
Result<void> apply_settings(World& world, const json::Value& patch);

}  // namespace gerbang::sandbox::shopee
