#include "tests/sim/simulation.hpp"

#include <algorithm>

#include "connectors/list.hpp"
#include "core/base/url.hpp"
#include "core/store/sqlite/queries.hpp"
#include "gateway/api/auth.hpp"
#include "gateway/api/route.hpp"
#include "tests/sim/village.hpp"

namespace gerbang::sim {

namespace {

constexpr std::int64_t kStart = 1795485600;  // 2026-11-24 00:00 WIB
// From the last fault on everything must be as it should within this.
constexpr Duration kConvergence = std::chrono::minutes(90);
// And stay so.
constexpr Duration kRest = std::chrono::minutes(30);
// Virtual time in which nothing ever stands still for so many steps.
constexpr std::int64_t kMostSteps = 30'000'000;

std::uint64_t stream(std::uint64_t seed, std::uint64_t number) {
  return seed * 0x9e3779b97f4a7c15ULL + number * 0xd1342543de82ef95ULL;
}

}  // namespace

Simulation::Simulation(const Options& options)
    : options_(options),
      start_(from_unix_seconds(kStart)),
      plan_(stream(options.seed, 1)),
      chance_(stream(options.seed, 2)),
      network_(stream(options.seed, 3)),
      marketplace_(stream(options.seed, 4)),
      engine_random_(stream(options.seed, 5)),
      store_random_(stream(options.seed, 6)),
      clockwork_(start_, stream(options.seed, 7)),
      disk_(chance_),
      outside_(clockwork_, trace_, network_, marketplace_),
      checks_(clockwork_, trace_) {
  key_ = "gbk_kunci-desa-untuk-simulasi";
  add_connectors(real_);
  for (const Connector* connector : real_.all())
    watched_.add(std::make_unique<Watched>(*connector, checks_));

  storm_ = plan_.below(6) == 0 ? 0.15 : plan_.below(4) == 0 ? 3.0 : 1.0;
  // Mostly an hour or two; now and then a day, so that what is daily happens too.
  const double r = plan_.unit();
  active_hours_ = options.hours.value_or(0.3 + 2.2 * r * r + (plan_.below(12) == 0 ? 22 * r : 0));
  std::vector<ChannelProfile> chosen;
  for (const ChannelProfile& profile : channel_profiles()) {
    const bool asked = std::find(options.channels.begin(), options.channels.end(), profile.name) !=
                       options.channels.end();
    if (options.channels.empty() ? profile.standing : asked) chosen.push_back(profile);
  }
  ensure(!chosen.empty(), "no channel to simulate");
  if (options.channels.empty()) {
    while (chosen.size() > 3 || (chosen.size() > 2 && plan_.below(2) == 0))
      chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(plan_.below(chosen.size())));
  }

  Setup setup{clockwork_,     disk_,         trace_,  outside_, watched_, metrics_,
              engine_random_, store_random_, chance_, {},       {},       {}};
  for (const ChannelProfile& profile : chosen) {
    channels_.push_back(profile.name);
    const bool webhooks = real_.find(profile.name)->info().can.webhooks;
    const Duration off(static_cast<std::int64_t>(plan_.below(90'000)) - 45'000);
    const Outside::Market& market = outside_.open(profile, webhooks, off);
    sync::ChannelSettings& s = setup.engine.channels[profile.name];
    s.app.channel = profile.name;
    s.app.app_id = profile.app_id;
    s.app.secret = Secret(profile.secret);
    s.app.push_secret = Secret(profile.push_secret);
    s.app.api_url = market.url;
    s.app.auth_url = market.url + profile.auth_path;
    if (webhooks) s.app.hook_url = "https://gerbang.test/hooks/" + profile.name;
    s.app.redirect_url = "https://gerbang.test/oauth/" + profile.name + "/callback";
  }
  setup.engine.state_key = Secret(std::string(32, 's'));
  setup.store_weather.slowest_commit_ms = 1 + static_cast<std::int64_t>(plan_.below(40));
  setup.committed = [this](store::Database& db) { checks_.committed(db); };
  setup_.emplace(std::move(setup));

  outside_.deliver = [this](const std::string& channel, const HttpRequest& push,
                            Outside::Answered answered) {
    deliver(channel, push, std::move(answered));
  };
  outside_.stock_arrived = [this](const std::string& channel, const std::string& shop,
                                  const std::string& sku, std::int64_t value) {
    checks_.stock_arrived(channel, shop, sku, value);
  };
  checks_.stored_tokens = [this](const std::string& shop) -> std::optional<TokenSet> {
    store::Database* db = database();
    if (!db || disk_.frozen()) return std::nullopt;
    const Vault vault = Vault::for_tests();
    store::LoadTokens query;
    query.shop = shop;
    auto found = store::SqliteQueries(*db, vault, clockwork_.clock).run(query);
    if (!found) return std::nullopt;
    return std::move(found->tokens);
  };
  village_ = std::make_unique<Village>(*this, stream(options.seed, 8));
}

Simulation::~Simulation() {
  checks_.stored_tokens = nullptr;
  disk_.on_freeze = nullptr;
  process_.reset();
}

void Simulation::boot() {
  booting_ = false;
  process_ = std::make_unique<Process>(*setup_);
  disk_.on_freeze = [this] { process_->store().die(); };
  const auto booted = process_->boot();
  if (!booted)
    throw Violation("acknowledged is durable", "",
                    "the database cannot be opened: " + booted.error().describe());
  trace_.note(now(), "gateway", "", "starts");
  checks_.reopened(*process_->store().database());
}

void Simulation::die(bool power_lost) {
  disk_.freeze();
  const std::size_t lost_before = disk_.lost_writes();
  disk_.on_freeze = nullptr;
  process_.reset();
  outside_.sender_died();
  checks_.process_died();
  disk_.thaw(power_lost);
  ++(power_lost ? outcome_.power_losses : outcome_.deaths);
  ending_ = false;
  trace_.note(now(), "gateway", "",
              power_lost ? "loses its power; " + std::to_string(disk_.lost_writes() - lost_before) +
                               " unsynced writes are gone"
                         : "is killed");
  booting_ = true;
  const auto down = plan_.below(6) == 0 ? plan_.below(240'000) : 100 + plan_.below(3000);
  clockwork_.after(Duration(down), [this] { boot(); });
}

void Simulation::end_orderly() {
  process_->close_store();
  if (disk_.frozen()) return die(power_next_);
  trace_.note(now(), "gateway", "", "has ended in order");
  disk_.on_freeze = nullptr;
  process_.reset();
  outside_.sender_died();
  checks_.process_died();
  ending_ = false;
  ++outcome_.orderly_ends;
  booting_ = true;
  clockwork_.after(Duration(100 + plan_.below(3000)), [this] { boot(); });
}

void Simulation::crash() {
  crash_at_ = steps_ + 100 + static_cast<std::int64_t>(plan_.below(3500));
  if (!process_ || ending_) return;
  power_next_ = plan_.below(3) != 0;
  switch (plan_.below(6)) {
    case 0:
      return die(false);
    case 1:
      return die(true);
    case 2:
      ending_ = true;
      trace_.note(now(), "gateway", "", "is asked to end");
      process_->stop();
      clockwork_.after(std::chrono::seconds(10), [this, life = process_.get()] {
        if (ending_ && process_.get() == life) end_orderly();
      });
      return;
    default:
      disk_.freeze_after(1 + plan_.below(50));
  }
}

void Simulation::step() {
  checks_.rethrow();
  if (++steps_ > kMostSteps) throw Violation("convergence", "", "the simulation does not end");
  if (process_ && disk_.frozen()) return die(power_next_);
  if (faults_ && options_.crashes && steps_ >= crash_at_) crash();
  if (process_ && ending_ && process_->stopped()) return end_orderly();
  if (process_ && process_->step()) return;
  if (!clockwork_.run_next()) throw Violation("convergence", "", "nothing will ever happen again");
}

void Simulation::run_until(TimePoint when) {
  bool there = false;
  const Alarm alarm(clockwork_, when, [&there] { there = true; });
  while (!there) step();
  while (process_ && !disk_.frozen() && process_->step()) checks_.rethrow();
}

void Simulation::request(Method method, const std::string& target, const std::string& body,
                         const std::string& key, Process::Done done) {
  if (!process_ || disk_.frozen()) return done(std::nullopt);
  http::ServerRequest out;
  out.method = method;
  out.target = target;
  const auto question = target.find('?');
  if (question != std::string::npos) out.query = target.substr(question + 1);
  for (const auto segment : api::split_path(std::string_view(target).substr(0, question))) {
    out.segments.push_back(percent_decode(segment).value_or(""));
    out.path += "/" + out.segments.back();
  }
  out.headers.set("Authorization", "Bearer " + key_);
  if (!body.empty()) out.headers.set("Content-Type", "application/json");
  if (!key.empty()) out.headers.set("Idempotency-Key", key);
  out.body = body;
  out.peer = "203.0.113.9";
  out.received = now();
  out.request_id = "sim";
  process_->serve(std::move(out), std::move(done));
}

HttpResponse Simulation::request_now(Method method, const std::string& target,
                                     const std::string& body) {
  std::optional<HttpResponse> got;
  bool done = false;
  request(method, target, body, "", [&](std::optional<HttpResponse> response) {
    done = true;
    got = std::move(response);
  });
  while (!done) step();
  ensure(got.has_value(), "the gateway died while nothing was wrong");
  return std::move(*got);
}

void Simulation::deliver(const std::string& channel, const HttpRequest& push,
                         Outside::Answered answered) {
  if (!process_ || disk_.frozen()) return answered(std::nullopt);
  const auto url = parse_url(push.url);
  http::ServerRequest out;
  out.method = push.method;
  out.target = url->target();
  out.query = url->query;
  for (const auto segment : api::split_path(url->path)) {
    out.segments.push_back(percent_decode(segment).value_or(""));
    out.path += "/" + out.segments.back();
  }
  out.headers = push.headers;
  out.body = push.body;
  out.peer = "198.51.100.7";
  out.received = now();
  out.request_id = "sim";
  InboundRequest inbound;
  inbound.method = push.method;
  inbound.query = url->query;
  inbound.headers = push.headers;
  inbound.body = push.body;
  const auto events =
      real_.find(channel)->open_webhook(inbound, setup_->engine.channels.at(channel).app, now());
  process_->serve(
      std::move(out), [this, channel, events, answered](std::optional<HttpResponse> response) {
        if (response && response->status == 200 && events) {
          checks_.webhook_promised(channel, *events);
          for (const HookEvent& e : *events)
            trace_.note(now(), "hook", e.order, channel + " webhook " + e.key + " is acknowledged");
        }
        answered(std::move(response));
      });
}

void Simulation::set_up() {
  boot();
  process_->store().at_once(true);
  store::CreateOrganisation create;
  create.organisation.name = "BUM Desa Sukamaju";
  create.organisation.kind = "bumdes";
  const auto organisation = process_->store().apply_now(std::move(create));
  ensure(organisation.ok(), "an organisation for the simulation");
  checks_.organisation = organisation->id;
  store::CreateKey key;
  key.key.organisation = organisation->id;
  key.key.label = "perangkat lunak desa";
  key.key.hash = api::hash_of_key(key_);
  ensure(process_->store().apply_now(std::move(key)).ok(), "a key for the simulation");
  process_->store().at_once(false);
  village_->set_up(channels_);
}

void Simulation::change_weather() {
  if (!faults_) return;
  const auto some = [&](double p) { return plan_.below(3) == 0 ? 0.0 : p * storm_ * plan_.unit(); };
  NetworkWeather& w = outside_.weather;
  w.connect_failed = some(0.06);
  w.lost_before = some(0.05);
  w.lost_after = some(0.08);
  w.silent_before = some(0.03);
  w.silent_after = some(0.03);
  w.late = some(0.02);
  w.doubled = some(0.05);
  w.slow = some(0.10);
  w.webhook_lost = some(0.25);
  w.webhook_doubled = some(0.25);
  w.webhook_late = some(0.4);
  w.webhook_answer_lost = some(0.2);
  static const std::vector<std::string> kKinds = {
      "slow", "reset_before", "reset_after", "throttle",     "throttle",   "server_error",
      "html", "empty",        "truncated",   "auth_expired", "bad_gateway"};
  for (const std::string& channel : channels_) {
    const auto what = plan_.below(10);
    if (what < 2) {
      outside_.market(channel).cut_off_until =
          now() + Duration(5'000 + plan_.below(what == 0 ? 3'000'000 : 120'000));
      ++outside_.counts.partitions;
      trace_.note(now(), "net", channel, "is cut off for a while");
    } else if (what < 7) {
      json::Array faults;
      for (std::uint64_t i = 1 + plan_.below(3); i > 0; --i) {
        const std::string& kind = kKinds[plan_.below(kKinds.size())];
        std::int64_t delay = 0;
        if (kind == "slow") delay = static_cast<std::int64_t>(plan_.below(25'000));
        if (kind == "throttle" && plan_.below(2) == 0)
          delay = 1000 * static_cast<std::int64_t>(1 + plan_.below(90));
        const auto times = static_cast<std::int64_t>(1 + plan_.below(4));
        outside_.counts.sandbox += times;
        faults.push_back(json::object({{"operation", "*"},
                                       {"kind", kind},
                                       {"delay_ms", delay},
                                       {"times", times},
                                       {"probability", json::Decimal{"0.3"}}}));
      }
      outside_.control(channel, Method::post, "faults",
                       json::object({{"faults", std::move(faults)}}));
    } else if (what == 7) {
      outside_.control(channel, Method::del, "faults");
    }
  }
  clockwork_.after(Duration(20'000 + plan_.below(1'500'000)), [this] { change_weather(); });
}

void Simulation::stop_faults() {
  faults_ = false;
  outside_.calm();
  disk_.freeze_after(0);
  village_->come_to_rest();
  trace_.note(now(), "gateway", "", "from now on nothing goes wrong any more");
}

std::string Simulation::listings_differ() {
  store::Database& db = *database();
  for (const auto& [id, shop] : checks_.shops) {
    std::map<std::string, std::vector<json::Value>> shown;
    const json::Value all =
        outside_.control(shop.channel, Method::get, "listings?shop_id=" + shop.remote_id);
    for (const json::Value& l : all["listings"].items())
      shown[std::string(l["sku"].text())].push_back(l);
    for (const auto& [sku, recipe] : checks_.recipes) {
      const std::string& product = checks_.product_of.at(sku);
      auto parked = db.query(
                          "SELECT count(*) FROM work w JOIN listings l ON l.shop = w.shop"
                          " AND (w.subject = l.sku OR w.subject = l.unit)"
                          " WHERE w.shop = ?1 AND l.sku = ?2 AND w.parked = 1"
                          " AND w.aspect IN ('stock', 'price', 'content', 'state')")
                        .bind(1, id)
                        .bind(2, sku);
      parked.step();
      if (parked.integer(0) > 0) continue;  // a person knows
      const bool wanted = !checks_.withdrawn(product);
      std::vector<json::Value> listed;
      for (const json::Value& l : shown[sku]) {
        const bool off = l["state"].text().find("DELETE") != std::string_view::npos;
        if (!off && (wanted || l["listed"].as_bool().value_or(false))) listed.push_back(l);
      }
      const std::string where = sku + " at " + shop.channel;
      if (!wanted) {
        if (!listed.empty()) return where + " is still on offer, it was withdrawn";
        continue;
      }
      if (listed.empty()) return where + " is not there";
      if (listed.size() > 1) return where + " is there " + std::to_string(listed.size()) + " times";
      const json::Value& l = listed.front();
      const Quantity offer = checks_.offer(shop, sku);
      const std::int64_t stock = l["stock"].to_integral().value_or(-1);
      if (stock != offer)
        return where + " shows " + std::to_string(stock) + ", should show " + std::to_string(offer);
      if (offer > 0 && !l["listed"].as_bool().value_or(false)) return where + " is not on offer";
      const std::int64_t price = l["price"].to_integral().value_or(-1);
      if (price != checks_.price(sku))
        return where + " costs " + std::to_string(price) + ", should cost " +
               std::to_string(checks_.price(sku));
      const std::string title(l["title"].text());
      if (!title.empty() && title.find(checks_.title(product)) == std::string::npos)
        return where + " is called " + title + ", should be " + checks_.title(product);
    }
  }
  return "";
}

// The channel's own word on an order, asked for past the network.
std::string Simulation::orders_differ() {
  const Vault vault = Vault::for_tests();
  for (const PlacedOrder& placed : village_->orders()) {
    const ShopKnown& shop = checks_.shops.at(placed.shop);
    std::string status, id;
    {
      auto row = database()
                     ->query("SELECT id, status FROM orders WHERE shop = ?1 AND external_id = ?2")
                     .bind(1, placed.shop)
                     .bind(2, placed.id);
      if (!row.step()) return "order " + placed.id + " of " + placed.channel + " is not in";
      id = row.text(0);
      status = row.text(1);
    }
    const auto tokens = checks_.stored_tokens(shop.id);
    if (!tokens) return "no tokens of " + shop.channel;
    CallContext context;
    context.app = setup_->engine.channels.at(shop.channel).app;
    context.remote_shop_id = shop.remote_id;
    context.access_token = tokens->access;
    context.now = now();
    context.nonce = std::string(32, '0');
    Exchange<OrderBatch> asking = real_.find(shop.channel)->fetch_orders(context, {placed.id});
    for (auto request = asking.start(); request;)
      request = asking.reply(outside_.ask(shop.channel, *request));
    const Result<OrderBatch> truth = asking.take();
    if (!truth || truth->orders.size() != 1) continue;  // its limits count our questions too
    const RemoteOrder& remote = truth->orders.front();
    const auto ours = order_status_from(status);
    if (ours != remote.status && may_follow(*ours, remote.status))
      return "order " + placed.id + " is " + status + ", the channel says " +
             std::string(to_string(remote.status));
    std::map<std::string, Quantity> said;
    for (const OrderLine& line : remote.lines) said[line.remote_line] += line.quantity;
    auto row = database()
                   ->query("SELECT remote_line, quantity, sku FROM order_lines WHERE order_id = ?1")
                   .bind(1, id);
    while (row.step()) {
      if (row.integer(1) != said[row.text(0)])
        return "order " + placed.id + " line " + row.text(0) + " has another quantity";
      if (row.text(2).empty()) return "order " + placed.id + " line " + row.text(0) + " has no SKU";
    }
  }
  return "";
}

std::string Simulation::difference() {
  if (!process_ || disk_.frozen()) return "the gateway is down";
  if (!village_->at_rest()) return village_->open_text();
  {
    auto row = database()->query(
        "SELECT aspect, subject FROM work WHERE parked = 0 ORDER BY since LIMIT 1");
    if (row.step()) return "work waits: " + row.text(0) + " of " + row.text(1);
  }
  {
    auto row = database()->query("SELECT channel, state FROM shops WHERE state <> 'active'");
    if (row.step()) return "the shop at " + row.text(0) + " is " + row.text(1);
  }
  const std::string listings = listings_differ();
  return listings.empty() ? orders_differ() : listings;
}

void Simulation::run() {
  set_up();
  faults_ = true;
  crash_at_ = steps_ + static_cast<std::int64_t>(plan_.below(3000));
  change_weather();
  village_->wake_up();
  run_until(now() + Duration(static_cast<std::int64_t>(active_hours_ * 3'600'000)));

  stop_faults();
  const TimePoint calm = now();
  TimePoint rest = now();
  std::string why = "not looked yet";
  while (now() - rest < kRest || !why.empty()) {
    if (!why.empty() && now() - calm > kConvergence)
      throw Violation("convergence", why.substr(0, why.find(' ')), why);
    village_->look_after_shops();
    run_until(now() + std::chrono::minutes(2));
    why = difference();
    if (why.empty()) continue;
    rest = now();
    if (why != outcome_.waited_for) trace_.note(now(), "gateway", "", "waits: " + why);
    outcome_.waited_for = why;
  }
  outcome_.converged = rest - calm;
  checks_.reopened(*database());
  auto row = database()->query("SELECT count(*) FROM work WHERE parked = 1");
  row.step();
  outcome_.parked = row.integer(0);
}

Outcome Simulation::outcome() const {
  Outcome out = outcome_;
  out.seed = options_.seed;
  out.hash = trace_.hash();
  out.lived = now() - start_;
  out.steps = steps_;
  out.commits = checks_.commits();
  out.checks = checks_.checks();
  out.intents = village_->intents();
  out.orders = static_cast<std::int64_t>(village_->orders().size());
  out.lost_writes = static_cast<std::int64_t>(disk_.lost_writes());
  out.faults = outside_.counts;
  out.channels = channels_;
  return out;
}

Outcome simulate(const Options& options) {
  Simulation simulation(options);
  try {
    simulation.run();
    Outcome out = simulation.outcome();
    if (options.whole_story) out.story = simulation.trace().whole(simulation.start());
    return out;
  } catch (const Violation& violation) {
    Outcome out = simulation.outcome();
    out.violation = violation;
    std::vector<std::string> named;
    for (const std::string& channel : out.channels) {
      const bool is = violation.subject == channel ||
                      std::string_view(violation.what()).find(channel) != std::string_view::npos;
      if (is) named.push_back(channel);
    }
    out.story = options.whole_story
                    ? simulation.trace().whole(simulation.start())
                    : simulation.trace().story(violation.subject, named, simulation.start());
    return out;
  }
}

}  // namespace gerbang::sim
