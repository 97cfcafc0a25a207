#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/lane.hpp"
#include "core/sync/membership.hpp"
#include "core/sync/options.hpp"

namespace gerbang::sync {

// Owns the lanes: one per shop that is not retired - one node of several: of the shops whose lease
// it has. Everything runs on the one thread of `executor`; only wake() and stop() may be called
// from other threads.
class Engine {
 public:
  Engine(boost::asio::any_io_executor executor, Ports ports, EngineOptions options);
  ~Engine();

  // Starts lanes, keeps them, runs the app-wide jobs (missed pushes, retention, gauges). Returns
  // after stop(), when every lane has ended or the grace is over; what other nodes are to go on
  // with was handed over by then.
  boost::asio::awaitable<void> run();
  // From Store::on_commit.
  void wake(const store::Committed& committed);
  void stop();

  // Where to send the seller of a shop. Errors: not_found; conflict shop_retired; unsupported
  // channel_disabled, credentials_wanted (no consent page: see connect()); rejected with the
  // channel's retired code.
  boost::asio::awaitable<Result<std::string>> authorise_url(std::string organisation,
                                                            std::string shop);
  // What came to /oauth/{channel}/callback. Checks the state, exchanges the code, stores the
  // tokens. Errors: forbidden state_invalid, state_expired; what the channel answered.
  boost::asio::awaitable<Result<Shop>> complete_authorisation(
      std::string channel, std::vector<std::pair<std::string, std::string>> query);
  // The fixed credentials of a shop whose channel has no consent page, by name: asks the channel
  // whether they are good and stores them like tokens. Errors: not_found; conflict shop_retired,
  // remote_shop_taken, remote_shop_differs; unsupported channel_disabled, credentials_not_used;
  // invalid credentials_invalid with the fields below /credentials; what the channel answered, as
  // `rejected` where it refused the keys.
  boost::asio::awaitable<Result<Shop>> connect(
      std::string organisation, std::string shop,
      std::vector<std::pair<std::string, std::string>> credentials);

  // The paper for the parcels of an order, asked of the channel now, kept nowhere: it carries the
  // buyer's address. `parcel`: the channel's number of one of them, empty for all. Answers within
  // `label_wait`. Errors: not_found order_not_found, parcel_not_in_order; unsupported
  // channel_disabled, operation_unsupported; conflict label_before_shipping, label_after_end,
  // parcel_wanted, shop_not_sending; transient label_not_ready with a time, shop_busy,
  // shop_elsewhere (another node has the shop: only its lane speaks for it); what the channel
  // answered, as `rejected` where it refused the shop's keys.
  boost::asio::awaitable<Result<ShippingLabel>> fetch_label(std::string organisation,
                                                            std::string order, std::string parcel);

 private:
  struct Running {
    std::unique_ptr<Lane> lane;
    bool ended = false;
  };

  boost::asio::awaitable<void> open_lanes();
  void open_lane(const Shop& shop, std::optional<store::Lease> lease);
  // The shop has a channel that is switched on here.
  bool can_serve(const Shop& shop) const;

  // engine_nodes.cpp: one of several
  boost::asio::awaitable<void> membership_loop();
  boost::asio::awaitable<void> share_out(std::vector<Shop> shops);
  // Gives back the leases of lanes that have ended, and forgets the lanes.
  boost::asio::awaitable<bool> hand_over();  // false: the store did not answer
  // Whether a job for all runs here; alone: always.
  bool has_job(const std::string& job) const;
  std::optional<store::Lease> lease_of_job(const std::string& job) const;
  // Whose gauges are shown here, so that over all nodes each shop is counted once.
  bool shows(const Shop& shop) const;
  void show_shops(const std::vector<store::ShopView>& shops);
  void show_stats(const store::StoreStats::Answer& stats);
  boost::asio::awaitable<void> recover_lost_events(std::string channel);
  boost::asio::awaitable<void> lost_events_loop(std::string channel, Signal& end);
  boost::asio::awaitable<void> housekeeping_loop(Signal& end);
  // Until then, or until stop() notifies the loop.
  boost::asio::awaitable<void> rest(TimePoint until, Signal& end);
  boost::asio::awaitable<Result<std::vector<TokenSet>>> exchange_grant(Shop shop,
                                                                       AuthorisationGrant grant);
  boost::asio::awaitable<Result<Shop>> store_tokens(Shop shop, TokenSet tokens);
  std::string make_state(const std::string& shop) const;
  Result<std::string> open_state(const std::string& state) const;
  const ChannelSettings* settings_of(const std::string& channel) const;
  AppBudget& budget_of(const Connector& connector, const ChannelSettings& settings);

  boost::asio::any_io_executor executor_;
  Ports ports_;
  EngineOptions options_;
  Signal signal_;
  bool stopping_ = false;
  bool shops_changed_ = true;
  int loops_ = 0;                                   // background coroutines that still run
  std::vector<std::unique_ptr<Signal>> loop_ends_;  // one for each of them
  std::map<std::string, Running> lanes_;
  // One of several nodes.
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<Signal> nodes_changed_;
  std::set<std::string> jobs_;                      // for all, by the name of their lease
  std::map<std::string, store::Lease> job_leases_;  // of those, what we have
  std::set<std::string> busy_jobs_;
  std::set<std::string> known_shops_;  // here or elsewhere
  std::map<std::string, std::unique_ptr<AppBudget>> budgets_;
  // Gauges that were shown: what there is none of any more is shown as 0, not as it was.
  std::map<std::pair<std::string, std::string>, int> shops_shown_;  // by channel and state
  std::map<std::string, std::int64_t> orders_shown_;                // by status
};

}  // namespace gerbang::sync
