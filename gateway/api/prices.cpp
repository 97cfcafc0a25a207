// /v1/prices: the list price of a SKU and its prices per channel.
#include "gateway/api/bodies.hpp"
#include "gateway/api/common.hpp"

#include "core/model/product.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

awaitable<Result<store::PriceView>> read_price(Services& services, const Call& call) {
  store::GetPrice query;
  query.organisation = call.who.organisation;
  query.sku = call.parameter("sku");
  co_return co_await sync::read(services.store, std::move(query));
}

awaitable<Reply> put_price(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  GERBANG_CO_TRY(item, read_prices(body));
  item.sku = call.parameter("sku");
  store::SetPrices script;
  script.organisation = call.who.organisation;
  script.items.push_back(std::move(item));
  auto render = [sku = call.parameter("sku")](
                    const store::SetPrices::Answer& answer) -> Result<store::StoredReply> {
    const Result<store::ProductSaved>& saved = answer.at(0);
    if (!saved) return saved.error();
    return stored_reply(
        200,
        json::object({{"sku", sku}, {"revision", saved->revision}, {"changed", saved->changed}}));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> get_price(Services& services, Call& call) {
  auto price = co_await read_price(services, call);
  if (!price) co_return std::move(price).error();
  co_return json_reply(200, price_view(*price));
}

}  // namespace

std::vector<Route> price_routes() {
  return {
      {.method = Method::get,
       .path = "/v1/prices/{sku}",
       .scope = Scope::read,
       .handle = get_price,
       .operation = {.id = "get_price",
                     .tag = "Prices",
                     .summary = "The prices of a SKU",
                     .answers = {{200, "The prices", {"application/json", "Price"}}}}},
      {.method = Method::put,
       .path = "/v1/prices/{sku}",
       .scope = Scope::write,
       .handle = put_price,
       .operation = {.id = "put_price",
                     .tag = "Prices",
                     .summary = "Set the list price, prices of channels (null removes one), or "
                                "both",
                     .request = {"application/json", "PriceChange"},
                     .answers = {{200, "Saved", {"application/json", "PriceSaved"}}}}},
  };
}

}  // namespace gerbang::api
