#include "core/base/ids.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

Result<CreateOrganisation::Answer> SqliteScripts::run(const CreateOrganisation& script) {
  Organisation created = script.organisation;
  created.id = new_id("org", now(), random_);
  created.created_at = now();
  db_.query(
         "INSERT INTO organisations (id, name, kind, zone, village_code, suspended, created_at)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(1, created.id)
      .bind(2, created.name)
      .bind(3, created.kind)
      .bind(4, created.zone)
      .bind(5, created.village_code)
      .bind(6, created.suspended)
      .bind(7, created.created_at)
      .run();
  return created;
}

Result<SuspendOrganisation::Answer> SqliteScripts::run(const SuspendOrganisation& script) {
  db_.query("UPDATE organisations SET suspended = ?2 WHERE id = ?1")
      .bind(1, script.id)
      .bind(2, script.suspended)
      .run();
  return find_organisation(db_, script.id);
}

Result<CreateKey::Answer> SqliteScripts::run(const CreateKey& script) {
  ApiKey created = script.key;
  GERBANG_CHECK(exists_organisation(created.organisation));
  {
    auto taken = db_.query("SELECT 1 FROM api_keys WHERE hash = ?1").bind(1, created.hash);
    if (taken.step())
      return Error(ErrorKind::conflict, "key_exists", "a key has this hash already");
  }
  created.id = new_id("key", now(), random_);
  created.created_at = now();
  created.revoked_at.reset();
  db_.query(
         "INSERT INTO api_keys (organisation, id, label, scopes, hash, created_at, expires_at)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(1, created.organisation)
      .bind(2, created.id)
      .bind(3, created.label)
      .bind(4, json::dump(texts_to_json(created.scopes)))
      .bind(5, created.hash)
      .bind(6, created.created_at)
      .bind(7, created.expires_at)
      .run();
  return created;
}

Result<RevokeKey::Answer> SqliteScripts::run(const RevokeKey& script) {
  db_.query(
         "UPDATE api_keys SET revoked_at = ?3"
         " WHERE organisation = ?1 AND id = ?2 AND revoked_at IS NULL")
      .bind(1, script.organisation)
      .bind(2, script.id)
      .bind(3, now())
      .run();
  for (ApiKey& key : keys_of(db_, script.organisation)) {
    if (key.id == script.id) return std::move(key);
  }
  return Error(ErrorKind::not_found, "key_unknown", "no key " + script.id);
}

Result<void> SqliteScripts::exists_organisation(const std::string& id) {
  auto found = find_organisation(db_, id);
  if (!found) return std::move(found).error();
  return {};
}

// ---- idempotency ----------------------------------------------------------------------------

Result<std::optional<StoredReply>> SqliteScripts::find_reply(const std::string& organisation,
                                                             const std::string& key,
                                                             const std::string& fingerprint) {
  auto row = db_.query(
                    "SELECT fingerprint, status, headers, body FROM idempotency"
                    " WHERE organisation = ?1 AND key = ?2")
                 .bind(1, organisation)
                 .bind(2, key);
  if (!row.step()) return std::optional<StoredReply>();
  if (row.text(0) != fingerprint)
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

Result<void> SqliteScripts::save_reply(const std::string& organisation, const std::string& key,
                                       const std::string& fingerprint, const StoredReply& reply) {
  json::Array headers;
  for (const auto& [name, value] : reply.headers) headers.push_back(json::array({name, value}));
  db_.query(
         "INSERT INTO idempotency (organisation, key, fingerprint, status, headers, body, at)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(1, organisation)
      .bind(2, key)
      .bind(3, fingerprint)
      .bind(4, reply.status)
      .bind(5, json::dump(std::move(headers)))
      .bind(6, reply.body)
      .bind(7, now())
      .run();
  return {};
}

}  // namespace gerbang::store
