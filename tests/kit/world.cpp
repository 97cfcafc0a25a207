#include "tests/kit/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <iterator>

#include "core/base/url.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/sync/inbox.hpp"

namespace gerbang::kit {

namespace {

// A minimal valid PNG header is what connectors and sandboxes look at.
const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) +
                         std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) +
                         "crc!" + std::string(64, 'x');

// The sandbox's own account of the app that it expects, and what makes it quick for tests.
json::Value app_of(const std::string& channel) {
  std::ifstream file(GERBANG_SOURCE_DIR "/connectors/" + channel + "/sandbox/app.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto app = json::parse(text);
  ensure(app.ok(), "connectors/" + channel + "/sandbox/app.json cannot be read");
  return *app;
}

template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) invariant_broken(std::string(doing) + ": " + result.error().describe());
  return std::move(*result);
}

}  // namespace

boost::asio::awaitable<void> VirtualTimers::sleep_until(TimePoint when) {
  if (when <= clock_.now()) when = clock_.now();
  sleepers_.push_back(
      {when, boost::asio::steady_timer(context_, boost::asio::steady_timer::time_point::max())});
  const auto place = std::prev(sleepers_.end());
  struct Leave {
    std::list<Sleeper>& all;
    std::list<Sleeper>::iterator place;
    ~Leave() { all.erase(place); }
  } leave{sleepers_, place};
  auto waiting = place->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_await std::move(waiting);
}

std::optional<TimePoint> VirtualTimers::next() const {
  std::optional<TimePoint> next;
  for (const Sleeper& s : sleepers_) {
    if (!next || s.when < *next) next = s.when;
  }
  return next;
}

void VirtualTimers::wake_due() {
  for (Sleeper& s : sleepers_) {
    if (s.when <= clock_.now()) s.timer.cancel();
  }
}

boost::asio::awaitable<Result<HttpResponse>> SandboxNetwork::send(HttpRequest request,
                                                                  TimePoint deadline) {
  ++requests;
  if (intercept) {
    if (auto error = intercept(request)) co_return std::move(*error);
  }
  const Result<Url> url = parse_url(request.url);
  if (!url) co_return url.error();
  const auto host = hosts_.find(url->scheme + "://" + url->authority());
  if (request.trust == Trust::tenant && host == hosts_.end()) {
    HttpResponse image;
    image.status = 200;
    image.headers.set("Content-Type", "image/png");
    image.body = kPng;
    co_return image;
  }
  if (host == hosts_.end())
    co_return Error(ErrorKind::transient, "connect_failed", "no such host: " + url->host);
  HttpRequest inner = std::move(request);
  inner.url = url->target();
  if (const Duration way = transit ? transit(inner) : Duration(0); way.count() > 0) {
    const TimePoint arrival = clock_.now() + way;
    if (arrival > deadline) {
      late_.push_back({arrival, host->second, std::move(inner)});
      auto waiting = timers_.sleep_until(deadline);
      co_await std::move(waiting);
      co_return Error(ErrorKind::indeterminate, "timeout", "no answer before the deadline");
    }
    auto travelling = timers_.sleep_until(arrival);
    co_await std::move(travelling);
  }
  sandbox::Answer answer = host->second->handle(inner);
  if (answer.delay.count() > 0) {
    const TimePoint ready = clock_.now() + answer.delay;
    auto sleeping = timers_.sleep_until(std::min(ready, deadline));
    co_await std::move(sleeping);
    if (ready > deadline)
      co_return Error(ErrorKind::indeterminate, "timeout", "no answer before the deadline");
  }
  if (answer.cut == sandbox::Answer::Cut::reset_instead)
    co_return Error(ErrorKind::indeterminate, "connection_lost", "reset by the other side");
  if (answer.cut == sandbox::Answer::Cut::truncate_body)
    answer.response.body.resize(answer.response.body.size() / 2);
  co_return std::move(answer.response);
}

std::optional<TimePoint> SandboxNetwork::next_late() const {
  std::optional<TimePoint> next;
  for (const Late& l : late_) {
    if (!next || l.due < *next) next = l.due;
  }
  return next;
}

void SandboxNetwork::deliver_late() {
  for (auto it = late_.begin(); it != late_.end();) {
    if (it->due > clock_.now()) {
      ++it;
      continue;
    }
    it->host->handle(it->request);
    it = late_.erase(it);
  }
}

void InlineStore::submit_write(std::unique_ptr<Write> write, store::WriteLane lane) {
  if (closed_) return write->finish(Error(ErrorKind::transient, "store_closed", "closed"));
  queue_.lane(lane).push_back(std::move(write));
  // A group ends by the steady clock too: what it left is the next one.
  while (queue_.size() > 0) {
    writer_.run_group(queue_, [this](const store::Committed& touched) {
      if (listener_) listener_(touched);
    });
  }
}

void InlineStore::submit_read(std::unique_ptr<Read> read) {
  if (closed_) return read->finish(Error(ErrorKind::transient, "store_closed", "closed"));
  store::SqliteQueries queries(*writer_.database(), options_.vault, options_.clock);
  read->run(queries);
  read->finish(std::nullopt);
}

Result<void> InlineStore::backup(const std::string&) {
  return Error(ErrorKind::unsupported, "operation_unsupported", "a world keeps no backups");
}

World::World(Options options)
    : clock(from_unix_seconds(1795485600)),  // 2026-11-24 00:00 WIB
      random(options.seed),
      store_random_(options.seed + 1),
      options_(std::move(options)),
      timers_(context_, clock) {
  network_ = std::make_unique<SandboxNetwork>(clock, timers_);
  options_.connectors(registry_);
  for (const std::string& channel : options_.channels) {
    Market& market = markets_[channel];
    market.url = "http://" + channel + ".test";
    sandbox::Options setup;
    setup.clock = &clock;
    setup.random = &random;
    setup.public_url = market.url;
    const Connector* connector = registry_.find(channel);
    ensure(connector != nullptr, "a channel of the world has no connector");
    if (connector->info().can.webhooks) setup.hook_url = "https://gerbang.test/hooks/" + channel;
    const json::Value expected = app_of(channel);
    const json::Value& extra = options_.settings[channel];
    setup.settings = json::merge_patch(expected["test"]["settings"],
                                       extra.is_object() ? extra : json::object({}));
    market.sandbox = make_sandbox(channel, setup);
    network_->attach(market.url, *market.sandbox);
    sync::ChannelSettings& s = options_.engine.channels[channel];
    s.app.channel = channel;
    s.app.app_id = expected["app_id"].text();
    s.app.secret = Secret(std::string(expected["secret"].text()));
    s.app.push_secret = Secret(std::string(expected["push_secret"].text()));
    s.app.api_url = market.url;
    s.app.auth_url = market.url + std::string(expected["auth_path"].text());
    s.app.hook_url = setup.hook_url;
    s.app.redirect_url = "https://gerbang.test/oauth/" + channel + "/callback";
  }
  options_.engine.state_key = Secret(std::string(32, 's'));

  store::SqliteOptions sqlite{":memory:", Vault::for_tests(), clock, store_random_};
  sqlite.metrics = &metrics;
  store_ = std::make_unique<InlineStore>(std::move(sqlite));
  const Result<void> opened = store_->open();
  ensure(opened.ok(), "the store of a world does not open");
  store_->on_commit([this](const store::Committed& c) {
    if (engine_) engine_->wake(c);
  });
  store::CreateOrganisation create;
  create.organisation.name = "BUM Desa Sukamaju";
  create.organisation.kind = "bumdes";
  organisation_ = must(store_->apply_now(std::move(create)), "organisation").id;
  start_engine();
}

World::~World() {
  // Every coroutine ends before what it refers to.
  engine_->stop();
  run_for(std::chrono::seconds(10));
  store_->close();
}

void World::start_engine() {
  sync::Ports ports;
  ports.store = store_.get();
  ports.registry = &registry_;
  ports.transport = network_.get();
  ports.timers = &timers_;
  ports.clock = &clock;
  ports.random = &random;
  ports.metrics = &metrics;
  engine_ = std::make_unique<sync::Engine>(context_.get_executor(), ports, options_.engine);
  boost::asio::co_spawn(context_, engine_->run(), boost::asio::detached);
}

void World::settle() {
  do {
    pump_pushes();
    context_.restart();
  } while (context_.poll() > 0);
}

void World::pump_pushes() {
  for (auto& [channel, market] : markets_) {
    for (const sandbox::Push& push : market.sandbox->due_pushes()) {
      InboundRequest inbound;
      inbound.method = push.request.method;
      const auto url = parse_url(push.request.url);
      const std::string base = "/hooks/" + channel;
      if (url && url->path.starts_with(base)) inbound.path = url->path.substr(base.size());
      if (url) inbound.query = url->query;
      inbound.headers = push.request.headers;
      inbound.body = push.request.body;
      HttpResponse answer;
      const auto events = registry_.find(channel)->open_webhook(
          inbound, options_.engine.channels.at(channel).app, clock.now());
      answer.status = refuse_pushes ? 503 : 401;
      if (events && !refuse_pushes) {
        const auto stored = store_->apply_now(sync::received(channel, inbound.body, *events));
        answer.status = stored ? 200 : 503;
      }
      market.sandbox->push_answered(push.id, answer);
    }
  }
}

bool World::step(TimePoint limit) {
  settle();
  std::optional<TimePoint> next = timers_.next();
  for (auto& [channel, market] : markets_) {
    const auto push = market.sandbox->next_push();
    if (push && (!next || *push < *next)) next = push;
  }
  if (const auto late = network_->next_late(); late && (!next || *late < *next)) next = late;
  if (!next || *next > limit) {
    clock.set(limit);
    timers_.wake_due();
    settle();
    return false;
  }
  if (*next > clock.now()) clock.set(*next);
  network_->deliver_late();
  timers_.wake_due();
  settle();
  return true;
}

void World::run_for(Duration duration) {
  const TimePoint limit = clock.now() + duration;
  while (step(limit)) {
  }
}

bool World::run_until(const std::function<bool()>& done, Duration limit) {
  const TimePoint end = clock.now() + limit;
  settle();
  while (!done()) {
    if (!step(end)) return done();
  }
  return true;
}

void World::restart_engine() {
  engine_->stop();
  run_for(std::chrono::seconds(10));
  engine_.reset();
  start_engine();
}

namespace {
template <class T>
boost::asio::awaitable<void> into(boost::asio::awaitable<Result<T>> task,
                                  std::optional<Result<T>>& out) {
  Result<T> result = co_await std::move(task);
  out.emplace(std::move(result));
}
}  // namespace

template <class T>
Result<T> World::wait(boost::asio::awaitable<Result<T>> task) {
  std::optional<Result<T>> out;
  boost::asio::co_spawn(context_, into(std::move(task), out), boost::asio::detached);
  run_until([&] { return out.has_value(); }, std::chrono::minutes(5));
  ensure(out.has_value(), "a task of the world did not end");
  return std::move(*out);
}

Shop World::connect(const std::string& channel, const std::string& name, bool adopt) {
  const json::Value remote =
      control(channel, Method::post, "shops", json::object({{"name", name}}));
  store::CreateShop create;
  create.shop.organisation = organisation_;
  create.shop.channel = channel;
  create.shop.name = name;
  create.variants_in_listing = registry_.find(channel)->info().can.variants_in_listing;
  create.adopt = adopt;
  const Shop shop = must(store_->apply_now(std::move(create)), "shop");
  return must(authorise(shop, remote["shop_id"].to_text()), "complete_authorisation");
}

Result<Shop> World::authorise(const Shop& shop, const std::string& remote_shop_id) {
  const std::string& channel = shop.channel;
  if (!registry_.find(channel)->info().can.authorise) {
    const json::Value given =
        control(channel, Method::post, "consent", json::object({{"shop_id", remote_shop_id}}));
    std::vector<std::pair<std::string, std::string>> keys;
    for (const auto& [k, v] : given["credentials"].members()) keys.emplace_back(k, v.to_text());
    return wait(engine_->connect(organisation_, shop.id, std::move(keys)));
  }
  const std::string link =
      must(wait(engine_->authorise_url(organisation_, shop.id)), "authorise_url");
  const std::string state = query_value(*parse_query(parse_url(link)->query), "state").value_or("");
  const json::Value consent = control(
      channel, Method::post, "consent",
      json::object({{"shop_id", remote_shop_id},
                    {"state", state},
                    {"redirect_uri", options_.engine.channels.at(channel).app.redirect_url}}));
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& [k, v] : consent["query"].members()) query.emplace_back(k, v.to_text());
  if (!query_value(query, "state")) query.emplace_back("state", state);
  return wait(engine_->complete_authorisation(channel, query));
}

Result<ShippingLabel> World::label(const std::string& order, const std::string& parcel) {
  return wait(engine_->fetch_label(organisation_, order, parcel));
}

void World::put(const json::Value& product) {
  const std::string code(product["code"].text());
  store::PutProducts script;
  script.organisation = organisation_;
  script.items.push_back({must(product_from_json(code, product), "product"), std::nullopt});
  auto saved = must(store_->apply_now(std::move(script)), "put");
  must(std::move(saved.front()), "put item");
}

void World::count(const std::string& item, Quantity on_hand) {
  store::ApplyStock script;
  script.organisation = organisation_;
  store::ApplyStock::Item line;
  line.item = item;
  line.on_hand = on_hand;
  script.items.push_back(line);
  auto done = must(store_->apply_now(std::move(script)), "count");
  must(std::move(done.front()), "count item");
}

HttpResponse World::ask(const std::string& channel, Method method, const std::string& path,
                        const json::Value& body) {
  HttpRequest request;
  request.method = method;
  request.url = "/_sandbox/" + path;
  if (!body.is_null()) request.body = json::dump(body);
  return markets_.at(channel).sandbox->handle(request).response;
}

json::Value World::control(const std::string& channel, Method method, const std::string& path,
                           const json::Value& body) {
  const HttpResponse answer = ask(channel, method, path, body);
  ensure(answer.status < 300, "sandbox control " + path + ": " + std::to_string(answer.status) +
                                  " " + answer.body.substr(0, 300));
  return must(json::parse(answer.body), "control answer");
}

std::string World::place_order(const std::string& channel, const Shop& shop, const std::string& sku,
                               Quantity quantity, bool pay) {
  const json::Value line = json::object({{"sku", sku}, {"quantity", quantity}});
  return control(channel, Method::post, "orders",
                 json::object({{"shop_id", shop.remote_id},
                               {"lines", json::array({line})},
                               {"pay", pay}}))["order_id"]
      .to_text();
}

std::map<std::string, Quantity> World::on_offer(const std::string& channel, const Shop& shop) {
  std::map<std::string, Quantity> out;
  const json::Value all = control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
  for (const json::Value& l : all["listings"].items()) {
    if (l["listed"].as_bool().value_or(false))
      out[std::string(l["sku"].text())] = l["stock"].as_int64().value_or(-1);
  }
  return out;
}

std::map<std::string, std::int64_t> World::prices(const std::string& channel, const Shop& shop) {
  std::map<std::string, std::int64_t> out;
  const json::Value all = control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
  for (const json::Value& l : all["listings"].items())
    out[std::string(l["sku"].text())] = l["price"].to_integral().value_or(-1);
  return out;
}

CallContext World::context_of(const std::string& channel, const Shop& shop) {
  store::LoadTokens tokens;
  tokens.shop = shop.id;
  CallContext context;
  context.app = options_.engine.channels.at(channel).app;
  context.remote_shop_id = shop.remote_id;
  const store::TokenView known = must(store_->read_now(tokens), "tokens");
  context.access_token = known.tokens.access;
  context.refresh_token = known.tokens.refresh;
  context.now = clock.now();
  context.nonce = random.hex(16);
  return context;
}

void World::carry_out(const std::string& channel, Exchange<BatchAck> exchange) {
  for (auto request = exchange.start(); request;) {
    request->url = parse_url(request->url)->target();
    request = exchange.reply(markets_.at(channel).sandbox->handle(*request).response);
  }
  for (const ItemAck& item : must(exchange.take(), "another tool").items)
    ensure(!item.error, "another tool is refused");
}

void World::set_by_another_tool(const std::string& channel, const Shop& shop,
                                const std::string& sku, Quantity stock) {
  store::LoadStock load;
  load.shop = shop.id;
  load.skus = {sku};
  StockBatch batch;
  batch.items = must(store_->read_now(load), "stock");
  batch.items.at(0).quantity = stock;
  carry_out(channel,
            registry_.find(channel)->set_stock(context_of(channel, shop), std::move(batch)));
}

void World::state_by_another_tool(const std::string& channel, const Shop& shop,
                                  const StateItem& item) {
  StateBatch batch;
  batch.items = {item};
  carry_out(channel,
            registry_.find(channel)->set_state(context_of(channel, shop), std::move(batch)));
}

namespace {
template <class T>
boost::asio::awaitable<Result<T>> drive(sync::Transport& network, TimePoint deadline,
                                        Exchange<T> exchange) {
  for (auto request = exchange.start(); request;) {
    auto sending = network.send(std::move(*request), deadline);
    Result<HttpResponse> answer = co_await std::move(sending);
    if (!answer) co_return std::move(answer).error();
    request = exchange.reply(std::move(*answer));
  }
  co_return exchange.take();
}
}  // namespace

ListingRef World::list_by_hand(const std::string& channel, const Shop& shop, ListingDraft draft) {
  const Connector& connector = *registry_.find(channel);
  CallContext context = context_of(channel, shop);
  const auto fresh = [&] {
    context.now = clock.now();
    context.nonce = random.hex(16);
    return context;
  };
  const auto run = [&](auto exchange) {
    return must(wait(drive(*network_, clock.now() + std::chrono::minutes(1), std::move(exchange))),
                "by hand");
  };
  if (connector.info().can.needs_shop_facts)
    context.shop_facts =
        std::make_shared<const json::Value>(run(connector.read_shop_facts(fresh())));
  if (connector.info().can.needs_category_facts) {
    const std::string category = must(connector.category_of(context, draft), "category");
    context.category_facts =
        std::make_shared<const json::Value>(run(connector.read_category_facts(fresh(), category)));
  }
  ListingRef ref = run(connector.publish_listing(fresh(), draft));
  while (ref.resume_after) {
    run_for(*ref.resume_after);
    draft.remote_product = ref.remote_product;
    draft.memo = ref.memo;
    for (DraftVariant& v : draft.variants) v.remote_variant = ref.variants[v.sku];
    ref = run(connector.update_listing(fresh(), draft));
  }
  return ref;
}

std::int64_t World::waiting_work() {
  std::int64_t sum = 0;
  for (const auto& view : must(store_->read_now(store::ListShops()), "shops"))
    sum += view.work.waiting;
  return sum;
}

}  // namespace gerbang::kit
