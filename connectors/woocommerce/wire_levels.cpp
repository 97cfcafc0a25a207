#include "connectors/woocommerce/wire_levels.hpp"

#include <algorithm>

#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"
#include "connectors/woocommerce/wire_listings.hpp"

namespace gerbang::woocommerce {

namespace {

void put(std::vector<Group>& groups, const std::string& parent, std::size_t place) {
  const auto open = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
    return g.parent == parent && g.places.size() < kBatch;
  });
  if (open != groups.end()) {
    open->places.push_back(place);
    return;
  }
  groups.push_back(Group{parent, {place}});
}

bool is_variation(const std::string& remote_variant) {
  return !remote_variant.empty() && remote_variant != kOwnVariant;
}

template <class Item>
std::vector<Group> by_parent(const std::vector<Item>& items) {
  std::vector<Group> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    if (!id_number(item.remote_product)) continue;
    if (!is_variation(item.remote_variant)) {
      put(out, "", i);
    } else if (id_number(item.remote_variant)) {
      put(out, item.remote_product, i);
    }
  }
  return out;
}

template <class Item>
const std::string& id_in(const Item& item) {
  return is_variation(item.remote_variant) ? item.remote_variant : item.remote_product;
}
// States are of whole products.
const std::string& id_in(const StateItem& item) {
  return item.remote_product;
}

HttpRequest batch(const CallContext& ctx, const Group& group, json::Array entries,
                  std::string operation) {
  json::Object body;
  body.set("update", std::move(entries));
  const std::string path =
      group.parent.empty() ? "/products/batch" : "/products/" + group.parent + "/variations/batch";
  return signed_request(ctx, Method::post, path, {}, std::move(body), std::move(operation),
                        Effect::set);
}

// Pairs each place with its entry of the answer: by position, and the id must be the one asked for.
template <class Item, class Check>
Outcomes outcomes(const json::Value& answer, const std::vector<Item>& items, const Group& group,
                  Check check) {
  const json::Array& entries = answer["update"].items();
  Outcomes out(group.places.size());
  for (std::size_t k = 0; k < group.places.size(); ++k) {
    const Item& item = items[group.places[k]];
    if (k >= entries.size() || entries.size() != group.places.size()) {
      out[k] = Error(ErrorKind::transient, "answer_incomplete", "an entry without an answer");
      continue;
    }
    const json::Value& entry = entries[k];
    if (!entry["error"].is_null()) {
      out[k] = refusal_of(entry["error"]);
    } else if (id_of(entry["id"]) != id_in(item)) {
      out[k] = Error(ErrorKind::transient, "answer_incomplete", "an answer for another id");
    } else {
      out[k] = check(entry, item);
    }
  }
  return out;
}

}  // namespace

std::vector<Group> groups_of(const std::vector<StockItem>& items) {
  return by_parent(items);
}
std::vector<Group> groups_of(const std::vector<PriceItem>& items) {
  return by_parent(items);
}
std::vector<Group> groups_of(const std::vector<StateItem>& items) {
  std::vector<Group> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].remove && id_number(items[i].remote_product)) put(out, "", i);
  }
  return out;
}

HttpRequest stock_batch(const CallContext& ctx, const std::vector<StockItem>& items,
                        const Group& group) {
  json::Array entries;
  for (const std::size_t i : group.places) {
    json::Object entry;
    entry.set("id", id_value(id_in(items[i])));
    entry.set("manage_stock", true);
    entry.set("stock_quantity", items[i].quantity);
    entries.emplace_back(std::move(entry));
  }
  return batch(ctx, group, std::move(entries), "product.stock");
}

HttpRequest price_batch(const CallContext& ctx, const std::vector<PriceItem>& items,
                        const Group& group) {
  json::Array entries;
  for (const std::size_t i : group.places) {
    json::Object entry;
    entry.set("id", id_value(id_in(items[i])));
    entry.set("regular_price", price_text(items[i].price));
    entries.emplace_back(std::move(entry));
  }
  return batch(ctx, group, std::move(entries), "product.price");
}

HttpRequest state_batch(const CallContext& ctx, const std::vector<StateItem>& items,
                        const Group& group) {
  json::Array entries;
  for (const std::size_t i : group.places) {
    json::Object entry;
    entry.set("id", id_value(items[i].remote_product));
    entry.set("status", items[i].listed ? "publish" : "draft");
    entries.emplace_back(std::move(entry));
  }
  return batch(ctx, group, std::move(entries), "product.state");
}

Outcomes stock_outcomes(const json::Value& answer, const std::vector<StockItem>& items,
                        const Group& group) {
  return outcomes(answer, items, group,
                  [](const json::Value& entry, const StockItem& item) -> std::optional<Error> {
                    if (entry["manage_stock"].as_bool() != true)
                      return Error(ErrorKind::rejected, "stock_not_managed",
                                   "the shop keeps manage_stock off");
                    // An order between writing and answering; the next round tells.
                    if (entry["stock_quantity"].to_integral() != item.quantity)
                      return Error(ErrorKind::transient, "value_not_kept",
                                   "another quantity than the one sent");
                    return std::nullopt;
                  });
}

Outcomes price_outcomes(const json::Value& answer, const std::vector<PriceItem>& items,
                        const Group& group) {
  return outcomes(answer, items, group,
                  [](const json::Value& entry, const PriceItem& item) -> std::optional<Error> {
                    if (same_amount(entry["regular_price"].to_text(), price_text(item.price)))
                      return std::nullopt;
                    return Error(ErrorKind::rejected, "price_not_kept",
                                 "the shop changed the price")
                        .at_field("/price");
                  });
}

Outcomes state_outcomes(const json::Value& answer, const std::vector<StateItem>& items,
                        const Group& group) {
  return outcomes(answer, items, group,
                  [](const json::Value& entry, const StateItem& item) -> std::optional<Error> {
                    if (entry["status"].text() == (item.listed ? "publish" : "draft"))
                      return std::nullopt;
                    return Error(ErrorKind::transient, "value_not_kept",
                                 "another status than the one sent");
                  });
}

}  // namespace gerbang::woocommerce
