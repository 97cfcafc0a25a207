// The staging helpers of the real one (facts blibli.md 11). They know the client, not the store.
#include "connectors/blibli/sandbox/handlers.hpp"

namespace gerbang::sandbox::blibli {

Reply staging_create_order(World& world, const Request& request) {
  const Store* store = world.store(request.body["merchantCode"].text());
  if (!store) return Reply::fail(kNotFound, "Merchant is not found");
  json::Array lines;
  for (const json::Value& i : request.body["items"].items())
    lines.push_back(json::object({{"sku", i["itemSku"]}, {"quantity", i["quantity"]}}));
  const auto order = place_order(world, *store, json::Value(std::move(lines)), false);
  if (!order) return Reply::fail(kMalformed, order.error().detail);
  return Reply::value(json::object({{"orderId", *order}}));
}

Reply staging_approve_order(World& world, const Request& request) {
  for (const json::Value& id : request.body["orderIdList"].items()) {
    if (const auto paid = order_verb(world, id.to_text(), "pay", {}); !paid)
      return Reply::fail(kMalformed, paid.error().detail);
  }
  return Reply::value(json::object({}));
}

namespace {
void approve(World& world, Product& p) {
  if (p.state != ProductState::in_progress) return;
  p.state = ProductState::active;
  p.review_due.reset();
  p.updated = world.now();
  world.push_product(p, "submission_created");
}
}  // namespace

Reply staging_approve_product(World& world, const Request& request) {
  for (const json::Value& code : request.body["productCodes"].items()) {
    Product* p = world.product(code.text());
    if (!p) return Reply::fail(kNotFound, "Product is not found");
    approve(world, *p);
  }
  return Reply::value(json::object({}));
}

Reply staging_approve_product_v2(World& world, const Request& request) {
  for (const json::Value& name : request.body["productNames"].items()) {
    for (auto& [sku, p] : world.products) {
      if (p.store == request.body["businessPartnerCode"].text() && p.name == name.text())
        approve(world, p);
    }
  }
  return Reply::value(json::object({}));
}

}  // namespace gerbang::sandbox::blibli
