// /v1/shops: an organisation's accounts at the channels.
#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxRules = 10;
constexpr std::size_t kMaxCredentials = 20;
constexpr std::size_t kMaxCredential = 4096;
constexpr std::size_t kMaxTimes = 24;
constexpr std::int64_t kMaxBuffer = 1'000'000;
constexpr std::int64_t kDayMinutes = 24 * 60;
constexpr std::array<std::string_view, 3> kJobs = {"stock_sync", "order_sweep", "read_back"};

awaitable<Result<store::ShopView>> read_shop(Services& services, const Call& call,
                                             std::string shop) {
  store::GetShop query;
  query.organisation = call.who.organisation;
  query.shop = std::move(shop);
  co_return co_await sync::read(services.store, std::move(query));
}

store::ShopView just_the_shop(const Shop& shop) {
  store::ShopView view;
  view.shop = shop;
  return view;
}

// The shop after a change, as GET shows it. With an Idempotency-Key the answer is what was stored
// with the effect, without the work summary: a repeat must get the very same answer.
awaitable<Reply> commit_shop(Services& services, const Call& call, auto script) {
  auto render = [now = services.clock.now()](const Shop& shop) {
    return stored_reply(200, shop_view(just_the_shop(shop), now));
  };
  auto stored = co_await commit(services, call, std::move(script), std::move(render));
  if (!stored) co_return std::move(stored).error();
  if (call.idempotency_key) co_return to_reply(std::move(*stored));
  auto view = co_await read_shop(services, call, call.parameter("shop"));
  if (!view) co_return to_reply(std::move(*stored));
  co_return json_reply(200, shop_view(*view, services.clock.now()));
}

// ---- schedule -------------------------------------------------------------------------------

std::optional<int> minutes_of_day(std::string_view text) {
  const auto two = [&](std::size_t at) -> int {
    int n = -1;
    const auto [end, ec] = std::from_chars(text.data() + at, text.data() + at + 2, n);
    return ec == std::errc{} && end == text.data() + at + 2 ? n : -1;
  };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hours = two(0), minutes = two(3);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

ScheduleRule read_rule(const json::Value& value, const std::string& pointer,
                       std::vector<FieldError>& errors) {
  ScheduleRule rule;
  Fields fields(value, pointer, errors);
  rule.job = fields.text("job", Need::required).value_or(std::string());
  if (!rule.job.empty() && std::find(kJobs.begin(), kJobs.end(), rule.job) == kJobs.end())
    fields.fail("job", "schedule_invalid", "stock_sync, order_sweep or read_back");
  const auto every = fields.integer("every_minutes", Need::optional, 5, kDayMinutes);
  const json::Array* times = fields.list("at", Need::optional, kMaxTimes);
  fields.finish();
  if (every) rule.every = std::chrono::minutes(*every);
  if (times) {
    for (std::size_t i = 0; i < times->size(); ++i) {
      const auto minutes = minutes_of_day((*times)[i].text());
      if (!minutes) {
        errors.push_back({pointer + "/at/" + std::to_string(i), "schedule_invalid",
                          "hours and minutes, as 06:30"});
      } else {
        rule.minutes_of_day.push_back(*minutes);
      }
    }
  }
  const bool both = every && times;
  const bool neither = !every && (!times || times->empty());
  if (both || neither)
    fields.fail("at", "schedule_invalid", "either times of day or every_minutes");
  return rule;
}

std::optional<std::vector<ScheduleRule>> read_schedule(Fields& fields,
                                                       std::vector<FieldError>& errors) {
  const json::Array* rules = fields.list("schedule", Need::optional, kMaxRules);
  if (!rules) return std::nullopt;
  std::vector<ScheduleRule> out;
  for (std::size_t i = 0; i < rules->size(); ++i)
    out.push_back(read_rule((*rules)[i], fields.at("schedule") + "/" + std::to_string(i), errors));
  return out;
}

// ---- credentials ----------------------------------------------------------------------------

// An object of texts by name. Which names the channel takes is the engine's to say.
QueryItems read_credentials(const json::Value& value, const std::string& pointer,
                            std::vector<FieldError>& errors) {
  QueryItems out;
  Fields fields(value, pointer, errors);
  if (value.members().size() > kMaxCredentials) {
    errors.push_back({pointer, "too_many", "at most 20 entries"});
    return out;
  }
  for (const auto& [name, member] : value.members()) {
    auto text = fields.text(name, Need::optional, {.max = kMaxCredential, .min = 0, .free = false});
    if (text) out.emplace_back(name, std::move(*text));
  }
  return out;
}

// ---- handlers -------------------------------------------------------------------------------

awaitable<Reply> create_shop(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::CreateShop script;
  script.shop.organisation = call.who.organisation;
  script.shop.channel = fields.text("channel", Need::required).value_or(std::string());
  script.shop.name = fields.text("name", Need::required, {.max = kMaxName}).value_or(std::string());
  const json::Value& given = fields.raw("credentials");
  QueryItems credentials;
  if (!given.is_null()) credentials = read_credentials(given, fields.at("credentials"), errors);
  script.adopt = fields.boolean("adopt", Need::optional).value_or(false);
  fields.finish();
  const Connector* connector = services.registry.find(script.shop.channel);
  if (!connector && !script.shop.channel.empty())
    fields.fail("channel", "channel_unknown", "this gateway has no connector of that name");
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  script.variants_in_listing = connector->info().can.variants_in_listing;

  auto render = [now = services.clock.now()](const Shop& shop) {
    return stored_reply(201, shop_view(just_the_shop(shop), now));
  };
  auto stored = co_await commit(services, call, std::move(script), std::move(render));
  if (!stored) co_return std::move(stored).error();

  // The consent address is made anew each time (it is short-lived) and never stored. That there is
  // none is no failure of creating the shop: POST …/authorise tells why.
  GERBANG_CO_TRY(shown, json::parse(stored->body));
  auto view = co_await read_shop(services, call, std::string(shown["id"].text()));
  if (!view) co_return std::move(view).error();
  if (!given.is_null()) {
    // The shop is there whatever the channel says of the keys: PUT …/credentials gives better ones.
    auto connected = co_await services.authoriser.connect(view->shop, std::move(credentials));
    auto after = co_await read_shop(services, call, view->shop.id);
    if (after) shown = shop_view(*after, services.clock.now());
    if (!connected)
      shown.as_object()->set(
          "problem", problem_body(connected.error(), call.language, call.request.request_id));
    shown.as_object()->set("authorise_url", json::Value());
  } else {
    auto url = co_await services.authoriser.authorise_url(view->shop);
    shown.as_object()->set("authorise_url", url ? json::Value(*url) : json::Value());
  }
  stored->body = json::dump(shown);
  stored->headers.emplace_back("Location", "/v1/shops/" + view->shop.id);
  co_return to_reply(std::move(*stored));
}

awaitable<Reply> get_shop(Services& services, Call& call) {
  auto view = co_await read_shop(services, call, call.parameter("shop"));
  if (!view) co_return std::move(view).error();
  co_return json_reply(200, shop_view(*view, services.clock.now()));
}

awaitable<Reply> list_shops(Services& services, Call& call) {
  store::ListShops query;
  query.organisation = call.who.organisation;
  auto shops = co_await sync::read(services.store, std::move(query));
  if (!shops) co_return std::move(shops).error();
  json::Array data;
  for (const store::ShopView& s : *shops) data.push_back(shop_view(s, services.clock.now()));
  co_return json_reply(200, page_view(std::move(data), ""));
}

awaitable<Reply> patch_shop(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::UpdateShop script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  script.name = fields.text("name", Need::optional, {.max = kMaxName});
  script.buffer = fields.integer("buffer", Need::optional, 0, kMaxBuffer);
  const auto share = fields.integer("share_percent", Need::optional, 0, 100);
  if (share) script.share_percent = static_cast<int>(*share);
  script.schedule = read_schedule(fields, errors);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  co_return co_await commit_shop(services, call, std::move(script));
}

store::SetShopState state_script(const Call& call, ShopState state, std::string reason,
                                 std::vector<ShopState> only_from) {
  store::SetShopState script;
  script.shop = call.parameter("shop");
  script.organisation = call.who.organisation;
  script.state = state;
  script.reason = std::move(reason);
  script.only_from = std::move(only_from);
  return script;
}

awaitable<Reply> pause_shop(Services& services, Call& call) {
  auto script = state_script(
      call, ShopState::paused, "paused_by_person",
      {ShopState::active, ShopState::throttled, ShopState::unreachable, ShopState::paused});
  co_return co_await commit_shop(services, call, std::move(script));
}

awaitable<Reply> resume_shop(Services& services, Call& call) {
  auto script = state_script(call, ShopState::active, "", {ShopState::paused, ShopState::active});
  co_return co_await commit_shop(services, call, std::move(script));
}

awaitable<Reply> retire_shop(Services& services, Call& call) {
  auto script = state_script(call, ShopState::retired, "retired_by_person", {});
  co_return co_await commit_shop(services, call, std::move(script));
}

awaitable<Reply> sync_shop(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  store::RequestSync script;
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  script.stock = fields.boolean("stock", Need::optional).value_or(script.stock);
  script.price = fields.boolean("price", Need::optional).value_or(script.price);
  script.content = fields.boolean("content", Need::optional).value_or(script.content);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [](std::int64_t marked) {
    return stored_reply(202, json::object({{"marked", marked}}));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render),
                                  store::WriteLane::bulk);
}

awaitable<Reply> authorise_shop(Services& services, Call& call) {
  auto view = co_await read_shop(services, call, call.parameter("shop"));
  if (!view) co_return std::move(view).error();
  if (view->shop.state == ShopState::retired)
    co_return Error(ErrorKind::conflict, "shop_retired", "the shop was retired for good");
  auto url = co_await services.authoriser.authorise_url(view->shop);
  if (!url) co_return std::move(url).error();
  co_return json_reply(200, json::object({{"authorise_url", *url}}));
}

awaitable<Reply> put_credentials(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const json::Value& given = fields.raw("credentials");
  if (given.is_null()) fields.fail("credentials", "field_missing", "this field is required");
  QueryItems credentials;
  if (!given.is_null()) credentials = read_credentials(given, fields.at("credentials"), errors);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto view = co_await read_shop(services, call, call.parameter("shop"));
  if (!view) co_return std::move(view).error();
  auto connected = co_await services.authoriser.connect(view->shop, std::move(credentials));
  if (!connected) co_return std::move(connected).error();
  auto after = co_await read_shop(services, call, view->shop.id);
  if (!after) co_return std::move(after).error();
  co_return json_reply(200, shop_view(*after, services.clock.now()));
}

Route action(std::string_view path, std::string_view id, Handle handle, std::string_view summary,
             Answer answer) {
  Route route;
  route.method = Method::post;
  route.path = path;
  route.scope = Scope::write;
  route.handle = handle;
  route.operation.id = id;
  route.operation.tag = "Shops";
  route.operation.summary = summary;
  route.operation.answers = {answer};
  return route;
}

}  // namespace

std::vector<Route> shop_routes() {
  const Answer shop{200, "The shop", {"application/json", "Shop"}};
  Route sync = action("/v1/shops/{shop}/sync", "sync_shop", sync_shop,
                      "Push everything of the chosen kinds again (stock unless said otherwise)",
                      {202, "Marked for sending", {"application/json", "SyncMarked"}});
  sync.operation.request = {"application/json", "SyncRequest", false};
  Route authorise = action("/v1/shops/{shop}/authorise", "authorise_shop", authorise_shop,
                           "Where the seller gives consent",
                           {200, "The address", {"application/json", "AuthoriseUrl"}});
  authorise.operation.problems = {422};
  Route keys = action("/v1/shops/{shop}/credentials", "put_credentials", put_credentials,
                      "Give the keys of a shop whose channel has no consent page", shop);
  keys.method = Method::put;
  keys.operation.request = {"application/json", "ShopCredentials"};
  keys.operation.problems = {409, 422, 429, 503};
  return {
      {.method = Method::get,
       .path = "/v1/shops",
       .scope = Scope::read,
       .handle = list_shops,
       .operation = {.id = "list_shops",
                     .tag = "Shops",
                     .summary = "All shops of the organisation",
                     .answers = {{200, "The shops", {"application/json", "ShopPage"}}}}},
      {.method = Method::post,
       .path = "/v1/shops",
       .scope = Scope::write,
       .handle = create_shop,
       .operation = {.id = "create_shop",
                     .tag = "Shops",
                     .summary = "Add a shop; the seller then gives consent at authorise_url",
                     .request = {"application/json", "NewShop"},
                     .answers = {{201, "Added", {"application/json", "ShopCreated"}}}}},
      {.method = Method::get,
       .path = "/v1/shops/{shop}",
       .scope = Scope::read,
       .handle = get_shop,
       .operation = {.id = "get_shop", .tag = "Shops", .summary = "A shop", .answers = {shop}}},
      {.method = Method::patch,
       .path = "/v1/shops/{shop}",
       .scope = Scope::write,
       .handle = patch_shop,
       .operation = {.id = "patch_shop",
                     .tag = "Shops",
                     .summary = "Change name, buffer, share or schedule",
                     .request = {"application/json", "ShopChange"},
                     .answers = {shop}}},
      action("/v1/shops/{shop}/pause", "pause_shop", pause_shop,
             "Stop sending; changes keep collecting", shop),
      action("/v1/shops/{shop}/resume", "resume_shop", resume_shop, "Send again", shop),
      action("/v1/shops/{shop}/retire", "retire_shop", retire_shop,
             "Close for good; nothing is deleted", shop),
      sync,
      authorise,
      keys,
  };
}

}  // namespace gerbang::api
