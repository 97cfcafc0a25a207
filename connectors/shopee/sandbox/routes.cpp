#include <unordered_map>

#include "connectors/shopee/sandbox/gateway.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

const Route* find_route(std::string_view path) {
  constexpr Method get = Method::get, post = Method::post;
  constexpr Level open = Level::open, shop = Level::shop;
  static const std::unordered_map<std::string_view, Route> kRoutes = {
      {"auth/token/get", {post, open, auth_token_get}},
      {"auth/access_token/get", {post, open, auth_access_token_get}},
      {"public/get_shops_by_partner", {get, open, get_shops_by_partner}},
      {"public/get_shopee_ip_ranges", {get, open, get_shopee_ip_ranges}},
      {"shop/auth_partner", {get, open, auth_partner}},
      {"shop/cancel_auth_partner", {get, open, cancel_auth_partner}},
      {"shop/get_shop_info", {get, shop, get_shop_info}},
      {"shop/get_warehouse_detail", {get, shop, get_warehouse_detail}},

      {"media_space/upload_image", {post, open, upload_image}},
      {"product/get_category", {get, shop, get_category}},
      {"product/get_attribute_tree", {get, shop, get_attribute_tree}},
      {"product/get_brand_list", {get, shop, get_brand_list}},
      {"product/get_item_limit", {get, shop, get_item_limit}},
      {"logistics/get_channel_list", {get, shop, get_channel_list}},
      {"logistics/update_channel", {post, shop, update_channel}},

      {"product/add_item", {post, shop, add_item}},
      {"product/update_item", {post, shop, update_item}},
      {"product/delete_item", {post, shop, delete_item}},
      {"product/unlist_item", {post, shop, unlist_item}},
      {"product/init_tier_variation", {post, shop, init_tier_variation}},
      {"product/add_model", {post, shop, add_model}},
      {"product/update_model", {post, shop, update_model}},
      {"product/update_tier_variation", {post, shop, update_tier_variation}},
      {"product/delete_model", {post, shop, delete_model}},
      {"product/get_model_list", {get, shop, get_model_list}},
      {"product/get_item_list", {get, shop, get_item_list}},
      {"product/get_item_base_info", {get, shop, get_item_base_info}},
      {"product/search_item", {get, shop, search_item}},
      {"product/get_item_promotion", {get, shop, get_item_promotion}},
      {"product/update_stock", {post, shop, update_stock}},
      {"product/update_price", {post, shop, update_price}},

      {"order/get_order_list", {get, shop, get_order_list}},
      {"order/get_order_detail", {get, shop, get_order_detail}},
      {"order/cancel_order", {post, shop, cancel_order}},
      {"order/handle_buyer_cancellation", {post, shop, handle_buyer_cancellation}},
      {"order/set_note", {post, shop, set_note}},
      {"order/get_shipment_list", {get, shop, get_shipment_list}},
      {"order/search_package_list", {post, shop, search_package_list}},
      {"order/get_package_detail", {get, shop, get_package_detail}},
      {"logistics/get_shipping_parameter", {get, shop, get_shipping_parameter}},
      {"logistics/ship_order", {post, shop, ship_order}},
      {"logistics/update_shipping_order", {post, shop, update_shipping_order}},
      {"logistics/get_tracking_number", {get, shop, get_tracking_number}},
      {"logistics/get_tracking_info", {get, shop, get_tracking_info}},
      {"logistics/get_address_list", {get, shop, get_address_list}},
      {"logistics/get_shipping_document_parameter", {post, shop, get_shipping_document_parameter}},
      {"logistics/create_shipping_document", {post, shop, create_shipping_document}},
      {"logistics/get_shipping_document_result", {post, shop, get_shipping_document_result}},
      {"logistics/download_shipping_document", {post, shop, download_shipping_document}},
      {"returns/get_return_list", {get, shop, get_return_list}},
      {"returns/get_return_detail", {get, shop, get_return_detail}},

      {"push/get_lost_push_message", {get, open, get_lost_push_message}},
      {"push/confirm_consumed_lost_push_message", {post, open, confirm_consumed_lost_push_message}},
      {"push/get_app_push_config", {get, open, get_app_push_config}},
      {"push/set_app_push_config", {post, open, set_app_push_config}},
  };
  constexpr std::string_view kRoot = "/api/v2/";
  if (!path.starts_with(kRoot)) return nullptr;
  const auto it = kRoutes.find(path.substr(kRoot.size()));
  return it == kRoutes.end() ? nullptr : &it->second;
}

}  // namespace gerbang::sandbox::shopee
