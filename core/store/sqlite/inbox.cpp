#include <algorithm>
#include <utility>

#include "core/base/crypto.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

constexpr auto kDay = std::chrono::hours(24);

struct Known {
  std::string shop;
  bool applied = false;
};

}  // namespace

Result<ReceiveWebhook::Answer> SqliteScripts::run(const ReceiveWebhook& script) {
  std::vector<ReceiveWebhook::Hint> hints = script.hints;
  // Nothing we understand in it: kept all the same.
  if (hints.empty()) {
    ReceiveWebhook::Hint hint;
    hint.key = "body/" + to_hex(sha256(script.body));
    hint.kind = "other";
    hints.push_back(std::move(hint));
  }

  bool news = false;
  for (const ReceiveWebhook::Hint& hint : hints) {
    std::optional<Known> known;
    {
      auto row = db_.query(
                        "SELECT shop, applied_at IS NOT NULL FROM inbox"
                        " WHERE channel = ?1 AND key = ?2")
                     .bind(1, script.channel)
                     .bind(2, hint.key);
      if (row.step()) known = Known{row.text(0), row.integer(1) != 0};
    }
    if (known && known->applied) continue;

    std::string organisation, shop;
    bool retired = false;
    if (!hint.remote_shop_id.empty()) {
      auto row = db_.query(
                        "SELECT organisation, id, state FROM shops"
                        " WHERE channel = ?1 AND remote_id = ?2 AND remote_id <> ''")
                     .bind(1, script.channel)
                     .bind(2, hint.remote_shop_id);
      if (row.step()) {
        organisation = row.text(0);
        shop = row.text(1);
        retired = row.text(2) == to_string(ShopState::retired);
      }
    }

    const bool fetch = hint.kind == "order_changed" && !hint.order.empty();
    std::int64_t revision = 0;
    if (fetch && !shop.empty() && !retired) {
      mark(organisation, shop, Aspect::order_fetch, hint.order, Urgency::order);
      auto row = db_.query(
                        "SELECT revision FROM work"
                        " WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2")
                     .bind(1, shop)
                     .bind(2, hint.order);
      ensure(row.step(), "marked work is missing");
      revision = row.integer(0);
    }
    if (hint.kind == "shop_deauthorised" && !shop.empty() && !retired) {
      SetShopState change;
      change.shop = shop;
      change.state = ShopState::needs_authorisation;
      change.reason = "shop_deauthorised";
      auto changed = run(change);
      if (!changed) return std::move(changed).error();
    }
    if (hint.kind == "listing_changed" && !hint.remote_product.empty() && !shop.empty() && !retired)
      look_again(organisation, shop, hint.remote_product);
    // Applied: nothing is left to do for it. An order hint is once the order was fetched; an event
    // of a shop that we do not know never is.
    std::optional<TimePoint> applied;
    if (!shop.empty() && (!fetch || retired)) applied = now();

    // A delivery with many events keeps its body once.
    std::optional<std::string> body;
    if (!known && !news)
      body = vault_.seal(Secret(script.body), "inbox|" + script.channel + "|" + hint.key);
    auto insert =
        db_.query(
               "INSERT INTO inbox (channel, key, shop, type, subject, body, revision, received_at,"
               " applied_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
               " ON CONFLICT (channel, key) DO UPDATE SET shop = excluded.shop,"
               " revision = excluded.revision, applied_at = excluded.applied_at")
            .bind(1, script.channel)
            .bind(2, hint.key)
            .bind(3, shop)
            .bind(4, hint.type.empty() ? hint.kind : hint.type)
            .bind(5, fetch ? hint.order : std::string())
            .bind(7, revision)
            .bind(8, now())
            .bind(9, applied);
    if (body) {
      std::move(insert).bind_blob(6, *body).run();
    } else {
      std::move(insert).bind_null(6).run();
    }
    if (!known) news = true;
  }
  return news;
}

// An audit or a promotion of that product may be over. No sooner than a request of ours that was
// lost can still arrive, as for a newer value.
void SqliteScripts::look_again(const std::string& organisation, const std::string& shop,
                               const std::string& remote_product) {
  std::vector<std::pair<std::string, std::string>> blocked;  // unit, SKU
  {
    auto row = db_.query(
                      "SELECT l.unit, l.sku FROM units u CROSS JOIN listings l"
                      " ON l.organisation = u.organisation AND l.shop = u.shop AND l.unit = u.unit"
                      " WHERE u.shop = ?1 AND u.remote_product = ?2 AND u.remote_product <> ''"
                      " AND u.organisation = ?3 AND l.attempt_outcome = 'blocked'")
                   .bind(1, shop)
                   .bind(2, remote_product)
                   .bind(3, organisation);
    while (row.step()) blocked.emplace_back(row.text(0), row.text(1));
  }
  const auto hasten = [&](Aspect aspect, const std::string& subject) {
    const std::int64_t sooner =
        db_.query(
               "UPDATE work SET due_at = ?4 WHERE shop = ?1 AND aspect = ?2 AND subject = ?3"
               " AND parked = 0 AND attempts > 0 AND due_at > ?4")
            .bind(1, shop)
            .bind(2, to_string(aspect))
            .bind(3, subject)
            .bind(4, now() + kWaitOut)
            .run();
    if (sooner > 0) touched_.shops_with_work.insert(shop);
  };
  for (const auto& [unit, sku] : blocked) {
    hasten(Aspect::stock, sku);
    hasten(Aspect::price, sku);
    hasten(Aspect::content, unit);
    hasten(Aspect::state, unit);
  }
}

Result<TrimHistory::Answer> SqliteScripts::run(const TrimHistory& script) {
  std::int64_t trimmed = 0;
  const auto trim = [&](std::string_view sql, Duration age) {
    trimmed += db_.query(sql).bind(1, now() - age).bind(2, script.limit).run();
  };
  trim(
      "DELETE FROM idempotency WHERE (organisation, key) IN ("
      "SELECT organisation, key FROM idempotency WHERE at < ?1 LIMIT ?2)",
      kDay * 7);
  trim(
      "UPDATE inbox SET body = NULL WHERE (channel, key) IN ("
      "SELECT channel, key FROM inbox WHERE received_at < ?1 AND body IS NOT NULL LIMIT ?2)",
      kDay * 30);
  // The row outlives its body: it is what recognises a replay.
  trim(
      "DELETE FROM inbox WHERE (channel, key) IN ("
      "SELECT channel, key FROM inbox WHERE received_at < ?1"
      " AND (applied_at IS NOT NULL OR shop = '') LIMIT ?2)",
      kDay * 90);
  trim(
      "DELETE FROM events WHERE (organisation, sequence) IN ("
      "SELECT organisation, sequence FROM events WHERE at < ?1 LIMIT ?2)",
      kDay * 30);
  trim(
      "UPDATE orders SET buyer = NULL WHERE (organisation, id) IN ("
      "SELECT organisation, id FROM orders WHERE updated_at < ?1 AND buyer IS NOT NULL"
      " AND status IN ('completed', 'cancelled', 'returned') LIMIT ?2)",
      kDay * 30);
  return trimmed;
}

}  // namespace gerbang::store
