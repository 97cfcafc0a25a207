#include "connectors/woocommerce/woocommerce.hpp"

#include <algorithm>

#include "connectors/woocommerce/address.hpp"
#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/hooks.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_woocommerce_connector() {
  return std::make_unique<woocommerce::WooCommerce>();
}

namespace woocommerce {

namespace {

// Whether a shop is there at all, and its name: the one address that needs no key (facts 2).
Exchange<std::string> look_at_shop(CallContext ctx) {
  HttpRequest request;
  request.url = ctx.remote_shop_id + "/wp-json/?_fields=name,namespaces";
  request.operation = "shop.index";
  request.trust = Trust::shop;
  request.headers.set("Accept", "application/json");
  HttpResponse response = co_await std::move(request);
  Answer answer = read_answer(response, Effect::read, ctx.now);
  if (answer.error) co_return *std::move(answer.error);
  if (!answer.body["namespaces"].is_array()) co_return unreadable(Effect::read, "no namespaces");
  const json::Array& spaces = answer.body["namespaces"].items();
  if (std::find(spaces.begin(), spaces.end(), json::Value("wc/v3")) == spaces.end())
    co_return Error(ErrorKind::rejected, "shop_without_woocommerce", "no namespace wc/v3");
  co_return std::string(answer.body["name"].text());
}

// Whether the keys open it.
Exchange<bool> try_keys(CallContext ctx) {
  HttpRequest request =
      signed_request(ctx, Method::get, "/products", {{"per_page", "1"}, {"_fields", "id"}}, {},
                     "shop.keys", Effect::read);
  Exchange<Answer> asking = ask(std::move(ctx), std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return *std::move(answer->error);
  if (!answer->body.is_array()) co_return unreadable(Effect::read, "no list of products");
  co_return true;
}

TokenSet fixed(const CallContext& ctx, std::string name) {
  TokenSet out;
  out.access = ctx.access_token;
  out.obtained_at = ctx.now;
  out.remote_shop_id = ctx.remote_shop_id;
  out.remote_shop_name = std::move(name);
  return out;
}

// A setting of the shop; "" when the keys may not read it.
Exchange<std::string> read_setting(CallContext ctx, std::string path) {
  HttpRequest request =
      signed_request(ctx, Method::get, "/settings/" + path, {}, {}, "shop.setting", Effect::read);
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> setting = co_await std::move(asking);
  if (setting) co_return std::string((*setting)["value"].text());
  switch (setting.error().kind) {
    case ErrorKind::auth_expired:
    case ErrorKind::forbidden:
    case ErrorKind::not_found:
    case ErrorKind::rejected:
      co_return std::string();
    default:
      // The route is younger than some shops; the shop itself was seen a moment ago.
      if (setting.error().code == "shop_api_missing" && setting.error().remote)
        co_return std::string();
      co_return std::move(setting).error();
  }
}

json::Value text_or_null(std::string text) {
  return text.empty() ? json::Value() : json::Value(std::move(text));
}

}  // namespace

WooCommerce::WooCommerce() : info_(woocommerce::info()) {}

// ---- connecting

Result<std::string> WooCommerce::authorise_url(const App&, std::string_view, TimePoint) const {
  return unsupported("authorise_url");
}

Exchange<std::vector<TokenSet>> WooCommerce::exchange_code(CallContext ctx,
                                                           AuthorisationGrant grant) const {
  GERBANG_CO_TRY(address, shop_address(query_value(grant.query, "address").value_or("")));
  Keys keys;
  keys.key = query_value(grant.query, "consumer_key").value_or("");
  keys.secret = Secret(query_value(grant.query, "consumer_secret").value_or(""));
  if (!is_key(keys.key))
    co_return Error(ErrorKind::invalid, "shop_keys_invalid", "ck_ and 40 hex digits")
        .at_field("/credentials/consumer_key");
  if (!is_secret(keys.secret.reveal()))
    co_return Error(ErrorKind::invalid, "shop_keys_invalid", "cs_ and 40 hex digits")
        .at_field("/credentials/consumer_secret");
  ctx.remote_shop_id = address;
  ctx.access_token = token_of(keys);
  Exchange<std::string> looking = look_at_shop(ctx);
  Result<std::string> name = co_await std::move(looking);
  if (!name) co_return std::move(name).error();
  Exchange<bool> trying = try_keys(ctx);
  Result<bool> good = co_await std::move(trying);
  if (!good) co_return std::move(good).error();
  std::vector<TokenSet> out;
  out.push_back(fixed(ctx, *std::move(name)));
  co_return out;
}

Exchange<TokenSet> WooCommerce::refresh_tokens(CallContext ctx) const {
  Exchange<bool> trying = try_keys(ctx);
  Result<bool> good = co_await std::move(trying);
  if (!good) co_return std::move(good).error();
  co_return fixed(ctx, "");
}

// ---- facts

Exchange<json::Value> WooCommerce::read_shop_facts(CallContext ctx) const {
  Exchange<std::string> asking_currency = read_setting(ctx, "general/woocommerce_currency");
  Result<std::string> currency = co_await std::move(asking_currency);
  if (!currency) co_return std::move(currency).error();
  Exchange<std::string> asking_unit = read_setting(ctx, "products/woocommerce_weight_unit");
  Result<std::string> unit = co_await std::move(asking_unit);
  if (!unit) co_return std::move(unit).error();

  json::Array categories;
  for (int page = 1; page <= kPages; ++page) {
    HttpRequest request = signed_request(ctx, Method::get, "/products/categories",
                                         {{"per_page", std::to_string(kPage)},
                                          {"page", std::to_string(page)},
                                          {"_fields", "id,name,slug"}},
                                         {}, "category.list", Effect::read);
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error) co_return *std::move(answer->error);
    if (!answer->body.is_array()) co_return unreadable(Effect::read, "no list of categories");
    for (const json::Value& c : answer->body.items()) {
      const std::string id = id_of(c["id"]);
      if (id.empty()) co_return unreadable(Effect::read, "a category without an id");
      json::Object one;
      one.set("id", id);
      one.set("name", c["name"].text());
      one.set("slug", c["slug"].text());
      categories.emplace_back(std::move(one));
    }
    if (answer->body.items().size() < kPage || (answer->pages && page >= *answer->pages)) break;
  }
  json::Object facts;
  facts.set("currency", text_or_null(*std::move(currency)));
  facts.set("weight_unit", text_or_null(*std::move(unit)));
  facts.set("categories", std::move(categories));
  co_return json::Value(std::move(facts));
}

Result<std::string> WooCommerce::category_of(const CallContext& ctx,
                                             const ListingDraft& draft) const {
  if (!draft.channel_category.empty()) {
    if (!id_number(draft.channel_category))
      return Error(ErrorKind::rejected, "category_unmapped", "not the id of a category")
          .at_field("/category");
    return draft.channel_category;
  }
  const auto slash = draft.category.rfind('/');
  const std::string last =
      slug(slash == std::string::npos ? draft.category : draft.category.substr(slash + 1));
  if (!last.empty() && ctx.shop_facts) {
    for (const json::Value& c : (*ctx.shop_facts)["categories"].items()) {
      if (c["slug"].text() == last || slug(c["name"].text()) == last) return c["id"].to_text();
    }
  }
  return std::string();
}

Exchange<json::Value> WooCommerce::read_category_facts(CallContext, std::string) const {
  co_return unsupported("read_category_facts");
}

// ---- webhooks

Result<std::vector<HookEvent>> WooCommerce::open_webhook(const InboundRequest& request,
                                                         const App& app, TimePoint) const {
  return open_hook(request, app);  // no time is signed: replays end in reading the order again
}

Exchange<WebhookUpkeep> WooCommerce::ensure_webhooks(CallContext ctx) const {
  WebhookUpkeep done;
  if (ctx.app.hook_url.empty()) co_return done;  // nowhere to be told
  if (ctx.app.push_secret.empty())
    co_return Error(ErrorKind::rejected, "webhook_secret_missing", "the app has no push secret");

  std::vector<Hook> ours;
  const std::string url = delivery_url(ctx);
  for (int page = 1; page <= kPages; ++page) {
    HttpRequest request = hooks_page(ctx, page);
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error) co_return *std::move(answer->error);
    GERBANG_CO_TRY(some, hooks_in(answer->body));
    const std::size_t count = some.size();
    for (Hook& hook : some) {
      if (hook.url == url) ours.push_back(std::move(hook));
    }
    if (count < kPage || (answer->pages && page >= *answer->pages)) break;
  }

  for (const std::string_view topic : kTopics) {
    bool there = false;
    for (const Hook& hook : ours) {
      if (hook.topic != topic) continue;
      if (there) {
        // Each event would come twice.
        HttpRequest request = delete_hook(ctx, hook);
        Exchange<json::Value> removing = ask_object(ctx, std::move(request));
        Result<json::Value> removed = co_await std::move(removing);
        if (!removed && removed.error().kind != ErrorKind::not_found)
          co_return std::move(removed).error();
        if (removed && id_of((*removed)["id"]) != hook.id)
          co_return unreadable(Effect::set, "an answer for another webhook");
        ++done.removed;
        continue;
      }
      there = true;
      if (hook.active && hook.name == hook_name(ctx, topic)) continue;
      HttpRequest request = repair_hook(ctx, hook);
      Exchange<json::Value> repairing = ask_object(ctx, std::move(request));
      Result<json::Value> repaired = co_await std::move(repairing);
      if (!repaired) co_return std::move(repaired).error();
      if ((*repaired)["status"].text() != "active")
        co_return Error(ErrorKind::transient, "value_not_kept", "the webhook stays off");
      ++done.repaired;
    }
    if (there) continue;
    HttpRequest request = create_hook(ctx, topic);
    Exchange<json::Value> creating = ask_object(ctx, std::move(request));
    Result<json::Value> created = co_await std::move(creating);
    if (!created) co_return std::move(created).error();
    if (id_of((*created)["id"]).empty())
      co_return unreadable(Effect::set, "a webhook without an id");
    ++done.created;
  }
  co_return done;
}

// What was not delivered is gone; the poll finds it.
Exchange<LostEvents> WooCommerce::read_lost_events(CallContext) const {
  co_return unsupported("read_lost_events");
}
Exchange<Ack> WooCommerce::confirm_lost_events(CallContext, std::string) const {
  co_return unsupported("confirm_lost_events");
}
Result<std::vector<HookEvent>> WooCommerce::read_event(std::string_view) const {
  return unsupported("read_event");
}

}  // namespace woocommerce
}  // namespace gerbang
