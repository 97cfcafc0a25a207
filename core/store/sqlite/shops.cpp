#include <algorithm>

#include "core/base/ids.hpp"
#include "core/store/sealed_tokens.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

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

}  // namespace

bool SqliteScripts::remote_shop_taken(const Shop& shop, const std::string& remote_id) {
  auto row =
      db_.query("SELECT id FROM shops WHERE channel = ?1 AND remote_id = ?2 AND remote_id <> ''")
          .bind(1, shop.channel)
          .bind(2, remote_id);
  return !remote_id.empty() && row.step() && row.text(0) != shop.id;
}

Result<CreateShop::Answer> SqliteScripts::run(const CreateShop& script) {
  Shop shop = script.shop;
  GERBANG_CHECK(exists_organisation(shop.organisation));
  GERBANG_CHECK(check_offer_settings(shop.buffer, shop.share_percent));
  shop.id = new_id("shp", now(), random_);
  shop.since = now();
  shop.created_at = now();
  if (remote_shop_taken(shop, shop.remote_id))
    return Error(ErrorKind::conflict, "remote_shop_taken",
                 "this shop of the channel is connected already");
  db_.query(
         "INSERT INTO shops (organisation, id, channel, name, remote_id, variants_in_listing, "
         "state,"
         " since, reason, buffer, share_percent, schedule, created_at)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, shop.channel)
      .bind(4, shop.name)
      .bind(5, shop.remote_id)
      .bind(6, script.variants_in_listing)
      .bind(7, to_string(shop.state))
      .bind(8, shop.since)
      .bind(9, shop.reason)
      .bind(10, shop.buffer)
      .bind(11, shop.share_percent)
      .bind(12, json::dump(schedule_to_json(shop.schedule)))
      .bind(13, shop.created_at)
      .run();
  if (script.adopt) begin_review(shop);
  // Only units, listings and work are written while this reads products.
  auto row = db_.query(
                    "SELECT code, document, withdrawn FROM products WHERE organisation = ?1"
                    " ORDER BY code")
                 .bind(1, shop.organisation);
  while (row.step()) {
    GERBANG_TRY(product, stored_product(row.text(0), row.text(1)));
    lay_out(shop.organisation, shop, script.variants_in_listing, product, row.integer(2) != 0,
            true);
  }
  return shop_row(shop.organisation, shop.id);
}

Result<SetShopState::Answer> SqliteScripts::run(const SetShopState& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  if (!script.only_from.empty() && std::find(script.only_from.begin(), script.only_from.end(),
                                             shop.state) == script.only_from.end())
    return Error(ErrorKind::conflict, "shop_state_moved",
                 "the shop is " + std::string(to_string(shop.state)));
  if (shop.state == ShopState::retired)
    return script.state == ShopState::retired ? Result<Shop>(shop) : retired(shop.id);
  if (shop.state == script.state && shop.reason == script.reason) return shop;
  return move_shop(std::move(shop), script.state, script.reason, event_of(script.state));
}

Shop SqliteScripts::move_shop(Shop shop, ShopState state, const std::string& reason,
                              std::string_view event) {
  if (shop.state != state) shop.since = now();
  shop.state = state;
  shop.reason = reason;
  db_.query("UPDATE shops SET state = ?2, since = ?3, reason = ?4 WHERE id = ?1")
      .bind(1, shop.id)
      .bind(2, to_string(shop.state))
      .bind(3, shop.since)
      .bind(4, shop.reason)
      .run();
  if (state == ShopState::retired)
    db_.query("UPDATE work SET parked = 1 WHERE shop = ?1").bind(1, shop.id).run();
  if (state == ShopState::retired || state == ShopState::paused) leave_recovery(shop);
  emit(shop.organisation, event, about(shop));
  // Its lane has to look: it may send again, or has to stop.
  touched_.shops_with_work.insert(shop.id);
  return shop;
}

Result<void> SqliteScripts::check_offer_settings(std::int64_t buffer, int share_percent) {
  // A negative buffer or a share above all would offer more than there is.
  if (buffer < 0 || buffer > kMaxQuantity)
    return Error(ErrorKind::invalid, "shop_buffer_invalid", "a buffer is 0 or more")
        .at_field("/buffer");
  if (share_percent < 0 || share_percent > 100)
    return Error(ErrorKind::invalid, "shop_share_invalid", "a share is 0 to 100 percent")
        .at_field("/share_percent");
  return {};
}

Result<UpdateShop::Answer> SqliteScripts::run(const UpdateShop& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  if (shop.state == ShopState::retired) return retired(shop.id);
  const auto buffer = script.buffer.value_or(shop.buffer);
  const auto share = script.share_percent.value_or(shop.share_percent);
  GERBANG_CHECK(check_offer_settings(buffer, share));
  const bool offer_changed = buffer != shop.buffer || share != shop.share_percent;
  if (script.name) shop.name = *script.name;
  if (script.schedule) shop.schedule = *script.schedule;
  shop.buffer = buffer;
  shop.share_percent = share;
  db_.query(
         "UPDATE shops SET name = ?2, schedule = ?3, buffer = ?4, share_percent = ?5 WHERE id = ?1")
      .bind(1, shop.id)
      .bind(2, shop.name)
      .bind(3, json::dump(schedule_to_json(shop.schedule)))
      .bind(4, shop.buffer)
      .bind(5, shop.share_percent)
      .run();
  if (offer_changed) mark_shop(shop, Aspect::stock, Urgency::normal);
  if (script.schedule) touched_.shops_with_work.insert(shop.id);
  return shop;
}

std::int64_t SqliteScripts::mark_shop(const Shop& shop, Aspect aspect, Urgency urgency) {
  std::vector<std::string> subjects;
  const auto collect = [&](Statement row) {
    while (row.step()) subjects.push_back(row.text(0));
  };
  if (aspect == Aspect::content) {
    collect(db_.query("SELECT unit FROM units WHERE organisation = ?1 AND shop = ?2 AND wanted = 1")
                .bind(1, shop.organisation)
                .bind(2, shop.id));
  } else {
    collect(
        db_.query(
               "SELECT sku FROM listings WHERE organisation = ?1 AND shop = ?2 AND published = 1")
            .bind(1, shop.organisation)
            .bind(2, shop.id));
  }
  for (const std::string& subject : subjects)
    mark(shop.organisation, shop.id, aspect, subject, urgency);
  return static_cast<std::int64_t>(subjects.size());
}

Result<SaveTokens::Answer> SqliteScripts::run(const SaveTokens& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (shop.state == ShopState::retired) return retired(shop.id);
  if (shop.token_version != script.expected_version)
    return Error(ErrorKind::conflict, "token_version_moved",
                 "another pair of tokens was stored meanwhile");
  const std::string& remote_id = script.tokens.remote_shop_id;
  if (remote_shop_taken(shop, remote_id))
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
  db_.query(
         "UPDATE shops SET tokens = ?2, token_version = ?3, token_expires_at = ?4, remote_id = ?5"
         " WHERE id = ?1")
      .bind(1, shop.id)
      .bind_blob(2, seal_tokens(vault_, shop.id, script.tokens))
      .bind(3, shop.token_version)
      .bind(4, shop.token_expires_at)
      .bind(5, shop.remote_id)
      .run();
  if (shop.state == ShopState::needs_authorisation) {
    shop = move_shop(std::move(shop), ShopState::active, {}, "shop.authorised");
    mark_shop(shop, Aspect::content, Urgency::normal);
  }
  // What the old pair was refused for need not sit out its pause: the new one decides.
  db_.query(
         "UPDATE work SET due_at = ?2 WHERE shop = ?1 AND parked = 0 AND attempts > 0"
         " AND due_at > ?2 AND CASE"
         " WHEN aspect IN ('stock', 'price') THEN (SELECT attempt_outcome FROM listings AS l"
         "  WHERE l.organisation = work.organisation AND l.shop = work.shop AND l.sku = subject)"
         "  IN ('auth_expired', 'unauthenticated')"
         " WHEN aspect = 'content' THEN EXISTS (SELECT 1 FROM listings AS l"
         "  WHERE l.organisation = work.organisation AND l.shop = work.shop AND l.unit = subject"
         "  AND l.attempt_outcome IN ('auth_expired', 'unauthenticated'))"
         " WHEN json_valid(detail) THEN json_extract(detail, '$.problem.outcome')"
         "  IN ('auth_expired', 'unauthenticated') ELSE 0 END")
      .bind(1, shop.id)
      .bind(2, now())
      .run();
  touched_.shops_with_work.insert(shop.id);
  return shop;
}

Result<RequestSync::Answer> SqliteScripts::run(const RequestSync& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  if (shop.state == ShopState::retired) return retired(shop.id);
  std::int64_t marked = 0;
  if (script.stock) marked += mark_shop(shop, Aspect::stock, Urgency::routine);
  if (script.price) marked += mark_shop(shop, Aspect::price, Urgency::routine);
  if (script.content) marked += mark_shop(shop, Aspect::content, Urgency::routine);
  return marked;
}

Result<RecordJobRun::Answer> SqliteScripts::run(const RecordJobRun& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const auto changed = db_.query(
                              "INSERT INTO job_runs (shop, job, last_due) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (shop, job) DO UPDATE SET last_due = excluded.last_due"
                              " WHERE excluded.last_due > last_due")
                           .bind(1, shop.id)
                           .bind(2, script.job)
                           .bind(3, script.due)
                           .run();
  return changed > 0;
}

Result<SaveFacts::Answer> SqliteScripts::run(const SaveFacts& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  db_.query(
         "INSERT INTO shop_facts (shop, key, facts, at) VALUES (?1, ?2, ?3, ?4)"
         " ON CONFLICT (shop, key) DO UPDATE SET facts = excluded.facts, at = excluded.at")
      .bind(1, shop.id)
      .bind(2, script.key)
      .bind(3, json::dump(script.facts))
      .bind(4, now())
      .run();
  return true;
}

}  // namespace gerbang::store
