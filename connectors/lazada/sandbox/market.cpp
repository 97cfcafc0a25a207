// The kit's side: settings, shops, what shoppers see.
#include "connectors/lazada/sandbox/market.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/lazada/sandbox/lazada_sandbox.hpp"

namespace gerbang {

std::unique_ptr<sandbox::Sandbox> make_lazada_sandbox(sandbox::Options options) {
  return std::make_unique<sandbox::lazada::Market>(std::move(options));
}

namespace sandbox::lazada {

bool Item::deleted() const {
  return std::all_of(skus.begin(), skus.end(), [](const Sku& s) { return s.status == "deleted"; });
}

std::int64_t Order::price() const {
  std::int64_t sum = 0;
  for (const Unit& unit : units) sum += unit.price;
  return sum;
}

Reply Reply::data(json::Value value) {
  Reply out;
  out.body.set("data", std::move(value));
  return out;
}
Reply Reply::fail(std::string_view code, std::string_view message, std::string_view type) {
  Reply out;
  out.code = code;
  out.type = type;
  out.message = message;
  return out;
}

std::string local_time(TimePoint time) {
  std::string text =
      to_rfc3339(std::chrono::floor<std::chrono::seconds>(time) + std::chrono::hours(7));
  text[10] = ' ';
  text.pop_back();
  return text + " +0700";
}

std::string money(std::int64_t amount) {
  return std::to_string(amount) + ".00";
}

std::optional<std::int64_t> id_of(const json::Value& v) {
  const std::string text = v.to_text();
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size() || out <= 0)
    return std::nullopt;
  return out;
}

std::string Market::text_setting(std::string_view name, std::string_view otherwise) const {
  const std::string text = setting(name).to_text();
  return text.empty() ? std::string(otherwise) : text;
}

bool Market::flag(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}

json::Value Market::add_shop(const json::Value& body) {
  Shop shop;
  shop.seller_id = body["shop_id"].to_text();
  if (shop.seller_id.empty())
    shop.seller_id = std::to_string(400'100'000'000 + 7 * static_cast<std::int64_t>(next_id()));
  shop.name = body["name"].text();
  if (shop.name.empty()) shop.name = "Toko " + shop.seller_id;
  shop.short_code =
      "ID" + shop.seller_id.substr(shop.seller_id.size() > 6 ? shop.seller_id.size() - 6 : 0);
  shop.account = "toko" + shop.seller_id + "@contoh.id";
  const auto [at, added] = shops_.emplace(shop.seller_id, shop);
  return json::object({{"shop_id", at->first}, {"name", at->second.name}});
}

Result<json::Value> Market::consent(const json::Value& body) {
  const std::string seller = body["shop_id"].to_text();
  if (!shops_.contains(seller)) return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
  json::Object query;
  query.append("code", new_code(seller));
  if (!body["state"].text().empty()) query.append("state", body["state"]);
  return json::object({{"query", json::Value(std::move(query))}});
}

json::Value Market::listings(std::string_view shop_id) const {
  json::Array out;
  for (const auto& [id, item] : items_) {
    if (item.seller != shop_id || item.deleted()) continue;
    for (const Sku& sku : item.skus) {
      if (sku.status == "deleted") continue;
      out.push_back(
          json::object({{"product", std::to_string(item.id)},
                        {"variant", std::to_string(sku.id)},
                        {"sku", sku.seller_sku},
                        {"title", item.title()},
                        {"stock", sku.sellable},
                        {"price", sku.price},
                        {"listed", item_status(item) == "Active" && sku.status == "active"},
                        {"state", sku.status}}));
    }
  }
  return json::Value(std::move(out));
}

// Switches that act at once.
Result<void> Market::settings_changing(const json::Value& patch) {
  const auto sku_named = [&](const json::Value& v) -> Sku* {
    for (auto& [id, item] : items_) {
      for (Sku& sku : item.skus) {
        if (sku.status != "deleted" &&
            (sku.seller_sku == v["sku"].text() || sku.id == id_of(v["sku_id"])))
          return &sku;
      }
    }
    return nullptr;
  };
  if (const json::Value& campaign = patch["campaign"]; campaign.is_object()) {
    Sku* sku = sku_named(campaign);
    const auto held = campaign["held"].as_int64();
    if (!sku || !held || *held < 0 || *held > sku->sellable)
      return Error(ErrorKind::invalid, "campaign", "campaign wants {sku, held} within the stock");
    sku->campaign = *held;
  }
  if (const json::Value& lock = patch["lock_item"]; !lock.is_null()) {
    const auto it = items_.find(id_of(lock["item_id"]).value_or(0));
    if (it == items_.end()) return Error(ErrorKind::invalid, "lock_item", "no such item");
    it->second.locked = lock["locked"].as_bool().value_or(true);
  }
  if (const json::Value& stop = patch["stop_shop"]; !stop.is_null()) {
    const auto it = shops_.find(stop["shop_id"].to_text());
    if (it == shops_.end()) return Error(ErrorKind::invalid, "stop_shop", "no such shop");
    it->second.active = !stop["stopped"].as_bool().value_or(true);
  }
  if (const json::Value& end = patch["end_authorisation"]; !end.is_null()) {
    const std::string seller = end["shop_id"].to_text();
    std::erase_if(access_, [&](const auto& g) { return g.second.seller == seller; });
    std::erase_if(refresh_, [&](const auto& g) { return g.second.seller == seller; });
    if (const auto it = shops_.find(seller); it != shops_.end())
      it->second.authorised_until.reset();
  }
  if (const json::Value& soon = patch["authorisation_expiring"]; !soon.is_null()) {
    const std::string seller = soon["shop_id"].to_text();
    push_message(
        "null", 8,
        json::object({{"seller_id", seller},
                      {"auth_expiry_time", to_unix_seconds(now() + std::chrono::hours(48))},
                      {"app_key", text_setting("app_key", "990017")}}));
  }
  if (patch["verify_push"].as_bool().value_or(false)) {
    push_message("9999", 0,
                 json::object({{"order_status", "unpaid"},
                               {"trade_order_id", "123456"},
                               {"trade_order_line_id", "12345"},
                               {"status_update_time", to_unix_seconds(now())},
                               {"buyer_id", "123456"}}));
  }
  if (patch["push_enabled"].as_bool().value_or(false)) {
    pushes_stopped_ = false;
    push_results_.clear();
  }
  return {};
}

}  // namespace sandbox::lazada
}  // namespace gerbang
