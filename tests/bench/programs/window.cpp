// gerbang-bench-window: the oversell window, seen from outside. Hosts some sandbox marketplaces in
// one process and one thread, lets shoppers buy in one of them at a fixed rate, and takes the time,
// in microseconds, from each sale's signed webhook leaving here to the fallen stock arriving at
// every other shop.
//
//   gerbang-bench-window --hook-base URL --ready-file FILE --channels a,b,c [--settings JSON]
//
// The sandboxes' control interface is that of gerbang-sandboxes. On any of their ports also:
//   POST /_window/run {"channel": "shopee", "shop": ID, "skus": […], "rate": 200, "seconds": 5,
//                      "sinks": ["lazada", …]}
//     → {"orders", "windows", "missing", "push_p50_ms", "push_p99_ms", "hook_p50_ms", …}
//
// A window begins when the first webhook about the order is about to be sent and ends when the
// request with the fallen stock has arrived whole, before the sandbox looks at it. Every window
// counts; one that has not ended in ten seconds is missing. SKUs are bought in turn: a list that is
// too short would count the oldest sale of a SKU, never a younger one.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/list.hpp"
#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/server.hpp"
#include "gateway/sandboxes/host.hpp"
#include "tests/bench/programs/report.hpp"

namespace gerbang::bench {
namespace {

using boost::asio::awaitable;
using Steady = std::chrono::steady_clock;

constexpr Duration kPatience = std::chrono::seconds(10);

double milliseconds(Steady::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

awaitable<void> sleep_until(Steady::time_point when) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, when);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// What is measured while shoppers buy.
struct Run {
  std::string channel;
  std::set<std::string> sinks;
  // Sales whose stock has not arrived, by sink and SKU; the older one when there are two.
  std::map<std::string, std::map<std::string, Steady::time_point>> open;
  std::map<std::string, Steady::time_point> first_hook;  // by order, until it is read
  std::vector<double> hooks;                             // webhook sent until it is answered
  std::vector<double> fetches;                           // webhook sent until the order is read
  std::vector<double> windows;
  std::int64_t orders = 0;
  std::int64_t refused_hooks = 0;

  std::size_t waiting() const {
    std::size_t sum = 0;
    for (const auto& [sink, sales] : open) sum += sales.size();
    return sum;
  }
};

class Market;

class World {
 public:
  World(boost::asio::io_context& context, std::string hook_base)
      : context_(context), hook_base_(std::move(hook_base)), transport_(context) {}
  ~World();

  Result<void> start(const std::vector<std::string>& channels, const json::Value& settings);
  std::map<std::string, std::uint16_t> ports() const;
  awaitable<std::string> measure(json::Value order);
  void close() { transport_.close(); }

  boost::asio::io_context& context() { return context_; }
  Run* run() { return run_ ? &*run_ : nullptr; }
  // Sends the webhooks that are due; `about` is the order that has just been placed.
  void deliver(Market& market, const std::string& about_sku = {});

 private:
  awaitable<void> send(Market& market, sandbox::Push push, bool measured);
  awaitable<void> pump(Market& market);

  boost::asio::io_context& context_;
  const std::string hook_base_;
  SystemClock clock_;
  SystemRandom random_;
  http::HttpTransport transport_;
  std::map<std::string, std::unique_ptr<Market>> markets_;
  std::optional<Run> run_;
};

class Market final : public http::Handler {
 public:
  Market(World& world, std::string channel) : world_(world), channel_(std::move(channel)) {}

  awaitable<http::ServerReply> handle(http::ServerRequest request) override {
    const auto arrived = Steady::now();
    http::ServerReply reply;
    reply.route = "sandbox";
    if (request.path == "/_window/run") {
      auto order = json::parse(request.body);
      if (!order) {
        reply.response.status = 400;
        co_return reply;
      }
      auto measuring = world_.measure(std::move(*order));
      std::string seen = co_await std::move(measuring);
      reply.response.status = 200;
      reply.response.headers.set("Content-Type", "application/json");
      reply.response.body = std::move(seen);
      co_return reply;
    }
    const bool control = request.path.starts_with("/_sandbox/");
    HttpRequest inner;
    inner.method = request.method;
    inner.url = request.target;
    inner.headers = std::move(request.headers);
    inner.body = std::move(request.body);
    sandbox::Answer answer = sandbox_->handle(inner);
    if (!control) {
      ++calls_;
      if (Run* run = world_.run()) observe(*run, arrived);
    }
    if (answer.delay.count() > 0) {
      auto sleeping = sleep_until(Steady::now() + answer.delay);
      co_await std::move(sleeping);
    }
    reply.reset = answer.cut == sandbox::Answer::Cut::reset_instead;
    reply.response = std::move(answer.response);
    co_return reply;
  }
  http::BodyPolicy body_policy(Method, std::string_view) const override {
    return {12 * 1024 * 1024, false};
  }

  json::Value ask(Method method, const std::string& path, const json::Value& body = {}) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + path;
    if (method != Method::get) request.body = json::dump(body);
    const auto answer = sandbox_->handle(request).response;
    auto parsed = json::parse(answer.body);
    if (answer.status >= 300 || !parsed) {
      std::fprintf(stderr, "%s %s: %d %s\n", channel_.c_str(), path.c_str(), answer.status,
                   answer.body.c_str());
      return {};
    }
    return std::move(*parsed);
  }

  // What the ledger says of the call that was just served.
  void observe(Run& run, Steady::time_point arrived) {
    const auto sink = run.open.find(channel_);
    if (sink == run.open.end() && channel_ != run.channel) return;
    const json::Value page = ask(Method::get, "ledger?after=" + std::to_string(calls_ - 1));
    for (const json::Value& entry : page["entries"].items()) {
      if (channel_ == run.channel && entry["operation"].text().find("order") != std::string::npos &&
          !run.first_hook.empty()) {
        for (const auto& [sku, sent] : run.first_hook)
          run.fetches.push_back(milliseconds(arrived - sent));
        run.first_hook.clear();
      }
      if (sink == run.open.end()) continue;
      const json::Value& effect = entry["effect"];
      if (effect.is_array()) {
        for (const json::Value& one : effect.items()) end(run, sink->second, one, arrived);
      } else {
        end(run, sink->second, effect, arrived);
      }
    }
  }

  static void end(Run& run, std::map<std::string, Steady::time_point>& open,
                  const json::Value& effect, Steady::time_point arrived) {
    if (!effect["stock"].as_int64()) return;
    const json::Value& name =
        effect["seller_sku"].is_string() ? effect["seller_sku"] : effect["sku"];
    const auto sale = open.find(std::string(name.text()));
    // A request that had arrived before the webhook left cannot be about this sale.
    if (sale == open.end() || arrived < sale->second) return;
    run.windows.push_back(milliseconds(arrived - sale->second));
    open.erase(sale);
  }

  World& world_;
  const std::string channel_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<http::Server> server_;
  std::int64_t calls_ = 0;  // = the ledger's last sequence
};

World::~World() = default;

Result<void> World::start(const std::vector<std::string>& channels, const json::Value& settings) {
  for (const std::string& channel : channels) {
    auto market = std::make_unique<Market>(*this, channel);
    http::ServerOptions options;
    options.access_log = false;
    market->server_ = std::make_unique<http::Server>(*market, options);
    GERBANG_CHECK(market->server_->start_on(context_));
    sandbox::Options setup;
    setup.clock = &clock_;
    setup.random = &random_;
    setup.public_url = "http://127.0.0.1:" + std::to_string(market->server_->port());
    setup.hook_url = hook_base_ + "/hooks/" + channel;
    setup.settings = settings[channel];
    market->sandbox_ = make_sandbox(channel, std::move(setup));
    if (!market->sandbox_) return Error(ErrorKind::not_found, "channel_unknown", channel);
    boost::asio::co_spawn(context_, pump(*market), boost::asio::detached);
    markets_.emplace(channel, std::move(market));
  }
  return {};
}

std::map<std::string, std::uint16_t> World::ports() const {
  std::map<std::string, std::uint16_t> out;
  for (const auto& [channel, market] : markets_) out.emplace(channel, market->server_->port());
  return out;
}

void World::deliver(Market& market, const std::string& about_sku) {
  bool first = !about_sku.empty();
  for (sandbox::Push& push : market.sandbox_->due_pushes()) {
    if (first && run_) {
      const auto now = Steady::now();
      ++run_->orders;
      run_->first_hook.emplace(about_sku, now);
      for (const std::string& sink : run_->sinks) run_->open[sink].emplace(about_sku, now);
    }
    boost::asio::co_spawn(context_, send(market, std::move(push), first && run_),
                          boost::asio::detached);
    first = false;
  }
}

awaitable<void> World::send(Market& market, sandbox::Push push, bool measured) {
  const auto sent = Steady::now();
  auto sending = transport_.send(std::move(push.request), clock_.now() + std::chrono::seconds(3));
  Result<HttpResponse> answer = co_await std::move(sending);
  if (measured && run_) {
    run_->hooks.push_back(milliseconds(Steady::now() - sent));
    if (!answer || answer->status != 200) ++run_->refused_hooks;
  }
  market.sandbox_->push_answered(push.id,
                                 answer ? std::optional<HttpResponse>(*answer) : std::nullopt);
}

// Webhooks that are late, repeated, or about anything else than our sales.
awaitable<void> World::pump(Market& market) {
  for (;;) {
    deliver(market);
    auto sleeping = sleep_until(Steady::now() + std::chrono::milliseconds(20));
    co_await std::move(sleeping);
  }
}

awaitable<std::string> World::measure(json::Value order) {
  Market& market = *markets_.at(std::string(order["channel"].text()));
  run_.emplace();
  run_->channel = market.channel_;
  for (const json::Value& sink : order["sinks"].items()) {
    run_->sinks.insert(std::string(sink.text()));
    run_->open[std::string(sink.text())];
  }
  const double rate = order["rate"].as_double().value_or(200);
  const double seconds = order["seconds"].as_double().value_or(5);
  const auto& skus = order["skus"].items();
  const auto count = static_cast<std::int64_t>(rate * seconds);
  const auto first = Steady::now();
  for (std::int64_t i = 0; i < count; ++i) {
    auto sleeping =
        sleep_until(first + std::chrono::duration_cast<Steady::duration>(
                                std::chrono::duration<double>(static_cast<double>(i) / rate)));
    co_await std::move(sleeping);
    const std::string sku(skus[static_cast<std::size_t>(i) % skus.size()].text());
    const json::Value placed = market.ask(
        Method::post, "orders",
        json::object({{"shop_id", order["shop"]},
                      {"lines", json::array({json::object({{"sku", sku}, {"quantity", 1}})})},
                      {"pay", true}}));
    if (placed.is_null()) continue;
    deliver(market, sku);
  }
  const double took = milliseconds(Steady::now() - first);
  const auto end = Steady::now() + kPatience;
  while (run_->waiting() > 0 && Steady::now() < end) {
    auto sleeping = sleep_until(Steady::now() + std::chrono::milliseconds(5));
    co_await std::move(sleeping);
  }
  const Run& run = *run_;
  Report out;
  out.add("orders", run.orders)
      .add("seconds", took / 1000)
      .add("windows", run.windows.size())
      .add("missing", run.waiting())
      .add("refused_hooks", run.refused_hooks)
      .add("hook_p50_ms", at_share(run.hooks, 0.5))
      .add("hook_p99_ms", at_share(run.hooks, 0.99))
      .add("fetch_p50_ms", at_share(run.fetches, 0.5))
      .add("fetch_p99_ms", at_share(run.fetches, 0.99))
      .add("push_p50_ms", at_share(run.windows, 0.5))
      .add("push_p99_ms", at_share(run.windows, 0.99));
  run_.reset();
  co_return out.text();
}

int run(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  if (given["--hook-base"].empty() || given["--ready-file"].empty() ||
      given["--channels"].empty()) {
    std::fprintf(stderr,
                 "usage: gerbang-bench-window --hook-base URL --ready-file FILE --channels a,b,c "
                 "[--settings JSON]\n");
    return 2;
  }
  log::set_level(log::Level::warning);
  std::vector<std::string> channels;
  for (std::string rest = given["--channels"]; !rest.empty();) {
    const auto comma = rest.find(',');
    channels.push_back(rest.substr(0, comma));
    rest = comma == std::string::npos ? std::string() : rest.substr(comma + 1);
  }
  json::Value settings;
  if (auto parsed = json::parse(given["--settings"])) settings = std::move(*parsed);

  boost::asio::io_context context{1};
  World world(context, given["--hook-base"]);
  if (const auto started = world.start(channels, settings); !started) {
    std::fprintf(stderr, "%s\n", started.error().describe().c_str());
    return 1;
  }
  // Pictures, for those who publish.
  SystemClock clock;
  SystemRandom random;
  sandboxes::HostOptions pictures;
  pictures.images_port = 0;
  sandboxes::Host images(context, clock, random, pictures);
  if (const auto started = images.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().describe().c_str());
    return 1;
  }
  json::Object ready;
  for (const auto& [channel, port] : world.ports()) ready.set(channel, int{port});
  ready.set("images", int{images.port("images")});
  std::ofstream(given["--ready-file"] + ".part") << json::dump(json::Value(ready)) << "\n";
  std::filesystem::rename(given["--ready-file"] + ".part", given["--ready-file"]);
  boost::asio::signal_set interrupts(context, SIGTERM, SIGINT);
  interrupts.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) context.stop();
  });
  context.run();
  world.close();
  std::fflush(stdout);
  std::_Exit(0);  // what still sleeps needs no orderly end
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  return gerbang::bench::run(argc, argv);
}
