#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/model/order.hpp"
#include "core/store/sqlite/database.hpp"
#include "tests/sim/clockwork.hpp"
#include "tests/sim/trace.hpp"
#include "tests/sim/watch.hpp"

// The invariants of RELIABILITY section 1, held against the database after every commit, against
// every value that leaves the gateway and every value that arrives at a marketplace. What does not
// hold is thrown as a Violation.
namespace gerbang::sim {

// What the village sells: a recipe per SKU. The reference for what may be offered.
using Recipe = std::map<std::string, Quantity>;

struct ShopKnown {
  std::string id;
  std::string channel;
  std::string remote_id;
  Quantity buffer = 0;
  int share_percent = 100;
};

// A write that a client wants to happen once.
struct Intent {
  std::string key;      // Idempotency-Key
  std::string subject;  // item, SKU or order
  std::string what;     // for the story
  Method method = Method::post;
  std::string target;
  std::string body;
  bool movement = false;
  std::optional<std::int64_t> price;  // of SKU `subject`
  std::optional<std::string> title;   // of product `subject`
  std::optional<bool> withdrawn;      // product `subject`
  // What the gateway answered for good.
  int status = 0;  // 0: nothing yet
  std::string answer;
};

class Checks final : public Observer {
 public:
  Checks(Clockwork& clockwork, Trace& trace);

  std::string organisation;
  std::map<std::string, Recipe> recipes;
  std::map<std::string, ShopKnown> shops;         // by our id
  std::map<std::string, std::string> product_of;  // SKU → product

  // ---- the database
  void committed(store::Database& db);  // after every group
  // Everything, the ledger from its first row on; after each start, now and then, at the end.
  void whole(store::Database& db);
  void reopened(store::Database& db);
  // What only lived in the process's memory is gone.
  void process_died();
  // Inside a coroutine of the gateway nothing may be thrown: seen there, thrown by the next step.
  void rethrow() const {
    if (seen_) throw *seen_;
  }

  // ---- what was promised
  void promised(const Intent& intent);    // answered 2xx
  void refused(const Intent& intent);     // answered for good, and not 2xx
  void may_become(const Intent& intent);  // sent, not answered yet
  void webhook_promised(const std::string& channel, const std::vector<HookEvent>& events);

  // ---- what leaves and arrives (Observer)
  void began(const std::string& channel, std::string_view operation,
             const CallContext& context) override;
  void refresh_began(const CallContext& context) override;
  void refresh_ended(const CallContext& context, const Result<TokenSet>& tokens) override;
  void refresh_dropped(const CallContext& context) override;
  void stock_leaves(const CallContext& context, const StockBatch& batch) override;
  void draft_leaves(const CallContext& context, const ListingDraft& draft) override;
  void stock_arrived(const std::string& channel, const std::string& remote_shop,
                     const std::string& sku, std::int64_t value);

  // What the shop may sell of a SKU by the last commit.
  Quantity offer(const ShopKnown& shop, const std::string& sku) const;
  // What was acknowledged last; meant for when nothing is under way.
  std::int64_t price(const std::string& sku) const { return *prices_.at(sku).begin(); }
  std::string title(const std::string& product) const { return *titles_.at(product).begin(); }
  bool withdrawn(const std::string& product) const { return *withdrawn_.at(product).begin(); }
  void starts_as(const std::string& product, const std::string& title,
                 const std::map<std::string, std::int64_t>& prices);
  struct OrderSeen {
    std::string shop, external_id;
    OrderStatus status = OrderStatus::pending;
    std::int64_t revision = 0;
  };
  const std::map<std::string, OrderSeen>& orders() const { return orders_; }

  std::int64_t commits() const { return commits_; }
  std::int64_t checks() const { return checks_; }
  // The stored tokens; read through the store of the present process.
  std::function<std::optional<TokenSet>(const std::string& shop)> stored_tokens;

 private:
  using Available = std::map<std::string, Quantity>;
  struct Sent {
    std::int64_t number = 0;
    std::int64_t value = 0;
  };
  struct Channel {  // a listing at a marketplace
    std::vector<Sent> sent;
    std::int64_t newest_arrived = 0;
    std::int64_t newest_value = -1;
  };

  [[noreturn]] void broken(std::string invariant, std::string subject, const std::string& what);
  void saw(std::string invariant, std::string subject, const std::string& what);
  void check_levels(store::Database& db);
  void check_orders(store::Database& db);
  void check_inbox(store::Database& db);
  void check_books(store::Database& db);
  void check_promises(store::Database& db);
  void check_parked(store::Database& db);
  Quantity offer_of(const ShopKnown& shop, const Recipe& recipe, const Available& available) const;
  void offered(const CallContext& context, const std::string& sku, Quantity value);

  Clockwork& clockwork_;
  Trace& trace_;
  std::int64_t commits_ = 0, checks_ = 0;
  std::deque<std::pair<TimePoint, Available>> history_;
  std::map<std::string, OrderSeen> orders_;  // by our id
  std::map<std::string, Intent> promises_;   // by key
  std::set<std::string> movements_tried_;
  std::map<std::string, std::set<std::int64_t>> prices_;  // SKU → what it may be
  std::map<std::string, std::set<std::string>> titles_;
  std::map<std::string, std::set<bool>> withdrawn_;
  std::set<std::pair<std::string, std::string>> webhooks_;    // channel, key
  std::map<std::string, std::set<std::string>> good_tokens_;  // shop → access tokens once stored
  std::map<std::string, std::int64_t> token_versions_;
  std::map<std::string, int> refreshing_;               // shop → under way
  std::map<std::string, std::string> spent_in_memory_;  // by shop: answered to this process
  std::map<std::string, Channel> listings_;             // channel|remote shop|SKU
  std::int64_t last_number_ = 0;
  std::optional<Violation> seen_;
};

}  // namespace gerbang::sim
