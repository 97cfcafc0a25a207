// Lazada Push Mechanism (facts lazada.md 14).
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::lazada {

namespace {
constexpr std::int64_t kTries = 12, kWaitSeconds = 1800;
constexpr std::size_t kSample = 40;  // attempts over which failures are counted
}  // namespace

void Market::push_message(const std::string& seller, int type, json::Value data) {
  if (pushes_stopped_) return;
  // Only while the seller's authorisation is valid; the console's test names nobody.
  if (const auto shop = shops_.find(seller); shop != shops_.end()) {
    if (!shop->second.authorised_until || *shop->second.authorised_until <= now()) return;
  }
  json::Object body;
  body.append("seller_id", seller);
  body.append("message_type", type);
  body.append("data", std::move(data));
  // Seconds and milliseconds are both seen.
  body.append("timestamp",
              flag("push_seconds", false) ? to_unix_seconds(now()) : to_unix_millis(now()));
  body.append("site", text_setting("push_site", "lazada_id"));
  HttpRequest request;
  request.method = Method::post;
  request.url = options().hook_url;
  request.headers.set("Content-Type", "application/json");
  request.body = json::dump(json::Value(std::move(body)));
  const std::string key = text_setting("app_secret", "sandbox-lazada-app-secret");
  request.headers.set("Authorization",
                      to_hex(hmac_sha256(key, text_setting("app_key", "990017") + request.body)));
  push(std::move(request));
}

void Market::push_unit(const Order& order, const Unit& unit) {
  json::Object data;
  data.append("order_status", unit.status);
  data.append("trade_order_id", std::to_string(order.id));
  data.append("trade_order_line_id", std::to_string(unit.id));
  data.append("status_update_time", to_unix_seconds(unit.updated));
  data.append("buyer_id", "400999888777");
  push_message(order.seller, 0, json::Value(std::move(data)));
}

// Every edit of ours echoes (types 3 to 5).
void Market::push_item(const Item& item, int type, std::string_view action) {
  if (!flag("push_products", true)) return;
  json::Array skus;
  for (const Sku& sku : item.skus)
    skus.push_back(json::object(
        {{"shop_sku", sku.shop_sku}, {"seller_sku", sku.seller_sku}, {"sku_id", sku.id}}));
  push_message(item.seller, type,
               json::object({{"item_id", std::to_string(item.id)},
                             {"action", action},
                             {"updated", to_unix_millis(item.updated)},
                             {"sku_list", std::move(skus)}}));
}

std::vector<Duration> Market::push_retries() const {
  const double scale = setting("push_retry_scale").as_double().value_or(1.0);
  const auto wait = static_cast<std::int64_t>(scale * kWaitSeconds * 1000);
  return std::vector<Duration>(static_cast<std::size_t>(kTries), Duration(wait));
}

Duration Market::push_deadline() const {
  return Duration(setting_or("push_deadline_ms", 500));
}

// Over 50 % failures and Lazada stops.
void Market::push_attempted(const HttpRequest&, bool accepted) {
  push_results_.push_back(accepted);
  if (push_results_.size() > kSample) push_results_.pop_front();
  const auto failures = std::count(push_results_.begin(), push_results_.end(), false);
  if (push_results_.size() == kSample && failures * 2 > static_cast<std::ptrdiff_t>(kSample)) {
    pushes_stopped_ = true;
    clear_pushes();
  }
}

}  // namespace gerbang::sandbox::lazada
