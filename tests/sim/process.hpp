#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/sync/engine.hpp"
#include "gateway/api/api.hpp"
#include "tests/sim/outside.hpp"
#include "tests/sim/store.hpp"

namespace gerbang::sim {

// What every life of the gateway is made with.
struct Setup {
  Clockwork& clockwork;
  Disk& disk;
  Trace& trace;
  Outside& outside;
  const Registry& registry;
  Metrics& metrics;
  Random& random;        // the engine's
  Random& store_random;  // the store's ids
  Random& chance;        // the scheduler's
  sync::EngineOptions engine;
  StoreWeather store_weather;
  std::function<void(store::Database&)> committed;
};

// One life of the gateway: the real engine, API, webhook reception and store in one context. Dies
// by destruction at any await: nothing in it gets a chance to do anything more.
class Process {
 public:
  using Done = std::function<void(std::optional<HttpResponse>)>;

  explicit Process(Setup& setup);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Result<void> boot();
  // Runs one handler that is ready. False: none is.
  bool step() { return context_.poll_one() > 0; }
  // What came over the network. `answered` is told when the gateway has answered; nothing when it
  // dies first.
  void serve(http::ServerRequest request, Done answered);
  void stop();  // an orderly end begins
  bool stopped() const { return ended_; }
  void close_store() { store_->close(); }
  SimStore& store() { return *store_; }

 private:
  struct Context : boost::asio::io_context {
    Context() : boost::asio::io_context(1) {}
    void end() { shutdown(); }  // every frame is destroyed while what it refers to is there
  };
  struct Authoriser final : api::Authoriser {
    explicit Authoriser(sync::Engine& e) : engine(e) {}
    boost::asio::awaitable<Result<std::string>> authorise_url(Shop shop) override {
      return engine.authorise_url(shop.organisation, shop.id);
    }
    boost::asio::awaitable<Result<Shop>> complete(std::string channel, QueryItems query) override {
      return engine.complete_authorisation(std::move(channel), std::move(query));
    }
    boost::asio::awaitable<Result<Shop>> connect(Shop shop, QueryItems credentials) override {
      return engine.connect(shop.organisation, shop.id, std::move(credentials));
    }
    sync::Engine& engine;
  };
  struct Labels final : api::Labels {
    explicit Labels(sync::Engine& e) : engine(e) {}
    boost::asio::awaitable<Result<ShippingLabel>> fetch(std::string organisation, std::string order,
                                                        std::string parcel) override {
      return engine.fetch_label(std::move(organisation), std::move(order), std::move(parcel));
    }
    sync::Engine& engine;
  };
  struct Open {
    Done answered;
  };

  Setup& setup_;
  Context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  SimTimers timers_;
  SimTransport transport_;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<sync::Engine> engine_;
  std::unique_ptr<Authoriser> authoriser_;
  std::unique_ptr<Labels> labels_;
  api::Signals signals_;
  std::unique_ptr<hooks::Hooks> hooks_;
  std::unique_ptr<api::Api> api_;
  std::map<std::uint64_t, std::shared_ptr<Open>> open_;
  std::uint64_t last_request_ = 0;
  bool ended_ = false;
};

}  // namespace gerbang::sim
