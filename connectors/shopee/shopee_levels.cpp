// Stock, price, state and reading back (facts shopee.md 3.9 to 3.14).
#include <algorithm>

#include "connectors/shopee/access.hpp"
#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/shopee.hpp"
#include "connectors/shopee/wire_levels.hpp"
#include "connectors/shopee/wire_listings.hpp"

namespace gerbang::shopee {

namespace {

std::string variant_of(const std::string& remote_variant) {
  return remote_variant.empty() ? "0" : remote_variant;
}

Error bad_id() {
  return Error(ErrorKind::not_found, "listing_gone", "a remote id that is none of Shopee's");
}

struct LevelCall {
  std::string_view call;
  std::string_view otherwise;  // stable code of an element's refusal that says nothing known
};

// One request for a group of places. When the channel refuses all of it for what may be one
// element's fault, every element is sent alone, so that a poisoned one harms only itself.
// `Body` makes the body for a Group; nothing when an id is bad.
template <class Item, class Body>
Exchange<std::vector<std::optional<Error>>> send_group(CallContext ctx, LevelCall level,
                                                       std::vector<Item> items, Group group,
                                                       Body body) {
  const std::size_t n = group.places.size();
  std::vector<std::optional<Error>> out(n);
  std::optional<json::Value> text = body(ctx, items, group);
  if (!text) {
    if (n == 1) {
      out[0] = bad_id();
      co_return out;
    }
  } else {
    HttpRequest request = shop_post(ctx, level.call, *text, Effect::set);
    Asked asked;
    asked.operation = request.operation;
    asked.effect = request.effect;
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
    if (tells_elements(*answer)) {
      std::vector<std::string> ids;
      for (const std::size_t i : group.places) ids.push_back(variant_of(items[i].remote_variant));
      co_return element_results(ctx, asked, *answer, "model_id", ids, level.otherwise);
    }
    if (n == 1 || !may_be_one_element(*answer->error)) {
      std::fill(out.begin(), out.end(), answer->error);
      co_return out;
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    Group single;
    single.remote_product = group.remote_product;
    single.places.push_back(group.places[k]);
    Exchange<std::vector<std::optional<Error>>> sending =
        send_group(ctx, level, items, std::move(single), body);
    Result<std::vector<std::optional<Error>>> one = co_await std::move(sending);
    if (!one) co_return std::move(one).error();
    out[k] = std::move(one->front());
  }
  co_return out;
}

// All groups of a batch into one answer per item.
template <class Item, class Body>
Exchange<BatchAck> send_batch(CallContext ctx, LevelCall level, std::vector<Item> items,
                              BatchAck ack, Body body) {
  std::vector<Group> groups = by_product(items, kModelsPerCall);
  for (Group& group : groups) {
    std::vector<std::size_t> places;
    for (const std::size_t i : group.places) {
      if (!ack.items[i].error) places.push_back(i);
    }
    if (places.empty()) continue;
    group.places = places;
    Exchange<std::vector<std::optional<Error>>> sending =
        send_group(ctx, level, items, std::move(group), body);
    Result<std::vector<std::optional<Error>>> results = co_await std::move(sending);
    if (!results) co_return std::move(results).error();
    for (std::size_t k = 0; k < places.size(); ++k)
      ack.items[places[k]].error = std::move((*results)[k]);
  }
  co_return ack;
}

struct StockBody {
  std::optional<json::Value> operator()(const CallContext& ctx, const std::vector<StockItem>& items,
                                        const Group& group) const {
    return stock_body(ctx, items, group);
  }
};
struct PriceBody {
  std::optional<json::Value> operator()(const CallContext&, const std::vector<PriceItem>& items,
                                        const Group& group) const {
    return price_body(items, group);
  }
};

// "Delete where the channel can": an item that is no longer there is as wanted.
Exchange<std::optional<Error>> delete_item(CallContext ctx, std::string remote_product) {
  const auto item = id_number(remote_product);
  if (!item) co_return std::optional<Error>();
  json::Object body;
  body.append("item_id", json::Value(static_cast<unsigned long long>(*item)));
  HttpRequest request =
      shop_post(ctx, "product/delete_item", json::Value(std::move(body)), Effect::set);
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
  if (answer->error && answer->error->kind == ErrorKind::not_found)
    co_return std::optional<Error>();
  co_return std::move(answer->error);
}

Exchange<std::vector<std::optional<Error>>> unlist(CallContext ctx, std::vector<StateItem> items,
                                                   std::vector<std::size_t> places) {
  std::vector<std::optional<Error>> out(places.size());
  std::optional<json::Value> body = unlist_body(items, places);
  if (!body && places.size() == 1) {
    out[0] = bad_id();
    co_return out;
  }
  if (body) {
    HttpRequest request = shop_post(ctx, "product/unlist_item", *body, Effect::set);
    Asked asked;
    asked.operation = request.operation;
    asked.effect = request.effect;
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
    if (tells_elements(*answer)) {
      std::vector<std::string> ids;
      for (const std::size_t i : places) ids.push_back(items[i].remote_product);
      co_return element_results(ctx, asked, *answer, "item_id", ids, "listing_state_refused");
    }
    if (places.size() == 1) {
      out[0] = answer->error;
      co_return out;
    }
  }
  for (std::size_t k = 0; k < places.size(); ++k) {
    std::vector<std::size_t> single;
    single.push_back(places[k]);
    Exchange<std::vector<std::optional<Error>>> sending = unlist(ctx, items, std::move(single));
    Result<std::vector<std::optional<Error>>> one = co_await std::move(sending);
    if (!one) co_return std::move(one).error();
    out[k] = std::move(one->front());
  }
  co_return out;
}

template <class Item>
BatchAck empty_ack(const std::vector<Item>& items) {
  BatchAck ack;
  for (const Item& item : items) ack.items.push_back(ItemAck{item.sku, std::nullopt});
  return ack;
}

}  // namespace

Exchange<BatchAck> Shopee::set_stock(CallContext ctx, StockBatch batch) const {
  BatchAck ack = empty_ack(batch.items);
  LevelCall level{"product/update_stock", "stock_refused"};
  StockBody body;
  Exchange<BatchAck> sending = send_batch(ctx, level, batch.items, std::move(ack), body);
  Result<BatchAck> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();
  bool places_needed = false;
  for (const ItemAck& item : sent->items)
    places_needed = places_needed || (item.error && item.error->code == "location_ids_needed");
  if (!places_needed) co_return sent;

  // The shop has become a multi-warehouse shop, or nothing was read of it yet (facts 3.13, 3.15):
  // with its location ids what was refused is sent once more.
  Exchange<json::Value> reading = read_locations(ctx);
  Result<json::Value> places = co_await std::move(reading);
  if (!places) co_return std::move(places).error();
  if (places->items().empty()) co_return sent;
  json::Object facts = ctx.shop_facts ? ctx.shop_facts->members() : json::Object();
  facts.set("locations", *std::move(places));
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(facts));
  std::vector<std::size_t> again;
  BatchAck rest;
  std::vector<StockItem> items;
  for (std::size_t i = 0; i < sent->items.size(); ++i) {
    if (!sent->items[i].error || sent->items[i].error->code != "location_ids_needed") continue;
    again.push_back(i);
    items.push_back(batch.items[i]);
    rest.items.push_back(ItemAck{batch.items[i].sku, std::nullopt});
  }
  Exchange<BatchAck> resending =
      send_batch(std::move(ctx), level, std::move(items), std::move(rest), body);
  Result<BatchAck> resent = co_await std::move(resending);
  if (!resent) co_return std::move(resent).error();
  for (std::size_t k = 0; k < again.size(); ++k)
    sent->items[again[k]] = std::move(resent->items[k]);
  co_return sent;
}

Exchange<BatchAck> Shopee::set_price(CallContext ctx, PriceBatch batch) const {
  BatchAck ack = empty_ack(batch.items);
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    if (batch.items[i].price.currency != "IDR")
      ack.items[i].error = Error(ErrorKind::rejected, "currency_unsupported");
  }
  LevelCall level{"product/update_price", "price_refused"};
  PriceBody body;
  return send_batch(std::move(ctx), level, std::move(batch.items), std::move(ack), body);
}

Exchange<BatchAck> Shopee::set_state(CallContext ctx, StateBatch batch) const {
  BatchAck ack;
  std::vector<std::size_t> switched;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    ack.items.push_back(ItemAck{batch.items[i].unit, std::nullopt});
    if (!batch.items[i].remove) switched.push_back(i);
  }
  for (std::size_t start = 0; start < switched.size(); start += kItemsPerUnlist) {
    const std::size_t end = std::min(switched.size(), start + kItemsPerUnlist);
    std::vector<std::size_t> places(switched.begin() + static_cast<std::ptrdiff_t>(start),
                                    switched.begin() + static_cast<std::ptrdiff_t>(end));
    Exchange<std::vector<std::optional<Error>>> sending = unlist(ctx, batch.items, places);
    Result<std::vector<std::optional<Error>>> results = co_await std::move(sending);
    if (!results) co_return std::move(results).error();
    for (std::size_t k = 0; k < places.size(); ++k)
      ack.items[places[k]].error = std::move((*results)[k]);
  }
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    if (!batch.items[i].remove) continue;
    Exchange<std::optional<Error>> deleting = delete_item(ctx, batch.items[i].remote_product);
    Result<std::optional<Error>> failed = co_await std::move(deleting);
    if (!failed) co_return std::move(failed).error();
    ack.items[i].error = *std::move(failed);
  }
  co_return ack;
}

Exchange<ListingPage> Shopee::read_listings(CallContext ctx, std::string cursor) const {
  HttpRequest for_page =
      shop_get(ctx, "product/get_item_list", item_list_query(cursor, kListingPage));
  Exchange<json::Value> asking_page = ask_for(ctx, std::move(for_page));
  Result<json::Value> listed = co_await std::move(asking_page);
  if (!listed) co_return std::move(listed).error();
  const ItemPage items = item_page_from(*listed);
  ListingPage page;
  page.next = items.next == cursor ? "" : items.next;  // a next that stands still would never end
  if (items.ids.empty()) co_return page;

  HttpRequest for_info = shop_get(ctx, "product/get_item_base_info", base_info_query(items.ids));
  Exchange<json::Value> asking_info = ask_for(ctx, std::move(for_info));
  Result<json::Value> info = co_await std::move(asking_info);
  if (!info) co_return std::move(info).error();

  for (const json::Value& item : (*info)["response"]["item_list"].items()) {
    std::vector<RemoteListing> found;
    if (item["has_model"].as_bool().value_or(false)) {
      QueryItems query;
      query.emplace_back("item_id", item["item_id"].to_text());
      HttpRequest for_models = shop_get(ctx, "product/get_model_list", query);
      Exchange<json::Value> asking_models = ask_for(ctx, std::move(for_models));
      Result<json::Value> models = co_await std::move(asking_models);
      if (!models) co_return std::move(models).error();
      found = listings_from(item, &*models);
    } else {
      found = listings_from(item, nullptr);
    }
    for (RemoteListing& l : found) page.listings.push_back(std::move(l));
  }
  co_return page;
}

}  // namespace gerbang::shopee
