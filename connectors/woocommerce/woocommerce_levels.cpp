// Stock, price and state (facts woocommerce.md 5, 6).
#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/units.hpp"
#include "connectors/woocommerce/wire_levels.hpp"
#include "connectors/woocommerce/wire_listings.hpp"
#include "connectors/woocommerce/woocommerce.hpp"

namespace gerbang::woocommerce {

namespace {

template <class Item>
using BatchRequest = HttpRequest (*)(const CallContext&, const std::vector<Item>&, const Group&);
template <class Item>
using ReadBatch = Outcomes (*)(const json::Value&, const std::vector<Item>&, const Group&);

Error bad_id() {
  return Error(ErrorKind::not_found, "listing_gone", "a remote id that is none of WooCommerce's");
}

// All groups of a batch into `ack`. Entries cannot harm each other: the shop takes them one by one.
// A refusal of a whole group is its entries'; what every call would meet ends the exchange.
template <class Item>
Exchange<BatchAck> send_groups(CallContext ctx, std::vector<Item> items, std::vector<Group> groups,
                               BatchAck ack, BatchRequest<Item> request_of, ReadBatch<Item> read) {
  for (const Group& group : groups) {
    HttpRequest request = request_of(ctx, items, group);
    Exchange<json::Value> asking = ask_object(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    if (!answer && concerns_the_call(answer.error())) co_return std::move(answer).error();
    Outcomes outcomes;
    if (answer) {
      outcomes = read(*answer, items, group);
    } else {
      outcomes.assign(group.places.size(), answer.error());
    }
    for (std::size_t k = 0; k < group.places.size(); ++k)
      ack.items[group.places[k]].error = std::move(outcomes[k]);
  }
  co_return ack;
}

template <class Item>
BatchAck unsent(const std::vector<Item>& items) {
  BatchAck ack;
  for (const Item& item : items) {
    ItemAck one;
    one.key = item.sku;
    one.error = bad_id();
    ack.items.push_back(std::move(one));
  }
  return ack;
}

// Into the trash; what is not there any more is as wanted.
Exchange<std::optional<Error>> withdraw(CallContext ctx, std::string product) {
  if (!id_number(product)) co_return std::optional<Error>();
  HttpRequest request = delete_product(ctx, product, false);
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> answer = co_await std::move(asking);
  if (answer && id_of((*answer)["id"]) != product)
    co_return std::optional<Error>(unreadable(Effect::set, "an answer for another id"));
  if (answer || answer.error().kind == ErrorKind::not_found) co_return std::optional<Error>();
  if (concerns_the_call(answer.error())) co_return std::move(answer).error();
  co_return std::optional<Error>(std::move(answer).error());
}

}  // namespace

Exchange<BatchAck> WooCommerce::set_stock(CallContext ctx, StockBatch batch) const {
  std::vector<Group> groups = groups_of(batch.items);
  BatchAck ack = unsent(batch.items);
  Exchange<BatchAck> sending =
      send_groups<StockItem>(std::move(ctx), std::move(batch.items), std::move(groups),
                             std::move(ack), stock_batch, stock_outcomes);
  co_return co_await std::move(sending);
}

Exchange<BatchAck> WooCommerce::set_price(CallContext ctx, PriceBatch batch) const {
  BatchAck ack = unsent(batch.items);
  std::vector<PriceItem> items;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const Money& price = batch.items[i].price;
    if (price.currency != "IDR" || price.amount <= 0) {
      // An empty or negative price is stored without a word, and the product cannot be bought.
      ack.items[i].error =
          Error(ErrorKind::rejected, "price_out_of_range", "rupiah above 0").at_field("/price");
      continue;
    }
    items.push_back(batch.items[i]);
    places.push_back(i);
  }
  std::vector<Group> groups = groups_of(items);
  BatchAck some = unsent(items);
  Exchange<BatchAck> sending =
      send_groups<PriceItem>(std::move(ctx), std::move(items), std::move(groups), std::move(some),
                             price_batch, price_outcomes);
  Result<BatchAck> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();
  for (std::size_t k = 0; k < places.size(); ++k)
    ack.items[places[k]].error = std::move(sent->items[k].error);
  co_return ack;
}

Exchange<BatchAck> WooCommerce::set_state(CallContext ctx, StateBatch batch) const {
  BatchAck ack;
  for (const StateItem& item : batch.items) {
    ItemAck one;
    one.key = item.unit;
    // What was never there needs no taking off sale.
    if (item.listed && !item.remove && !id_number(item.remote_product)) one.error = bad_id();
    ack.items.push_back(std::move(one));
  }
  std::vector<Group> groups = groups_of(batch.items);
  Exchange<BatchAck> sending = send_groups<StateItem>(ctx, batch.items, std::move(groups),
                                                      std::move(ack), state_batch, state_outcomes);
  Result<BatchAck> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const StateItem& item = batch.items[i];
    std::optional<Error>& error = sent->items[i].error;
    // What is gone is off sale.
    if (error && !item.listed && error->kind == ErrorKind::not_found) error.reset();
    if (!item.remove) continue;
    Exchange<std::optional<Error>> removing = withdraw(ctx, item.remote_product);
    Result<std::optional<Error>> removed = co_await std::move(removing);
    if (!removed) co_return std::move(removed).error();
    error = *std::move(removed);
  }
  co_return sent;
}

}  // namespace gerbang::woocommerce
