#include "tests/sim/checks.hpp"

#include "core/model/work.hpp"

#include <algorithm>

namespace gerbang::sim {

namespace {

constexpr std::int64_t kWholeEvery = 24;  // commits
// A value is computed, then waits for a token, a free call and an answer that says "expired".
constexpr Duration kOldestValue = std::chrono::minutes(3);

std::string text(std::int64_t n) {
  return std::to_string(n);
}

// Forward, or a buyer's request that was refused in between.
bool forward(OrderStatus from, OrderStatus to) {
  if (from == to || may_follow(from, to)) return true;
  const bool back = to == OrderStatus::paid || to == OrderStatus::accepted;
  return back && may_follow(from, OrderStatus::cancel_requested);
}

}  // namespace

Checks::Checks(Clockwork& clockwork, Trace& trace) : clockwork_(clockwork), trace_(trace) {}

void Checks::broken(std::string invariant, std::string subject, const std::string& what) {
  throw Violation(std::move(invariant), std::move(subject), what);
}

void Checks::saw(std::string invariant, std::string subject, const std::string& what) {
  if (!seen_) seen_.emplace(std::move(invariant), std::move(subject), what);
}

// ---- the database

void Checks::reopened(store::Database& db) {
  check_levels(db);
  check_orders(db);
  check_inbox(db);
  whole(db);
}

void Checks::committed(store::Database& db) {
  ++commits_;
  check_levels(db);
  check_orders(db);
  check_inbox(db);
  if (commits_ % kWholeEvery == 0) whole(db);
}

void Checks::whole(store::Database& db) {
  check_books(db);
  check_promises(db);
  check_parked(db);
}

void Checks::check_levels(store::Database& db) {
  ++checks_;
  Available now_available;
  auto row = db.query(
      "SELECT item, sum(max(on_hand - reserved - buffer, 0)), min(on_hand), min(reserved)"
      " FROM stock_levels GROUP BY item");
  while (row.step()) {
    if (row.integer(2) < 0 || row.integer(3) < 0)
      broken("stock is never negative", row.text(0), "on hand or reserved is below zero");
    now_available[row.text(0)] = row.integer(1);
  }
  if (history_.empty() || history_.back().second != now_available) {
    for (const auto& [item, n] : now_available) {
      const auto before =
          history_.empty() ? now_available.end() : history_.back().second.find(item);
      if (history_.empty() || before == history_.back().second.end() || before->second != n)
        trace_.note(clockwork_.now(), "state", item, "available is " + text(n));
    }
    history_.emplace_back(clockwork_.now(), std::move(now_available));
  }
  while (history_.size() > 1 && history_[1].first < clockwork_.now() - kOldestValue)
    history_.pop_front();
}

void Checks::check_orders(store::Database& db) {
  ++checks_;
  std::size_t seen = 0;
  std::vector<std::string> changed;
  {
    auto row = db.query("SELECT id, shop, external_id, status, revision FROM orders");
    while (row.step()) {
      const std::int64_t revision = row.integer(4);
      const std::string id = row.text(0);
      const auto known = orders_.find(id);
      if (known != orders_.end()) ++seen;
      if (known != orders_.end() && known->second.revision == revision) continue;
      const auto status = order_status_from(row.text(3));
      if (!status) broken("an order moves forward", row.text(2), "has no status we know");
      if (known == orders_.end()) {
        for (const auto& [other, o] : orders_) {
          if (o.shop == row.text(1) && o.external_id == row.text(2))
            broken("an order is applied once", row.text(2), "is stored twice");
        }
        orders_[id] = OrderSeen{row.text(1), row.text(2), *status, revision};
        ++seen;
      } else {
        if (!forward(known->second.status, *status))
          broken("an order moves forward", row.text(2),
                 "went from " + std::string(to_string(known->second.status)) + " to " +
                     std::string(to_string(*status)));
        known->second.status = *status;
        known->second.revision = revision;
      }
      trace_.note(clockwork_.now(), "state", row.text(2), "the order is " + row.text(3));
      changed.push_back(id);
    }
  }
  if (seen != orders_.size()) {
    for (const auto& [id, o] : orders_) {
      auto row = db.query("SELECT 1 FROM orders WHERE id = ?1").bind(1, id);
      if (!row.step()) broken("acknowledged is durable", o.external_id, "the order vanished");
    }
  }
  // What the order holds is what its lines say, and what the ledger says of it.
  for (const std::string& id : changed) {
    const std::string& external = orders_.at(id).external_id;
    auto row = db.query(
                     "SELECT o.hold, l.remote_line, l.sku, l.quantity - l.shortage,"
                     " (SELECT min(q) FROM (SELECT sum(r.quantity) / r.per_unit AS q"
                     " FROM reservations r WHERE r.order_id = l.order_id"
                     " AND r.remote_line = l.remote_line AND r.state = 'held' GROUP BY r.item))"
                     " FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.id = ?1")
                   .bind(1, id);
    while (row.step()) {
      const Quantity held = row.integer_or_null(4).value_or(0);
      const bool holds = row.text(0) == "held" && !row.text(2).empty();
      if (held != (holds ? row.integer(3) : 0))
        broken("an order is applied once", external,
               "line " + row.text(1) + " should hold " + text(holds ? row.integer(3) : 0) +
                   " units and holds " + text(held));
    }
  }
}

void Checks::check_inbox(store::Database& db) {
  ++checks_;
  // Accepted and not yet applied: somebody must still be going to do it.
  auto idle = db.query(
      "SELECT i.subject FROM inbox i WHERE i.applied_at IS NULL AND i.subject <> ''"
      " AND i.shop <> '' AND NOT EXISTS (SELECT 1 FROM work w WHERE w.shop = i.shop"
      " AND w.aspect = 'order_fetch' AND w.subject = i.subject)");
  if (idle.step())
    broken("nothing is dropped silently", idle.text(0),
           "a webhook waits to be applied and no work will do it");
  if (commits_ % 4 != 0) return;
  auto early = db.query(
      "SELECT i.subject FROM inbox i WHERE i.applied_at IS NOT NULL AND i.subject <> ''"
      " AND i.shop <> '' AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.shop = i.shop"
      " AND o.external_id = i.subject)");
  if (early.step())
    broken("nothing is dropped silently", early.text(0),
           "a webhook counts as applied and its order was never fetched");
}

void Checks::check_books(store::Database& db) {
  ++checks_;
  {
    auto row = db.query(
        "SELECT l.item, l.location, l.on_hand, l.reserved, coalesce(m.h, 0), coalesce(m.r, 0)"
        " FROM stock_levels l LEFT JOIN (SELECT item, location, sum(on_hand_change) AS h,"
        " sum(reserved_change) AS r FROM stock_movements GROUP BY item, location) m"
        " ON m.item = l.item AND m.location = l.location");
    while (row.step()) {
      if (row.integer(2) != row.integer(4) || row.integer(3) != row.integer(5))
        broken("the ledger explains the levels", row.text(0),
               "on hand " + text(row.integer(2)) + ", reserved " + text(row.integer(3)) +
                   "; the ledger says " + text(row.integer(4)) + " and " + text(row.integer(5)));
    }
  }
  {
    auto row = db.query(
        "SELECT l.item, l.reserved, coalesce((SELECT sum(r.quantity) FROM reservations r"
        " WHERE r.item = l.item AND r.location = l.location AND r.state = 'held'), 0)"
        " FROM stock_levels l");
    while (row.step()) {
      if (row.integer(1) != row.integer(2))
        broken("an order is applied once", row.text(0),
               text(row.integer(1)) + " are reserved, orders hold " + text(row.integer(2)));
    }
  }
  {
    auto row = db.query(
        "SELECT o.external_id, o.hold, l.remote_line, CASE WHEN o.hold = 'held' AND l.sku <> ''"
        " THEN l.quantity - l.shortage ELSE 0 END, coalesce((SELECT min(q) FROM ("
        "SELECT sum(r.quantity) / r.per_unit AS q FROM reservations r"
        " WHERE r.order_id = l.order_id AND r.remote_line = l.remote_line AND r.state = 'held'"
        " GROUP BY r.item)), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id");
    while (row.step()) {
      if (row.integer(3) != row.integer(4))
        broken("an order is applied once", row.text(0),
               "line " + row.text(2) + " should hold " + text(row.integer(3)) +
                   " units and holds " + text(row.integer(4)));
    }
  }
  {
    auto row = db.query(
        "SELECT r.item FROM reservations r LEFT JOIN orders o ON o.id = r.order_id"
        " WHERE o.id IS NULL");
    if (row.step())
      broken("an order is applied once", row.text(0), "is reserved for an order that is not there");
  }
  auto row = db.query("SELECT id, token_version FROM shops");
  while (row.step()) {
    std::int64_t& newest = token_versions_[row.text(0)];
    if (row.integer(1) < newest)
      broken("a new token pair is stored before it is used", row.text(0),
             "an older pair is stored again");
    newest = row.integer(1);
  }
}

void Checks::check_promises(store::Database& db) {
  ++checks_;
  {
    std::size_t found = 0;
    auto row = db.query("SELECT key, body FROM idempotency");
    while (row.step()) {
      const auto promise = promises_.find(row.text(0));
      if (promise == promises_.end()) continue;
      ++found;
      if (promise->second.answer != row.text(1))
        broken("one effect per intent", promise->second.subject,
               promise->second.what + " (" + row.text(0) + ") was answered differently");
    }
    if (found != promises_.size()) {
      for (const auto& [key, intent] : promises_) {
        auto kept = db.query("SELECT 1 FROM idempotency WHERE key = ?1").bind(1, key);
        if (!kept.step())
          broken("acknowledged is durable", intent.subject,
                 intent.what + " (" + key + ") was answered " + text(intent.status) +
                     " and is not in the database");
      }
    }
  }
  {
    std::map<std::string, std::int64_t> times;
    auto row = db.query(
        "SELECT reference, count(*) FROM stock_movements WHERE reference LIKE 'niat-%'"
        " GROUP BY reference");
    while (row.step()) {
      times[row.text(0)] = row.integer(1);
      if (row.integer(1) > 1)
        broken("one effect per intent", row.text(0),
               "the movement stands " + text(row.integer(1)) + " times in the ledger");
      if (!movements_tried_.contains(row.text(0)))
        broken("one effect per intent", row.text(0), "a movement nobody asked for");
    }
    for (const auto& [key, intent] : promises_) {
      if (intent.movement && !times.contains(key))
        broken("acknowledged is durable", intent.subject,
               intent.what + " (" + key + ") was acknowledged and is not in the ledger");
    }
  }
  {
    auto row = db.query("SELECT sku, price FROM variants");
    while (row.step()) {
      const auto allowed = prices_.find(row.text(0));
      if (allowed == prices_.end()) continue;
      if (!allowed->second.contains(row.integer_or_null(1).value_or(0)))
        broken("acknowledged is durable", row.text(0),
               "the price is " + text(row.integer_or_null(1).value_or(0)) +
                   ", which is not what was acknowledged last");
    }
  }
  {
    auto row = db.query("SELECT code, document, withdrawn FROM products");
    while (row.step()) {
      const auto gone = withdrawn_.find(row.text(0));
      if (gone != withdrawn_.end() && !gone->second.contains(row.integer(2) != 0))
        broken("acknowledged is durable", row.text(0), "withdrawn is not what was acknowledged");
      const auto titles = titles_.find(row.text(0));
      if (titles == titles_.end()) continue;
      const std::string document = row.text(1);
      const bool fits =
          std::any_of(titles->second.begin(), titles->second.end(), [&](const std::string& t) {
            return document.find("\"" + t + "\"") != std::string::npos;
          });
      if (!fits)
        broken("acknowledged is durable", row.text(0), "the title is not the acknowledged one");
    }
  }
  for (const auto& [channel, key] : webhooks_) {
    auto row = db.query("SELECT 1 FROM inbox WHERE channel = ?1 AND key = ?2")
                   .bind(1, channel)
                   .bind(2, key);
    if (!row.step())
      broken("acknowledged is durable", channel,
             "webhook " + key + " was answered 200 and is not in the inbox");
  }
}

void Checks::check_parked(store::Database& db) {
  ++checks_;
  auto row = db.query("SELECT shop, aspect, subject, detail FROM work WHERE parked = 1");
  while (row.step()) {
    const auto aspect = aspect_from(row.text(1));
    std::optional<std::string> reason;
    if (aspect == Aspect::stock || aspect == Aspect::price) {
      auto why = db.query("SELECT attempt_code FROM listings WHERE shop = ?1 AND sku = ?2")
                     .bind(1, row.text(0))
                     .bind(2, row.text(2));
      if (why.step()) reason = why.text_or_null(0);
    } else if (aspect == Aspect::content || aspect == Aspect::state) {
      auto why = db.query("SELECT max(attempt_code) FROM listings WHERE shop = ?1 AND unit = ?2")
                     .bind(1, row.text(0))
                     .bind(2, row.text(2));
      if (why.step()) reason = why.text_or_null(0);
    } else if (const auto detail = json::parse(row.text(3))) {
      reason = std::string((*detail)["problem"]["code"].text());
    }
    if (!reason || reason->empty())
      broken("nothing is dropped silently", row.text(2),
             row.text(1) + " is parked without a reason");
  }
}

// ---- what was promised

void Checks::may_become(const Intent& intent) {
  if (intent.movement) movements_tried_.insert(intent.key);
  if (intent.price) prices_[intent.subject].insert(*intent.price);
  if (intent.title) titles_[intent.subject].insert(*intent.title);
  if (intent.withdrawn) withdrawn_[intent.subject].insert(*intent.withdrawn);
}

void Checks::promised(const Intent& intent) {
  const auto [known, first] = promises_.emplace(intent.key, intent);
  if (!first) {
    if (known->second.answer != intent.answer || known->second.status != intent.status)
      broken("one effect per intent", intent.subject,
             intent.what + " (" + intent.key + ") was answered " + text(known->second.status) +
                 " first, now " + text(intent.status));
    return;
  }
  // Writes to one subject follow one another: from now on it is this and nothing before it.
  if (intent.price) prices_[intent.subject] = {*intent.price};
  if (intent.title) titles_[intent.subject] = {*intent.title};
  if (intent.withdrawn) withdrawn_[intent.subject] = {*intent.withdrawn};
}

void Checks::webhook_promised(const std::string& channel, const std::vector<HookEvent>& events) {
  for (const HookEvent& e : events) {
    if (e.kind != HookKind::verification) webhooks_.emplace(channel, e.key);
  }
}

void Checks::refused(const Intent& intent) {
  if (intent.price) prices_[intent.subject].erase(*intent.price);
  if (intent.title) titles_[intent.subject].erase(*intent.title);
  if (intent.withdrawn) withdrawn_[intent.subject].erase(*intent.withdrawn);
  if (intent.movement) movements_tried_.erase(intent.key);
}

void Checks::starts_as(const std::string& product, const std::string& title,
                       const std::map<std::string, std::int64_t>& prices) {
  titles_[product] = {title};
  withdrawn_[product] = {false};
  for (const auto& [sku, price] : prices) {
    prices_[sku] = {price};
    product_of[sku] = product;
  }
}

// ---- what leaves and arrives

void Checks::process_died() {
  refreshing_.clear();
  spent_in_memory_.clear();
}

void Checks::began(const std::string& channel, std::string_view operation,
                   const CallContext& context) {
  ++checks_;
  trace_.note(clockwork_.now(), "call", channel, std::string(operation) + " begins");
  if (context.access_token.empty() || context.shop.empty() || !stored_tokens) return;
  auto& good = good_tokens_[context.shop];
  if (good.contains(std::string(context.access_token.reveal()))) return;
  if (const auto stored = stored_tokens(context.shop))
    good.insert(std::string(stored->access.reveal()));
  if (!good.contains(std::string(context.access_token.reveal())))
    saw("a new token pair is stored before it is used", channel,
        std::string(operation) + " uses an access token that was never stored");
}

void Checks::refresh_began(const CallContext& context) {
  ++checks_;
  const std::string token(context.refresh_token.reveal());
  trace_.note(clockwork_.now(), "token", context.app.channel, "a refresh begins");
  if (++refreshing_[context.shop] > 1)
    saw("one token refresh at a time", context.app.channel, "two refreshes are under way");
  const auto spent = spent_in_memory_.find(context.shop);
  if (spent != spent_in_memory_.end() && spent->second == token)
    saw("one token refresh at a time", context.app.channel,
        "a refresh token is used again after it was answered");
}

void Checks::refresh_ended(const CallContext& context, const Result<TokenSet>& tokens) {
  --refreshing_[context.shop];
  trace_.note(clockwork_.now(), "token", context.app.channel,
              tokens ? "a refresh brought a new pair" : "a refresh failed: " + tokens.error().code);
  if (tokens && tokens->refresh.reveal() != context.refresh_token.reveal())
    spent_in_memory_[context.shop] = std::string(context.refresh_token.reveal());
}

void Checks::refresh_dropped(const CallContext& context) {
  --refreshing_[context.shop];
}

Quantity Checks::offer_of(const ShopKnown& shop, const Recipe& recipe,
                          const Available& available) const {
  std::optional<Quantity> units;
  for (const auto& [item, per] : recipe) {
    const auto there = available.find(item);
    const Quantity n = there == available.end() ? 0 : there->second / per;
    if (!units || n < *units) units = n;
  }
  const Quantity sellable = units.value_or(0);
  return std::max<Quantity>(0,
                            std::min(sellable * shop.share_percent / 100, sellable - shop.buffer));
}

Quantity Checks::offer(const ShopKnown& shop, const std::string& sku) const {
  return history_.empty() ? 0 : offer_of(shop, recipes.at(sku), history_.back().second);
}

void Checks::offered(const CallContext& context, const std::string& sku, Quantity value) {
  ++checks_;
  const auto shop = shops.find(context.shop);
  const auto recipe = recipes.find(sku);
  if (shop == shops.end() || recipe == recipes.end()) return;
  trace_.note(clockwork_.now(), "call", sku,
              context.app.channel + " is to be told stock " + text(value));
  Quantity most = 0;
  for (const auto& [at, available] : history_)
    most = std::max(most, offer_of(shop->second, recipe->second, available));
  if (value > most)
    saw("never more is offered than is available", sku,
        context.app.channel + " is to be told " + text(value) + "; at most " + text(most) +
            " could be sold in the last minutes");
  listings_[context.app.channel + "|" + context.remote_shop_id + "|" + sku].sent.push_back(
      {last_number_, value});
}

void Checks::stock_leaves(const CallContext& context, const StockBatch& batch) {
  ++last_number_;
  for (const StockItem& item : batch.items) offered(context, item.sku, item.quantity);
}

void Checks::draft_leaves(const CallContext& context, const ListingDraft& draft) {
  ++last_number_;
  for (const DraftVariant& v : draft.variants) offered(context, v.sku, v.stock);
}

void Checks::stock_arrived(const std::string& channel, const std::string& remote_shop,
                           const std::string& sku, std::int64_t value) {
  ++checks_;
  Channel& listing = listings_[channel + "|" + remote_shop + "|" + sku];
  std::int64_t number = 0;
  for (auto sent = listing.sent.rbegin(); sent != listing.sent.rend(); ++sent) {
    if (sent->value != value) continue;
    number = sent->number;
    break;
  }
  if (number == 0) return;  // another hand, or a channel with limits of its own
  if (number < listing.newest_arrived && value != listing.newest_value)
    broken("no stale value overwrites a newer one", sku,
           channel + " got " + text(value) + " after the newer " + text(listing.newest_value));
  if (number > listing.newest_arrived) {
    listing.newest_arrived = number;
    listing.newest_value = value;
  }
}

}  // namespace gerbang::sim
