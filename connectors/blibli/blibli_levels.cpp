// Stock, price, state and reading back (facts blibli.md 8.3, 8.4).
#include <algorithm>
#include <functional>
#include <map>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/queue.hpp"
#include "connectors/blibli/request.hpp"
#include "connectors/blibli/units.hpp"
#include "connectors/blibli/wire_levels.hpp"
#include "connectors/blibli/wire_publish.hpp"

namespace gerbang::blibli {

namespace {

// The ticket of a value that has not been sent yet: no queue's.
constexpr std::string_view kNextTurn = "next turn";

// What the tickets of a batch have become; the rest is to be sent.
struct Followed {
  std::vector<std::optional<Error>> errors;  // by position
  std::vector<std::optional<Deferral>> deferred;
  std::vector<bool> done;
  std::vector<std::size_t> to_send;
};

Deferral still_open(QueueTicket ticket, TimePoint now, bool asked) {
  Deferral out;
  out.still = true;
  if (asked) {
    ++ticket.questions;
    ticket.asked = now;
  }
  const Duration wait = queue_wait(ticket.questions);
  out.after = std::max<Duration>(std::chrono::seconds(1), ticket.asked + wait - now);
  out.ticket = to_text(ticket);
  return out;
}

// Asks once for every queue that the batch's tickets name, not before its time. A value that has
// changed since is not sent past an older one that is still on its way.
Exchange<Followed> follow(CallContext ctx, std::vector<Ticket> items, std::string operation,
                          std::string otherwise) {
  Followed out;
  out.errors.resize(items.size());
  out.deferred.resize(items.size());
  out.done.resize(items.size());
  std::map<std::string, Result<Queue>> known;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto ticket = queue_ticket(items[i].name);
    if (!ticket) {
      out.to_send.push_back(i);
      continue;
    }
    const bool early = ctx.now < ticket->asked + queue_wait(ticket->questions);
    if (early && !known.contains(ticket->queue)) {
      out.deferred[i] = still_open(*ticket, ctx.now, false);
      continue;
    }
    if (!known.contains(ticket->queue)) {
      Exchange<Queue> reading = read_queue(ctx, ticket->queue);
      Result<Queue> read = co_await std::move(reading);
      known.emplace(ticket->queue, std::move(read));
    }
    const Result<Queue>& queue = known.at(ticket->queue);
    if (!queue) {
      if (queue.error().kind == ErrorKind::not_found) {
        out.to_send.push_back(i);  // forgotten: an absolute value is simply sent again
      } else {
        out.errors[i] = queue.error();
      }
      continue;
    }
    const QueueEntry* entry = queue->of(ticket->sku);
    if (!entry && !queue->finished) {
      out.deferred[i] = still_open(*ticket, ctx.now, true);
    } else if (!entry || items[i].outdated) {
      out.to_send.push_back(i);  // never worked off, or no longer what is wanted
    } else if (entry->success) {
      out.done[i] = true;
    } else {
      out.errors[i] = element_error(ctx, operation, entry->text, otherwise);
    }
  }
  co_return out;
}

Deferral sent_now(std::string queue, TimePoint now, std::string sku) {
  Deferral out;
  out.after = queue_wait(0);
  out.ticket = to_text(QueueTicket{std::move(queue), 0, now, std::move(sku)});
  return out;
}

BatchAck acks_of(const std::vector<std::string>& keys, Followed followed) {
  BatchAck ack;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ItemAck item;
    item.key = keys[i];
    item.error = std::move(followed.errors[i]);
    item.deferred = std::move(followed.deferred[i]);
    ack.items.push_back(std::move(item));
  }
  return ack;
}

// What a refusal of the whole call says of the entries that were in it.
void refuse(Followed& followed, const std::vector<std::size_t>& sent, const Error& error) {
  for (const std::size_t i : sent) followed.errors[i] = error;
}

using BodyOf = std::function<json::Value(const std::vector<std::size_t>&)>;

// Sends what `followed` has to send in bulk updates of at most a hundred; each entry comes back
// with a ticket or an error.
Exchange<Followed> send_bulk(CallContext ctx, Followed followed, BodyOf body,
                             std::function<std::string(std::size_t)> sku_of) {
  const std::vector<std::size_t> places = std::move(followed.to_send);
  for (std::size_t start = 0; start < places.size(); start += kSkusPerBulk) {
    const std::size_t end = std::min(places.size(), start + kSkusPerBulk);
    const std::vector<std::size_t> sent(places.begin() + static_cast<std::ptrdiff_t>(start),
                                        places.begin() + static_cast<std::ptrdiff_t>(end));
    HttpRequest request = post(ctx, "/mta/api/businesspartner/v1/product/updateProduct", body(sent),
                               "product.bulk_update", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::queued);
    Result<json::Value> reply = co_await std::move(asking);
    if (!reply) {
      refuse(followed, sent, reply.error());
      continue;
    }
    for (const std::size_t i : sent)
      followed.deferred[i] = sent_now(queue_of(*reply), ctx.now, sku_of(i));
  }
  co_return followed;
}

// The product of a creation that is still in the queue, once the queue names it; empty before.
Exchange<std::string> product_in_queue(CallContext ctx, std::string queue) {
  Exchange<Queue> reading = read_queue(std::move(ctx), std::move(queue));
  Result<Queue> made = co_await std::move(reading);
  if (!made) co_return std::move(made).error();
  for (const QueueEntry& e : made->entries) {
    if (std::string id = product_of(e.sku); e.success && !id.empty()) co_return id;
  }
  const bool refused = made->finished && !made->entries.empty() && !made->entries.front().success;
  if (refused) co_return Error(ErrorKind::not_found, "listing_gone", "the queue refused it");
  co_return std::string();
}

}  // namespace

Exchange<BatchAck> Blibli::set_stock(CallContext ctx, StockBatch batch) const {
  std::vector<std::string> keys;
  std::vector<Ticket> tickets;
  for (const StockItem& item : batch.items) {
    keys.push_back(item.sku);
    tickets.push_back(item.ticket);
  }
  Exchange<Followed> following =
      follow(ctx, std::move(tickets), "product.bulk_update", "blibli_stock_refused");
  Result<Followed> followed = co_await std::move(following);
  if (!followed) co_return std::move(followed).error();

  const Access access = access_of(ctx);
  const std::vector<std::size_t> places = followed->to_send;
  if (places.size() > kStockSingly && access.only_point) {
    const BodyOf body = [&](const std::vector<std::size_t>& sent) {
      std::vector<const StockItem*> items;
      for (const std::size_t i : sent) items.push_back(&batch.items[i]);
      return exact_stock_body(access.store_code, items);
    };
    const auto sku_of = [&](std::size_t i) { return batch.items[i].remote_variant; };
    Exchange<Followed> sending = send_bulk(ctx, *std::move(followed), body, sku_of);
    Result<Followed> sent = co_await std::move(sending);
    if (!sent) co_return std::move(sent).error();
    co_return acks_of(keys, *std::move(sent));
  }

  std::optional<Error> stopped;
  bool any_done = false;
  for (std::size_t n = 0; n < places.size(); ++n) {
    const StockItem& item = batch.items[places[n]];
    if (stopped) {
      followed->errors[places[n]] = stopped;
      continue;
    }
    if (n >= kStockSingly) {
      // Only the single call names a pickup point; the rest lets more urgent work go first.
      followed->deferred[places[n]] = Deferral{Duration(0), std::string(kNextTurn), false};
      continue;
    }
    HttpRequest request =
        put(ctx, "/seller/v1/products/" + percent_encode(item.remote_variant) + "/stock",
            stock_body(item.quantity, access.pickup_point), "stock.set");
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    any_done = any_done || done.ok() || !concerns_the_call(done.error());
    if (done) continue;
    followed->errors[places[n]] = done.error();
    if (concerns_the_call(done.error())) stopped = std::move(done).error();
  }
  // Nothing was done at all: the call's own failure.
  if (stopped && !any_done && places.size() == keys.size()) co_return *std::move(stopped);
  co_return acks_of(keys, *std::move(followed));
}

Exchange<BatchAck> Blibli::set_price(CallContext ctx, PriceBatch batch) const {
  std::vector<std::string> keys;
  std::vector<Ticket> tickets;
  for (const PriceItem& item : batch.items) {
    keys.push_back(item.sku);
    tickets.push_back(item.ticket);
  }
  Exchange<Followed> following =
      follow(ctx, std::move(tickets), "product.bulk_update", "blibli_price_refused");
  Result<Followed> followed = co_await std::move(following);
  if (!followed) co_return std::move(followed).error();

  const BodyOf body = [&](const std::vector<std::size_t>& sent) {
    std::vector<const PriceItem*> items;
    for (const std::size_t i : sent) items.push_back(&batch.items[i]);
    return price_body(access_of(ctx).store_code, items);
  };
  const auto sku_of = [&](std::size_t i) { return batch.items[i].remote_variant; };
  Exchange<Followed> sending = send_bulk(ctx, *std::move(followed), body, sku_of);
  Result<Followed> sent = co_await std::move(sending);
  if (!sent) co_return std::move(sent).error();
  co_return acks_of(keys, *std::move(sent));
}

Exchange<BatchAck> Blibli::set_state(CallContext ctx, StateBatch batch) const {
  std::vector<std::string> keys;
  std::vector<Ticket> tickets;
  for (const StateItem& item : batch.items) {
    keys.push_back(item.unit);
    tickets.push_back(item.ticket);
  }
  Exchange<Followed> following =
      follow(ctx, std::move(tickets), "product.archive", "blibli_state_refused");
  Result<Followed> followed = co_await std::move(following);
  if (!followed) co_return std::move(followed).error();
  const auto off = [&](std::size_t i) { return batch.items[i].remove || !batch.items[i].listed; };

  for (const bool archive : {true, false}) {
    std::vector<std::string> products;
    std::vector<std::size_t> sent;
    for (const std::size_t i : followed->to_send) {
      if (off(i) != archive) continue;
      std::string product = batch.items[i].remote_product;
      if (const std::string_view queue = queue_in(product); !queue.empty()) {
        Exchange<std::string> asking = product_in_queue(ctx, std::string(queue));
        Result<std::string> made = co_await std::move(asking);
        if (!made) {
          followed->errors[i] = std::move(made).error();
          continue;
        }
        if (made->empty()) {
          followed->errors[i] =
              Error(ErrorKind::blocked, "blibli_under_review", "still in the queue")
                  .after(kReviewWait);
          continue;
        }
        product = *std::move(made);
      }
      products.push_back(std::move(product));
      sent.push_back(i);
    }
    if (sent.empty()) continue;
    HttpRequest request = post(
        ctx, std::string("/seller/v1/products/statuses/") + (archive ? "archive" : "unarchive"),
        archive_body(products), archive ? "product.archive" : "product.unarchive", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::queued);
    Result<json::Value> reply = co_await std::move(asking);
    if (!reply) {
      refuse(*followed, sent, reply.error());
      continue;
    }
    for (std::size_t k = 0; k < sent.size(); ++k)
      followed->deferred[sent[k]] = sent_now(queue_of(*reply), ctx.now, products[k]);
  }
  // What is gone is off sale.
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto& error = followed->errors[i];
    if (error && off(i) && error->kind == ErrorKind::not_found) error.reset();
  }
  co_return acks_of(keys, *std::move(followed));
}

// cursor: "<state>:<page>"; products on offer have no state of their own in the filter.
Exchange<ListingPage> Blibli::read_listings(CallContext ctx, std::string cursor) const {
  static constexpr std::string_view kStates[] = {"",          "OOS",         "ARCHIVED",
                                                 "SUSPENDED", "IN_PROGRESS", "NEED_CORRECTION"};
  const auto colon = cursor.find(':');
  const std::string state = cursor.substr(0, colon == std::string::npos ? 0 : colon);
  std::int64_t page = 0;
  if (colon != std::string::npos)
    page = json::Value(cursor.substr(colon + 1)).to_integral().value_or(0);

  HttpRequest request =
      post(ctx, "/seller/v1/products/filter", product_filter(state, "", "", page, kListingPage),
           "product.list", Effect::read);
  Exchange<json::Value> asking = ask(ctx, std::move(request), Success::content);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  const ProductPage listed = products_from(*reply);

  ListingPage out;
  for (const ListedProduct& p : listed.products) {
    HttpRequest for_detail =
        get(ctx, "/seller/v1/products/" + percent_encode(p.id), {}, "product.detail");
    Exchange<json::Value> asking_detail = ask(ctx, std::move(for_detail), Success::content);
    Result<json::Value> detail = co_await std::move(asking_detail);
    if (!detail) {
      // Gone between the two calls, rejected, or read too often lately: the others are still read.
      const ErrorKind kind = of_one_item(detail.error()).kind;
      if (kind == ErrorKind::not_found || kind == ErrorKind::rejected || kind == ErrorKind::blocked)
        continue;
      co_return std::move(detail).error();
    }
    const RemoteProduct product = product_from(*detail);
    if (product.id != p.id) continue;
    for (const RemoteVariant& v : product.variants) {
      RemoteListing l;
      l.remote_product = product.id;
      l.remote_variant = v.id;
      l.remote_sku = v.sku;
      l.title = product.title;
      l.stock = v.stock;
      l.price = v.price;
      l.barcode = v.barcode;
      l.remote_state = product.state;
      // A product that a person at Blibli looks at is neither on sale nor taken off.
      if (product.state != "IN_PROGRESS" && product.state != "NEED_CORRECTION")
        l.listed = is_on_offer(product.state) && v.buyable;
      out.listings.push_back(std::move(l));
    }
  }
  if (listed.more) {
    out.next = state + ":" + std::to_string(page + 1);
  } else {
    const auto at = std::find(std::begin(kStates), std::end(kStates), state);
    if (at != std::end(kStates) && at + 1 != std::end(kStates))
      out.next = std::string(*(at + 1)) + ":0";
  }
  co_return out;
}

}  // namespace gerbang::blibli
