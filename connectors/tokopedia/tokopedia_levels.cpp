// Stock, price, state and reading back (facts tiktok_tokopedia 4.6 to 4.9).
#include <algorithm>
#include <map>

#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/facts.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/products.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "connectors/tokopedia/wire_levels.hpp"
#include "connectors/tokopedia/wire_listings.hpp"

namespace gerbang::tokopedia {

namespace {

using Results = std::vector<std::optional<Error>>;

Error bad_id() {
  return Error(ErrorKind::not_found, "listing_gone", "a remote id that is none of the channel's");
}

struct StockCall {
  std::string_view what = "/inventory/update";
  std::string_view otherwise = "stock_not_allowed";
  json::Value body(const CallContext& ctx, const std::vector<StockItem>& items,
                   const std::vector<std::size_t>& places) const {
    return stock_body(ctx, items, places);
  }
};
struct PriceCall {
  std::string_view what = "/prices/update";
  std::string_view otherwise = "price_not_allowed";
  json::Value body(const CallContext&, const std::vector<PriceItem>& items,
                   const std::vector<std::size_t>& places) const {
    return price_body(items, places);
  }
};

// One request for the places of a group. When the channel refuses all of it for what may be one
// element's fault, every element is sent alone, so that a poisoned one harms only itself.
template <class Item, class Call>
Exchange<Results> send_group(CallContext ctx, Call call, std::vector<Item> items, Group group) {
  const std::size_t n = group.places.size();
  Results out(n);
  HttpRequest request =
      post(ctx, "/product/202309/products/" + group.remote_product + std::string(call.what),
           call.body(ctx, items, group.places), Effect::set);
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
  if (answer->ok()) {
    std::vector<std::string> ids;
    for (const std::size_t i : group.places) ids.push_back(items[i].remote_variant);
    co_return element_results(ctx, asked, *answer, "sku_id", ids, call.otherwise);
  }
  if (n == 1 || !may_be_one_element(*answer->error)) {
    std::fill(out.begin(), out.end(), answer->error);
    co_return out;
  }
  for (std::size_t k = 0; k < n; ++k) {
    Group single;
    single.remote_product = group.remote_product;
    single.places.push_back(group.places[k]);
    Exchange<Results> sending = send_group(ctx, call, items, std::move(single));
    Result<Results> one = co_await std::move(sending);
    if (!one) co_return std::move(one).error();
    out[k] = std::move(one->front());
  }
  co_return out;
}

SkuChange change_of(const StockItem& item) {
  SkuChange out;
  out.id = item.remote_variant;
  out.quantity = std::clamp<Quantity>(item.quantity, 0, kMaxQuantity);
  return out;
}
SkuChange change_of(const PriceItem& item) {
  SkuChange out;
  out.id = item.remote_variant;
  out.price = item.price.amount;
  return out;
}
// Whether these values may put a product back on sale: only a rise of stock, where it is meant to
// be there at all.
bool puts_back(const std::vector<StockItem>& items, const std::vector<std::size_t>& places) {
  return std::all_of(places.begin(), places.end(),
                     [&](std::size_t i) { return items[i].listed && items[i].quantity > 0; });
}
bool puts_back(const std::vector<PriceItem>&, const std::vector<std::size_t>&) {
  return false;
}

// A group, and what the product's state makes of it.
template <class Item, class Call>
Exchange<Results> send_to_product(CallContext ctx, Call call, std::vector<Item> items,
                                  Group group) {
  Exchange<Results> sending = send_group(ctx, call, items, group);
  Result<Results> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();
  std::vector<std::size_t> refused;
  std::vector<SkuChange> changes;
  for (std::size_t k = 0; k < group.places.size(); ++k) {
    if (!(*sent)[k] || (*sent)[k]->code != "listing_not_active") continue;
    refused.push_back(k);
    changes.push_back(change_of(items[group.places[k]]));
  }
  if (refused.empty()) co_return sent;
  Exchange<std::optional<Error>> writing =
      write_off_sale(ctx, group.remote_product, std::move(changes), puts_back(items, group.places));
  Result<std::optional<Error>> written = co_await std::move(writing);
  if (!written) co_return std::move(written).error();
  for (const std::size_t k : refused) (*sent)[k] = *written;
  co_return sent;
}

// All groups of a batch into one answer per item.
template <class Item, class Call>
Exchange<BatchAck> send_batch(CallContext ctx, Call call, std::vector<Item> items, BatchAck ack) {
  std::vector<Group> groups = by_product(items, kSkusPerCall);
  for (const Group& group : groups) {
    Group able;
    able.remote_product = group.remote_product;
    for (const std::size_t i : group.places) {
      if (ack.items[i].error) continue;
      if (!is_id(items[i].remote_product) || !is_id(items[i].remote_variant)) {
        ack.items[i].error = bad_id();
      } else {
        able.places.push_back(i);
      }
    }
    if (able.places.empty()) continue;
    Exchange<Results> sending = send_to_product(ctx, call, items, able);
    Result<Results> results = co_await std::move(sending);
    if (!results) co_return std::move(results).error();
    for (std::size_t k = 0; k < able.places.size(); ++k)
      ack.items[able.places[k]].error = std::move((*results)[k]);
  }
  co_return ack;
}

template <class Item>
BatchAck empty_ack(const std::vector<Item>& items) {
  BatchAck ack;
  for (const Item& item : items) ack.items.push_back(ItemAck{item.sku, std::nullopt});
  return ack;
}

// The channel does not take 0 for these SKUs of one product. They are set to the least it takes,
// then the product goes off sale at every place, so that nobody buys what is not there. Nothing:
// done.
Exchange<std::optional<Error>> take_off_sale(CallContext ctx, std::vector<StockItem> items) {
  const std::string product = items.front().remote_product;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].quantity = 1;
    places.push_back(i);
  }
  Group group;
  group.remote_product = product;
  group.places = places;
  Exchange<Results> lowering = send_group(ctx, StockCall(), items, std::move(group));
  Result<Results> lowered = co_await std::move(lowering);
  if (!lowered) co_return std::move(lowered).error();

  Exchange<RemoteProduct> reading = read_product(ctx, product);
  Result<RemoteProduct> there = co_await std::move(reading);
  if (!there) {
    if (concerns_the_call(there.error())) co_return std::move(there).error();
    co_return std::optional<Error>(there.error());
  }
  if (!there->states.any("ACTIVATE")) co_return std::optional<Error>();
  std::vector<std::string> only(1, product);
  Exchange<Results> switching =
      switch_products(ctx, false, std::move(only), there->states.platforms());
  Result<Results> switched = co_await std::move(switching);
  if (!switched) co_return std::move(switched).error();
  co_return std::move(switched->front());
}

Exchange<BatchAck> refused_zeros(CallContext ctx, StockBatch batch, BatchAck ack) {
  std::map<std::string, std::vector<std::size_t>> by;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const auto& error = ack.items[i].error;
    if (error && error->code == "stock_not_allowed" && batch.items[i].quantity <= 0)
      by[batch.items[i].remote_product].push_back(i);
  }
  for (const auto& [product, places] : by) {
    std::vector<StockItem> items;
    for (const std::size_t i : places) items.push_back(batch.items[i]);
    Exchange<std::optional<Error>> taking = take_off_sale(ctx, std::move(items));
    Result<std::optional<Error>> taken = co_await std::move(taking);
    if (!taken) co_return std::move(taken).error();
    for (const std::size_t i : places) ack.items[i].error = *taken;
  }
  co_return ack;
}

// Warehouses in the shape of shop facts, over those that the context brought.
Exchange<CallContext> with_warehouses(CallContext ctx) {
  HttpRequest request = get(ctx, "/logistics/202309/warehouses");
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  json::Object facts = ctx.shop_facts ? ctx.shop_facts->members() : json::Object();
  facts.set("warehouses", warehouses_from(*data));
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(facts));
  co_return ctx;
}

}  // namespace

Exchange<BatchAck> Tokopedia::set_stock(CallContext ctx, StockBatch batch) const {
  Exchange<BatchAck> sending = send_batch(ctx, StockCall(), batch.items, empty_ack(batch.items));
  Result<BatchAck> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();

  // The shop's warehouse is another, or has to be named now (facts 4.6): what was refused is sent
  // once more with the default one.
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < sent->items.size(); ++i) {
    if (sent->items[i].error && sent->items[i].error->code == "warehouse_refused")
      again.push_back(i);
  }
  if (!again.empty()) {
    Exchange<CallContext> reading = with_warehouses(ctx);
    Result<CallContext> known = co_await std::move(reading);
    if (!known) co_return std::move(known).error();
    if (!default_warehouse(*known).empty() && default_warehouse(*known) != default_warehouse(ctx)) {
      ctx = *std::move(known);
      std::vector<StockItem> items;
      for (const std::size_t i : again) items.push_back(batch.items[i]);
      Exchange<BatchAck> resending = send_batch(ctx, StockCall(), items, empty_ack(items));
      Result<BatchAck> resent = co_await std::move(resending);
      if (!resent) co_return std::move(resent).error();
      for (std::size_t k = 0; k < again.size(); ++k)
        sent->items[again[k]] = std::move(resent->items[k]);
    }
  }
  Exchange<BatchAck> finishing = refused_zeros(std::move(ctx), std::move(batch), *std::move(sent));
  co_return co_await std::move(finishing);
}

Exchange<BatchAck> Tokopedia::set_price(CallContext ctx, PriceBatch batch) const {
  BatchAck ack = empty_ack(batch.items);
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const Money& price = batch.items[i].price;
    if (price.currency != "IDR")
      ack.items[i].error =
          Error(ErrorKind::rejected, "currency_unsupported", "the channel sells in IDR");
    else if (price.amount < kMinPrice || price.amount > kMaxPrice)
      ack.items[i].error =
          Error(ErrorKind::rejected, "price_out_of_range", "Rp 100 to Rp 100,000,000");
  }
  Exchange<BatchAck> sending =
      send_batch(std::move(ctx), PriceCall(), std::move(batch.items), std::move(ack));
  co_return co_await std::move(sending);
}

Exchange<BatchAck> Tokopedia::set_state(CallContext ctx, StateBatch batch) const {
  BatchAck ack;
  for (const StateItem& item : batch.items) ack.items.push_back(ItemAck{item.unit, std::nullopt});

  // Where each of them stands decides what to name (facts 8): naming a place where a product is not
  // listed, or leaving one out, would change more than its state.
  std::map<std::pair<bool, std::vector<std::string>>, std::vector<std::size_t>> switches;
  std::vector<std::size_t> removals;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const StateItem& item = batch.items[i];
    if (item.remove) {
      if (is_id(item.remote_product)) removals.push_back(i);
      continue;
    }
    Exchange<RemoteProduct> reading = read_product(ctx, item.remote_product);
    Result<RemoteProduct> there = co_await std::move(reading);
    if (!there) {
      if (concerns_the_call(there.error())) co_return std::move(there).error();
      ack.items[i].error = std::move(there).error();
      continue;
    }
    const PlatformStates& states = there->states;
    const std::vector<std::string> at =
        item.listed ? states.in({"SELLER_DEACTIVATED"}) : states.in({"ACTIVATE", "PENDING"});
    if (!at.empty()) {
      switches[{item.listed, at}].push_back(i);
    } else if (item.listed && !states.on_offer() && !states.any("PENDING")) {
      // Neither off by the seller's will nor on its way: only a person can bring it back.
      const bool failed = states.any("FAILED");
      ack.items[i].error =
          Error(ErrorKind::rejected, failed ? "listing_audit_failed" : "listing_stopped",
                there->reasons.empty() ? states.text() : there->reasons);
    }
  }

  for (const auto& [what, places] : switches) {
    for (std::size_t start = 0; start < places.size(); start += kProductsPerState) {
      const std::size_t end = std::min(places.size(), start + kProductsPerState);
      std::vector<std::string> products;
      for (std::size_t k = start; k < end; ++k)
        products.push_back(batch.items[places[k]].remote_product);
      Exchange<Results> switching =
          switch_products(ctx, what.first, std::move(products), what.second);
      Result<Results> switched = co_await std::move(switching);
      if (!switched) co_return std::move(switched).error();
      for (std::size_t k = start; k < end; ++k)
        ack.items[places[k]].error = std::move((*switched)[k - start]);
    }
  }

  for (std::size_t start = 0; start < removals.size(); start += kProductsPerState) {
    const std::size_t end = std::min(removals.size(), start + kProductsPerState);
    std::vector<std::string> products;
    for (std::size_t k = start; k < end; ++k)
      products.push_back(batch.items[removals[k]].remote_product);
    HttpRequest request =
        del(ctx, "/product/202309/products", products_body(products), Effect::set);
    Asked asked;
    asked.operation = request.operation;
    asked.effect = request.effect;
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
    Results results(products.size(), answer->error);
    if (answer->ok())
      results =
          element_results(ctx, asked, *answer, "product_id", products, "listing_switch_refused");
    for (std::size_t k = start; k < end; ++k) {
      // "Delete where the channel can": what is no longer there is as wanted.
      std::optional<Error>& error = results[k - start];
      if (error && error->kind == ErrorKind::not_found) error.reset();
      ack.items[removals[k]].error = std::move(error);
    }
  }
  co_return ack;
}

Exchange<ListingPage> Tokopedia::read_listings(CallContext ctx, std::string cursor) const {
  HttpRequest for_page = post(ctx, "/product/202502/products/search", search_all_body(),
                              Effect::read, page_query(kProductsPerPage, cursor));
  Exchange<json::Value> asking_page = ask_for(ctx, std::move(for_page));
  Result<json::Value> found = co_await std::move(asking_page);
  if (!found) co_return std::move(found).error();
  ListingPage page;
  page.next = (*found)["next_page_token"].to_text();
  if (page.next == cursor) page.next.clear();  // a next that stands still would never end
  std::vector<std::string> products;
  for (const json::Value& p : (*found)["products"].items()) {
    if (std::string id = p["id"].to_text(); is_id(id)) products.push_back(std::move(id));
  }
  if (products.empty()) co_return page;

  // One call tells the stock of all of them (facts 4.9).
  HttpRequest for_stock =
      post(ctx, "/product/202309/inventory/search", inventory_body(products), Effect::read);
  Exchange<json::Value> asking_stock = ask_for(ctx, std::move(for_stock));
  Result<json::Value> stock = co_await std::move(asking_stock);
  if (!stock) co_return std::move(stock).error();
  const std::map<std::string, Quantity> available = available_from(*stock);
  for (const json::Value& p : (*found)["products"].items()) {
    for (RemoteListing& l : listings_from(p, available)) page.listings.push_back(std::move(l));
  }
  co_return page;
}

}  // namespace gerbang::tokopedia
