// Creating, changing and removing items (facts lazada.md 7).
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"
#include "connectors/lazada/sandbox/xml.hpp"

namespace gerbang::sandbox::lazada {

namespace {

// A payload is XML or JSON. In JSON, Image and Sku are arrays and a SKU's values are text, else
// 1001 (facts 7).
Result<json::Value> product_of(const std::string& payload) {
  if (payload.empty()) return Error(ErrorKind::invalid, "30", "E030: Empty Request");
  if (payload.front() != '{') {
    auto parsed = parse_xml(payload);
    if (!parsed) return Error(ErrorKind::invalid, "5", "E005: Invalid Request Format");
    return (*parsed)["Request"]["Product"];
  }
  const Error wrong(ErrorKind::invalid, "1001", "The parameters are not in JSON format");
  auto parsed = json::parse(payload);
  if (!parsed) return wrong;
  const json::Value product = (*parsed)["Request"]["Product"];
  if (!product.is_object()) return wrong;
  const auto list = [](const json::Value& v) { return v.is_null() || v.is_array(); };
  if (!list(product["Images"]["Image"]) || !list(product["Skus"]["Sku"])) return wrong;
  for (const json::Value& sku : product["Skus"]["Sku"].items()) {
    if (!list(sku["Images"]["Image"])) return wrong;
    for (const auto& [name, value] : sku.members()) {
      if (name != "saleProp" && name != "Images" && !value.is_string()) return wrong;
    }
  }
  return product;
}

Reply as_reply(const Error& error) {
  return Reply::fail(error.code, error.detail, "ISV");
}

}  // namespace

Reply Market::refused(std::string_view code, std::string_view message,
                      std::vector<Finding> found) const {
  Reply out = Reply::fail(code, message, "ISP");
  const bool with_codes = flag("detail_codes", true);
  for (const Finding& f : found) {
    json::Object entry;
    entry.append("field", f.field);
    entry.append("message", f.message);
    if (!f.seller_sku.empty()) entry.append("seller_sku", f.seller_sku);
    if (with_codes && !f.code.empty()) entry.append("code", f.code);
    out.detail.emplace_back(std::move(entry));
  }
  return out;
}

Item* Market::own_item(const std::string& seller, const json::Value& id) {
  const auto it = items_.find(id_of(id).value_or(0));
  return it == items_.end() || it->second.seller != seller || it->second.deleted() ? nullptr
                                                                                   : &it->second;
}

Sku* Market::find_sku(Item& item, const json::Value& id) {
  const auto wanted = id_of(id);
  for (Sku& sku : item.skus) {
    if (wanted && sku.id == *wanted && sku.status != "deleted") return &sku;
  }
  return nullptr;
}

std::int64_t Market::active_items(const std::string& seller) const {
  return std::count_if(items_.begin(), items_.end(), [&](const auto& i) {
    return i.second.seller == seller && !i.second.deleted();
  });
}

void Market::write_sku(Sku& sku, const json::Value& body, bool fresh) {
  if (fresh) sku.seller_sku = body["SellerSku"].to_text();
  if (const json::Value& prop = body["saleProp"]; !prop.is_null()) sku.sale_prop = prop.members();
  if (const json::Value& price = body["price"]; !price.is_null()) {
    const std::string text = price.to_text();
    sku.price = json::Value(text.substr(0, text.find('.'))).to_integral().value_or(sku.price);
  }
  // `quantity` of these calls is the sellable of the default warehouse (facts 8).
  if (const auto quantity = body["quantity"].to_integral()) sku.sellable = *quantity;
  // Left out, it means active (update page of the documentation).
  const std::string status = body["Status"].to_text();
  if (flag("status_defaults_to_active", true) || !status.empty() || fresh)
    sku.status = status.empty() ? "active" : status;
  for (const auto& [name, value] : body.members()) {
    if (name.starts_with("package_")) sku.other.set(name, value);
  }
  if (!body["Images"]["Image"].items().empty()) sku.images = body["Images"]["Image"].items();
}

std::string Market::item_status(const Item& item) const {
  if (item.deleted()) return "Deleted";
  if (item.review_until && now() < *item.review_until) return "Pending QC";
  const bool on = std::any_of(item.skus.begin(), item.skus.end(),
                              [](const Sku& s) { return s.status == "active"; });
  return on ? "Active" : "InActive";
}

Reply Market::product_create(const Request& request) {
  auto parsed = product_of(request.param("payload"));
  if (!parsed) return as_reply(parsed.error());
  const json::Value& product = *parsed;
  const json::Array& bodies = product["Skus"]["Sku"].items();
  if (bodies.empty()) return Reply::fail("1", "E001: Parameter Skus is mandatory");
  const std::string associated = product["AssociatedSku"].to_text();
  Item* known = nullptr;
  if (!associated.empty()) {
    for (auto& [id, item] : items_) {
      if (item.seller != request.seller) continue;
      for (const Sku& sku : item.skus) {
        if (sku.status != "deleted" &&
            (sku.seller_sku == associated || std::to_string(sku.id) == associated))
          known = &item;
      }
    }
    if (!known)
      return refused("500", "E500: Create product failed",
                     {{"AssociatedSku", "4136", "SELLER_SKU_NOT_FOUND", associated}});
    if (known->locked)
      return refused("500", "E500: Create product failed",
                     {{"Product", "4155", "BIZ_CHECK_NO_EDIT_ITEM_LOCK", ""}});
  }
  std::vector<Finding> found = check_product(request.seller, product, known, false);
  const std::int64_t most = setting_or("most_items", 0);
  if (!known && most > 0 && active_items(request.seller) >= most)
    found.push_back({"Product", "4148", "BIZ_CHECK_ITEM_HAS_REACH_LIMIT", ""});
  if (!found.empty()) return refused("500", "E500: Create product failed", std::move(found));

  if (!known) {
    Item item;
    item.id = 8'012'345'000 + 3 * static_cast<std::int64_t>(next_id());
    item.seller = request.seller;
    item.created = now();
    const auto review = setting_or("review_seconds", 0);
    if (review > 0) item.review_until = now() + std::chrono::seconds(review);
    known = &items_.emplace(item.id, std::move(item)).first->second;
    known->category = id_of(product["PrimaryCategory"]).value_or(0);
    known->attributes = product["Attributes"].members();
    known->images = product["Images"]["Image"].items();
    known->variation = product["variation"];
  } else if (!product["variation"].is_null()) {
    known->variation = product["variation"];
  }
  known->updated = now();
  json::Array list, effects;
  for (const json::Value& body : bodies) {
    Sku sku;
    sku.id = 15'123'450'000 + 7 * static_cast<std::int64_t>(next_id());
    sku.shop_sku = std::to_string(known->id) + "_ID-" + std::to_string(sku.id);
    write_sku(sku, body, true);
    list.push_back(json::object(
        {{"seller_sku", sku.seller_sku}, {"shop_sku", sku.shop_sku}, {"sku_id", sku.id}}));
    effects.push_back(json::object({{"item_id", known->id},
                                    {"sku_id", sku.id},
                                    {"sku", sku.seller_sku},
                                    {"stock", sku.sellable},
                                    {"price", sku.price}}));
    known->skus.push_back(std::move(sku));
  }
  effect_ = json::Value(std::move(effects));
  if (known->review_until) reviews_.insert(known->id);
  push_item(*known, 3, associated.empty() ? "PUBLISHED" : "EDITED_INSERTED");
  if (known->review_until)
    push_message(known->seller, 1,
                 json::object({{"itemId", known->id}, {"status", "PENDING"}, {"reason", ""}}));
  return Reply::data(json::object({{"item_id", known->id},
                                   {"item_status", item_status(*known)},
                                   {"sku_list", std::move(list)}}));
}

Reply Market::product_update(const Request& request) {
  auto parsed = product_of(request.param("payload"));
  if (!parsed) return as_reply(parsed.error());
  const json::Value& product = *parsed;
  const json::Array& bodies = product["Skus"]["Sku"].items();
  const auto fail = [&](std::vector<Finding> found) {
    return refused("501", "E501: Update product failed", std::move(found));
  };
  Item* item = own_item(request.seller, product["ItemId"]);
  if (!item && product["ItemId"].is_null() && !bodies.empty()) {
    for (auto& [id, other] : items_) {
      if (other.seller == request.seller && find_sku(other, bodies.front()["SkuId"])) item = &other;
    }
  }
  if (!item) return fail({{"ItemId", "4137", "ITEM_NOT_FOUND", ""}});
  if (item->locked) return fail({{"Product", "4155", "BIZ_CHECK_NO_EDIT_ITEM_LOCK", ""}});
  if (bodies.empty())
    return fail({{"SkuId", "4216", "skuId is a mandatory field and must be filled in.", ""}});
  std::vector<Finding> found = check_product(request.seller, product, item, true);
  if (!found.empty()) return fail(std::move(found));

  json::Value merged = json::merge_patch(json::Value(item->attributes), product["Attributes"]);
  item->attributes = merged.members();
  if (!product["Images"]["Image"].items().empty())
    item->images = product["Images"]["Image"].items();
  if (!product["variation"].is_null()) item->variation = product["variation"];
  if (const auto category = id_of(product["PrimaryCategory"])) item->category = *category;
  json::Array effects;
  for (const json::Value& body : bodies) {
    Sku* sku = find_sku(*item, body["SkuId"]);
    const std::string before = sku->status;
    const std::int64_t price = sku->price, stock = sku->sellable;
    write_sku(*sku, body, false);
    json::Object effect;
    effect.append("item_id", item->id);
    effect.append("sku_id", sku->id);
    effect.append("sku", sku->seller_sku);
    if (sku->status != before) effect.append("listed", sku->status == "active");
    if (sku->price != price) effect.append("price", sku->price);
    if (sku->sellable != stock) effect.append("stock", sku->sellable);
    effects.emplace_back(std::move(effect));
  }
  item->updated = now();
  effect_ = json::Value(std::move(effects));
  push_item(*item, 4, "EDITED_UPDATED");
  return Reply::data(json::object({{"item_status", item_status(*item)}}));
}

Reply Market::product_deactivate(const Request& request) {
  const auto parsed = parse_xml(request.param("apiRequestBody"));
  if (!parsed) return Reply::fail("5", "E005: Invalid Request Format");
  const json::Value& product = (*parsed)["Request"]["Product"];
  if (product["ItemId"].to_text().empty())
    return Reply::fail("E0001", "Parameter ItemId is mandatory", "ISP");
  Item* item = own_item(request.seller, product["ItemId"]);
  if (!item) return Reply::fail("E0002", "Product:item id not exist", "ISP");
  const json::Value& given = product["Skus"]["SkuId"];
  json::Array ids = given.items();
  if (given.is_string()) ids.push_back(given);
  if (ids.empty() && !product["Skus"]["SellerSku"].is_null())
    return Reply::fail("4193", "The SellerSku parameter is no longer supported.", "ISP");
  std::vector<Sku*> chosen;
  for (const json::Value& id : ids) {
    Sku* sku = find_sku(*item, id);
    if (!sku) return Reply::fail("E0003", "Seller Sku not exists", "ISP");
    chosen.push_back(sku);
  }
  if (chosen.empty()) {
    for (Sku& sku : item->skus) {
      if (sku.status != "deleted") chosen.push_back(&sku);
    }
  }
  const bool any_on =
      std::any_of(chosen.begin(), chosen.end(), [](const Sku* s) { return s->status == "active"; });
  if (!any_on) return Reply::fail("E0004", "Product Status not online", "ISP");
  json::Array effects;
  for (Sku* sku : chosen) {
    sku->status = "inactive";
    effects.push_back(json::object(
        {{"item_id", item->id}, {"sku_id", sku->id}, {"sku", sku->seller_sku}, {"listed", false}}));
  }
  item->updated = now();
  effect_ = json::Value(std::move(effects));
  push_item(*item, 4, "EDITED_UPDATED");
  return Reply::data(json::object({}));
}

Reply Market::product_remove(const Request& request) {
  const auto list = json::parse(request.param("sku_id_list"));
  if (request.has("seller_sku_list") && !request.has("sku_id_list"))
    return Reply::fail("6", "E006: Unexpected internal error", "ISP");  // deprecated (facts 7)
  if (!list || !list->is_array() || list->items().empty())
    return Reply::fail("5", "E005: Invalid Request Format");
  if (list->items().size() > 50) return Reply::fail("204", "E204: Too many SKU in one request");
  std::vector<std::pair<Item*, Sku*>> chosen;
  for (const json::Value& entry : list->items()) {
    // "SkuId_<item>_<sku>"
    const std::string text = entry.to_text();
    const auto first = text.find('_'), second = text.rfind('_');
    Item* item = nullptr;
    if (text.starts_with("SkuId_") && second > first)
      item = own_item(request.seller, json::Value(text.substr(first + 1, second - first - 1)));
    Sku* sku = item ? find_sku(*item, json::Value(text.substr(second + 1))) : nullptr;
    if (!sku)
      return refused("503", "E503: Remove product failed",
                     {{"sku_id_list", "4136", "SELLER_SKU_NOT_FOUND: " + text, ""}});
    chosen.emplace_back(item, sku);
  }
  json::Array effects;
  for (auto& [item, sku] : chosen) {
    sku->status = "deleted";
    item->updated = now();
    effects.push_back(json::object(
        {{"item_id", item->id}, {"sku_id", sku->id}, {"sku", sku->seller_sku}, {"listed", false}}));
    push_item(*item, 5, item->deleted() ? "DELETED" : "EDITED_DELETED");
  }
  effect_ = json::Value(std::move(effects));
  return Reply::data(json::object({}));
}

}  // namespace gerbang::sandbox::lazada
