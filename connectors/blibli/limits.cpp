#include "connectors/blibli/limits.hpp"

namespace gerbang::blibli {

namespace {

RateLimit of_operation(std::string_view operation, double calls, Duration per) {
  RateLimit rate;
  rate.scope = RateLimit::Scope::endpoint;
  rate.operation = operation;
  rate.calls = calls;
  rate.per = per;
  rate.burst = calls / 5;
  return rate;
}

}  // namespace

ConnectorInfo info() {
  using std::chrono::hours, std::chrono::minutes;
  ConnectorInfo out;
  out.channel = "blibli";
  out.display_name = "Blibli";
  Capabilities& can = out.can;
  can.variants_in_listing = true;
  can.webhooks = true;
  can.accept_order = true;
  can.ship_order = true;
  can.cancel_order = true;
  can.fetch_label = true;
  can.label_per_parcel = true;
  can.authorise = false;
  can.find_listing = true;
  can.needs_category_facts = true;
  can.needs_shop_facts = true;
  out.credentials = {{"store_code", true},
                     {"seller_key", true},
                     {"signature_key", false},
                     {"username", false},
                     {"pickup_point", false}};
  ChannelLimits& limits = out.limits;
  limits.rates = {of_operation("order.list", 100, minutes(30)),
                  of_operation("package.create", 7200, hours(24)),
                  of_operation("product.bulk_update", 25, minutes(1)),
                  of_operation("stock.set", 60, minutes(1)),
                  of_operation("product.create", 25, minutes(1)),
                  of_operation("product.revise", 25, minutes(1)),
                  of_operation("product.detail_update", 60, minutes(1)),
                  of_operation("product.archive", 25, minutes(1)),
                  of_operation("product.unarchive", 25, minutes(1)),
                  of_operation("product.list", 25, minutes(1)),
                  of_operation("pickup_point.list", 10, hours(24))};
  limits.stock_batch = kSkusPerBulk;
  limits.stock_batch_same_product = false;
  limits.price_batch = kSkusPerBulk;
  limits.price_batch_same_product = false;
  limits.state_batch = kProductsPerArchive;
  limits.order_batch = kOrdersPerFetch;
  limits.order_page_days = 30;
  out.live_hosts = {std::string(kLiveHost)};
  return out;
}

Duration queue_wait(std::int64_t questions) {
  if (questions <= 0) return std::chrono::seconds(10);
  if (questions == 1) return std::chrono::minutes(1);
  if (questions == 2) return std::chrono::minutes(4);
  return std::chrono::minutes(5);
}

Duration review_wait(std::int64_t questions) {
  if (questions <= 0) return std::chrono::seconds(10);
  if (questions <= 2) return std::chrono::minutes(1);
  return kReviewWait;
}

}  // namespace gerbang::blibli
