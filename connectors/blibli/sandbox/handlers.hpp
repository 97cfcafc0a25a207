#pragma once

#include <string_view>
#include <vector>

#include "connectors/blibli/sandbox/world.hpp"

namespace gerbang::sandbox::blibli {

// Facts 5.
struct Limit {
  enum class Of { store, argument, queue } per_what = Of::store;
  std::int64_t calls = 0;
  Duration per{0};
};

using Handler = Reply (*)(World&, const Request&);
struct Route {
  Method method = Method::get;
  std::string_view path;       // below /v2/proxy; "{}" stands for one segment
  std::string_view operation;  // of faults and ledger
  Handler handler = nullptr;
  std::vector<Limit> limits;
};
// The route and what stands in place of "{}"; null: no such path, or not with this method.
const Route* find_route(Method method, std::string_view path, std::string& argument);

// catalogue.cpp
Reply get_categories(World&, const Request&);
Reply get_attributes(World&, const Request&);
Reply get_brands(World&, const Request&);
Reply get_pickup_points(World&, const Request&);
Reply list_pickup_points(World&, const Request&);
Reply get_logistics(World&, const Request&);
// products.cpp
Reply create_products(World&, const Request&);
Reply create_product_v2(World&, const Request&);
Reply revise_product(World&, const Request&);
Reply update_detail(World&, const Request&);
Reply update_variants(World&, const Request&);
Reply add_image(World&, const Request&);
Reply delete_image(World&, const Request&);
// levels.cpp
Reply bulk_update(World&, const Request&);
Reply set_stock(World&, const Request&);
Reply update_variant(World&, const Request&);
Reply archive(World&, const Request&);
Reply unarchive(World&, const Request&);
// reading.cpp
Reply filter_products(World&, const Request&);
Reply get_product(World&, const Request&);
Reply queue_detail(World&, const Request&);
Reply queue_list(World&, const Request&);
// orders.cpp
Reply filter_orders(World&, const Request&);
Reply get_item(World&, const Request&);
Reply get_order_v1(World&, const Request&);
Reply combine_shipping(World&, const Request&);
Reply create_package(World&, const Request&);
Reply fulfil(World&, const Request&);
Reply correct_awb(World&, const Request&);
Reply shipping_label(World&, const Request&);
Reply cancel_reasons(World&, const Request&);
Reply cancel_item(World&, const Request&);
// staging.cpp
Reply staging_create_order(World&, const Request&);
Reply staging_approve_order(World&, const Request&);
Reply staging_approve_product(World&, const Request&);
Reply staging_approve_product_v2(World&, const Request&);

}  // namespace gerbang::sandbox::blibli
