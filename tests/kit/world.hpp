#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/list.hpp"
#include "connectors/sandbox/sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/metrics.hpp"
#include "core/store/store.hpp"
#include "core/sync/engine.hpp"

// A whole gateway and its marketplaces in one process under virtual time: the real engine,
// connectors, sandboxes and SQLite store (in memory), a network that is a function call, a clock
// that jumps to the next timer when nothing else is left to do.
namespace gerbang::kit {

// Wakes sleepers in order of their time when the world's clock reaches it.
class VirtualTimers final : public sync::Timers {
 public:
  VirtualTimers(boost::asio::io_context& context, const Clock& clock)
      : context_(context), clock_(clock) {}
  boost::asio::awaitable<void> sleep_until(TimePoint when) override;
  std::optional<TimePoint> next() const;
  void wake_due();

 private:
  struct Sleeper {
    TimePoint when;
    boost::asio::steady_timer timer;
  };
  boost::asio::io_context& context_;
  const Clock& clock_;
  std::list<Sleeper> sleepers_;
};

// Hands requests to the sandbox whose address they carry.
class SandboxNetwork final : public sync::Transport {
 public:
  SandboxNetwork(const Clock& clock, VirtualTimers& timers) : clock_(clock), timers_(timers) {}
  void attach(std::string base_url, sandbox::Sandbox& sandbox) { hosts_[base_url] = &sandbox; }
  boost::asio::awaitable<Result<HttpResponse>> send(HttpRequest request,
                                                    TimePoint deadline) override;
  // Asked before each request: an error instead of sending it.
  std::function<std::optional<Error>(const HttpRequest&)> intercept;
  std::int64_t requests = 0;

 private:
  const Clock& clock_;
  VirtualTimers& timers_;
  std::map<std::string, sandbox::Sandbox*> hosts_;
};

// Counts what is under way, so that the world knows when nothing is.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  void on_commit(std::function<void(const store::Committed&)> listener) override {
    inner_->on_commit(std::move(listener));
  }
  Result<void> backup(const std::string& path) override { return inner_->backup(path); }
  Result<void> check() override { return inner_->check(); }
  void close() override { inner_->close(); }
  bool busy() const { return under_way_ > 0; }

 protected:
  void submit_write(std::unique_ptr<Write> write, store::WriteLane lane) override;
  void submit_read(std::unique_ptr<Read> read) override;

 private:
  std::unique_ptr<store::Store> inner_;
  std::shared_ptr<std::atomic<int>> counter_ = std::make_shared<std::atomic<int>>(0);
  std::atomic<int>& under_way_ = *counter_;
};

class World {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::vector<std::string> channels{"shopee", "bukalapak"};
    sync::EngineOptions engine;
    json::Value settings = json::object({});  // by channel, for its sandbox
  };
  explicit World(Options options);
  ~World();

  // Runs until virtual `duration` has passed.
  void run_for(Duration duration);
  // Runs until `done` holds or `limit` has passed; whether it holds.
  bool run_until(const std::function<bool()>& done, Duration limit);

  // Stops the engine after the exchange in flight and starts a new one on the same store.
  void restart_engine();

  // A shop on a channel, authorised at its sandbox. Returns our shop.
  Shop connect(const std::string& channel, const std::string& name);
  void put(const json::Value& product);  // body of PUT with "code"
  void count(const std::string& item, Quantity on_hand);

  // The sandbox's control interface.
  json::Value control(const std::string& channel, Method method, const std::string& path,
                      const json::Value& body = {});
  std::string place_order(const std::string& channel, const Shop& shop, const std::string& sku,
                          Quantity quantity, bool pay = true);
  // What a shopper sees: stock by SKU of listings on offer.
  std::map<std::string, Quantity> on_offer(const std::string& channel, const Shop& shop);
  std::map<std::string, std::int64_t> prices(const std::string& channel, const Shop& shop);
  // Another program of the seller sets the stock at the channel, past the gateway.
  void set_by_another_tool(const std::string& channel, const Shop& shop, const std::string& sku,
                           Quantity stock);
  std::int64_t waiting_work();

  store::Store& store() { return *store_; }
  const std::string& organisation() const { return organisation_; }
  ManualClock clock;
  SeededRandom random;
  SeededRandom store_random_;  // the writer thread's own
  Metrics metrics;
  SandboxNetwork& network() { return *network_; }

 private:
  struct Market {
    std::unique_ptr<sandbox::Sandbox> sandbox;
    std::string url;
  };
  void start_engine();
  template <class T>
  Result<T> wait(boost::asio::awaitable<Result<T>> task);
  void settle();  // everything that can happen now, happens
  void pump_pushes();
  bool step(TimePoint limit);  // false: the limit is reached

  Options options_;
  boost::asio::io_context context_;
  VirtualTimers timers_;
  std::unique_ptr<SandboxNetwork> network_;
  std::map<std::string, Market> markets_;
  Registry registry_;
  std::unique_ptr<CountingStore> store_;
  std::unique_ptr<sync::Engine> engine_;
  std::string organisation_;
};

}  // namespace gerbang::kit
