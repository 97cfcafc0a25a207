#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "connectors/conformance/replay.hpp"
#include "connectors/sandbox/sandbox.hpp"
#include "core/base/random.hpp"
#include "core/connector/connector.hpp"

// A connector and its sandbox with nothing between them: no sockets, virtual time, one shop.
namespace gerbang::conformance {

// What is tried. `app` is the sandbox's own account of itself, sandbox/app.json (README.md).
struct Subject {
  std::string channel;
  std::function<std::unique_ptr<Connector>()> connector;
  std::function<std::unique_ptr<sandbox::Sandbox>(sandbox::Options)> sandbox;
  json::Value app;
};
// Reads sandbox/app.json. Errors: app_unreadable with the reason in `detail`.
Result<Subject> subject(std::string channel, std::function<std::unique_ptr<Connector>()> connector,
                        std::function<std::unique_ptr<sandbox::Sandbox>(sandbox::Options)> sandbox,
                        const std::string& app_file);

// A code that no channel has.
inline constexpr std::string_view kUnknownCode = "987654";

// Something that everything after it needs did not happen.
class Stop : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What came of wrong replies, by sort of fault.
struct Outcomes {
  struct Tally {
    int trials = 0;
    std::vector<std::string> findings;
  };
  std::map<std::string, Tally> by_sort;  // "throttled", "lost", "unreadable", …
  std::map<std::string, int> succeeded;  // operations of the port, how often
  std::map<std::string, int> refused;    // with kind not_found, blocked, …: by kind
};

struct Goods {
  ListingDraft draft;
  ListingRef ref;
};

class Market {
 public:
  // `settings` over those of the app file. Without a shop until open().
  explicit Market(const Subject& subject, const json::Value& settings = {});

  // A shop, authorised, with its facts. Throws Stop.
  void open();

  const ConnectorInfo& info() const { return connector->info(); }
  App app() const;
  CallContext ctx();
  CallContext ctx_for(const ListingDraft& draft);  // with the facts of its category; throws Stop
  const json::Value& fixture(std::string_view name) const;  // of "conformance" in the app file

  // -- the sandbox's control interface
  HttpResponse ask(Method method, const std::string& what, const json::Value& body = {});
  json::Value control(Method method, const std::string& what,
                      const json::Value& body = {});  // throws Stop unless 2xx
  void settings(const json::Value& patch) { control(Method::put, "settings", patch); }
  void fault(const std::string& kind, int times = 1, const std::string& code = "");
  void clear_faults() { control(Method::del, "faults"); }
  AuthorisationGrant consent();
  std::map<std::string, json::Value> listings();  // what a shopper sees, by SKU
  // The channel's own words: what it answers to `request` under that fault.
  HttpResponse own_words(const std::string& kind, const HttpRequest& request,
                         const std::string& code = "");

  // Carries an exchange. A cut connection ends it as the engine would.
  template <class T>
  Result<T> drive(Exchange<T> exchange);
  // The same for an operation of the port; what succeeds is then played again with every fault at
  // every step (outcomes()). `make` starts the operation anew, each time the same.
  template <class Make>
  auto perform(const std::string& operation, Make make) -> decltype(make().take());

  // -- listings
  // `variants` 0: a single one. SKUs are `code`-1, -2, …
  ListingDraft draft(const std::string& code, std::size_t variants = 0, std::int64_t price = 80'000,
                     Quantity stock = 50) const;
  // To the end, through resume_after and what the channel has to check first. Throws Stop.
  Goods publish(ListingDraft draft);
  void update(Goods& goods);
  StockItem stock_item(const Goods& goods, std::size_t variant, Quantity quantity) const;
  PriceItem price_item(const Goods& goods, std::size_t variant, std::int64_t price) const;
  StateItem state_item(const Goods& goods, bool listed, bool remove = false) const;
  // To the end, through deferrals and blocks that pass. One answer per item.
  Result<BatchAck> set_stock(StockBatch batch);
  Result<BatchAck> set_price(PriceBatch batch);
  Result<BatchAck> set_state(StateBatch batch);

  // -- orders
  HttpResponse try_order(const std::string& sku, int quantity, bool pay = true);
  std::string order(const std::string& sku, int quantity, bool pay = true);  // throws Stop
  bool verb(const std::string& order, const std::string& what);
  RemoteOrder fetched(const std::string& id);  // throws Stop
  OrderAction action(const std::string& id);

  // -- webhooks: what is due now, as the gateway would get it; answered with `status`
  std::vector<InboundRequest> take_pushes(int status = 200);

  bool renews_tokens = true;             // before they are old, as the engine does
  Outcomes* outcomes = nullptr;          // where perform() tells
  std::vector<std::string> misdirected;  // requests that left the channel, or carried a secret out
  // Whose answer is lost on the way back.
  std::function<bool(const HttpRequest&)> cut_answer;
  // Before each request to the channel: for a check that keeps to the declared pace.
  std::function<void(const HttpRequest&)> before_request;
  ManualClock clock{from_unix_seconds(1'795'485'600)};
  std::unique_ptr<Connector> connector;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  std::string seller;  // the shop at the channel
  TokenSet tokens;

 private:
  struct Turn {
    HttpRequest request;
    HttpResponse response;
  };
  std::optional<HttpResponse> carry(const HttpRequest& request);  // nothing: the connection is cut
  void watch(const HttpRequest& request);
  template <class Make>
  void judge(const std::string& operation, Make make);
  template <class Make>
  void try_fault(const std::string& operation, Make make, std::size_t at, const std::string& sort,
                 const Fault& fault);
  template <class Batch>
  Result<BatchAck> to_the_end(Batch batch, const std::function<Result<BatchAck>(Batch)>& send);

  const Subject& subject_;
  SeededRandom random_{7};
  std::string base_;
  std::shared_ptr<const json::Value> facts_;
  std::map<std::string, std::shared_ptr<const json::Value>> category_facts_;
  std::vector<Turn> turns_;                                 // of the last drive()
  std::map<std::string, std::vector<std::string>> judged_;  // operation: sequences of calls
};

// ---- templates

template <class T>
Result<T> Market::drive(Exchange<T> exchange) {
  turns_.clear();
  std::optional<HttpRequest> request = exchange.start();
  while (request) {
    if (turns_.size() > 2000) throw Stop(request->operation + " does not end");
    std::optional<HttpResponse> response = carry(*request);
    if (!response) {
      return Error(
          request->effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
          "connection_lost");
    }
    turns_.push_back({*request, *response});
    request = exchange.reply(std::move(*response));
  }
  return exchange.take();
}

template <class Make>
auto Market::perform(const std::string& operation, Make make) -> decltype(make().take()) {
  auto outcome = drive(make());
  if (outcomes == nullptr) return outcome;
  if (outcome && all_done(*outcome)) {
    ++outcomes->succeeded[operation];
    judge(operation, make);
  }
  for (const Error& e : told(outcome).errors) ++outcomes->refused[std::string(to_string(e.kind))];
  return outcome;
}

// Plays the conversation of the last drive() again: straight, broken off, and with every fault at
// every step. Conversations of the same calls once; three different ones of an operation.
template <class Make>
void Market::judge(const std::string& operation, Make make) {
  const std::vector<Turn> turns = turns_;
  // The same context and replies give the same requests.
  Outcomes::Tally& pure = outcomes->by_sort["pure"];
  ++pure.trials;
  auto again = make();
  std::optional<HttpRequest> request = again.start();
  for (const Turn& t : turns) {
    if (!request || request->url != t.request.url || request->body != t.request.body ||
        request->method != t.request.method) {
      pure.findings.push_back(operation + ": another request than before in place of " +
                              t.request.operation);
      return;
    }
    request = again.reply(t.response);
  }
  if (request) pure.findings.push_back(operation + ": more requests than before");

  std::string calls;
  for (const Turn& t : turns_) calls += t.request.operation + " ";
  std::vector<std::string>& before = judged_[operation];
  if (before.size() >= 3 || std::find(before.begin(), before.end(), calls) != before.end()) return;
  before.push_back(calls);

  // Of a long conversation twelve steps, spread over it.
  const std::size_t steps = std::min<std::size_t>(turns.size(), 12);
  for (std::size_t step = 0; step < steps; ++step) {
    const std::size_t at = step * turns.size() / steps;
    // A lost connection ends an exchange from outside.
    auto dropped = make();
    std::optional<HttpRequest> open = dropped.start();
    for (std::size_t i = 0; open && i < at; ++i) open = dropped.reply(turns[i].response);
    ++outcomes->by_sort["dropped"].trials;

    const HttpRequest& asked = turns[at].request;
    using K = ErrorKind;
    for (const Fault& f : standard_faults({})) {
      const char* sort = f.response.status == 429   ? "throttled"
                         : f.response.status == 503 ? "unavailable"
                                                    : "unreadable";
      try_fault(operation, make, at, sort, f);
    }
    if (const auto half = truncated(turns[at].response))
      try_fault(operation, make, at, "unreadable", *half);
    if (asked.trust == Trust::tenant) continue;
    const Fault slow{"throttled, in its own words",
                     own_words("throttle", asked),
                     {K::throttled},
                     {},
                     std::nullopt};
    try_fault(operation, make, at, "throttled", slow);
    const Fault expired{"token expired, in its own words",
                        own_words("auth_expired", asked),
                        {K::auth_expired, K::unauthenticated},
                        {},
                        std::nullopt};
    try_fault(operation, make, at, "expired", expired);
    const Fault refused{"an unknown code",
                        own_words("refuse", asked, std::string(kUnknownCode)),
                        {K::rejected, K::invalid, K::forbidden, K::unauthenticated},
                        {},
                        std::nullopt};
    try_fault(operation, make, at, "refused", refused);
  }
  turns_ = turns;
}

template <class Make>
void Market::try_fault(const std::string& operation, Make make, std::size_t at,
                       const std::string& sort, const Fault& fault) {
  std::vector<HttpResponse> replies;
  for (const Turn& t : turns_) replies.push_back(t.response);
  // A refusal leads elsewhere than the conversation went: what is asked then is refused as well.
  if (sort == "refused") replies.resize(at + 1);
  const auto played = play_with_fault(make(), replies, at, fault.response);
  Outcomes::Tally& tally = outcomes->by_sort[sort];
  ++tally.trials;
  const std::string where = operation + ", step " + std::to_string(at + 1) + " (" +
                            turns_[at].request.operation + "), " + fault.name + ": ";
  if (played.endless || !played.failed) {
    tally.findings.push_back(where + (played.endless ? "it does not end" : "the step is gone"));
    return;
  }
  // What a connector does on purpose, each with its reason in the app file.
  const Told outcome = told(*played.outcome);
  const std::string& request = turns_[at].request.operation;
  if (outcome.done && !fixture("may_fail")[operation + " " + request].is_null()) return;
  const json::Value& other = fixture("read_as")[request + " " + sort];
  if (other.is_object() && !outcome.done) {
    for (const Error& e : outcome.errors) {
      if (to_string(e.kind) != other["kind"].text()) tally.findings.push_back(where + e.describe());
    }
    return;
  }
  for (const std::string& wrong : misread(outcome, *played.failed, fault))
    tally.findings.push_back(where + wrong);
  if (sort != "refused") return;
  for (const Error& e : outcome.errors) {
    if (!e.remote || e.remote->code.find(kUnknownCode) == std::string::npos)
      tally.findings.push_back(where + "the channel's own code is not kept: " + e.describe());
  }
}

}  // namespace gerbang::conformance
