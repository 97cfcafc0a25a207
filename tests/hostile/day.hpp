#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/kit/world.hpp"

// A shop at one channel and the days of its life, each of which makes the gateway use some of the
// channel's operations: a fault is put on one of them, and the day must end well all the same.
namespace gerbang::hostile {

enum class Chapter {
  begin,      // a shop that is connected gets its first products
  authorise,  // the seller gives consent again
  publish,    // two new products, one with variants
  change,     // title, price twice, stock twice
  withdraw,   // a product leaves all shops
  orders,     // bought, accepted, shipped, cancelled by either side
  read_back,  // another tool of the seller changed the stock
  lost,       // webhooks that we did not take come back
  tokens,     // the access token grows old
  idle,       // nothing happens for an hour
};
std::string_view to_string(Chapter chapter);
std::vector<Chapter> all_chapters();

// A line of the sandbox's ledger.
struct Entry {
  TimePoint at;
  std::string operation;
  std::string shop;
  int status = 0;
  std::string error;
  json::Value effect;
};

// A request as it left the gateway.
struct Sent {
  TimePoint at;
  std::string operation;
  Effect effect = Effect::read;
  std::string body;
};

// What a shopper must find in the end.
struct Wanted {
  std::string title;
  std::int64_t price = 0;
  bool listed = true;
};

// What must not fail here, whatever is wrong at the channel.
template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) invariant_broken(std::string(doing) + ": " + result.error().describe());
  return std::move(*result);
}

class Day {
 public:
  // Connected, with its products on offer; or before the chapter `begin`, without any.
  explicit Day(std::string channel, bool begun = true);

  // Without faults; leaves everything settled.
  void prepare(Chapter chapter);
  // With the fault on. `patience`: how long each step may take before the next one comes anyway.
  void act(Chapter chapter, Duration patience);
  // After the faults: what could not be decided meanwhile, and tidying up.
  void finish(Chapter chapter);

  void fault(const std::string& operation, std::string_view kind, Duration delay, int times);
  void pushes(const json::Value& faults);
  void clear_faults();

  bool quiet(Duration limit);
  store::ShopView shop_view();
  std::vector<store::ParkedWork> parked();
  std::int64_t try_parked_again();
  Result<Shop> authorise_again();

  std::int64_t ledger_end();
  std::vector<Entry> ledger(std::int64_t after);
  // What is wrong with the shop compared with what was wanted; empty: nothing.
  std::vector<std::string> differences();
  // Products of which the channel has more than one.
  std::vector<std::string> duplicates();

  std::vector<Sent> sent;  // before the world, which still sends while it ends
  kit::World world;
  std::string channel;
  Shop shop;
  int reauthorised = 0;
  std::string authorise_failure;  // of the chapter's own try
  // Values in the order in which they were wanted, by SKU.
  std::map<std::string, std::vector<Quantity>> stock_history;
  std::map<std::string, std::vector<std::int64_t>> price_history;
  // SKUs of the products of this chapter.
  std::vector<std::string> fresh_skus;

 private:
  static kit::World::Options options_for(const std::string& channel);
  void stock_up();
  void put(const std::string& code, bool variants, const std::string& title, std::int64_t price);
  void set_stock(const std::string& item, Quantity quantity);
  void set_price(const std::string& sku, std::int64_t price);
  void withdraw(const std::string& code);
  void pass(Duration patience);  // until settled or out of patience
  void buy();
  void decide();
  bool decided() const;
  void conclude();
  std::optional<Order> order(const std::string& external_id);
  bool request(const std::string& external_id, Aspect action, const json::Value& detail);
  std::vector<std::string> order_differences();

  std::map<std::string, Wanted> wanted_;
  std::map<std::string, std::vector<std::string>> skus_of_;  // by product code
  int serial_ = 0;
  TimePoint began_;  // of the chapter
  std::int64_t ledger_read_ = 0;
  std::string single_;  // code of the chapter's product
  std::string axes_;    // and of the one with variants
  struct Bought {
    std::string accepted, refused, regretted, unpaid;  // external ids
    bool told_accept = false, told_ship = false, told_cancel = false, told_answer = false;
    bool asked_back = false, unpaid_cancelled = false;
    bool parcel_gone = false;
  };
  std::optional<Bought> bought_;
  int parcels_ = 0;
};

}  // namespace gerbang::hostile
