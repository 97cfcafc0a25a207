#include "connectors/shopee/wire_levels.hpp"

#include <algorithm>

#include "connectors/shopee/facts.hpp"
#include "connectors/shopee/plan.hpp"
#include "connectors/shopee/request.hpp"

namespace gerbang::shopee {

namespace {

json::Value as_id(std::uint64_t id) {
  return json::Value(static_cast<unsigned long long>(id));
}

// "0" and "" are the one model of an item without variants.
std::optional<std::uint64_t> model_number(const std::string& remote_variant) {
  return remote_variant.empty() ? 0 : id_number(remote_variant);
}

bool names(const json::Value& element, std::string_view by, std::string_view id) {
  const std::string said = element[by].to_text();
  return said == id || (said.empty() && id == "0");
}

}  // namespace

std::optional<json::Value> stock_body(const CallContext& ctx, const std::vector<StockItem>& items,
                                      const Group& group) {
  const auto item = id_number(group.remote_product);
  if (!item) return std::nullopt;
  ItemLimits limits;
  if (ctx.shop_facts) limits = limits_from((*ctx.shop_facts)["limits"]);
  json::Array list;
  for (const std::size_t i : group.places) {
    const auto model = model_number(items[i].remote_variant);
    if (!model) return std::nullopt;
    json::Object entry;
    if (*model != 0) entry.append("model_id", as_id(*model));
    entry.append("seller_stock",
                 seller_stock(ctx.shop_facts.get(),
                              std::clamp<Quantity>(items[i].quantity, 0, limits.stock.max)));
    list.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("item_id", as_id(*item));
  out.append("stock_list", std::move(list));
  return json::Value(std::move(out));
}

std::optional<json::Value> price_body(const std::vector<PriceItem>& items, const Group& group) {
  const auto item = id_number(group.remote_product);
  if (!item) return std::nullopt;
  json::Array list;
  for (const std::size_t i : group.places) {
    const auto model = model_number(items[i].remote_variant);
    if (!model) return std::nullopt;
    json::Object entry;
    if (*model != 0) entry.append("model_id", as_id(*model));
    entry.append("original_price", items[i].price.amount);
    list.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("item_id", as_id(*item));
  out.append("price_list", std::move(list));
  return json::Value(std::move(out));
}

std::optional<json::Value> unlist_body(const std::vector<StateItem>& items,
                                       const std::vector<std::size_t>& places) {
  json::Array list;
  for (const std::size_t i : places) {
    const auto item = id_number(items[i].remote_product);
    if (!item) return std::nullopt;
    json::Object entry;
    entry.append("item_id", as_id(*item));
    entry.append("unlist", !items[i].listed);
    list.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("item_list", std::move(list));
  return json::Value(std::move(out));
}

std::vector<std::optional<Error>> element_results(const CallContext& ctx, const Asked& asked,
                                                  const Answer& answer, std::string_view by,
                                                  const std::vector<std::string>& ids,
                                                  std::string_view otherwise) {
  const json::Array& done = answer.response()["success_list"].items();
  const json::Array& failed = answer.response()["failure_list"].items();
  std::vector<std::optional<Error>> out;
  for (const std::string& id : ids) {
    const auto of = [&](const json::Value& e) { return names(e, by, id); };
    // An element may stand in both lists (several locations): then it is not done.
    if (const auto it = std::find_if(failed.begin(), failed.end(), of); it != failed.end()) {
      out.emplace_back(
          element_error(ctx, asked, answer.envelope, {}, (*it)["failed_reason"].text(), otherwise));
    } else if (std::any_of(done.begin(), done.end(), of)) {
      out.emplace_back();
    } else if (answer.error) {
      out.emplace_back(*answer.error);
    } else {
      out.emplace_back(Error(ErrorKind::transient, "answer_incomplete",
                             asked.operation + ": the answer does not name " + id));
    }
  }
  return out;
}

bool tells_elements(const Answer& answer) {
  return answer.ok() || !answer.response()["failure_list"].items().empty() ||
         !answer.response()["success_list"].items().empty();
}

bool may_be_one_element(const Error& error) {
  return !concerns_the_call(error) && error.code != "listing_gone" &&
         error.code != "listing_uneditable";
}

}  // namespace gerbang::shopee
