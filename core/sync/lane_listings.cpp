// What the lane tells a shop about its listings: stock, price, on offer or not, content.
#include <algorithm>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane_call.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;
using store::Settlement;

namespace {

const std::string& subject_of(const StockItem& item) {
  return item.sku;
}
const std::string& subject_of(const PriceItem& item) {
  return item.sku;
}
const std::string& subject_of(const StateItem& item) {
  return item.unit;
}

// What the channel has now, for the record.
void note_sent(const StockItem& item, Settlement& s) {
  s.sent_stock = item.quantity;
}
void note_sent(const PriceItem& item, Settlement& s) {
  s.sent_price = item.price;
}
void note_sent(const StateItem& item, Settlement& s) {
  s.sent_listed = item.listed && !item.remove;
  s.removed = item.remove;
}

// The first due row's batch: rows of the same remote product where the channel demands it, at most
// `most`. `item_of` finds the loaded value of a row.
template <class Item>
std::vector<std::pair<Work, Item>> first_batch(const std::vector<Work>& due,
                                               const std::vector<Item>& items, std::size_t most,
                                               bool same_product) {
  std::vector<std::pair<Work, Item>> batch;
  for (const Work& w : due) {
    const auto item = std::find_if(items.begin(), items.end(),
                                   [&](const Item& i) { return subject_of(i) == w.subject; });
    if (item == items.end()) continue;
    if (same_product && !batch.empty() &&
        batch.front().second.remote_product != item->remote_product)
      continue;
    batch.emplace_back(w, *item);
    if (batch.size() >= most) break;
  }
  return batch;
}

// Rows without a value to send: not published yet, no price, no longer wanted. Publishing sends the
// value of its moment, so there is nothing left to do for them.
template <class Item>
std::vector<Settlement> nothing_to_send(const std::vector<Work>& due,
                                        const std::vector<Item>& items, TimePoint now) {
  std::vector<Settlement> out;
  for (const Work& w : due) {
    if (std::any_of(items.begin(), items.end(),
                    [&](const Item& i) { return subject_of(i) == w.subject; }))
      continue;
    Settlement s;
    s.aspect = w.aspect;
    s.subject = w.subject;
    s.revision = w.revision;
    s.next = Settlement::Next::clear;
    s.counts_as_attempt = false;
    s.sent_at = now;
    out.push_back(std::move(s));
  }
  return out;
}

// The ticket of a deferred value, kept with the work as {"ticket", "revision"}.
Ticket ticket_of(const Work& work) {
  Ticket out;
  if (work.detail.empty()) return out;
  const auto detail = json::parse(work.detail);
  if (!detail) return out;
  out.name = (*detail)["ticket"].text();
  out.outdated = (*detail)["revision"].as_int64() != work.revision;
  return out;
}

// Asked again later. A ticket that is still open keeps the revision that it was given for.
void defer(Settlement& s, const Deferral& deferral, const Work& work, TimePoint now) {
  s.next = Settlement::Next::retry;
  s.due_at = now + deferral.after;
  s.counts_as_attempt = false;
  std::int64_t revision = work.revision;
  if (deferral.still) {
    if (const auto before = json::parse(work.detail))
      revision = (*before)["revision"].as_int64().value_or(revision);
  }
  s.detail = json::dump(json::object({{"ticket", deferral.ticket}, {"revision", revision}}));
}

std::optional<Deferral> item_deferral(const Result<BatchAck>& result, std::size_t index) {
  if (!result || index >= result->items.size()) return std::nullopt;
  return result->items[index].deferred;
}

// The answer for one item of a batch: the whole call's error, else the item's own.
std::optional<Error> item_error(const Result<BatchAck>& result, std::size_t index,
                                const std::string& key) {
  if (!result) return result.error();
  if (index < result->items.size() && result->items[index].key == key)
    return result->items[index].error;
  return Error(ErrorKind::indeterminate, "answer_incomplete",
               "the channel's answer does not name this item");
}

}  // namespace

template <class Batch, class Item>
awaitable<void> Lane::send_values(std::vector<Work> due, std::vector<Item> items, BatchLimit limit,
                                  Exchange<BatchAck> (Connector::*send)(CallContext, Batch) const) {
  const TimePoint sent_at = ports_.clock->now();
  std::vector<Settlement> settlements = nothing_to_send(due, items, sent_at);
  auto chosen = first_batch(due, items, limit.most, limit.same_product);
  if (!chosen.empty()) {
    Batch batch;
    for (auto& [work, item] : chosen) {
      item.ticket = ticket_of(work);
      batch.items.push_back(item);
    }
    Make<BatchAck> make = [this, send, batch](CallContext context) {
      return (connector_.*send)(std::move(context), batch);
    };
    auto calling = call<BatchAck>(std::move(make));
    Result<BatchAck> result = co_await std::move(calling);
    const TimePoint now = ports_.clock->now();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto& [work, item] = chosen[i];
      const std::optional<Error> error = item_error(result, i, subject_of(item));
      Settlement s = outcome_of(work, error, sent_at, now);
      if (const auto deferral = item_deferral(result, i); deferral && !error) {
        defer(s, *deferral, work, now);
      } else if (!error) {
        note_sent(item, s);
        if (work.aspect == Aspect::stock)
          ports_.metrics->observe_seconds("gerbang_stock_age_seconds",
                                          "From a change of stock to its arrival at a shop.",
                                          std::chrono::duration<double>(now - work.since).count(),
                                          {{"channel", connector_.info().channel}});
      }
      settlements.push_back(std::move(s));
    }
  }
  auto settling = settle(std::move(settlements));
  co_await std::move(settling);
}

awaitable<void> Lane::send_stock(std::vector<Work> due) {
  store::LoadStock query;
  query.shop = shop_id_;
  for (const Work& w : due) query.skus.push_back(w.subject);
  auto reading = read(*ports_.store, std::move(query));
  Result<std::vector<StockItem>> items = co_await std::move(reading);
  if (!items) co_return;
  const ChannelLimits& limits = connector_.info().limits;
  const BatchLimit limit{limits.stock_batch, limits.stock_batch_same_product};
  auto sending = send_values(std::move(due), std::move(*items), limit, &Connector::set_stock);
  co_await std::move(sending);
}

awaitable<void> Lane::send_prices(std::vector<Work> due) {
  store::LoadPrices query;
  query.shop = shop_id_;
  for (const Work& w : due) query.skus.push_back(w.subject);
  auto reading = read(*ports_.store, std::move(query));
  Result<std::vector<PriceItem>> items = co_await std::move(reading);
  if (!items) co_return;
  const ChannelLimits& limits = connector_.info().limits;
  const BatchLimit limit{limits.price_batch, limits.price_batch_same_product};
  auto sending = send_values(std::move(due), std::move(*items), limit, &Connector::set_price);
  co_await std::move(sending);
}

awaitable<void> Lane::send_states(std::vector<Work> due) {
  store::LoadState query;
  query.shop = shop_id_;
  for (const Work& w : due) query.units.push_back(w.subject);
  auto reading = read(*ports_.store, std::move(query));
  Result<std::vector<StateItem>> items = co_await std::move(reading);
  if (!items) co_return;
  const BatchLimit limit{connector_.info().limits.state_batch, false};
  auto sending = send_values(std::move(due), std::move(*items), limit, &Connector::set_state);
  co_await std::move(sending);
}

awaitable<Result<std::shared_ptr<const json::Value>>> Lane::facts(std::string key,
                                                                  Make<json::Value> make) {
  using Shared = std::shared_ptr<const json::Value>;
  store::LoadFacts query;
  query.shop = shop_id_;
  query.key = key;
  auto reading = read(*ports_.store, std::move(query));
  Result<store::Facts> known = co_await std::move(reading);
  if (known && ports_.clock->now() - known->at < options_.facts_life)
    co_return Shared(std::make_shared<const json::Value>(std::move(known->facts)));
  auto calling = call<json::Value>(std::move(make));
  Result<json::Value> fresh = co_await std::move(calling);
  if (!fresh) co_return std::move(fresh).error();
  store::SaveFacts script;
  script.shop = shop_id_;
  script.key = std::move(key);
  script.facts = *fresh;
  auto saving = write(std::move(script));
  Result<bool> saved = co_await std::move(saving);
  if (!saved)  // only a cache
    log::warning("lane.facts_not_saved", {{"shop", shop_id_}, {"error", saved.error().describe()}});
  co_return Shared(std::make_shared<const json::Value>(std::move(*fresh)));
}

awaitable<Result<void>> Lane::ensure_facts(const ListingDraft& draft) {
  const Capabilities& can = connector_.info().can;
  shop_facts_.reset();
  category_facts_.reset();
  if (!can.needs_shop_facts) co_return Result<void>();
  Make<json::Value> read_shop = [this](CallContext context) {
    return connector_.read_shop_facts(std::move(context));
  };
  auto loading = facts("shop", std::move(read_shop));
  auto shop_facts = co_await std::move(loading);
  if (!shop_facts) co_return std::move(shop_facts).error();
  shop_facts_ = std::move(*shop_facts);
  if (!can.needs_category_facts) co_return Result<void>();

  CallContext context;
  context.shop_facts = shop_facts_;
  const Result<std::string> category = connector_.category_of(context, draft);
  if (!category) co_return category.error();
  Make<json::Value> read_category = [this, id = *category](CallContext c) {
    return connector_.read_category_facts(std::move(c), id);
  };
  auto asking = facts("category/" + *category, std::move(read_category));
  auto category_facts = co_await std::move(asking);
  if (!category_facts) co_return std::move(category_facts).error();
  category_facts_ = std::move(*category_facts);
  co_return Result<void>();
}

awaitable<bool> Lane::begin_publish(std::string unit) {
  store::BeginPublish begin;
  begin.shop = shop_id_;
  begin.unit = std::move(unit);
  auto beginning = write(std::move(begin));
  Result<bool> begun = co_await std::move(beginning);
  if (begun) GERBANG_CRASH_POINT("sync.publish_begun");
  co_return begun.ok();
}

awaitable<void> Lane::publish(Work work) {
  const TimePoint sent_at = ports_.clock->now();
  store::LoadDraft query;
  query.shop = shop_id_;
  query.unit = work.subject;
  auto reading = read(*ports_.store, std::move(query));
  Result<store::DraftView> view = co_await std::move(reading);
  if (!view && view.error().kind != ErrorKind::not_found) co_return;

  std::optional<Error> error;
  std::optional<ListingRef> ref;
  bool found = false;
  // Withdrawn before its create was settled: what arrived all the same has to be found, so that it
  // can be taken off.
  const bool only_look = view && !view->wanted && view->maybe_published &&
                         connector_.info().can.find_listing && !view->draft.variants.empty();
  if (only_look) {
    Make<ListingRef> make = [this, draft = view->draft](CallContext context) {
      return connector_.find_listing(std::move(context), draft);
    };
    auto calling = call<ListingRef>(std::move(make));
    Result<ListingRef> answer = co_await std::move(calling);
    if (answer) {
      ref = std::move(*answer);
      ref->resume_after.reset();
    } else if (answer.error().kind != ErrorKind::not_found) {
      error = std::move(answer).error();
    }
  } else if (view && view->wanted) {
    const ListingDraft& draft = view->draft;
    auto preparing = ensure_facts(draft);
    Result<void> prepared = co_await std::move(preparing);
    Result<ListingRef> result = Error(ErrorKind::bug, "publish_not_tried");
    if (view->has_other_variants) {
      result = Error(ErrorKind::rejected, "listing_has_other_variants",
                     "writing the product would take away variants that are not ours");
    } else if (!prepared) {
      result = std::move(prepared).error();
    } else if (!draft.remote_product.empty()) {
      if (view->new_variants) {
        auto beginning = begin_publish(work.subject);
        if (!co_await std::move(beginning)) co_return;
      }
      Make<ListingRef> make = [this, draft](CallContext context) {
        return connector_.update_listing(std::move(context), draft);
      };
      auto calling = call<ListingRef>(std::move(make));
      Result<ListingRef> answer = co_await std::move(calling);
      result = std::move(answer);
    } else {
      // A create was begun and its end is unknown: look before doing it again.
      bool absent = true;
      if (view->maybe_published && connector_.info().can.find_listing) {
        Make<ListingRef> make = [this, draft](CallContext context) {
          return connector_.find_listing(std::move(context), draft);
        };
        auto calling = call<ListingRef>(std::move(make));
        Result<ListingRef> answer = co_await std::move(calling);
        absent = !answer && answer.error().kind == ErrorKind::not_found;
        found = answer.ok();
        result = std::move(answer);
      }
      if (absent) {
        auto beginning = begin_publish(work.subject);
        if (!co_await std::move(beginning)) co_return;
        Make<ListingRef> make = [this, draft](CallContext context) {
          return connector_.publish_listing(std::move(context), draft);
        };
        auto calling = call<ListingRef>(std::move(make));
        Result<ListingRef> answer = co_await std::move(calling);
        result = std::move(answer);
      }
    }
    if (result) {
      ref = std::move(*result);
      // What was found is brought up to date by an update.
      if (found && !ref->resume_after) ref->resume_after = Duration(0);
    } else {
      error = std::move(result).error();
    }
  }

  const TimePoint now = ports_.clock->now();
  Settlement s = outcome_of(work, error, sent_at, now);
  // How old what was found is nobody knows: no price counts as sent with it.
  if (found) s.revision = 0;
  if (ref) {
    s.remote_product = ref->remote_product;
    s.remote_variants = ref->variants;
    s.memo = ref->memo;
    if (ref->resume_after) {
      s.next = Settlement::Next::retry;
      s.due_at = now + *ref->resume_after;
      s.counts_as_attempt = false;
    }
  } else if (error && error->kind == ErrorKind::indeterminate) {
    // The old request may still arrive: wait it out before looking.
    s.due_at = std::max(s.due_at, now + options_.settle_wait);
  } else if (error && view && view->draft.remote_product.empty() == false &&
             error->kind == ErrorKind::not_found) {
    // It is gone at the channel: publish it anew.
    s.remote_product = "";
    s.next = Settlement::Next::retry;
    s.due_at = now;
  }
  std::vector<Settlement> settlements;
  settlements.push_back(std::move(s));
  auto settling = settle(std::move(settlements));
  co_await std::move(settling);
}

}  // namespace gerbang::sync
