// /v1/stock: counts, movements, the ledger.
#include "gateway/api/bodies.hpp"
#include "gateway/api/common.hpp"

#include "core/model/product.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;
using StockChange = store::ApplyStock::Item;

// The item named by the path; what is no code names nothing.
Result<std::string> item_of(const Call& call) {
  const std::string& item = call.parameter("item");
  if (is_code(item)) return item;
  std::vector<FieldError> errors;
  errors.push_back({"/item", "code_invalid", "capital letters, digits, '.', '_', '-'"});
  return *refusal(std::move(errors));
}

awaitable<Reply> apply_one(Services& services, const Call& call, StockChange change) {
  store::ApplyStock script;
  script.organisation = call.who.organisation;
  script.items.push_back(std::move(change));
  auto render = [](const store::ApplyStock::Answer& answer) -> Result<store::StoredReply> {
    const Result<store::StockView>& stock = answer.at(0);
    if (!stock) return stock.error();
    return stored_reply(200, stock_view(*stock));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> put_stock(Services& services, Call& call) {
  GERBANG_CO_TRY(item, item_of(call));
  GERBANG_CO_TRY(body, json_body(call));
  GERBANG_CO_TRY(change, read_stock_count(std::move(item), body));
  co_return co_await apply_one(services, call, std::move(change));
}

awaitable<Reply> post_movement(Services& services, Call& call) {
  if (!call.idempotency_key) {
    co_return Error(ErrorKind::invalid, "idempotency_key_missing",
                    "a movement is a difference: a repeat must be recognisable");
  }
  GERBANG_CO_TRY(item, item_of(call));
  GERBANG_CO_TRY(body, json_body(call));
  GERBANG_CO_TRY(change, read_stock_movement(std::move(item), body));
  co_return co_await apply_one(services, call, std::move(change));
}

awaitable<Reply> batch_stock(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields top(body, "", errors);
  const json::Array* items = top.list("items", Need::required, kBatchItems);
  top.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);

  store::ApplyStock script;
  script.organisation = call.who.organisation;
  struct Place {
    json::Value item;
    std::optional<Error> error;  // nothing: the next one of the script
  };
  std::vector<Place> places;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json::Value& value = (*items)[i];
    const json::Value key = value["item"].is_string() ? value["item"] : json::Value();
    auto change = read_stock_item(value, "/items/" + std::to_string(i));
    if (!change) {
      places.push_back({key, std::move(change).error()});
      continue;
    }
    // A movement without a key of its own would be applied again by a repeat of the batch.
    if (change->change && !call.idempotency_key) {
      co_return Error(ErrorKind::invalid, "idempotency_key_missing",
                      "a batch with movements needs an Idempotency-Key");
    }
    places.push_back({key, std::nullopt});
    script.items.push_back(std::move(*change));
  }
  auto render = [places = std::move(places), language = call.language,
                 id = call.request.request_id](const store::ApplyStock::Answer& answer) {
    json::Array results;
    std::size_t next = 0;
    for (const auto& [key, error] : places) {
      const Error* why = error ? &*error : nullptr;
      const Result<store::StockView>* stock = error ? nullptr : &answer.at(next++);
      if (stock && !*stock) why = &stock->error();
      if (why) {
        results.push_back(item_problem("item", key, *why, language, id));
        continue;
      }
      results.push_back(json::object({{"item", key},
                                      {"status", 200},
                                      {"available", (*stock)->available()},
                                      {"revision", (*stock)->revision}}));
    }
    json::Object out;
    out.append("results", std::move(results));
    return stored_reply(200, std::move(out));
  };
  // A batch takes the writer for milliseconds: single counts, and what the lanes settle after they
  // have sent a stock that fell, do not wait behind a queue of them.
  co_return co_await commit_reply(services, call, std::move(script), std::move(render),
                                  store::WriteLane::bulk);
}

awaitable<Reply> get_stock(Services& services, Call& call) {
  store::GetStock query;
  query.organisation = call.who.organisation;
  query.item = call.parameter("item");
  auto stock = co_await sync::read(services.store, std::move(query));
  if (!stock) co_return std::move(stock).error();
  co_return json_reply(200, stock_view(*stock));
}

awaitable<Reply> list_stock(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  store::ListStock query;
  query.organisation = call.who.organisation;
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const store::StockView& s : page->data) data.push_back(stock_view(s));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

awaitable<Reply> list_movements(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  store::ListMovements query;
  query.organisation = call.who.organisation;
  query.item = call.parameter("item");
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const StockMovement& m : page->data) data.push_back(movement_view(m));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

}  // namespace

std::vector<Route> stock_routes() {
  const std::vector<QueryParameter> paging = with_paging();
  const Answer stock{200, "The item as it is now", {"application/json", "Stock"}};
  return {
      {.method = Method::get,
       .path = "/v1/stock",
       .scope = Scope::read,
       .handle = list_stock,
       .operation = {.id = "list_stock",
                     .tag = "Stock",
                     .summary = "Stock items with their levels",
                     .query = paging,
                     .answers = {{200, "A page", {"application/json", "StockPage"}}}}},
      {.method = Method::get,
       .path = "/v1/stock/{item}",
       .scope = Scope::read,
       .handle = get_stock,
       .operation = {.id = "get_stock",
                     .tag = "Stock",
                     .summary = "A stock item with its levels",
                     .answers = {stock}}},
      {.method = Method::put,
       .path = "/v1/stock/{item}",
       .scope = Scope::write,
       .handle = put_stock,
       .operation = {.id = "put_stock",
                     .tag = "Stock",
                     .summary = "A count: what is there now, in base units. An older count than "
                                "the stored one is refused (409)",
                     .request = {"application/json", "StockCount"},
                     .answers = {stock}}},
      {.method = Method::post,
       .path = "/v1/stock/{item}/movements",
       .scope = Scope::write,
       .handle = post_movement,
       .operation = {.id = "post_stock_movement",
                     .tag = "Stock",
                     .summary = "A movement: goods came in, were sold outside, were damaged",
                     .request = {"application/json", "StockMovementRequest"},
                     .answers = {stock},
                     .needs_idempotency_key = true}},
      {.method = Method::get,
       .path = "/v1/stock/{item}/movements",
       .scope = Scope::read,
       .handle = list_movements,
       .operation = {.id = "list_stock_movements",
                     .tag = "Stock",
                     .summary = "The ledger of an item, newest first",
                     .query = paging,
                     .answers = {{200, "A page", {"application/json", "MovementPage"}}}}},
      {.method = Method::post,
       .path = "/v1/stock:batch",
       .scope = Scope::write,
       .handle = batch_stock,
       .operation = {.id = "batch_stock",
                     .tag = "Stock",
                     .summary = "Up to 1,000 counts and movements; each has its own answer",
                     .request = {"application/json", "StockBatch"},
                     .answers = {{200,
                                  "One result per item, in order",
                                  {"application/json", "StockResults"}}}}},
  };
}

}  // namespace gerbang::api
