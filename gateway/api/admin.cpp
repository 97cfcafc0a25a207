// /admin/v1: the host's side. Organisations, their keys, all shops, nodes, backups.
#include <algorithm>
#include <filesystem>

#include "core/base/ids.hpp"
#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxName = 200;

bool is_slug(std::string_view text) {
  return is_channel_name(text);
}  // the same rule

// DOMAIN section 2: ^[1-9]\d\.\d{2}\.\d{2}\.[123]\d{3}$
bool is_village_code(std::string_view text) {
  constexpr std::string_view kForm = "99.99.99.9999";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '.' ? text[i] != '.' : !digit) return false;
  }
  return text[0] != '0' && text[9] >= '1' && text[9] <= '3';
}

Organisation read_organisation(Fields& fields) {
  Organisation out;
  out.name = fields.text("name", Need::required, {.max = kMaxName}).value_or(std::string());
  out.kind = fields.text("kind", Need::required).value_or(std::string());
  if (!out.kind.empty() && !is_slug(out.kind))
    fields.fail("kind", "kind_invalid", "small letters, digits, '_': \"bumdes\"");
  if (const auto zone = fields.text("zone", Need::optional)) {
    if (!zone_offset(*zone)) fields.fail("zone", "zone_unknown", "WIB, WITA or WIT");
    out.zone = *zone;
  }
  out.village_code = fields.text("village_code", Need::optional);
  if (out.village_code && !is_village_code(*out.village_code))
    fields.fail("village_code", "village_code_invalid", "with dots, as 32.04.10.2005");
  return out;
}

awaitable<Reply> create_organisation(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::CreateOrganisation script;
  script.organisation = read_organisation(fields);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [](const Organisation& made) { return stored_reply(201, organisation_view(made)); };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> list_organisations(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  store::ListOrganisations query;
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const Organisation& o : page->data) data.push_back(organisation_view(o));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

awaitable<Reply> suspend(Services& services, Call& call, bool suspended) {
  store::SuspendOrganisation script;
  script.id = call.parameter("organisation");
  script.suspended = suspended;
  auto render = [](const Organisation& after) {
    return stored_reply(200, organisation_view(after));
  };
  auto reply = co_await commit_reply(services, call, std::move(script), std::move(render));
  services.authenticator.forget();
  co_return std::move(reply);
}

awaitable<Reply> suspend_organisation(Services& services, Call& call) {
  co_return co_await suspend(services, call, true);
}

awaitable<Reply> resume_organisation(Services& services, Call& call) {
  co_return co_await suspend(services, call, false);
}

// ---- keys -----------------------------------------------------------------------------------

ApiKey read_key(Fields& fields, TimePoint now) {
  ApiKey out;
  out.label = fields.text("label", Need::required).value_or(std::string());
  if (const json::Array* scopes = fields.list("scopes", Need::optional, 2)) {
    for (const json::Value& scope : *scopes) {
      const bool known = scope.text() == "read" || scope.text() == "write";
      if (!known) fields.fail("scopes", "scope_unknown", "\"read\", \"write\"");
      out.scopes.emplace_back(scope.text());
    }
    if (scopes->empty()) fields.fail("scopes", "field_missing", "\"read\", \"write\" or both");
  } else {
    out.scopes = {"read", "write"};
  }
  out.expires_at = fields.time("expires_at", Need::optional);
  if (out.expires_at && *out.expires_at <= now)
    fields.fail("expires_at", "time_passed", "the key would be expired at once");
  return out;
}

// The key itself is in the answer once, and never in the idempotency record: a repeat shows the
// entry without it, and a lost answer is mended by rotating.
awaitable<Reply> issue_key(Services& services, const Call& call, ApiKey key) {
  const Secret secret = new_api_key(services.random);
  key.hash = hash_of_key(secret.reveal());
  store::CreateKey script;
  script.key = std::move(key);
  auto render = [](const ApiKey& made) { return stored_reply(201, key_view(made)); };
  auto stored = co_await commit(services, call, std::move(script), std::move(render));
  if (!stored) co_return std::move(stored).error();
  GERBANG_CO_TRY(shown, json::parse(stored->body));
  shown.as_object()->set("key", stored->replayed ? json::Value() : json::Value(secret.reveal()));
  stored->body = json::dump(shown);
  co_return to_reply(std::move(*stored));
}

awaitable<Reply> create_key(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  ApiKey key = read_key(fields, services.clock.now());
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  key.organisation = call.parameter("organisation");
  co_return co_await issue_key(services, call, std::move(key));
}

awaitable<Result<std::vector<ApiKey>>> keys_of(Services& services, const Call& call) {
  store::ListKeys query;
  query.organisation = call.parameter("organisation");
  co_return co_await sync::read(services.store, std::move(query));
}

awaitable<Reply> list_keys(Services& services, Call& call) {
  auto keys = co_await keys_of(services, call);
  if (!keys) co_return std::move(keys).error();
  json::Array data;
  for (const ApiKey& k : *keys) data.push_back(key_view(k));
  co_return json_reply(200, page_view(std::move(data), ""));
}

awaitable<Reply> revoke_key(Services& services, Call& call) {
  store::RevokeKey script;
  script.organisation = call.parameter("organisation");
  script.id = call.parameter("key");
  auto render = [](const ApiKey& after) { return stored_reply(200, key_view(after)); };
  auto reply = co_await commit_reply(services, call, std::move(script), std::move(render));
  services.authenticator.forget();
  co_return std::move(reply);
}

// The new key first: should the second step fail, there is a key too many, never none.
awaitable<Reply> rotate_key(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const bool keep_old = fields.boolean("keep_old", Need::optional).value_or(false);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto keys = co_await keys_of(services, call);
  if (!keys) co_return std::move(keys).error();
  const auto old = std::find_if(keys->begin(), keys->end(),
                                [&](const ApiKey& k) { return k.id == call.parameter("key"); });
  if (old == keys->end()) co_return Error(ErrorKind::not_found, "key_unknown");
  if (old->revoked_at && !call.idempotency_key)
    co_return Error(ErrorKind::conflict, "key_revoked", "a revoked key cannot be rotated");
  ApiKey next;
  next.organisation = old->organisation;
  next.label = old->label;
  next.scopes = old->scopes;
  next.expires_at = old->expires_at;
  auto reply = co_await issue_key(services, call, std::move(next));
  if (!reply || keep_old || old->revoked_at) co_return std::move(reply);
  store::RevokeKey revoke;
  revoke.organisation = call.parameter("organisation");
  revoke.id = call.parameter("key");
  auto revoked = co_await sync::apply(services.store, std::move(revoke));
  services.authenticator.forget();
  if (!revoked) co_return std::move(revoked).error();
  co_return std::move(reply);
}

// ---- shops ----------------------------------------------------------------------------------

// Who looks after the gateway has to find the shop behind an alert, whichever village's it is.
awaitable<Reply> list_all_shops(Services& services, Call&) {
  auto shops = co_await sync::read(services.store, store::ListShops());
  if (!shops) co_return std::move(shops).error();
  json::Array data;
  for (const store::ShopView& s : *shops) {
    if (s.shop.state != ShopState::retired) data.push_back(host_shop_view(s, services.clock.now()));
  }
  co_return json_reply(200, page_view(std::move(data), ""));
}

// ---- nodes ----------------------------------------------------------------------------------

// Empty where the one process that has the database needs none of it.
awaitable<Reply> list_nodes(Services& services, Call&) {
  auto nodes = co_await sync::read(services.store, store::ListNodes());
  if (!nodes) co_return std::move(nodes).error();
  json::Array data;
  for (const store::Node& node : *nodes) data.push_back(node_view(node));
  co_return json_reply(200, page_view(std::move(data), ""));
}

// ---- backup ---------------------------------------------------------------------------------

// An absolute path without detours, below the configured directory when there is one.
bool may_write_to(const std::string& text, const std::string& directory) {
  const std::filesystem::path path(text);
  if (!path.is_absolute() || path != path.lexically_normal() || !path.has_filename()) return false;
  if (directory.empty()) return true;
  const auto inside = path.lexically_relative(directory);
  return !inside.empty() && *inside.begin() != ".." && *inside.begin() != ".";
}

awaitable<Reply> backup(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const auto path = fields.text("path", Need::required, {.max = 1000, .free = false});
  fields.finish();
  if (path && !may_write_to(*path, services.options.backup_directory)) {
    fields.fail("path", "backup_path_invalid",
                "an absolute path of a new file in the configured directory");
  }
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  std::function<Result<bool>()> work = [&store = services.store, path = *path]() -> Result<bool> {
    GERBANG_CHECK(store.backup(path));
    return true;
  };
  auto done = co_await services.offload.run<bool>(std::move(work));
  if (!done) co_return std::move(done).error();
  services.metrics.set("gerbang_last_backup_time_seconds",
                       "When this process last made a backup, Unix time",
                       static_cast<double>(to_unix_millis(services.clock.now())) / 1000);
  co_return json_reply(201, json::object({{"path", *path}}));
}

Route host(Method method, std::string_view path, std::string_view id, Handle handle,
           std::string_view summary, Answer answer, Content request = {}) {
  Route route;
  route.method = method;
  route.path = path;
  route.scope = Scope::admin;
  route.handle = handle;
  route.operation.id = id;
  route.operation.tag = "Host";
  route.operation.summary = summary;
  route.operation.request = request;
  route.operation.answers = {answer};
  return route;
}

}  // namespace

std::vector<Route> admin_routes() {
  const Content json_organisation{"application/json", "Organisation"};
  const Content json_key{"application/json", "Key"};
  Route organisations =
      host(Method::get, "/admin/v1/organisations", "list_organisations", list_organisations,
           "Organisations", {200, "A page", {"application/json", "OrganisationPage"}});
  organisations.operation.query = with_paging();
  Route revoke = host(Method::del, "/admin/v1/organisations/{organisation}/keys/{key}",
                      "revoke_key", revoke_key, "Revoke a key; acts within 5 seconds everywhere",
                      {200, "Revoked", json_key});
  Route shops = host(Method::get, "/admin/v1/shops", "list_all_shops", list_all_shops,
                     "The shops of all organisations that are not retired, and how they are",
                     {200, "All of them", {"application/json", "HostShopPage"}});
  Route nodes = host(Method::get, "/admin/v1/nodes", "list_nodes", list_nodes,
                     "The gateways that live on this database; none where one process has it alone",
                     {200, "All of them", {"application/json", "NodePage"}});
  Route backups =
      host(Method::post, "/admin/v1/backup", "backup", backup,
           "A consistent copy of the database into a new file",
           {201, "Written", {"application/json", "Backup"}}, {"application/json", "BackupRequest"});
  return {
      organisations,
      host(Method::post, "/admin/v1/organisations", "create_organisation", create_organisation,
           "Add an organisation", {201, "Added", json_organisation},
           {"application/json", "NewOrganisation"}),
      host(Method::post, "/admin/v1/organisations/{organisation}/suspend", "suspend_organisation",
           suspend_organisation, "Its keys stop working", {200, "Suspended", json_organisation}),
      host(Method::post, "/admin/v1/organisations/{organisation}/resume", "resume_organisation",
           resume_organisation, "Its keys work again", {200, "Resumed", json_organisation}),
      host(Method::get, "/admin/v1/organisations/{organisation}/keys", "list_keys", list_keys,
           "Keys, without the keys themselves", {200, "The keys", {"application/json", "KeyPage"}}),
      host(Method::post, "/admin/v1/organisations/{organisation}/keys", "create_key", create_key,
           "Make a key; it is shown in this answer only",
           {201, "Made", {"application/json", "NewKey"}}, {"application/json", "KeyRequest"}),
      revoke,
      host(Method::post, "/admin/v1/organisations/{organisation}/keys/{key}/rotate", "rotate_key",
           rotate_key, "Replace a key by a new one of the same kind; the old one is revoked",
           {201, "Made", {"application/json", "NewKey"}},
           {"application/json", "RotateRequest", false}),
      shops,
      nodes,
      backups,
  };
}

}  // namespace gerbang::api
