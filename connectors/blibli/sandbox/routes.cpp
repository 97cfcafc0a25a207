#include "connectors/blibli/sandbox/handlers.hpp"

namespace gerbang::sandbox::blibli {

namespace {

using std::chrono::hours, std::chrono::minutes;
using Of = Limit::Of;

constexpr auto kGet = Method::get;
constexpr auto kPost = Method::post;
constexpr auto kPut = Method::put;

#define GERBANG_MTA "/mta/api/businesspartner"
const std::vector<Route>& table() {
  static const std::vector<Route> kRoutes = {
      {kGet, GERBANG_MTA "/v1/product/getCategory", "category.list", get_categories, {}},
      {kGet,
       "/seller/v1/categories/{}/attributes",
       "category.attributes",
       get_attributes,
       {{Of::argument, 5, hours(24)}}},
      {kGet, GERBANG_MTA "/v2/product/getBrands", "brand.list", get_brands, {}},
      {kGet,
       GERBANG_MTA "/v1/product/getPickupPoint",
       "pickup_point.list",
       get_pickup_points,
       {{Of::store, 10, hours(24)}}},
      {kGet, "/seller/v1/pickup-points", "pickup_point.list_v2", list_pickup_points, {}},
      {kGet, "/seller/v1/logistics", "logistics.list", get_logistics, {}},

      {kPost,
       "/seller/v1/products/async",
       "product.create",
       create_products,
       {{Of::store, 25, minutes(1)}}},
      {kPost,
       GERBANG_MTA "/v2/product/createProduct",
       "product.create_v2",
       create_product_v2,
       {{Of::store, 25, minutes(1)}}},
      {kPost,
       "/seller/v1/products/{}/revision",
       "product.revise",
       revise_product,
       {{Of::store, 25, minutes(1)}}},
      {kPut,
       "/seller/v1/products/{}/detail",
       "product.detail_update",
       update_detail,
       {{Of::store, 60, minutes(1)}}},
      {kPost,
       "/seller/v1/products/{}/variants",
       "product.variants",
       update_variants,
       {{Of::argument, 10, minutes(30)}}},
      {kPost,
       "/seller/v1/products/{}/images",
       "product.image_add",
       add_image,
       {{Of::argument, 10, minutes(1)}}},
      {Method::del,
       "/seller/v1/products/{}/images",
       "product.image_delete",
       delete_image,
       {{Of::argument, 10, minutes(1)}}},

      {kPost,
       GERBANG_MTA "/v1/product/updateProduct",
       "product.bulk_update",
       bulk_update,
       {{Of::store, 25, minutes(1)}}},
      {kPut, "/seller/v1/products/{}/stock", "stock.set", set_stock, {{Of::store, 60, minutes(1)}}},
      {kPut,
       "/seller/v1/products/{}",
       "product.update",
       update_variant,
       {{Of::argument, 5, hours(1)}}},
      {kPost,
       "/seller/v1/products/statuses/archive",
       "product.archive",
       archive,
       {{Of::store, 25, minutes(1)}}},
      {kPost,
       "/seller/v1/products/statuses/unarchive",
       "product.unarchive",
       unarchive,
       {{Of::store, 25, minutes(1)}}},

      {kPost,
       "/seller/v1/products/filter",
       "product.list",
       filter_products,
       {{Of::store, 25, minutes(1)}}},
      {kGet,
       "/seller/v1/products/{}",
       "product.detail",
       get_product,
       {{Of::argument, 5, minutes(30)}}},
      {kGet,
       GERBANG_MTA "/v1/feed/detail",
       "queue.detail",
       queue_detail,
       {{Of::queue, 5, minutes(15)}}},
      {kGet, GERBANG_MTA "/v1/feed/list", "queue.list", queue_list, {}},

      {kPost,
       "/seller/v1/orders/packages/filter",
       "order.list",
       filter_orders,
       {{Of::store, 100, minutes(30)}}},
      {kGet,
       "/seller/v1/orders/items/cancellations/reasons",
       "order.cancel_reasons",
       cancel_reasons,
       {}},
      {kPost, "/seller/v1/orders/items/{}/cancellations", "order.cancel", cancel_item, {}},
      {kGet,
       "/seller/v1/orders/items/{}",
       "order.detail",
       get_item,
       {{Of::argument, 5, minutes(30)}}},
      {kGet, GERBANG_MTA "/v1/order/orderDetail", "order.detail_v1", get_order_v1, {}},
      {kGet, GERBANG_MTA "/v1/order/getCombineShipping", "order.combine", combine_shipping, {}},
      {kPost,
       GERBANG_MTA "/v1/order/createPackage",
       "package.create",
       create_package,
       {{Of::store, 7200, hours(24)}}},
      {kPost,
       "/seller/v1/orders/regular/{}/fulfill",
       "order.fulfil",
       fulfil,
       {{Of::argument, 5, hours(24)}}},
      {kPost, "/seller/v1/orders/dropship/{}", "order.correct_awb", correct_awb, {}},
      {kGet,
       "/seller/v1/orders/{}/shippingLabel",
       "order.label",
       shipping_label,
       {{Of::argument, 5, hours(24)}}},

      {kPost, "/sas/create-order-v2", "staging.create_order", staging_create_order, {}},
      {kPost, "/sas/order-approve", "staging.approve_order", staging_approve_order, {}},
      {kPost, "/sas/product-approve", "staging.approve_product", staging_approve_product, {}},
      {kPost,
       "/sas/product-approve-v2",
       "staging.approve_product_v2",
       staging_approve_product_v2,
       {}},
  };
  return kRoutes;
}
#undef GERBANG_MTA

// Whether `path` is of the form `pattern`; `argument` gets its segment.
bool matches(std::string_view pattern, std::string_view path, std::string& argument) {
  const auto hole = pattern.find("{}");
  if (hole == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, hole), after = pattern.substr(hole + 2);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after))
    return false;
  const std::string_view middle =
      path.substr(before.size(), path.size() - before.size() - after.size());
  if (middle.find('/') != std::string_view::npos) return false;
  argument = middle;
  return true;
}

}  // namespace

const Route* find_route(Method method, std::string_view path, std::string& argument) {
  for (const Route& route : table()) {
    if (route.method == method && matches(route.path, path, argument)) return &route;
  }
  return nullptr;
}

}  // namespace gerbang::sandbox::blibli
