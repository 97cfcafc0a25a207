// Webhooks (facts blibli.md 10): one path per event, a flat body without the event's name.
#include "connectors/blibli/sandbox/gateway.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

std::string uuid(World& world) {
  std::string hex = world.random().hex(16);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, "-");
  return hex;
}

// "2025-03-04 00:00" in Jakarta.
std::string local_minute(TimePoint time) {
  std::string text = to_rfc3339(time + std::chrono::hours(7));
  text[10] = ' ';
  return text.substr(0, 16);
}

void send_hook(World& world, const std::string& store, std::string_view event,
               const json::Value& body) {
  HttpRequest out;
  out.method = Method::post;
  out.url = world.options.hook_url + "/" + store + "/" + std::string(event);
  out.body = json::dump(body);
  const TimePoint now = world.now();
  out.headers.set("Content-Type", "application/json");
  out.headers.set("requestId", uuid(world));
  out.headers.set("requestTime", std::to_string(to_unix_millis(now)));
  const std::string form = world.text("hook_signature", "base64");
  if (form != "none") {
    const auto digest = md5(out.body);
    const std::string hash =
        to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
    const Sha256 mac =
        hmac_sha256(world.text("webhook_key", "sandbox-blibli-webhook-key"),
                    "POST\n" + hash + "\napplication/json\n" + jakarta_date(now) + "\n" + out.url);
    out.headers.set("signature", form == "hex" ? to_hex(mac) : to_base64(as_view(mac)));
  }
  world.send(std::move(out), Duration(0));
}

}  // namespace

void World::push_order(const OrderItem& item, std::string_view event) {
  send_hook(
      *this, item.store, event,
      json::object({{"orderId", item.order},
                    {"orderItemId", item.item},
                    {"packageId", item.package.empty() ? json::Value() : json::Value(item.package)},
                    {"orderStatus", item.status.empty() ? json::Value() : json::Value(item.status)},
                    {"blibliSku", item.variant},
                    {"blibliSkuName", item.title},
                    {"sellerSku", item.seller_sku},
                    {"quantity", item.quantity},
                    {"initialQuantity", item.initial_quantity},
                    {"storeCode", item.store},
                    {"logisticProductCode", "JNE_REG"},
                    {"logisticProductName", "JNE Reguler"},
                    {"instantPickup", false},
                    {"autoCancelTimeStamp",
                     local_minute((item.paid == TimePoint() ? item.created : item.paid) +
                                  std::chrono::hours(48))},
                    {"orderDate", to_unix_millis(item.created)},
                    {"timestamp", to_unix_millis(now())}}));
}

void World::push_product(const Product& product, std::string_view event) {
  send_hook(*this, product.store, event,
            json::object({{"storeCode", product.store},
                          {"productSku", product.sku},
                          {"productName", product.name},
                          {"state", name_of(product)},
                          {"timestamp", to_unix_millis(now())}}));
}

}  // namespace gerbang::sandbox::blibli
