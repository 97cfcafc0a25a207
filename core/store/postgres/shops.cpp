#include <algorithm>

#include "core/base/ids.hpp"
#include "core/store/postgres/scripts.hpp"
#include "core/store/sealed_tokens.hpp"

namespace gerbang::store::postgres {

namespace {

Error retired(const std::string& shop) {
  return Error(ErrorKind::conflict, "shop_retired", "shop " + shop + " is retired");
}

json::Value about(const Shop& shop) {
  return json::object({{"shop", shop.id},
                       {"channel", shop.channel},
                       {"state", to_string(shop.state)},
                       {"reason", shop.reason}});
}

std::string_view event_of(ShopState state) {
  switch (state) {
    case ShopState::retired:
      return "shop.retired";
    case ShopState::needs_authorisation:
      return "shop.needs_authorisation";
    default:
      return "shop.state_changed";
  }
}

// Queued, and to be asked with the wall open: which shop row has this remote shop.
void want_owner(Connection& db, const std::string& channel, const std::string& remote_id,
                std::string& owner) {
  if (remote_id.empty()) return;
  // Another organisation may be connecting the same one at this moment.
  db.send("SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))",
          Params::of(channel, remote_id));
  db.send("SELECT id FROM shops WHERE channel = $1 AND remote_id = $2 AND remote_id <> ''",
          Params::of(channel, remote_id), [&owner](const Rows& rows) {
            if (!rows.empty()) owner = rows[0].text(0);
          });
}

}  // namespace

Result<CreateShop::Answer> PostgresScripts::run(const CreateShop& script) {
  Shop shop = script.shop;
  GERBANG_CHECK(check_offer_settings(shop.buffer, shop.share_percent));
  std::string owner;
  Review review;
  {
    // A remote shop is connected once over all organisations, and so is the look for it.
    enter("*");
    want_owner(db_, shop.channel, shop.remote_id, owner);
  }
  Desk desk = open_desk(shop.organisation);
  desk.want_all_products();
  desk.sync();
  if (!desk.organisation_exists())
    return Error(ErrorKind::not_found, "organisation_unknown",
                 "no organisation " + shop.organisation);
  if (!owner.empty())
    return Error(ErrorKind::conflict, "remote_shop_taken",
                 "this shop of the channel is connected already");
  shop.id = new_id("shp", now(), random_);
  shop.since = now();
  shop.created_at = now();
  db_.send(
      "INSERT INTO shops (organisation, id, channel, name, remote_id, variants_in_listing, state,"
      " since, reason, buffer, share_percent, schedule, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      Params::of(shop.organisation, shop.id, shop.channel, shop.name, shop.remote_id,
                 script.variants_in_listing, to_string(shop.state), shop.since, shop.reason,
                 shop.buffer, shop.share_percent, json::dump(schedule_to_json(shop.schedule)),
                 shop.created_at));
  if (script.adopt) begin_review(desk, shop, review);
  const ShopRow row{shop, script.variants_in_listing};
  for (const auto& [code, stored] : desk.products) {
    GERBANG_TRY(product, stored_product(code, stored.document));
    desk.lay_out(row, product, stored.withdrawn, true);
  }
  desk.flush(touched_);
  routes_.learn(shop.id, shop.organisation);
  return shop;
}

Result<SetShopState::Answer> PostgresScripts::run(const SetShopState& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Recoveries recoveries;
  Desk desk = open_desk(home);
  Book book(desk);
  desk.want_shops();
  want_recoveries(desk, recoveries);
  desk.sync();
  GERBANG_TRY(before, desk.shop(script.shop));
  GERBANG_TRY(shop, change_state(desk, script));
  // Who is paused or retired holds the others' recovery up no longer.
  const bool leaves = shop.state == ShopState::retired || shop.state == ShopState::paused;
  if (leaves && before.shop.state != shop.state && recoveries.erase(shop.id) > 0) {
    db_.send("DELETE FROM recoveries WHERE organisation = $1 AND shop = $2",
             Params::of(home, shop.id));
    go_on_recovering(desk, book, recoveries);
    book.write();
  }
  desk.flush(touched_);
  return shop;
}

Result<Shop> PostgresScripts::change_state(Desk& desk, const SetShopState& script) {
  GERBANG_TRY(row, desk.shop(script.shop));
  Shop& shop = row.shop;
  if (!script.only_from.empty() && std::find(script.only_from.begin(), script.only_from.end(),
                                             shop.state) == script.only_from.end())
    return Error(ErrorKind::conflict, "shop_state_moved",
                 "the shop is " + std::string(to_string(shop.state)));
  if (shop.state == ShopState::retired) {
    if (script.state == ShopState::retired) return shop;
    return retired(shop.id);
  }
  if (shop.state == script.state && shop.reason == script.reason) return shop;
  row.shop = move_shop(desk, std::move(shop), script.state, script.reason, event_of(script.state));
  desk.keep_shop(row);
  return row.shop;
}

Shop PostgresScripts::move_shop(Desk& desk, Shop shop, ShopState state, const std::string& reason,
                                std::string_view event) {
  if (shop.state != state) shop.since = desk.now();
  shop.state = state;
  shop.reason = reason;
  db_.send(
      "UPDATE shops SET state = $3, since = $4, reason = $5 WHERE organisation = $1 AND id = $2",
      Params::of(shop.organisation, shop.id, to_string(shop.state), shop.since, shop.reason));
  if (state == ShopState::retired)
    db_.send("UPDATE work SET parked = true WHERE organisation = $1 AND shop = $2 AND NOT parked",
             Params::of(shop.organisation, shop.id));
  desk.emit(event, about(shop));
  // Its lane has to look: it may send again, or has to stop.
  desk.touch(shop.id);
  return shop;
}

Result<void> PostgresScripts::check_offer_settings(std::int64_t buffer, int share_percent) {
  // A negative buffer or a share above all would offer more than there is.
  if (buffer < 0 || buffer > kMaxQuantity)
    return Error(ErrorKind::invalid, "shop_buffer_invalid", "a buffer is 0 or more")
        .at_field("/buffer");
  if (share_percent < 0 || share_percent > 100)
    return Error(ErrorKind::invalid, "shop_share_invalid", "a share is 0 to 100 percent")
        .at_field("/share_percent");
  return {};
}

Result<UpdateShop::Answer> PostgresScripts::run(const UpdateShop& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  Shop& shop = row.shop;
  if (shop.state == ShopState::retired) return retired(shop.id);
  const auto buffer = script.buffer.value_or(shop.buffer);
  const auto share = script.share_percent.value_or(shop.share_percent);
  GERBANG_CHECK(check_offer_settings(buffer, share));
  const bool offer_changed = buffer != shop.buffer || share != shop.share_percent;
  if (script.name) shop.name = *script.name;
  if (script.schedule) shop.schedule = *script.schedule;
  shop.buffer = buffer;
  shop.share_percent = share;
  db_.send(
      "UPDATE shops SET name = $3, schedule = $4, buffer = $5, share_percent = $6"
      " WHERE organisation = $1 AND id = $2",
      Params::of(home, shop.id, shop.name, json::dump(schedule_to_json(shop.schedule)), shop.buffer,
                 shop.share_percent));
  std::int64_t marked = 0;
  if (offer_changed) desk.mark_shop(shop.id, Aspect::stock, Urgency::normal, marked);
  if (script.schedule) desk.touch(shop.id);
  desk.flush(touched_);
  return shop;
}

Result<SaveTokens::Answer> PostgresScripts::run(const SaveTokens& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  const std::string& remote_id = script.tokens.remote_shop_id;
  std::string owner;
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  Shop& shop = row.shop;
  if (shop.state == ShopState::retired) return retired(shop.id);
  if (shop.token_version != script.expected_version)
    return Error(ErrorKind::conflict, "token_version_moved",
                 "another pair of tokens was stored meanwhile");
  if (!remote_id.empty() && remote_id != shop.remote_id) {
    enter("*");
    want_owner(db_, shop.channel, remote_id, owner);
    enter(home);
    desk.sync();
  }
  if (!owner.empty() && owner != shop.id)
    return Error(ErrorKind::conflict, "remote_shop_taken",
                 "this shop of the channel is connected already");
  // Its listings and orders carry ids of the shop that was authorised first.
  if (!remote_id.empty() && !shop.remote_id.empty() && remote_id != shop.remote_id)
    return Error(ErrorKind::conflict, "remote_shop_differs",
                 "the tokens are for another shop of the channel");
  if (!remote_id.empty()) shop.remote_id = remote_id;
  shop.token_version += 1;
  shop.token_expires_at.reset();
  if (script.tokens.access_expires_at != TimePoint())
    shop.token_expires_at = script.tokens.access_expires_at;
  const std::string sealed = seal_tokens(vault_, shop.id, script.tokens);
  db_.send(
      "UPDATE shops SET tokens = $3, token_version = $4, token_expires_at = $5, remote_id = $6"
      " WHERE organisation = $1 AND id = $2",
      Params::of(home, shop.id, Blob{sealed}, shop.token_version, shop.token_expires_at,
                 shop.remote_id));
  std::int64_t marked = 0;
  if (shop.state == ShopState::needs_authorisation) {
    shop = move_shop(desk, std::move(shop), ShopState::active, {}, "shop.authorised");
    desk.mark_shop(shop.id, Aspect::content, Urgency::normal, marked);
  }
  desk.touch(shop.id);
  // What the old pair was refused for need not sit out its pause: the new one decides.
  desk.flush(touched_, [&] {
    db_.send(
        "UPDATE work AS w SET due_at = $3 WHERE w.organisation = $1 AND w.shop = $2 AND NOT "
        "w.parked"
        " AND w.attempts > 0 AND w.due_at > $3 AND CASE"
        " WHEN w.aspect IN ('stock', 'price') THEN EXISTS (SELECT FROM listings l"
        "  WHERE l.organisation = $1 AND l.shop = $2 AND l.sku = w.subject"
        "  AND l.attempt_outcome IN ('auth_expired', 'unauthenticated'))"
        " WHEN w.aspect = 'content' THEN EXISTS (SELECT FROM listings l"
        "  WHERE l.organisation = $1 AND l.shop = $2 AND l.unit = w.subject"
        "  AND l.attempt_outcome IN ('auth_expired', 'unauthenticated'))"
        " ELSE strpos(w.detail, '\"problem\":{\"outcome\":\"auth_expired\"') > 0"
        "  OR strpos(w.detail, '\"problem\":{\"outcome\":\"unauthenticated\"') > 0 END",
        Params::of(home, shop.id, desk.now()));
  });
  return shop;
}

Result<RequestSync::Answer> PostgresScripts::run(const RequestSync& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  if (row.shop.state == ShopState::retired) return retired(row.shop.id);
  std::int64_t marked = 0;
  if (script.stock) desk.mark_shop(row.shop.id, Aspect::stock, Urgency::routine, marked);
  if (script.price) desk.mark_shop(row.shop.id, Aspect::price, Urgency::routine, marked);
  if (script.content) desk.mark_shop(row.shop.id, Aspect::content, Urgency::routine, marked);
  desk.flush(touched_);
  return marked;
}

Result<RecordJobRun::Answer> PostgresScripts::run(const RecordJobRun& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  enter(home);
  const Rows rows = db_.query(
      "INSERT INTO job_runs (organisation, shop, job, last_due) SELECT organisation, id, $3, $4"
      " FROM shops WHERE organisation = $1 AND id = $2"
      " ON CONFLICT (organisation, shop, job) DO UPDATE SET last_due = excluded.last_due"
      " WHERE excluded.last_due > job_runs.last_due",
      Params::of(home, script.shop, script.job, script.due));
  return rows.changed() > 0;
}

Result<SaveFacts::Answer> PostgresScripts::run(const SaveFacts& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  enter(home);
  db_.query(
      "INSERT INTO shop_facts (organisation, shop, key, facts, at) VALUES ($1, $2, $3, $4, $5)"
      " ON CONFLICT (organisation, shop, key) DO UPDATE SET facts = excluded.facts,"
      " at = excluded.at",
      Params::of(home, script.shop, script.key, json::dump(script.facts), now()));
  return true;
}

}  // namespace gerbang::store::postgres
