#include "gateway/gateway.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

#include "connectors/list.hpp"
#include "core/base/log.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "core/sync/await.hpp"
#include "core/sync/engine.hpp"
#include "gateway/api/api.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/server.hpp"
#include "gateway/plugins/plugins.hpp"

namespace gerbang {

using boost::asio::awaitable;

namespace {

App app_of(const config::App& from) {
  App app;
  app.channel = from.channel;
  app.app_id = from.app_id;
  app.secret = from.secret;
  app.push_secret = from.push_secret;
  app.push_secret_before = from.push_secret_before;
  app.api_url = from.api_url;
  app.auth_url = from.auth_url;
  app.hook_url = from.hook_url;
  app.redirect_url = from.redirect_url;
  return app;
}

sync::EngineOptions engine_options(const config::Config& config) {
  sync::EngineOptions out;
  for (const config::App& app : config.apps)
    out.channels[app.channel] = sync::ChannelSettings{app_of(app), app.enabled, app.rate_scale};
  out.poll_interval = config.sync.poll_interval;
  out.poll_overlap = config.sync.poll_overlap;
  out.sweep = std::chrono::days(config.sync.sweep_days);
  out.request_deadline = config.sync.request_deadline;
  out.read_back_interval = config.sync.read_back_interval;
  out.lost_events_interval = config.sync.lost_events_interval;
  out.refresh_at = config.sync.refresh_at_percent / 100.0;
  out.shutdown_grace = config.sync.shutdown_grace;
  // A key of its own for the state of authorisation links, derived from the oldest master key, so
  // that links survive a restart.
  if (!config.store.master_keys.empty()) {
    const Sha256 key =
        hmac_sha256(config.store.master_keys.begin()->second.reveal(), "authorisation state");
    out.state_key = Secret(std::string(as_view(key)));
  }
  return out;
}

std::map<std::string, App> hook_apps(const config::Config& config) {
  std::map<std::string, App> out;
  for (const config::App& app : config.apps) {
    if (app.enabled) out.emplace(app.channel, app_of(app));
  }
  return out;
}

http::TransportOptions transport_options(const config::Config& config) {
  http::TransportOptions out;
  out.connect = config.http_client.connect_timeout;
  out.total = config.http_client.total_timeout;
  out.ca_file = config.http_client.ca_file;
  out.allow_private_tenant_addresses = config.http_client.allow_private_tenant_addresses;
  out.tenant_exceptions = config.http_client.tenant_exceptions;
  return out;
}

http::ServerOptions server_options(const config::Config& config, Metrics& metrics) {
  http::ServerOptions out;
  out.address = config.server.address;
  out.port = static_cast<std::uint16_t>(config.server.port);
  out.threads = static_cast<unsigned>(config.server.edge_threads);
  out.certificate_file = config.server.tls_cert;
  out.key_file = config.server.tls_key;
  out.trusted_proxies = config.server.trusted_proxies;
  out.limits.connections = static_cast<std::size_t>(config.limits.connections);
  out.limits.connections_per_address =
      static_cast<std::size_t>(config.limits.connections_per_address);
  out.metrics = &metrics;
  return out;
}

// Consent runs where the lanes run; the edge thread waits for it without blocking.
class EngineAuthoriser final : public api::Authoriser {
 public:
  EngineAuthoriser(boost::asio::io_context& context, sync::Engine& engine)
      : context_(context), engine_(engine) {}

  awaitable<Result<std::string>> authorise_url(Shop shop) override {
    return sync::run_on(context_.get_executor(), engine_.authorise_url(shop.organisation, shop.id));
  }
  awaitable<Result<Shop>> complete(std::string channel, QueryItems query) override {
    return sync::run_on(context_.get_executor(),
                        engine_.complete_authorisation(std::move(channel), std::move(query)));
  }
  awaitable<Result<Shop>> connect(Shop shop, QueryItems credentials) override {
    return sync::run_on(context_.get_executor(),
                        engine_.connect(shop.organisation, shop.id, std::move(credentials)));
  }

 private:
  boost::asio::io_context& context_;
  sync::Engine& engine_;
};

class EngineLabels final : public api::Labels {
 public:
  EngineLabels(boost::asio::io_context& context, sync::Engine& engine)
      : context_(context), engine_(engine) {}

  awaitable<Result<ShippingLabel>> fetch(std::string organisation, std::string order,
                                         std::string parcel) override {
    return sync::run_on(
        context_.get_executor(),
        engine_.fetch_label(std::move(organisation), std::move(order), std::move(parcel)));
  }

 private:
  boost::asio::io_context& context_;
  sync::Engine& engine_;
};

// Those of this build, then those that the host adds.
Result<void> fill(Registry& registry, const config::Config& config) {
  add_connectors(registry);
  return plugins::load_all(registry, config.connectors.directory, config.connectors.load);
}

class OneThread final : public sync::Worker {
 public:
  void run(std::function<void()> task) override { boost::asio::post(pool_, std::move(task)); }

 private:
  boost::asio::thread_pool pool_{1};
};

}  // namespace

struct Gateway::Impl {
  explicit Impl(config::Config c) : config(std::move(c)) {}

  config::Config config;
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  Registry registry;
  boost::asio::io_context context{1};
  OneThread worker;
  std::unique_ptr<store::Store> store;
  std::optional<http::HttpTransport> transport;
  std::optional<http::AsioTimers> timers;
  std::unique_ptr<sync::Engine> engine;
  std::optional<EngineAuthoriser> authoriser;
  std::optional<EngineLabels> labels;
  api::Signals signals;
  std::optional<hooks::Hooks> hooks;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Server> server;
  std::optional<boost::asio::signal_set> interrupts;
  std::thread closing;
  std::once_flag stopped;

  Result<void> compose();
  void begin_stop();
};

Gateway::Gateway() = default;
Gateway::~Gateway() = default;

Result<void> Gateway::Impl::compose() {
  GERBANG_CHECK(fill(registry, config));
  GERBANG_TRY(vault, Vault::create(config.store.master_keys, random));
  store::SqliteOptions sqlite{config.store.path, std::move(vault), clock, random};
  sqlite.metrics = &metrics;
  metrics.set("gerbang_start_time_seconds", "When this process started, Unix time",
              static_cast<double>(to_unix_millis(clock.now())) / 1000);
  metrics.set("gerbang_build_info", "1, with the version", 1, {{"version", GERBANG_VERSION}});
  sqlite.min_free_bytes = config.store.min_free;
  sqlite.max_group_rows = static_cast<std::size_t>(config.store.group_rows);
  sqlite.max_queued = static_cast<std::size_t>(config.limits.queued_writes);
  GERBANG_TRY(opened, store::open_sqlite_store(std::move(sqlite)));
  store = std::move(opened);

  transport.emplace(context, transport_options(config));
  timers.emplace(context);
  sync::Ports ports;
  ports.store = store.get();
  ports.registry = &registry;
  ports.transport = &*transport;
  ports.timers = &*timers;
  ports.clock = &clock;
  ports.random = &random;
  ports.metrics = &metrics;
  ports.worker = &worker;
  engine = std::make_unique<sync::Engine>(context.get_executor(), ports, engine_options(config));
  store->on_commit([this](const store::Committed& committed) {
    engine->wake(committed);
    if (!committed.organisations_with_events.empty())
      signals.notify(committed.organisations_with_events);
  });

  authoriser.emplace(context, *engine);
  labels.emplace(context, *engine);
  hooks.emplace(*store, registry, clock, metrics, hook_apps(config));
  api::ApiOptions options;
  options.admin_key_hash = config.admin.key_hash;
  options.backup_directory = config.store.backup_directory;
  api = std::make_unique<api::Api>(api::Dependencies{*store, clock, random, metrics, registry,
                                                     signals, *hooks, *authoriser, *labels},
                                   std::move(options));
  server = std::make_unique<http::Server>(*api, server_options(config, metrics));
  return server->start();
}

Result<void> Gateway::check_connectors(const config::Config& config) {
  Registry registry;
  return fill(registry, config);
}

Result<std::unique_ptr<Gateway>> Gateway::open(config::Config config) {
  std::unique_ptr<Gateway> gateway(new Gateway());
  gateway->impl_ = std::make_unique<Impl>(std::move(config));
  auto composed = gateway->impl_->compose();
  if (!composed) {
    if (gateway->impl_->store) gateway->impl_->store->close();
    return std::move(composed).error();
  }
  return gateway;
}

std::uint16_t Gateway::port() const {
  return impl_->server->port();
}

void Gateway::Impl::begin_stop() {
  std::call_once(stopped, [this] {
    log::info("gateway.stopping");
    signals.close();
    engine->stop();
    // Blocks until the requests in flight are answered; they may need the engine's thread.
    closing = std::thread([this] { server->stop(config.sync.shutdown_grace); });
  });
}

void Gateway::stop() {
  boost::asio::post(impl_->context, [impl = impl_.get()] { impl->begin_stop(); });
}

void Gateway::run() {
  Impl& g = *impl_;
  g.interrupts.emplace(g.context, SIGTERM, SIGINT);
  g.interrupts->async_wait([&g](const boost::system::error_code& error, int number) {
    if (error) return;
    log::info("gateway.signal", {{"signal", number}});
    g.begin_stop();
  });
  bool engine_ended = false;
  boost::asio::co_spawn(g.context, g.engine->run(), [&](std::exception_ptr failure) {
    if (failure) invariant_broken("the engine ended by an exception");
    engine_ended = true;
    g.interrupts->cancel();
  });
  log::info("gateway.started", {{"listening", g.config.server.address},
                                {"port", g.server->port()},
                                {"version", GERBANG_VERSION}});
  while (!engine_ended) g.context.run_one();
  g.closing.join();
  // What is still on its way is cut; its work stays in the store.
  g.transport->close();
  g.context.run_for(std::chrono::milliseconds(500));
  g.store->close();
  log::info("gateway.stopped");
}

}  // namespace gerbang
