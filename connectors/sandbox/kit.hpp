#pragma once

#include <set>
#include <utility>

#include "connectors/sandbox/sandbox.hpp"
#include "core/base/result.hpp"

// What all sandboxes share: the control interface, the ledger, the fault switches and the webhook
// queue. A marketplace derives from Kit and implements its API and its shopper.
//
// Control interface, JSON, not part of any marketplace:
//   GET    /_sandbox/ledger?after=N&operation=X   {"entries":[…],"last":N,"more":false}; at most
//                                                 1000 entries, `last` is the next `after`
//   POST   /_sandbox/faults    {"faults":[{"operation","kind","delay_ms","times","probability",
//                               "code","message"}],
//                               "pushes":{"drop_every","duplicate_every","reorder","late_ms","silent"}}
//                              422 and nothing set when one of them is wrong; kinds: sandbox.hpp
//   DELETE /_sandbox/faults                       all off
//   GET    /_sandbox/pushes                       counters of the webhooks: {"made","dropped",
//                                                 "waiting","accepted","failed_attempts","lost"}
//   POST   /_sandbox/shops     {"shop_id","name"} a seller's shop (shop_id chosen when left out)
//   POST   /_sandbox/consent   {"shop_id"}        the seller agrees: {"query":{…}} as the redirect
//                                                 would carry it to our callback; where there is no
//                                                 consent page {"credentials":{…}}, the shop's keys
//   GET    /_sandbox/listings?shop_id=X           {"listings":[{"product","variant","sku","title",
//                                                  "stock","price","listed","state"}]}
//   POST   /_sandbox/orders    {"shop_id","lines":[{"sku","quantity"}],"pay":true}
//                                                 a shopper buys: 201 {"order_id"}; 409 when there
//                                                 is not enough on offer
//   GET    /_sandbox/orders/{id}                  {"order_id","state",…}
//   POST   /_sandbox/orders/{id}/{verb}           pay, cancel, request_cancel, pick_up, deliver,
//                                                 complete, return: what buyers and couriers do
//   PUT    /_sandbox/settings  {…}                the sandbox's own switches (JSON Merge Patch);
//                                                 422 when the sandbox refuses one of them
//   GET    /_sandbox/settings
//
// Not thread-safe: the host calls it from one thread.
namespace gerbang::sandbox {

class Kit : public Sandbox {
 public:
  explicit Kit(Options options);  // a clock and a source of chance are needed

  Answer handle(const HttpRequest& request) final;
  std::vector<Push> due_pushes() final;
  void push_answered(std::uint64_t id, const std::optional<HttpResponse>& response) final;
  std::optional<TimePoint> next_push() const final;

 protected:
  // A request of the marketplace's own API, decoded once.
  struct Call {
    const HttpRequest* request = nullptr;
    std::string path;  // decoded, without query
    std::vector<std::pair<std::string, std::string>> query;
    std::string query_text;
    std::optional<std::string> param(std::string_view name) const;
  };

  // The marketplace. `operation_of` names a call for faults and the ledger ("product.add_item"),
  // before anything is checked.
  virtual std::string operation_of(const Call& call) const = 0;
  virtual HttpResponse serve(const Call& call) = 0;
  virtual HttpResponse token_expired_answer(const Call& call) = 0;
  // The channel's own way to say "too many calls" (the kit adds Retry-After) and to refuse a call
  // with a code of its own; faults use them. The defaults are plain JSON.
  virtual HttpResponse throttle_answer(const Call& call);
  virtual HttpResponse refusal_answer(const Call& call, const std::string& code,
                                      const std::string& message);

  // The shopper and the operator.
  virtual json::Value add_shop(const json::Value& body) = 0;
  virtual Result<json::Value> consent(const json::Value& body) = 0;
  virtual json::Value listings(std::string_view shop_id) const = 0;
  virtual Result<json::Value> place_order(const json::Value& body) = 0;
  virtual Result<json::Value> order(std::string_view id) const = 0;
  virtual Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                         const json::Value& body) = 0;
  // Sees what PUT /_sandbox/settings carries before it is merged; a failure refuses it whole. For
  // switches that do something at once ("ban this item").
  virtual Result<void> settings_changing(const json::Value& patch);

  // Ways a push is repeated when it failed: waits after each failure; empty: never.
  virtual std::vector<Duration> push_retries() const { return {}; }
  virtual bool push_accepted(const HttpResponse& response) const {
    return response.status >= 200 && response.status < 300;
  }
  // An answer that takes longer than this counts as none.
  virtual Duration push_deadline() const { return std::chrono::seconds(10); }
  // Just before a webhook is handed over: it may still be completed, or held back for good (false).
  virtual bool push_leaves(HttpRequest&) { return true; }
  // After every delivery attempt.
  virtual void push_attempted(const HttpRequest&, bool /*accepted*/) {}
  // The last repeat failed too (Shopee: goes to the lost list).
  virtual void push_lost(const HttpRequest&) {}

  // For serve(): says who called and what it did; becomes the ledger entry of this call.
  void note(std::string shop, std::string error, json::Value effect = {});
  // Queues a webhook, subject to the push faults, `after` from now. False: it will never leave.
  bool push(HttpRequest request, Duration after = Duration(0));
  // Forgets every webhook that waits or is under way (the channel has switched them off).
  void clear_pushes();
  void set_hook_url(std::string url) { options_.hook_url = std::move(url); }

  TimePoint now() const { return options_.clock->now(); }
  Random& random() { return *options_.random; }
  const Options& options() const { return options_; }
  const json::Value& setting(std::string_view name) const { return options_.settings[name]; }
  // A number among the settings, or the given default.
  std::int64_t setting_or(std::string_view name, std::int64_t otherwise) const;

 private:
  struct Queued {
    HttpRequest request;
    TimePoint due;
    int failures = 0;
    std::optional<TimePoint> sent;  // under way since
  };
  struct PushCounts {
    std::int64_t made = 0, dropped = 0, accepted = 0, failed_attempts = 0, lost = 0;
  };

  HttpResponse control(const Call& call);
  HttpResponse ledger_page(const Call& call) const;
  HttpResponse set_faults(const json::Value& body);
  void enqueue(const HttpRequest& request, TimePoint due);
  Answer faulty(const Call& call, const Fault& fault);
  // The fault that strikes this call now, used up by one.
  std::optional<Fault> strike(const std::string& operation, const std::string& path);

  Options options_;
  std::deque<LedgerEntry> ledger_;
  std::int64_t last_sequence_ = 0;
  std::vector<Fault> faults_;
  PushFaults push_faults_;
  PushCounts counts_;
  std::map<std::uint64_t, Queued> queue_;
  std::set<std::pair<TimePoint, std::uint64_t>> due_;  // those not under way
  std::uint64_t next_push_id_ = 1;
  // What note() said during the present call.
  std::string noted_shop_, noted_error_;
  json::Value noted_effect_;
};

HttpResponse json_response(int status, const json::Value& body);

}  // namespace gerbang::sandbox
