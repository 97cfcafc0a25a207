#include "core/base/ids.hpp"
#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

// The wall first: the lock is one of the rows behind it. Every statement sees what was committed
// before it began, so what is read after the lock is the newest there is.
void PostgresScripts::enter(const std::string& organisation) {
  db_.send("SELECT set_config('gerbang.organisation', $1, true)", Params::of(organisation));
  if (organisation == "*" || !locked_.insert(organisation).second) return;
  db_.send("SELECT FROM organisations WHERE id = $1 FOR NO KEY UPDATE", Params::of(organisation));
}

Desk PostgresScripts::open_desk(const std::string& organisation) {
  enter(organisation);
  return Desk(db_, now(), random_, organisation);
}

Result<std::string> PostgresScripts::home_of(const std::string& organisation,
                                             const std::string& shop) {
  if (!organisation.empty()) return organisation;
  if (auto known = routes_.organisation_of(shop)) return *std::move(known);
  // Made by another process since we started.
  enter("*");
  const Rows rows = db_.query("SELECT organisation FROM shops WHERE id = $1", Params::of(shop));
  if (rows.empty()) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + shop);
  routes_.learn(shop, rows[0].text(0));
  return rows[0].text(0);
}

Result<CreateOrganisation::Answer> PostgresScripts::run(const CreateOrganisation& script) {
  Organisation created = script.organisation;
  created.id = new_id("org", now(), random_);
  created.created_at = now();
  enter("*");
  db_.query(
      "INSERT INTO organisations (id, name, kind, zone, village_code, suspended, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      Params::of(created.id, created.name, created.kind, created.zone, created.village_code,
                 created.suspended, created.created_at));
  return created;
}

Result<SuspendOrganisation::Answer> PostgresScripts::run(const SuspendOrganisation& script) {
  enter(script.id);
  const Rows rows = db_.query(
      "UPDATE organisations SET suspended = $2 WHERE id = $1 RETURNING " GERBANG_PG_ORGANISATION,
      Params::of(script.id, script.suspended));
  if (rows.empty())
    return Error(ErrorKind::not_found, "organisation_unknown", "no organisation " + script.id);
  return organisation_from(rows[0]);
}

Result<CreateKey::Answer> PostgresScripts::run(const CreateKey& script) {
  ApiKey created = script.key;
  {
    bool taken = false;
    // A hash is unique over all organisations, and so is the look for it.
    enter("*");
    db_.send("SELECT FROM api_keys WHERE hash = $1", Params::of(created.hash),
             [&](const Rows& rows) { taken = !rows.empty(); });
    Desk desk = open_desk(created.organisation);
    desk.sync();
    if (!desk.organisation_exists())
      return Error(ErrorKind::not_found, "organisation_unknown",
                   "no organisation " + created.organisation);
    if (taken) return Error(ErrorKind::conflict, "key_exists", "a key has this hash already");
  }
  created.id = new_id("key", now(), random_);
  created.created_at = now();
  created.revoked_at.reset();
  db_.query(
      "INSERT INTO api_keys (organisation, id, label, scopes, hash, created_at, expires_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      Params::of(created.organisation, created.id, created.label,
                 json::dump(texts_to_json(created.scopes)), created.hash, created.created_at,
                 created.expires_at));
  return created;
}

Result<RevokeKey::Answer> PostgresScripts::run(const RevokeKey& script) {
  enter(script.organisation);
  const Rows rows = db_.query(
      "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)"
      " WHERE organisation = $1 AND id = $2 RETURNING " GERBANG_PG_KEY,
      Params::of(script.organisation, script.id, now()));
  if (rows.empty()) return Error(ErrorKind::not_found, "key_unknown", "no key " + script.id);
  return key_from(rows[0]);
}

// ---- idempotency ----------------------------------------------------------------------------

Result<std::optional<StoredReply>> PostgresScripts::find_reply(const std::string& organisation,
                                                               const std::string& key,
                                                               const std::string& fingerprint) {
  enter(organisation);
  const Rows rows = db_.query(
      "SELECT fingerprint, status, headers, body FROM idempotency"
      " WHERE organisation = $1 AND key = $2",
      Params::of(organisation, key));
  if (rows.empty()) return std::optional<StoredReply>();
  const Row row = rows[0];
  if (row.view(0) != fingerprint)
    return Error(ErrorKind::invalid, "idempotency_key_reused",
                 "this Idempotency-Key was used with another request");
  StoredReply reply;
  reply.status = static_cast<int>(row.integer(1));
  const json::Value headers = stored_json(row.text(2));
  for (const json::Value& header : headers.items())
    reply.headers.emplace_back(header[std::size_t{0}].text(), header[1].text());
  reply.body = row.text(3);
  reply.replayed = true;
  return std::optional<StoredReply>(std::move(reply));
}

Result<void> PostgresScripts::save_reply(const std::string& organisation, const std::string& key,
                                         const std::string& fingerprint, const StoredReply& reply) {
  json::Array headers;
  for (const auto& [name, value] : reply.headers) headers.push_back(json::array({name, value}));
  enter(organisation);
  db_.query(
      "INSERT INTO idempotency (organisation, key, fingerprint, status, headers, body, at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      Params::of(organisation, key, fingerprint, reply.status, json::dump(std::move(headers)),
                 Blob{reply.body}, now()));
  return {};
}

}  // namespace gerbang::store::postgres
