#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/simulation.hpp"

// The people: the village's own software, which posts counts, movements, prices, products and
// decisions and repeats what got no answer; shoppers and couriers at the marketplaces; the
// operator, who logs a shop in again when its channel demands it.
namespace gerbang::sim {

struct PlacedOrder {
  std::string channel;
  std::string shop;  // our id
  std::string id;    // the marketplace's
};

class Village {
 public:
  explicit Village(Simulation& simulation, std::uint64_t seed);

  // The catalogue and the shops, before anything goes wrong.
  void set_up(const std::vector<std::string>& channels);
  void wake_up();       // from now on things happen
  void come_to_rest();  // nothing new begins; what is open is repeated until it is answered
  bool at_rest() const { return open_.empty(); }
  std::string open_text() const;
  void look_after_shops();  // one round of the operator
  const std::vector<PlacedOrder>& orders() const { return orders_; }
  std::int64_t intents() const { return numbers_; }

 private:
  struct Open {
    Intent intent;
    std::string busy;  // what no other intent may touch meanwhile
    int tries = 0;
    bool waiting = false;
  };
  using Ticket = std::shared_ptr<Open>;

  std::int64_t roll(std::int64_t n) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(n)));
  }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[static_cast<std::size_t>(roll(static_cast<std::int64_t>(of.size())))];
  }
  Duration pause(std::int64_t mean_ms);

  void act();
  void shop_around();
  void operate();
  bool count_or_move();
  bool change_price();
  bool change_product();
  bool decide_order();
  bool handle_shop();
  void begin(Intent intent, std::string busy);
  void send(const Ticket& ticket);
  void answered(const Ticket& ticket, const std::optional<HttpResponse>& response, bool lost);
  void settle(const Ticket& ticket);
  void buy();
  void change_some_order();
  void log_in(const ShopKnown& shop);
  std::string product_body(const std::string& code, const std::string& title) const;

  Simulation& sim_;
  SeededRandom random_;
  std::map<std::string, Ticket> open_;  // by what is busy
  std::vector<Intent> settled_;         // answered 2xx, for repeats
  std::vector<PlacedOrder> orders_;
  std::int64_t numbers_ = 0;
  bool awake_ = false;
  std::int64_t act_every_ms_ = 60'000;
  std::int64_t buy_every_ms_ = 120'000;
};

}  // namespace gerbang::sim
