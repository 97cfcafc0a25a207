// Stock, price, state and reading back (facts lazada.md 7 to 9).
#include <algorithm>
#include <charconv>

#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/read_item.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/wire_products.hpp"

namespace gerbang::lazada {

namespace {

struct LevelCall {
  std::string_view path;
  std::string_view otherwise;  // stable code of a refusal that says nothing known
};

// What one of several SKUs may have caused: then each is sent alone.
bool may_be_one_sku(const Error& error) {
  return !concerns_the_call(error);
}

std::string payload_of(const std::vector<StockItem>& items) {
  return stock_payload(items);
}
std::string payload_of(const std::vector<PriceItem>& items) {
  return price_payload(items);
}

// The errors of `items`, one for each. When the channel refuses a call of several, every SKU is
// sent alone: whether the good ones were stored is not documented, and a value can be set twice.
template <class Item>
Exchange<std::vector<std::optional<Error>>> send_some(CallContext ctx, LevelCall level,
                                                      std::vector<Item> items) {
  std::vector<std::optional<Error>> out(items.size());
  const std::string payload = payload_of(items);
  if (payload.empty() && items.size() == 1) {
    out[0] = Error(ErrorKind::not_found, "listing_gone", "a remote id that is none of Lazada's");
    co_return out;
  }
  if (!payload.empty()) {
    QueryItems params;
    params.emplace_back("payload", payload);
    HttpRequest request = api_post(ctx, level.path, std::move(params), Effect::set);
    Asked asked;
    asked.operation = request.operation;
    asked.effect = request.effect;
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (!answer->error) {
      // Success is data:{} (facts 8); anything else says nothing.
      if (!answer->data().is_object()) co_return unreadable(asked, "a success without data");
      co_return out;
    }
    if (!may_be_one_sku(*answer->error)) co_return std::move(*answer->error);
    if (items.size() == 1) {
      if (answer->error->code == "channel_refused_request") answer->error->code = level.otherwise;
      out[0] = std::move(answer->error);
      co_return out;
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<Item> single(1, items[i]);
    Exchange<std::vector<std::optional<Error>>> sending = send_some(ctx, level, std::move(single));
    Result<std::vector<std::optional<Error>>> one = co_await std::move(sending);
    if (!one) co_return std::move(one).error();
    out[i] = std::move(one->front());
  }
  co_return out;
}

template <class Item>
Exchange<BatchAck> send_batch(CallContext ctx, LevelCall level, std::vector<Item> items,
                              BatchAck ack) {
  for (std::size_t start = 0; start < items.size();) {
    std::vector<Item> some;
    std::vector<std::size_t> places;
    for (; start < items.size() && some.size() < kSkusPerCall; ++start) {
      if (ack.items[start].error) continue;
      // A SKU twice in one call contradicts itself (facts 15.5): the second waits for the next.
      const bool twice = std::any_of(some.begin(), some.end(), [&](const Item& other) {
        return other.remote_variant == items[start].remote_variant;
      });
      if (twice) break;
      some.push_back(items[start]);
      places.push_back(start);
    }
    if (some.empty()) continue;
    Exchange<std::vector<std::optional<Error>>> sending = send_some(ctx, level, std::move(some));
    Result<std::vector<std::optional<Error>>> results = co_await std::move(sending);
    if (!results) co_return std::move(results).error();
    for (std::size_t k = 0; k < places.size(); ++k)
      ack.items[places[k]].error = std::move((*results)[k]);
  }
  co_return ack;
}

template <class Item>
BatchAck empty_ack(const std::vector<Item>& items) {
  BatchAck ack;
  for (const Item& item : items) ack.items.push_back(ItemAck{item.sku, std::nullopt});
  return ack;
}

Exchange<json::Value> post_param(CallContext ctx, std::string path, std::string name,
                                 std::string value) {
  QueryItems params;
  params.emplace_back(std::move(name), std::move(value));
  HttpRequest request = api_post(ctx, path, std::move(params), Effect::set);
  return ask_ok(std::move(ctx), std::move(request));
}

// Off sale. What is off already, or gone, is as wanted.
Exchange<bool> take_off(CallContext ctx, std::string item) {
  Exchange<json::Value> sending =
      post_param(std::move(ctx), "/product/deactivate", "apiRequestBody", deactivate_body(item));
  Result<json::Value> done = co_await std::move(sending);
  if (done) co_return true;
  Error error = std::move(done).error();
  if (error.kind == ErrorKind::not_found) co_return true;
  if (error.remote && (error.remote->code == "E0004" || error.remote->code == "4")) co_return true;
  co_return error;
}

Exchange<bool> put_on(CallContext ctx, std::string item) {
  Exchange<RemoteItem> reading = read_item(ctx, item);
  Result<RemoteItem> there = co_await std::move(reading);
  if (!there) co_return std::move(there).error();
  const bool all_on = std::all_of(there->skus.begin(), there->skus.end(),
                                  [](const RemoteSku& s) { return s.status == "active"; });
  if (all_on) co_return true;
  Exchange<json::Value> sending =
      post_param(std::move(ctx), "/product/update", "payload", activate_payload(*there));
  Result<json::Value> done = co_await std::move(sending);
  if (!done) co_return std::move(done).error();
  co_return true;
}

Exchange<bool> remove_item(CallContext ctx, std::string item) {
  Exchange<RemoteItem> reading = read_item(ctx, item);
  Result<RemoteItem> there = co_await std::move(reading);
  if (!there && there.error().kind == ErrorKind::not_found) co_return true;
  if (!there) co_return std::move(there).error();
  for (std::size_t start = 0; start < there->skus.size(); start += kSkusPerRemove) {
    std::vector<std::string> ids;
    for (std::size_t i = start; i < there->skus.size() && ids.size() < kSkusPerRemove; ++i)
      ids.push_back(there->skus[i].id);
    Exchange<json::Value> sending =
        post_param(ctx, "/product/remove", "sku_id_list", remove_list(item, ids));
    Result<json::Value> done = co_await std::move(sending);
    if (!done && done.error().kind != ErrorKind::not_found) co_return std::move(done).error();
  }
  co_return true;
}

}  // namespace

Exchange<BatchAck> Lazada::set_stock(CallContext ctx, StockBatch batch) const {
  LevelCall level{"/product/stock/sellable/update", "lazada_stock_refused"};
  BatchAck ack = empty_ack(batch.items);
  return send_batch(std::move(ctx), level, std::move(batch.items), std::move(ack));
}

Exchange<BatchAck> Lazada::set_price(CallContext ctx, PriceBatch batch) const {
  LevelCall level{"/product/price_quantity/update", "lazada_price_refused"};
  BatchAck ack = empty_ack(batch.items);
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    if (batch.items[i].price.currency != "IDR")
      ack.items[i].error = Error(ErrorKind::rejected, "currency_unsupported");
  }
  return send_batch(std::move(ctx), level, std::move(batch.items), std::move(ack));
}

Exchange<BatchAck> Lazada::set_state(CallContext ctx, StateBatch batch) const {
  BatchAck ack;
  for (const StateItem& item : batch.items) {
    ItemAck one{item.unit, std::nullopt};
    if (!is_id(item.remote_product)) {
      if (item.listed && !item.remove)
        one.error = Error(ErrorKind::not_found, "listing_gone", "no id of Lazada's");
      ack.items.push_back(std::move(one));
      continue;
    }
    Exchange<bool> changing = item.remove   ? remove_item(ctx, item.remote_product)
                              : item.listed ? put_on(ctx, item.remote_product)
                                            : take_off(ctx, item.remote_product);
    Result<bool> changed = co_await std::move(changing);
    if (!changed) {
      if (concerns_the_call(changed.error())) co_return std::move(changed).error();
      one.error = std::move(changed).error();
    }
    ack.items.push_back(std::move(one));
  }
  co_return ack;
}

Exchange<ListingPage> Lazada::read_listings(CallContext ctx, std::string cursor) const {
  std::int64_t offset = 0;
  const auto [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
  if (!cursor.empty() && (failed != std::errc{} || end != cursor.data() + cursor.size()))
    co_return Error(ErrorKind::invalid, "lazada_cursor_invalid", "not an offset");
  if (offset > kLastProductOffset)
    co_return Error(ErrorKind::rejected, "lazada_shop_too_large", "more than 10,000 items");
  QueryItems query;
  query.emplace_back("filter", "all");
  query.emplace_back("limit", std::to_string(kProductsPerPage));
  query.emplace_back("offset", std::to_string(offset));
  query.emplace_back("options", "1");
  HttpRequest request = api_get(ctx, "/products/get", std::move(query));
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  // An empty shop may have no list at all, but it has a count.
  if (!(*data)["products"].is_array() && (*data)["total_products"].to_integral() != 0)
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of products");
  co_return page_from(*data, offset);
}

}  // namespace gerbang::lazada
