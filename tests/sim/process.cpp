#include "tests/sim/process.hpp"

#include <boost/asio/co_spawn.hpp>

namespace gerbang::sim {

Process::Process(Setup& setup)
    : setup_(setup),
      work_(boost::asio::make_work_guard(context_)),
      timers_(context_, setup.clockwork),
      transport_(context_, setup.outside) {
  store_ = std::make_unique<SimStore>(setup.clockwork, setup.disk, setup.trace, setup.chance,
                                      setup.store_random, setup.store_weather, setup.committed);
}

Process::~Process() {
  store_->die();
  auto open = std::exchange(open_, {});
  store_->drop();
  context_.end();
  for (const auto& [number, request] : open) request->answered(std::nullopt);
}

Result<void> Process::boot() {
  GERBANG_CHECK(store_->open());
  sync::Ports ports;
  ports.store = store_.get();
  ports.registry = &setup_.registry;
  ports.transport = &transport_;
  ports.timers = &timers_;
  ports.clock = &setup_.clockwork.clock;
  ports.random = &setup_.random;
  ports.metrics = &setup_.metrics;
  engine_ = std::make_unique<sync::Engine>(context_.get_executor(), ports, setup_.engine);
  store_->on_commit([this](const store::Committed& touched) {
    engine_->wake(touched);
    if (!touched.organisations_with_events.empty())
      signals_.notify(touched.organisations_with_events);
  });
  authoriser_ = std::make_unique<Authoriser>(*engine_);
  labels_ = std::make_unique<Labels>(*engine_);
  std::map<std::string, App> apps;
  for (const auto& [channel, settings] : setup_.engine.channels) apps[channel] = settings.app;
  hooks_ = std::make_unique<hooks::Hooks>(*store_, setup_.registry, setup_.clockwork.clock,
                                          setup_.metrics, std::move(apps));
  api_ = std::make_unique<api::Api>(
      api::Dependencies{*store_, setup_.clockwork.clock, setup_.random, setup_.metrics,
                        setup_.registry, signals_, *hooks_, *authoriser_, *labels_},
      api::ApiOptions{});
  boost::asio::co_spawn(context_, engine_->run(), [this](std::exception_ptr failure) {
    ensure(!failure, "the engine ended by an exception");
    ended_ = true;
  });
  return {};
}

void Process::stop() {
  engine_->stop();
}

void Process::serve(http::ServerRequest request, Done answered) {
  const std::uint64_t number = ++last_request_;
  open_.emplace(number, std::make_shared<Open>(Open{std::move(answered)}));
  boost::asio::co_spawn(context_, api_->handle(std::move(request)),
                        [this, number](std::exception_ptr failure, http::ServerReply reply) {
                          ensure(!failure, "a handler of the API threw");
                          const auto it = open_.find(number);
                          const auto asked = it->second;
                          open_.erase(it);
                          asked->answered(std::move(reply.response));
                        });
}

}  // namespace gerbang::sim
