#pragma once

#include "connectors/sandbox/sandbox.hpp"
#include "core/base/result.hpp"

// What all sandboxes share: the control interface, the ledger, the fault switches and the webhook
// queue. A marketplace derives from Kit and implements its API and its shopper.
//
// Control interface, JSON, not part of any marketplace:
//   GET    /_sandbox/ledger?after=N&operation=X   {"entries":[…],"last":N}   (at most 1000)
//   POST   /_sandbox/faults    {"faults":[{"operation","kind","delay_ms","times","probability"}],
//                               "pushes":{"drop_every","duplicate_every","reorder","late_ms","silent"}}
//   DELETE /_sandbox/faults                       all off
//   POST   /_sandbox/shops     {"shop_id","name"} a seller's shop (shop_id chosen when left out)
//   POST   /_sandbox/consent   {"shop_id"}        the seller agrees: {"query":{…}} as the redirect
//                                                 would carry it to our callback
//   GET    /_sandbox/listings?shop_id=X           {"listings":[{"product","variant","sku","title",
//                                                  "stock","price","listed","state"}]}
//   POST   /_sandbox/orders    {"shop_id","lines":[{"sku","quantity"}],"pay":true}
//                                                 a shopper buys: 201 {"order_id"}; 409 when there
//                                                 is not enough on offer
//   GET    /_sandbox/orders/{id}                  {"order_id","state",…}
//   POST   /_sandbox/orders/{id}/{verb}           pay, cancel, request_cancel, pick_up, deliver,
//                                                 complete, return: what buyers and couriers do
//   PUT    /_sandbox/settings  {…}                the sandbox's own switches
//   GET    /_sandbox/settings
namespace gerbang::sandbox {


class Kit : public Sandbox {
 public:
  explicit Kit(Options options) : options_(std::move(options)) {}

  Answer handle(const HttpRequest& request) final;
  std::vector<Push> due_pushes() final;
  void push_answered(std::uint64_t id, const std::optional<HttpResponse>& response) final;
  std::optional<TimePoint> next_push() const final;

 protected:
  // A request of the marketplace's own API, decoded once.
  struct Call {
    const HttpRequest* request = nullptr;
    std::string path;   // decoded, without query
    std::vector<std::pair<std::string, std::string>> query;
    std::string query_text;
    std::optional<std::string> param(std::string_view name) const;
  };

  // The marketplace. `operation_of` names a call for faults and the ledger ("product.add_item"),
  // before anything is checked.
  virtual std::string operation_of(const Call& call) const = 0;
  virtual HttpResponse serve(const Call& call) = 0;
  virtual HttpResponse token_expired_answer(const Call& call) = 0;

  // The shopper and the operator.
  virtual json::Value add_shop(const json::Value& body) = 0;
  virtual Result<json::Value> consent(const json::Value& body) = 0;
  virtual json::Value listings(std::string_view shop_id) const = 0;
  virtual Result<json::Value> place_order(const json::Value& body) = 0;
  virtual Result<json::Value> order(std::string_view id) const = 0;
  virtual Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                         const json::Value& body) = 0;
  // Ways a push is repeated when it failed: waits after each failure; empty: never.
  virtual std::vector<Duration> push_retries() const { return {}; }
  virtual bool push_accepted(const HttpResponse& response) const {
    return response.status >= 200 && response.status < 300;
  }
  // The last repeat failed too (Shopee: goes to the lost list).
  virtual void push_lost(const HttpRequest&) {}

  // For serve(): says who called and what it did; becomes the ledger entry of this call.
  void note(std::string shop, std::string error, json::Value effect = {});
  // Queues a webhook, subject to the push faults.
  void push(HttpRequest request);

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
    bool in_flight = false;
  };

  HttpResponse control(const Call& call);
  void enqueue(const HttpRequest& request, TimePoint due);
  // The fault that strikes this call now, used up by one.
  std::optional<Fault> strike(const std::string& operation, const std::string& path);

  Options options_;
  std::deque<LedgerEntry> ledger_;
  std::int64_t last_sequence_ = 0;
  std::vector<Fault> faults_;
  PushFaults push_faults_;
  std::uint64_t pushes_made_ = 0;
  std::map<std::uint64_t, Queued> queue_;
  std::uint64_t next_push_id_ = 1;
  // What note() said during the present call.
  std::string noted_shop_, noted_error_;
  json::Value noted_effect_;
};

HttpResponse json_response(int status, const json::Value& body);

}  // namespace gerbang::sandbox
