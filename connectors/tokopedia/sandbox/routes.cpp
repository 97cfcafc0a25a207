#include "connectors/tokopedia/sandbox/gateway.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr Method kGet = Method::get, kPost = Method::post, kPut = Method::put,
                 kDelete = Method::del;
constexpr Level kOpen = Level::open, kApp = Level::app, kShopLevel = Level::shop;
constexpr std::string_view kAccount = "seller.authorization.info", kShopInfo = "seller.shop.info",
                           kRead = "seller.product.basic", kWrite = "seller.product.write",
                           kRemove = "seller.product.delete", kOrders = "seller.order.info",
                           kPackages = "seller.fulfillment.basic",
                           kShip = "seller.fulfillment.package.write", kPlaces = "seller.logistics",
                           kReturns = "seller.return_refund.basic";

// Fixed paths before those with an id in the same place.
constexpr Route kRoutes[] = {
    {kGet, "/api/v2/token/get", kOpen, "", token_get},
    {kGet, "/api/v2/token/refresh", kOpen, "", token_refresh},
    {kGet, "/authorization/202309/shops", kApp, kAccount, authorized_shops},
    {kGet, "/seller/202309/shops", kApp, kShopInfo, active_shops},
    {kGet, "/event/202309/webhooks", kShopLevel, "", get_webhooks},
    {kPut, "/event/202309/webhooks", kShopLevel, "", put_webhook},
    {kDelete, "/event/202309/webhooks", kShopLevel, "", delete_webhook},

    {kPost, "/product/202309/images/upload", kApp, kWrite, upload_image},
    {kGet, "/product/202309/categories", kShopLevel, kRead, get_categories},
    {kPost, "/product/202309/categories/recommend", kShopLevel, kRead, recommend_category},
    {kGet, "/product/202309/categories/{}/attributes", kShopLevel, kRead, get_attributes},
    {kGet, "/product/202309/categories/{}/rules", kShopLevel, kRead, get_rules},
    {kGet, "/product/202309/brands", kShopLevel, kRead, get_brands},
    {kPost, "/product/202309/brands", kApp, kWrite, create_brand},
    {kGet, "/product/202309|202312/prerequisites", kShopLevel, kRead, get_prerequisites},

    {kPost, "/product/202309/products", kShopLevel, kWrite, create_product},
    {kDelete, "/product/202309/products", kShopLevel, kRemove, delete_products},
    {kPost, "/product/202309/products/listing_check", kShopLevel, kWrite, check_listing},
    {kPost, "/product/202309|202502/products/search", kShopLevel, kRead, search_products},
    {kPost, "/product/202309/products/activate", kShopLevel, kWrite, activate},
    {kPost, "/product/202309/products/deactivate", kShopLevel, kWrite, deactivate},
    {kPost, "/product/202309/products/recover", kShopLevel, kWrite, recover_products},
    {kPost, "/product/202309/inventory/search", kShopLevel, kRead, search_inventory},
    {kGet, "/product/202309/products/{}", kShopLevel, kRead, get_product},
    {kPut, "/product/202309|202509/products/{}", kShopLevel, kWrite, edit_product},
    {kPost, "/product/202309|202509/products/{}/partial_edit", kShopLevel, kWrite, partial_edit},
    {kPost, "/product/202309/products/{}/inventory/update", kShopLevel, kWrite, update_inventory},
    {kPost, "/product/202309/products/{}/prices/update", kShopLevel, kWrite, update_prices},

    {kGet, "/logistics/202309/warehouses", kShopLevel, kPlaces, get_warehouses},
    {kGet, "/logistics/202309/warehouses/{}/delivery_options", kShopLevel, kPlaces,
     get_delivery_options},
    {kGet, "/logistics/202309/delivery_options/{}/shipping_providers", kShopLevel, kPlaces,
     get_shipping_providers},

    {kPost, "/order/202309/orders/search", kShopLevel, kOrders, search_orders},
    {kGet, "/order/202309|202507/orders", kShopLevel, kOrders, get_orders},
    {kPost, "/return_refund/202309/cancellations", kShopLevel, kReturns, cancel_order},
    {kPost, "/return_refund/202309/cancellations/search", kShopLevel, kReturns,
     search_cancellations},
    {kPost, "/return_refund/202309/cancellations/{}/approve", kShopLevel, kReturns,
     approve_cancellation},
    {kPost, "/return_refund/202309/cancellations/{}/reject", kShopLevel, kReturns,
     reject_cancellation},
    {kGet, "/return_refund/202309/reject_reasons", kShopLevel, kReturns, get_reject_reasons},

    {kPost, "/fulfillment/202309/packages/ship", kShopLevel, kShip, ship_packages},
    {kPost, "/fulfillment/202309/packages/search", kShopLevel, kPackages, search_packages},
    {kPost, "/fulfillment/202309/packages/{}/ship", kShopLevel, kShip, ship_package},
    {kGet, "/fulfillment/202309/packages/{}/handover_time_slots", kShopLevel, kPackages,
     get_time_slots},
    {kGet, "/fulfillment/202309/packages/{}/shipping_documents", kShopLevel, kPackages,
     get_shipping_document},
    {kPost, "/fulfillment/202309/packages/{}/shipping_info/update", kShopLevel, kShip,
     update_shipping_info},
    {kGet, "/fulfillment/202309/packages/{}", kShopLevel, kPackages, get_package},
    {kGet, "/fulfillment/202309/orders/{}/tracking", kShopLevel, kPackages, get_tracking},
};

}  // namespace

const Route* find_route(Method method, std::string_view path, std::vector<std::string>& ids,
                        bool& path_known) {
  path_known = false;
  for (const Route& route : kRoutes) {
    if (!matches(route.path, path, ids)) continue;
    path_known = true;
    if (route.method == method) return &route;
  }
  ids.clear();
  return nullptr;
}

}  // namespace gerbang::sandbox::tokopedia
