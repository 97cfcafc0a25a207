#include <algorithm>
#include <map>
#include <utility>

#include "core/base/crypto.hpp"
#include "core/store/postgres/scripts.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store::postgres {

namespace {

constexpr auto kDay = std::chrono::hours(24);

struct Kept {
  bool homeless = false;  // stands under no organisation
  bool applied = false;
};

}  // namespace

// Runs with the wall open: whose event it is shows only while it is read.
Result<ReceiveWebhook::Answer> PostgresScripts::run(const ReceiveWebhook& script) {
  std::vector<ReceiveWebhook::Hint> hints = script.hints;
  // Nothing we understand in it: kept all the same.
  if (hints.empty()) {
    ReceiveWebhook::Hint hint;
    hint.key = "body/" + to_hex(sha256(script.body));
    hint.kind = "other";
    hints.push_back(std::move(hint));
  }

  std::map<std::string, std::pair<std::string, std::string>> shops;  // organisation, id
  std::vector<std::string> remote_ids;
  for (const auto& hint : hints) {
    if (!hint.remote_shop_id.empty()) remote_ids.push_back(hint.remote_shop_id);
  }
  enter("*");
  db_.send(
      "SELECT remote_id, organisation, id FROM shops WHERE channel = $1 AND remote_id = ANY ($2)"
      " AND remote_id <> ''",
      Params::of(script.channel, remote_ids), [&](const Rows& rows) {
        for (const Row row : rows) shops[row.text(0)] = {row.text(1), row.text(2)};
      });
  db_.sync();

  // One organisation after the other, in a fixed order: their rows are locked on the way.
  std::map<std::string, std::vector<const ReceiveWebhook::Hint*>> by_home;
  for (const auto& hint : hints) {
    const auto found = shops.find(hint.remote_shop_id);
    by_home[found == shops.end() ? std::string() : found->second.first].push_back(&hint);
  }
  bool news = false;
  for (const auto& [home, mine] : by_home) {
    std::vector<std::string> keys;
    for (const auto* hint : mine) keys.push_back(hint->key);
    std::map<std::string, Kept> kept;
    if (!home.empty()) enter(home);
    enter("*");
    Desk desk(db_, now(), random_, home);
    desk.want_shops();
    db_.send(
        "SELECT key, organisation = '', applied_at IS NOT NULL FROM inbox"
        " WHERE organisation IN ('', $1) AND channel = $2 AND key = ANY ($3)",
        Params::of(home, script.channel, keys), [&](const Rows& rows) {
          for (const Row row : rows) kept[row.text(0)] = {row.boolean(1), row.boolean(2)};
        });
    desk.sync();

    Batch rows, changed;
    std::vector<std::string> found_home;
    std::vector<std::string> bodies;  // what the batch's blobs are copied from
    bodies.reserve(mine.size());
    std::set<std::string> written;
    for (const auto* hint : mine) {
      const auto known = kept.find(hint->key);
      if ((known != kept.end() && known->second.applied) || !written.insert(hint->key).second)
        continue;
      std::string shop;
      bool is_retired = false;
      if (!home.empty()) {
        shop = shops.at(hint->remote_shop_id).second;
        GERBANG_TRY(row, desk.shop(shop));
        is_retired = row.shop.state == ShopState::retired;
      }
      const bool fetch = hint->kind == "order_changed" && !hint->order.empty();
      std::int64_t revision = 0;
      if (fetch && !shop.empty() && !is_retired) {
        desk.mark(shop, Aspect::order_fetch, hint->order, Urgency::order);
        revision = desk.revision();
      }
      if (hint->kind == "shop_deauthorised" && !shop.empty() && !is_retired) {
        SetShopState change;
        change.shop = shop;
        change.state = ShopState::needs_authorisation;
        change.reason = "shop_deauthorised";
        GERBANG_CHECK(change_state(desk, change));
      }
      if (hint->kind == "listing_changed" && !hint->remote_product.empty() && !shop.empty() &&
          !is_retired)
        changed.row(shop, hint->remote_product);
      // Applied: nothing is left to do for it. An order hint is once the order was fetched; an
      // event of a shop that we do not know never is.
      std::optional<TimePoint> applied;
      if (!shop.empty() && (!fetch || is_retired)) applied = now();

      // A delivery with many events keeps its body once.
      std::optional<Blob> body;
      if (known == kept.end() && !news) {
        bodies.push_back(
            vault_.seal(Secret(script.body), "inbox|" + script.channel + "|" + hint->key));
        body = Blob{bodies.back()};
      }
      if (known != kept.end() && known->second.homeless && !home.empty())
        found_home.push_back(hint->key);
      rows.row(hint->key, shop, hint->type.empty() ? hint->kind : hint->type,
               fetch ? hint->order : std::string(), body, revision, now(), applied);
      if (known == kept.end()) news = true;
    }
    // An audit or a promotion of that product may be over. No sooner than a request of ours that
    // was lost can still arrive, as for a newer value.
    if (!changed.empty())
      db_.send(
          "UPDATE work AS w SET due_at = $2 WHERE w.organisation = $1 AND NOT w.parked"
          " AND w.attempts > 0 AND w.due_at > $2 AND EXISTS (SELECT FROM unnest($3::text[],"
          " $4::text[]) AS c (shop, remote_product) JOIN units u ON u.organisation = $1"
          " AND u.shop = c.shop AND u.remote_product = c.remote_product AND u.remote_product <> ''"
          " JOIN listings l ON l.organisation = $1 AND l.shop = u.shop AND l.unit = u.unit"
          " AND l.attempt_outcome = 'blocked' WHERE w.shop = c.shop"
          " AND ((w.aspect IN ('stock', 'price') AND w.subject = l.sku)"
          " OR (w.aspect IN ('content', 'state') AND w.subject = l.unit))) RETURNING shop",
          changed.after(Params::of(home, now() + kWaitOut)), [&desk](const Rows& sooner) {
            for (const Row r : sooner) desk.touch(r.text(0));
          });
    // An event whose shop has become known moves to its organisation, with its body.
    if (!found_home.empty())
      db_.send(
          "WITH found AS (DELETE FROM inbox WHERE organisation = '' AND channel = $2"
          " AND key = ANY ($3) RETURNING *) INSERT INTO inbox (organisation, channel, key, shop,"
          " type, subject, body, revision, received_at, applied_at) SELECT $1, channel, key, shop,"
          " type, subject, body, revision, received_at, applied_at FROM found",
          Params::of(home, script.channel, found_home));
    if (!rows.empty())
      db_.send(
          "INSERT INTO inbox (organisation, channel, key, shop, type, subject, body, revision,"
          " received_at, applied_at) SELECT $1, $2, * FROM unnest($3::text[], $4::text[],"
          " $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::bigint[], $10::bigint[])"
          " ON CONFLICT (organisation, channel, key) DO UPDATE SET shop = excluded.shop,"
          " revision = excluded.revision, applied_at = excluded.applied_at",
          rows.after(Params::of(home, script.channel)));
    desk.flush(touched_);
  }
  return news;
}

// A few rows of each, and only such as nobody holds at the moment: writers are never in its way nor
// it in theirs.
Result<TrimHistory::Answer> PostgresScripts::run(const TrimHistory& script) {
  std::int64_t trimmed = 0;
  const auto trim = [&](std::string_view sql, Duration age) {
    db_.send(sql, Params::of(now() - age, script.limit),
             [&trimmed](const Rows& rows) { trimmed += rows.changed(); });
  };
  enter("*");
  trim(
      "DELETE FROM idempotency WHERE (organisation, key) IN (SELECT organisation, key"
      " FROM idempotency WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
      kDay * 7);
  trim(
      "UPDATE inbox SET body = NULL WHERE (organisation, channel, key) IN (SELECT organisation,"
      " channel, key FROM inbox WHERE received_at < $1 AND body IS NOT NULL LIMIT $2"
      " FOR UPDATE SKIP LOCKED)",
      kDay * 30);
  // The row outlives its body: it is what recognises a replay.
  trim(
      "DELETE FROM inbox WHERE (organisation, channel, key) IN (SELECT organisation, channel, key"
      " FROM inbox WHERE received_at < $1 AND (applied_at IS NOT NULL OR shop = '') LIMIT $2"
      " FOR UPDATE SKIP LOCKED)",
      kDay * 90);
  trim(
      "DELETE FROM events WHERE (organisation, sequence) IN (SELECT organisation, sequence"
      " FROM events WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
      kDay * 30);
  trim(
      "UPDATE orders SET buyer = NULL WHERE (organisation, id) IN (SELECT organisation, id"
      " FROM orders WHERE updated_at < $1 AND buyer IS NOT NULL"
      " AND status IN ('completed', 'cancelled', 'returned') LIMIT $2 FOR UPDATE SKIP LOCKED)",
      kDay * 30);
  db_.sync();
  return trimmed;
}

}  // namespace gerbang::store::postgres
