#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sandbox/sandbox.hpp"
#include "core/connector/connector.hpp"
#include "tests/sim/channels.hpp"
#include "tests/sim/clockwork.hpp"
#include "tests/sim/trace.hpp"

// Everything between the gateway and the marketplaces, and the marketplaces themselves.
namespace gerbang::sim {

// How bad the network is: chances per request.
struct NetworkWeather {
  double connect_failed = 0;  // nothing is sent
  double lost_before = 0;     // the connection breaks before the request arrives
  double lost_after = 0;      // it happened, the connection breaks before the answer
  double silent_before = 0;   // nothing arrives, nothing is answered: the deadline ends it
  double silent_after = 0;    // it happened, nothing is answered
  double late = 0;            // arrives after the gateway has given up
  double doubled = 0;         // arrives twice (never what creates something)
  double slow = 0;            // seconds instead of milliseconds
  double webhook_lost = 0;
  double webhook_doubled = 0;
  double webhook_late = 0;  // minutes instead of milliseconds
  double webhook_answer_lost = 0;
};

struct FaultCounts {
  std::int64_t requests = 0, network = 0, webhooks = 0, partitions = 0, sandbox = 0;
  std::int64_t webhook_faults = 0;
};

class Outside {
 public:
  struct Market {
    Market(const Clock& real, Duration off) : clock(real, off) {}
    std::string channel;
    std::string url;
    OffClock clock;
    std::unique_ptr<sandbox::Sandbox> sandbox;
    TimePoint cut_off_until;
    std::int64_t ledger_seen = 0;
    std::optional<Clockwork::Id> wake;
  };
  using Answered = std::function<void(std::optional<HttpResponse>)>;

  Outside(Clockwork& clockwork, Trace& trace, Random& chance, Random& marketplace);
  ~Outside();

  Market& open(const ChannelProfile& profile, bool webhooks, Duration clock_off);
  Market& market(const std::string& channel) { return *markets_.at(channel); }
  const std::map<std::string, std::unique_ptr<Market>>& markets() const { return markets_; }

  // ---- gateway → marketplace. `done` is called once, at the deadline at the latest.
  void carry(HttpRequest request, TimePoint deadline,
             std::function<void(Result<HttpResponse>)> done);
  // The process died: what it had sent and what had not arrived yet is lost, or arrives soon.
  void sender_died();

  // ---- marketplace → gateway: set by the simulation. The second argument is called once.
  std::function<void(const std::string& channel, const HttpRequest&, Answered)> deliver;
  // A marketplace was told a stock value: channel, remote shop, SKU, value.
  std::function<void(const std::string&, const std::string&, const std::string&, std::int64_t)>
      stock_arrived;

  // The sandbox's control interface; a refusal is null.
  json::Value control(const std::string& channel, Method method, const std::string& path,
                      const json::Value& body = {});
  // A request past the network, for the simulation's own questions.
  HttpResponse ask(const std::string& channel, HttpRequest request);

  void calm();  // no more faults, of the network and of the sandboxes
  bool pushes_waiting();
  NetworkWeather weather;
  FaultCounts counts;

 private:
  struct Arrival {
    Clockwork::Id event;
    std::function<void()> happen;
  };
  bool chance(double p) { return p > 0 && chance_.unit() < p; }
  Duration spread(std::int64_t least, std::int64_t most) {
    return Duration(least + static_cast<std::int64_t>(
                                chance_.below(static_cast<std::uint64_t>(most - least + 1))));
  }
  void arrive(Duration after, std::function<void()> happen);
  sandbox::Answer handle(Market& market, const HttpRequest& request);
  void read_ledger(Market& market);
  void watch_pushes(Market& market);
  void send_pushes(Market& market);
  void send_push(Market& market, const sandbox::Push& push);

  Clockwork& clockwork_;
  Trace& trace_;
  Random& chance_;
  Random& marketplace_;
  std::map<std::string, std::unique_ptr<Market>> markets_;  // by channel
  std::map<std::string, Market*> by_address_;
  std::map<std::uint64_t, Arrival> arrivals_;
  std::uint64_t last_arrival_ = 0;
};

// The transport of one life of the gateway.
class SimTransport final : public sync::Transport {
 public:
  SimTransport(boost::asio::io_context& context, Outside& outside)
      : context_(context), outside_(outside) {}
  boost::asio::awaitable<Result<HttpResponse>> send(HttpRequest request,
                                                    TimePoint deadline) override;

 private:
  boost::asio::io_context& context_;
  Outside& outside_;
};

}  // namespace gerbang::sim
