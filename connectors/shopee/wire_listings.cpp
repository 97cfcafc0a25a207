#include "connectors/shopee/wire_listings.hpp"

#include "connectors/shopee/units.hpp"

namespace gerbang::shopee {

namespace {

const json::Value kNothing;

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : ",") + id;
  return out;
}

// What we set: the seller's own stock, all locations together. Goods in Shopee's warehouse are not
// ours to set (facts 3.13).
std::optional<Quantity> stock_of(const json::Value& v) {
  const json::Value& info = v["stock_info_v2"];
  std::optional<Quantity> out;
  for (const json::Value& s : info["seller_stock"].items()) {
    if (const auto n = s["stock"].to_integral()) out = out.value_or(0) + *n;
  }
  return out ? out : info["summary_info"]["total_available_stock"].to_integral();
}

// A list when read, an object right after add_item (facts 3.7). The price under a promotion is not
// what we set.
std::optional<Money> price_of(const json::Value& v) {
  const json::Value& info = v["price_info"];
  const json::Value& first = info.is_array() ? info[0] : info;
  const auto amount = rupiah(first["original_price"]);
  if (!amount) return std::nullopt;
  Money out{*amount, "IDR"};
  if (!first["currency"].text().empty()) out.currency = first["currency"].text();
  return out;
}

// "00" says that there is none (facts 3.7).
std::string barcode_of(const json::Value& v) {
  std::string code(v["gtin_code"].text());
  return code == "00" ? std::string() : code;
}

// The names behind a model's places on the axes (facts 3.11).
std::vector<std::string> options_of(const json::Value& tiers, const json::Value& model) {
  std::vector<std::string> out;
  const json::Array& places = model["tier_index"].items();
  for (std::size_t axis = 0; axis < places.size(); ++axis) {
    const auto place = places[axis].as_int64();
    if (!place || *place < 0) return {};
    const auto name = tiers[axis]["option_list"][static_cast<std::size_t>(*place)]["option"].text();
    if (!name.empty()) out.emplace_back(name);
  }
  return out;
}

}  // namespace

QueryItems item_list_query(std::string_view offset, std::size_t page_size, std::int64_t since) {
  QueryItems out;
  out.emplace_back("offset", offset.empty() ? "0" : std::string(offset));
  out.emplace_back("page_size", std::to_string(page_size));
  for (const char* state : {"NORMAL", "UNLIST", "BANNED", "REVIEWING"})
    out.emplace_back("item_status", state);  // repeated, as documented (facts 3.12)
  if (since > 0) out.emplace_back("update_time_from", std::to_string(since));
  return out;
}

ItemPage item_page_from(const json::Value& reply) {
  const json::Value& response = reply["response"];
  ItemPage page;
  for (const json::Value& i : response["item"].items()) {  // may be missing altogether
    if (std::string id = i["item_id"].to_text(); !id.empty()) page.ids.push_back(std::move(id));
  }
  if (response["has_next_page"].as_bool().value_or(false) && !page.ids.empty())
    page.next = response["next_offset"].to_text();
  return page;
}

QueryItems base_info_query(const std::vector<std::string>& ids) {
  return {{"item_id_list", joined(ids)}};
}

const json::Value& item_in(const json::Value& reply, std::string_view id) {
  for (const json::Value& item : reply["response"]["item_list"].items()) {
    if (item["item_id"].to_text() == id) return item;
  }
  return kNothing;
}

std::vector<RemoteListing> listings_from(const json::Value& item,
                                         const json::Value* model_list_reply) {
  std::vector<RemoteListing> out;
  RemoteListing of_item;
  of_item.remote_product = item["item_id"].to_text();
  of_item.remote_sku = item["item_sku"].text();
  of_item.title = item["item_name"].text();
  of_item.remote_state = item["item_status"].text();
  of_item.listed = is_listed(of_item.remote_state);
  if (!model_list_reply) {
    of_item.remote_variant = "0";
    of_item.stock = stock_of(item);
    of_item.price = price_of(item);
    of_item.barcode = barcode_of(item);
    out.push_back(std::move(of_item));
    return out;
  }
  for (const json::Value& m : (*model_list_reply)["response"]["model"].items()) {
    RemoteListing l = of_item;
    l.remote_variant = m["model_id"].to_text();
    l.remote_sku = m["model_sku"].text();
    l.stock = stock_of(m);
    l.price = price_of(m);
    l.barcode = barcode_of(m);
    l.options = options_of((*model_list_reply)["response"]["tier_variation"], m);
    if (m["model_status"].text() == "MODEL_UNAVAILABLE") {
      l.listed = false;
      l.remote_state = "MODEL_UNAVAILABLE";
    }
    out.push_back(std::move(l));
  }
  return out;
}

QueryItems search_query(std::string_view item_sku) {
  return {{"page_size", "50"}, {"offset", ""}, {"item_sku", std::string(item_sku)}};
}

std::vector<std::string> search_ids(const json::Value& reply) {
  std::vector<std::string> out;
  for (const json::Value& id : reply["response"]["item_id_list"].items()) {
    if (std::string text = id.to_text(); !text.empty()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace gerbang::shopee
