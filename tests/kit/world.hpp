#pragma once

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
#include "core/store/sqlite/writer.hpp"
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
  // How long a request is on its way before the marketplace sees it. Beyond the deadline the
  // gateway has long given up waiting when it arrives.
  std::function<Duration(const HttpRequest&)> transit;
  std::int64_t requests = 0;
  // What arrives after the gateway gave up.
  std::optional<TimePoint> next_late() const;
  void deliver_late();

 private:
  struct Late {
    TimePoint due;
    sandbox::Sandbox* host;
    HttpRequest request;
  };
  std::list<Late> late_;
  const Clock& clock_;
  VirtualTimers& timers_;
  std::map<std::string, sandbox::Sandbox*> hosts_;
};

// The real SQLite store in memory without its threads: the same scripts on the same writer, each
// write a group of its own, done when it is asked for. So a world costs no change of thread and
// runs the same way every time.
class InlineStore final : public store::Store {
 public:
  explicit InlineStore(store::SqliteOptions options)
      : options_(std::move(options)), writer_(options_, [](bool) {}) {}
  Result<void> open() { return writer_.open(); }
  void on_commit(std::function<void(const store::Committed&)> listener) override {
    listener_ = std::move(listener);
  }
  Result<void> backup(const std::string& path) override;
  Result<void> check() override { return {}; }
  void close() override { closed_ = true; }

 protected:
  void submit_write(std::unique_ptr<Write> write, store::WriteLane lane) override;
  void submit_read(std::unique_ptr<Read> read) override;

 private:
  store::SqliteOptions options_;
  store::Writer writer_;
  store::WriteQueue queue_;
  std::function<void(const store::Committed&)> listener_;
  bool closed_ = false;
};

class World {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::vector<std::string> channels{"shopee", "bukalapak"};
    sync::EngineOptions engine;
    json::Value settings = json::object({});  // by channel, for its sandbox
    std::function<void(Registry&)> connectors = add_connectors;
    // Gateways on the same store; each with its own thread of time, which may stand still. More
    // than one: engine.node is filled in.
    int nodes = 1;
  };
  explicit World(Options options);
  ~World();

  // Runs until virtual `duration` has passed.
  void run_for(Duration duration);
  // Runs until `done` holds or `limit` has passed; whether it holds.
  bool run_until(const std::function<bool()>& done, Duration limit);

  // Stops the engine after the exchange in flight and starts a new one on the same store.
  void restart_engine();

  // ---- several nodes, counted from 0; the first one is behind everything above
  // Nothing of it moves, as in a process that is stopped; a killed one is never thawed.
  void freeze(int node) { nodes_.at(static_cast<std::size_t>(node))->frozen = true; }
  void thaw(int node);
  // An orderly end; at once, but for the exchange in flight.
  void stop_node(int node);
  // A new one, as after a restart; its number.
  int add_node();
  SandboxNetwork& network(int node) { return *nodes_.at(static_cast<std::size_t>(node))->network; }

  // A shop on a channel, authorised at its sandbox. Returns our shop.
  // `adopt`: it sells already, see store::StartReview.
  Shop connect(const std::string& channel, const std::string& name, bool adopt = false);
  // The seller gives consent (again), as behind the button "Connect again".
  Result<Shop> authorise(const Shop& shop, const std::string& remote_shop_id);
  // What GET /v1/orders/{id}/label would answer; time passes while it waits.
  Result<ShippingLabel> label(const std::string& order, const std::string& parcel = "");
  void put(const json::Value& product);  // body of PUT with "code"
  void count(const std::string& item, Quantity on_hand);

  // The sandbox's control interface.
  json::Value control(const std::string& channel, Method method, const std::string& path,
                      const json::Value& body = {});
  std::string place_order(const std::string& channel, const Shop& shop, const std::string& sku,
                          Quantity quantity, bool pay = true);
  // The same without a demand that it succeeds.
  HttpResponse ask(const std::string& channel, Method method, const std::string& path,
                   const json::Value& body = {});
  // What a shopper sees: stock by SKU of listings on offer.
  std::map<std::string, Quantity> on_offer(const std::string& channel, const Shop& shop);
  std::map<std::string, std::int64_t> prices(const std::string& channel, const Shop& shop);
  // Another program of the seller sets the stock at the channel, past the gateway.
  void set_by_another_tool(const std::string& channel, const Shop& shop, const std::string& sku,
                           Quantity stock);
  // Another program takes a listing off, or deletes it.
  void state_by_another_tool(const std::string& channel, const Shop& shop, const StateItem& item);
  // A listing that the seller makes without the gateway.
  ListingRef list_by_hand(const std::string& channel, const Shop& shop, ListingDraft draft);
  std::int64_t waiting_work();

  store::Store& store() { return *store_; }
  const std::string& organisation() const { return organisation_; }
  ManualClock clock;
  SeededRandom random;
  SeededRandom store_random_;  // of the store
  Metrics metrics;
  SandboxNetwork& network() { return network(0); }
  const Connector& connector(const std::string& channel) const { return *registry_.find(channel); }
  // What another program of the seller knows.
  CallContext context_of(const std::string& channel, const Shop& shop);
  bool refuse_pushes = false;  // the gateway is down for webhooks: they are answered 503

 private:
  struct Market {
    std::unique_ptr<sandbox::Sandbox> sandbox;
    std::string url;
  };
  void carry_out(const std::string& channel, Exchange<BatchAck> exchange);
  // One gateway.
  struct Member {
    explicit Member(const Clock& clock) : timers(context, clock) {}
    boost::asio::io_context context;
    VirtualTimers timers;
    std::unique_ptr<SandboxNetwork> network;
    std::unique_ptr<sync::Engine> engine;
    bool frozen = false;
    bool ended = false;
  };
  void start_engine(Member& member);
  sync::Engine& engine() { return *nodes_.front()->engine; }
  template <class T>
  Result<T> wait(boost::asio::awaitable<Result<T>> task);
  void settle();  // everything that can happen now, happens
  void pump_pushes();
  bool step(TimePoint limit);  // false: the limit is reached

  Options options_;
  std::map<std::string, Market> markets_;
  Registry registry_;
  std::unique_ptr<InlineStore> store_;
  std::vector<std::unique_ptr<Member>> nodes_;
  std::string organisation_;
};

}  // namespace gerbang::kit
