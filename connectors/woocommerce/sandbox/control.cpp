// The shopper, the seller's own hand, and the sandbox's switches.
#include <algorithm>

#include "connectors/woocommerce/sandbox/state.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

// Where the demo village's goods belong; the first is WooCommerce's own default.
constexpr std::pair<const char*, const char*> kCategories[] = {
    {"Uncategorized", "uncategorized"},
    {"Kopi", "kopi"},
    {"Gula", "gula"},
    {"Keripik", "keripik"},
    {"Madu", "madu"},
    {"Rempah", "rempah"},
    {"Beras", "beras"},
    {"Minuman Herbal", "minuman-herbal"},
    {"Hampers", "hampers"},
    {"Batik", "batik"},
    {"Tas", "tas"},
    {"Anyaman", "anyaman"},
    {"Sabun", "sabun"},
};

json::Value buyer() {
  return json::object({{"first_name", "Siti"},
                       {"last_name", "Aminah"},
                       {"company", ""},
                       {"address_1", "Jl. Desa 1"},
                       {"address_2", ""},
                       {"city", "Bandung"},
                       {"state", "JB"},
                       {"postcode", "40111"},
                       {"country", "ID"},
                       {"email", "siti@example.test"},
                       {"phone", "08120000000"}});
}

}  // namespace

json::Value WebShops::add_shop(const json::Value& body) {
  Shop shop;
  shop.path = body["path"].is_string() ? std::string(body["path"].text())
                                       : "/toko-" + std::to_string(shops_.size() + 1);
  shop.name = body["name"].text();
  Key key;
  key.key = "ck_" + random().hex(20);
  key.secret = "cs_" + random().hex(20);
  if (body["permission"].is_string()) key.permission = body["permission"].text();
  shop.keys.push_back(std::move(key));
  std::int64_t id = 15;
  for (const auto& [name, slug] : kCategories) shop.categories.push_back({id++, name, slug});
  shops_.push_back(std::move(shop));
  const Shop& made = shops_.back();
  return json::object({{"shop_id", address_of(made)},
                       {"name", made.name},
                       {"address", address_of(made)},
                       {"consumer_key", made.keys.front().key},
                       {"consumer_secret", made.keys.front().secret}});
}

Result<json::Value> WebShops::consent(const json::Value& body) {
  const Shop* shop = shop_at(body["shop_id"].text());
  if (shop == nullptr) return Error(ErrorKind::not_found, "no_such_shop");
  return json::object(
      {{"credentials", json::object({{"address", address_of(*shop)},
                                     {"consumer_key", shop->keys.front().key},
                                     {"consumer_secret", shop->keys.front().secret}})}});
}

json::Value WebShops::listings(std::string_view shop_id) const {
  json::Array out;
  for (const Shop& shop : shops_) {
    if (!shop_id.empty() && shop_id != address_of(shop)) continue;
    for (const auto& [id, goods] : shop.goods) {
      if (is_trashed(shop, goods) || goods.type == "variable") continue;
      const Goods& product = goods.is_variation() ? shop.goods.at(goods.parent) : goods;
      json::Object one;
      one.set("product", product.id);
      one.set("variant", goods.is_variation() ? goods.id : 0);
      one.set("sku", goods.sku);
      one.set("title", product.name);
      one.set("stock", goods.manage_stock ? json::Value(goods.stock) : json::Value());
      // Whole rupiah, unless somebody's thousands separator made something else of it.
      const auto price = json::Value(goods.price()).to_integral();
      one.set("price", price ? json::Value(*price) : json::Value(goods.price()));
      one.set("listed", product.status == "publish" && goods.status == "publish");
      one.set("state", product.status);
      out.emplace_back(std::move(one));
    }
  }
  return json::Value(std::move(out));
}

Result<json::Value> WebShops::place_order(const json::Value& body) {
  Shop* shop = shop_at(body["shop_id"].text());
  if (shop == nullptr) return Error(ErrorKind::not_found, "no_such_shop");
  Order order;
  for (const json::Value& wanted : body["lines"].items()) {
    const std::int64_t quantity = wanted["quantity"].as_int64().value_or(1);
    const auto goods = std::find_if(shop->goods.begin(), shop->goods.end(), [&](const auto& g) {
      return g.second.sku == wanted["sku"].text() && g.second.type != "variable" &&
             !is_trashed(*shop, g.second);
    });
    if (goods == shop->goods.end()) return Error(ErrorKind::conflict, "no_such_goods");
    const Goods& g = goods->second;
    const Goods& product = g.is_variation() ? shop->goods.at(g.parent) : g;
    if (product.status != "publish" || g.status != "publish" || g.price().empty())
      return Error(ErrorKind::conflict, "not_on_offer");
    // At the checkout, unlike by the API, stock counts.
    if (g.manage_stock && g.backorders == "no" && g.stock < quantity)
      return Error(ErrorKind::conflict, "not_enough");
    auto line = line_of(*shop, product.id, g.is_variation() ? g.id : 0, quantity);
    line->id = shop->next_row++;
    order.lines.push_back(std::move(*line));
  }
  if (order.lines.empty()) return Error(ErrorKind::invalid, "no_lines");
  order.id = shop->next_post++;
  order.created = order.modified = now();
  order.billing = buyer();
  order.shipping = buyer();
  order.shipping.as_object()->erase("email");
  order.meta = json::Value(json::Array());
  const std::int64_t id = order.id;
  shop->orders[id] = std::move(order);
  Order& stored = shop->orders.at(id);
  for (const Line& line : stored.lines) {
    Goods& goods = shop->goods.at(line.variation != 0 ? line.variation : line.product);
    goods.total_sales += line.quantity;
  }
  // A transfer that nobody has seen yet is on hold, and has taken its stock already.
  const bool paid = body["pay"].as_bool().value_or(true);
  set_status(*shop, stored, paid ? "processing" : text_or("unpaid_status", "on-hold"));
  raise(*shop, "order", "created", id);
  raise(*shop, "order", "updated", id);
  return json::object({{"order_id", std::to_string(id)}});
}

Result<json::Value> WebShops::order(std::string_view id) const {
  for (const Shop& shop : shops_) {
    const auto order = shop.orders.find(positive(id).value_or(0));
    if (order == shop.orders.end()) continue;
    json::Array notes;
    for (const Note& note : order->second.notes) notes.emplace_back(note.text);
    return json::object({{"order_id", std::to_string(order->first)},
                         {"state", order->second.status},
                         {"notes", std::move(notes)}});
  }
  return Error(ErrorKind::not_found, "no_such_order");
}

Result<json::Value> WebShops::order_verb(std::string_view id, std::string_view verb,
                                         const json::Value& body) {
  for (Shop& shop : shops_) {
    const auto known = shop.orders.find(positive(id).value_or(0));
    if (known == shop.orders.end()) continue;
    Order& order = known->second;
    std::string status;
    if (verb == "pay") status = "processing";
    if (verb == "hold") status = "on-hold";
    if (verb == "cancel") status = "cancelled";
    if (verb == "complete") status = "completed";
    if (verb == "return" || verb == "refund") status = "refunded";
    if (verb == "fail") status = "failed";
    if (verb == "restore") status = order.before_trash;
    if (verb == "status") status = body["status"].to_text();  // a plugin's own
    if (verb == "trash") {
      order.before_trash = order.status;
      order.status = "trash";
      order.modified = now();
      raise(shop, "order", "deleted", order.id);
      return this->order(id);
    }
    if (status.empty()) return Error(ErrorKind::conflict, "no_such_verb");
    if (verb == "pay" && order.status != "pending" && order.status != "on-hold" &&
        order.status != "failed")
      return Error(ErrorKind::conflict, "not_now");
    set_status(shop, order, status);
    raise(shop, "order", "updated", order.id);
    return this->order(id);
  }
  return Error(ErrorKind::not_found, "no_such_order");
}

// What a seller does by hand: {"make": {"shop_id", …fields of a simple product}}, {"erase": "SKU"},
// {"edit": {"sku", …fields of a product}}; and what an outage of ours leaves behind:
// {"switch_off_hooks": true}.
Result<void> WebShops::settings_changing(const json::Value& patch) {
  const auto with_sku = [&](std::string_view sku, auto act) -> Result<void> {
    for (Shop& shop : shops_) {
      for (auto& [id, goods] : shop.goods) {
        if (goods.sku != sku) continue;
        act(shop, goods);
        return {};
      }
    }
    return Error(ErrorKind::invalid, "no_such_goods");
  };
  if (patch["make"].is_object()) {
    Shop* shop = shop_at(patch["make"]["shop_id"].text());
    if (shop == nullptr) return Error(ErrorKind::not_found, "no_such_shop");
    json::Value fields = patch["make"];
    fields.as_object()->erase("shop_id");
    const Reply made = write_goods(*shop, fields, 0, 0, Checked::by_schema);
    if (made.status >= 300) return Error(ErrorKind::invalid, "no_such_goods");
  }
  if (patch["erase"].is_string()) {
    GERBANG_CHECK(with_sku(patch["erase"].text(),
                           [&](Shop& shop, const Goods& goods) { erase(shop, goods.id); }));
  }
  if (patch["switch_off_hooks"].as_bool().value_or(false)) {
    for (Shop& shop : shops_) {
      for (auto& [id, hook] : shop.hooks) hook.status = "disabled";
    }
  }
  if (patch["edit"].is_object()) {
    GERBANG_CHECK(with_sku(patch["edit"]["sku"].text(), [&](Shop& shop, const Goods& goods) {
      json::Value fields = patch["edit"];
      fields.as_object()->erase("sku");
      (void)write_goods(shop, fields, goods.id, goods.parent, Checked::not_at_all);
    }));
  }
  return {};
}

}  // namespace gerbang::woocommerce_sandbox
