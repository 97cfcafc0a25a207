#include <algorithm>

#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

// What stock_list and price_list have in common: the item, its state, the models named.
struct Target {
  Item* item = nullptr;
  std::vector<std::pair<Id, const json::Value*>> entries;  // model id, the entry
};

Refusal read_target(World& world, const Request& request, std::string_view list_name,
                    std::string_view has_model_code, Target& out) {
  Refusal why;
  out.item = world.live_item(request, request.body["item_id"], why);
  if (!out.item) return why;
  const ItemStatus status = world.status_of(*out.item);
  if (status == ItemStatus::banned)
    return Reply::fail("error_item_uneditable", "The item can not be edited.");
  const json::Array& list = request.body[list_name].items();
  if (list.empty() || list.size() > 50)
    return Reply::fail("error_param",
                       "The " + std::string(list_name) + " must have 1 to 50 entries.");
  std::set<Id> seen;
  for (const json::Value& entry : list) {
    const json::Value& id = entry["model_id"];
    const auto model = id.is_null() ? std::optional<Id>(0) : whole(id);
    if (!model) return Reply::fail("error_param", "Wrong model_id.");
    if (!seen.insert(*model).second) return Reply::fail("error_param", "Repeat model_id.");
    if (*model == 0 && out.item->has_model())
      return Reply::fail(has_model_code, "The item has variations: give their model_id.");
    out.entries.emplace_back(*model, &entry);
  }
  return {};
}

json::Value failure(Id model, std::string_view reason) {
  return json::object({{"model_id", model}, {"failed_reason", reason}});
}

}  // namespace

Reply update_stock(World& world, const Request& request) {
  Target target;
  if (auto no = read_target(world, request, "stock_list",
                            "error_edit_item_stock_for_item_has_model", target))
    return *no;
  Item& item = *target.item;
  std::vector<std::int64_t> stocks(target.entries.size());
  for (std::size_t i = 0; i < stocks.size(); ++i) {
    const json::Value& given = (*target.entries[i].second)["seller_stock"];
    if (auto no = read_stock(given, stocks[i])) return *no;
    if (auto no = check_stock(world, stocks[i])) return *no;
  }

  constexpr std::string_view kReserved = "Total stock must be more than reserved stock.";
  json::Array good, bad;
  std::size_t reserved = 0, locked = 0;
  for (std::size_t i = 0; i < stocks.size(); ++i) {
    const Id id = target.entries[i].first;
    Model* model = item.model(id);
    const Promotion* p = world.promotion(item.item_id, id);
    if (!model) {
      bad.push_back(failure(id, "Wrong model_id."));
    } else if (p && p->locks_stock) {
      bad.push_back(failure(id, "Can not edit stock in promotion."));
      ++locked;
    } else if (p && stocks[i] < p->reserved) {
      bad.push_back(failure(id, kReserved));
      ++reserved;
    } else {
      model->stock = stocks[i];
      world.changed(json::object({{"item_id", item.item_id},
                                  {"model_id", id},
                                  {"sku", item.has_model() ? model->sku : item.sku},
                                  {"stock", stocks[i]}}));
      good.push_back(json::object({{"model_id", id}, {"location_id", ""}, {"stock", stocks[i]}}));
    }
  }
  const std::size_t failed = bad.size();
  const bool all_failed = good.empty();
  if (!all_failed) world.touch(item);
  json::Value response =
      json::object({{"success_list", std::move(good)}, {"failure_list", std::move(bad)}});
  if (!all_failed) return Reply::ok(std::move(response));
  // Facts 3.13: the reserve has codes of its own, which differ between pages.
  if (reserved == failed)
    return Reply::fail(world.text("reserve_code", "error_auth"), kReserved, std::move(response));
  if (locked == failed)
    return Reply::fail("error_promotion_cantnot_update_stock", "Can not edit stock in promotion.",
                       std::move(response));
  return Reply::fail("error_busi_update_stock_failed",
                     "Update stock failed, please check failure_list for detailed reason",
                     std::move(response));
}

Reply update_price(World& world, const Request& request) {
  Target target;
  if (auto no = read_target(world, request, "price_list",
                            "error_edit_item_price_for_item_has_model", target))
    return *no;
  Item& item = *target.item;
  std::vector<Model> after = item.models;
  json::Array good, bad;
  std::vector<std::pair<Id, std::int64_t>> accepted;
  std::size_t locked = 0;
  for (const auto& [id, entry] : target.entries) {
    std::int64_t price = 0;
    if (auto no = read_price((*entry)["original_price"], price)) return *no;
    if (auto no = check_price(world, price)) return *no;
    const auto model = std::find_if(after.begin(), after.end(),
                                    [wanted = id](const Model& m) { return m.model_id == wanted; });
    const Promotion* p = world.promotion(item.item_id, id);
    if (model == after.end()) {
      bad.push_back(failure(id, "Wrong model_id."));
    } else if (p && p->locks_price) {
      bad.push_back(failure(id, "Can not edit price in promotion."));
      ++locked;
    } else {
      for (const json::Value& step : item.wholesale.items()) {
        if (whole(step["unit_price"]).value_or(0) >= price)
          return Reply::fail("error_busi_price_lower_then_wholesale_price",
                             "The price must be above the wholesale price.");
      }
      model->price = price;
      accepted.emplace_back(id, price);
      good.push_back(json::object({{"model_id", id}, {"original_price", world.money(price)}}));
    }
  }
  if (auto no = check_price_ratio(world, after)) return *no;

  for (const auto& [id, price] : accepted) {
    Model& model = *item.model(id);
    if (model.price != price) {
      world.push(22, *request.shop,
                 json::object({{"item_id", item.item_id},
                               {"model_id", id},
                               {"update_field", "original_price"},
                               {"old_value", model.price},
                               {"new_value", price},
                               {"update_time", world.seconds()}}));
    }
    model.price = price;
    world.changed(json::object({{"item_id", item.item_id},
                                {"model_id", id},
                                {"sku", item.has_model() ? model.sku : item.sku},
                                {"price", price}}));
  }
  const bool all_failed = good.empty();
  const bool all_locked = all_failed && locked == bad.size();
  if (!all_failed) world.touch(item);
  json::Value response =
      json::object({{"success_list", std::move(good)}, {"failure_list", std::move(bad)}});
  if (!all_failed) return Reply::ok(std::move(response));
  if (all_locked)
    return Reply::fail("error_cannt_edit_price_in_promotion", "Can not edit price in promotion.",
                       std::move(response));
  // error_update_price_fail would invite a repeat (facts 3.14); a wrong id stays wrong.
  return Reply::fail("error_param", "Wrong model_id.", std::move(response));
}

}  // namespace gerbang::sandbox::shopee
