#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/policy/priority.hpp"
#include "core/sync/caller.hpp"
#include "core/sync/options.hpp"
#include "core/sync/paging.hpp"
#include "core/sync/settling.hpp"
#include "core/sync/signal.hpp"
#include "core/sync/tokens.hpp"

namespace gerbang::sync {

// The worker of one shop: everything this shop is told or asked goes through it, one exchange at a
// time, so one request is in flight per listing and one refresh per account. It keeps no queue of
// its own: what to do next is read from the store, what happened is written to the store.
//
// Each turn does the first of: recurring jobs that are due (polling for orders, the schedule), the
// most urgent due work (core/policy/priority). While the shop's listings are read for a review,
// every other turn is a page of them. After a restore nothing is told: orders are read again, then
// the listings (store::AdvanceRecovery). With nothing to do it sleeps until something becomes due
// or a commit wakes it.
//
// What the next call is for is decided when a call is free, not before it is waited for: what
// becomes urgent meanwhile goes first, and the value that is told is the newest.
class Lane {
 public:
  Lane(boost::asio::any_io_executor executor, const Ports& ports, const EngineOptions& options,
       const ChannelSettings& channel, const Connector& connector, AppBudget& app,
       std::string shop);
  // One node of several: what it does is done in the name of the lease, and no call begins that may
  // outlast it. Before run().
  void hold_by(store::Lease lease, std::shared_ptr<const Tenure> tenure);

  // Until stop(), then returns after the exchange in flight.
  boost::asio::awaitable<void> run();
  void wake(bool urgent) {
    signal_.notify();
    if (urgent) hurry_.notify();
  }
  void stop();
  // Another node may have the shop by now: nothing more is begun or given back.
  void lose();
  bool lost() const { return lost_; }
  const std::optional<store::Lease>& lease() const { return lease_; }
  // After its end: how long a request that got no answer may still arrive.
  Duration unsettled(TimePoint now) const;

  // Asks the channel for somebody who waits: goes before the next turn, in the order of asking,
  // with this shop's pace, breaker and tokens. Nothing of it is stored. May outlive the lane.
  // Errors: conflict shop_not_sending; transient shop_busy when its turn did not come in
  // `label_wait` or too many wait; cancelled; those of the call.
  boost::asio::awaitable<Result<ShippingLabel>> fetch_label(OrderAction action, std::string parcel);
  bool stopping() const { return stopping_; }
  const std::string& shop() const { return shop_id_; }

 private:
  template <class T>
  using Make = std::function<Exchange<T>(CallContext)>;

  // Runs an exchange with a good token; once more with a new one when the channel calls it expired.
  template <class T>
  boost::asio::awaitable<Result<T>> call(Make<T> make);

  // A write of this lane. conflict lease_lost, and the lane ends, when another node has the shop.
  template <class Script>
  boost::asio::awaitable<Result<typename Script::Answer>> write(
      Script script, store::WriteLane lane = store::WriteLane::normal);
  // What was told the shop after another node had taken it may be the last word there: everything
  // of its kind is told again.
  boost::asio::awaitable<void> tell_again(std::vector<store::Settlement> refused);

  // lane.cpp: the loop
  boost::asio::awaitable<Result<void>> refresh_view();
  boost::asio::awaitable<bool> turn();  // false: nothing was due
  // Until a call is free, something urgent is there, or somebody asks.
  boost::asio::awaitable<void> await_call(Duration wait);
  // Puts the urgent rows into the order in which they became so.
  void sort_urgent(std::vector<Work>& due, TimePoint now);
  boost::asio::awaitable<void> sleep();
  boost::asio::awaitable<void> set_state(ShopState state, std::string reason,
                                         std::vector<ShopState> only_from);

  // lane_listings.cpp
  struct BatchLimit {
    std::size_t most = 1;
    bool same_product = false;  // one call names variants of one remote product only
  };
  // One call for the first batch of the due rows, `items` being their values of this moment.
  template <class Batch, class Item>
  boost::asio::awaitable<void> send_values(std::vector<Work> due, std::vector<Item> items,
                                           BatchLimit limit,
                                           Exchange<BatchAck> (Connector::*send)(CallContext, Batch)
                                               const);
  boost::asio::awaitable<void> send_stock(std::vector<Work> due);
  boost::asio::awaitable<void> send_prices(std::vector<Work> due);
  boost::asio::awaitable<void> send_states(std::vector<Work> due);
  boost::asio::awaitable<bool> begin_publish(std::string unit);
  boost::asio::awaitable<void> publish(Work work);
  boost::asio::awaitable<Result<void>> ensure_facts(const ListingDraft& draft);
  boost::asio::awaitable<Result<std::shared_ptr<const json::Value>>> facts(std::string key,
                                                                           Make<json::Value> make);

  // lane_asked.cpp
  struct Asked;
  boost::asio::awaitable<bool> answer_asked();  // false: nobody waits
  void turn_away_asked();                       // the lane ends

  // lane_orders.cpp
  boost::asio::awaitable<void> fetch_orders(std::vector<Work> due);
  boost::asio::awaitable<void> act_on_order(Work work);

  // lane_jobs.cpp
  boost::asio::awaitable<bool> run_due_job();
  boost::asio::awaitable<Result<void>> poll_orders(TimePoint from, TimePoint to);
  boost::asio::awaitable<Result<void>> read_back();
  boost::asio::awaitable<void> keep_webhooks();
  boost::asio::awaitable<Result<void>> read_back_after_restore();
  // Whether the step was taken. A store that does not answer is asked again next turn.
  boost::asio::awaitable<bool> advance_recovery(store::RecoveryStep done);
  // lane_review.cpp
  bool review_due(TimePoint now);  // there is a step to do, and no failure is being waited out
  boost::asio::awaitable<void> review_step();
  boost::asio::awaitable<Result<void>> read_review_page();
  boost::asio::awaitable<Result<void>> match_review();

  std::optional<TimePoint> next_job(TimePoint now) const;
  TimePoint last_due(const std::string& job) const;
  // When a job that is due at `when` may run.
  TimePoint not_before(const std::string& job, TimePoint when) const;

  // What becomes of a piece of work after an attempt.
  store::Settlement outcome_of(const Work& work, const std::optional<Error>& error,
                               TimePoint sent_at, TimePoint now);
  boost::asio::awaitable<void> settle(std::vector<store::Settlement> settlements);
  // What the outcome of a call means for the whole shop (pause, health).
  boost::asio::awaitable<void> heed(const Error* error);

  const Ports& ports_;
  const EngineOptions& options_;
  const ChannelSettings& channel_;
  const Connector& connector_;
  std::string shop_id_;
  Caller caller_;
  TokenKeeper tokens_;
  Signal signal_;
  Signal hurry_;
  std::optional<store::Lease> lease_;
  std::shared_ptr<const Tenure> tenure_;
  bool lost_ = false;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Asked>> asked_;

  // As last read.
  Shop shop_;
  bool variants_in_listing_ = true;
  std::string zone_ = "WIB";
  std::map<std::string, TimePoint> job_runs_;
  std::optional<TimePoint> next_due_;
  std::optional<TimePoint> next_poll_;
  // Jobs whose last run failed, each at its own distance: a catalogue that cannot be read delays no
  // poll for orders.
  struct JobRetry {
    int failures = 0;
    TimePoint not_before;
  };
  std::map<std::string, JobRetry> job_retries_;
  Review review_;
  store::RecoveryStep recovery_ = store::RecoveryStep::none;
  bool review_turn_ = true;
  std::int64_t trail_round_ = 0;  // of which `review_trail_` is
  PageTrail review_trail_;
  std::optional<TimePoint> review_retry_;
  int review_failures_ = 0;
  policy::Turns turns_;
  // Subjects whose last request got no answer and may still arrive, until then: an older value must
  // not be the last word. Only in memory: a process that died has closed its connections.
  std::map<std::pair<Aspect, std::string>, TimePoint> may_arrive_until_;
  // Urgent rows as last read, and when they were first seen so: `since` is that of the oldest
  // change, which need not have been urgent. Only in memory: it orders calls, nothing more.
  std::map<std::pair<Aspect, std::string>, TimePoint> urgent_since_;
  // Refusals for the rate in a row. Only in memory: they spread calls, nothing more.
  std::map<std::pair<Aspect, std::string>, int> throttled_;
  std::shared_ptr<const json::Value> shop_facts_;
  std::shared_ptr<const json::Value> category_facts_;
};

}  // namespace gerbang::sync
