#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/postgres/desk.hpp"
#include "core/store/reservations.hpp"

namespace gerbang::store::postgres {

// The stock of one script: levels, the ledger's new rows, and what order lines hold. Read
// set-based, changed in memory under the organisation's lock, written set-based. The only hand that
// changes on_hand and reserved; the database's CHECKs stand behind it.
//
// A script may do several operations (an order, a stock entry) one after the other: begin() starts
// one, and effect() tells what it did.
class Book final : public StockBook {
 public:
  explicit Book(Desk& desk) : desk_(desk) {}

  // ---- reading (queued for the next sync of the desk) ----
  // Levels of the items, what is doubted of them, and all that orders hold of them.
  void want_items(const std::vector<std::string>& items);
  // What the lines of these orders hold, whatever its state.
  void want_orders(const std::vector<std::string>& orders);
  // The same for the orders of want_short_orders(), and of every item that their lines could take:
  // components and levels.
  void want_short_orders(const std::vector<std::string>& items);
  void know_order(const std::string& order, TimePoint placed_at) { placed_[order] = placed_at; }
  // Items that the lines of an order hold or held.
  std::set<std::string> items_of(const std::string& order) const;
  bool holds(const LineRef& line, const std::string& item) const;

  // ---- one operation ----
  void begin();
  struct Effect {
    Quantity available_before = 0;
    Quantity available = 0;
    Quantity free_before = 0;
    Quantity free = 0;
  };
  Effect effect(const std::string& item);
  std::set<std::string> touched() const;
  // Items of which a location now has less than orders hold there, because of this operation.
  const std::set<std::string>& overdrawn() const { return overdrawn_; }
  void set_buffer(const std::string& item, const std::string& location, Quantity buffer);
  // Units of a level's buffer that are there because the count is doubted after a restore.
  Quantity doubted(const std::string& item, const std::string& location) const;
  void doubt(const std::string& item, const std::string& location, Quantity quantity);
  // No more; how many they were.
  Quantity trust(const std::string& item, const std::string& location);
  void set_counted_at(const std::string& item, const std::string& location, TimePoint at);
  // By location; revision 0 where there are no levels.
  StockView view(const std::string& item);

  // ---- StockBook ----
  std::vector<StockLevel> levels(const std::string& item) override;
  void open_level(const std::string& item, const std::string& location) override;
  bool move(const std::string& item, const std::string& location, MovementReason reason,
            Quantity on_hand_change, Quantity reserved_change, std::string_view reference) override;
  std::vector<Component> takes(const LineRef& line, const char* state) override;
  std::vector<Held> rows(const LineRef& line, const std::string& item, const char* state) override;
  std::vector<HeldAt> held_at(const std::string& item, const std::string& location) override;
  void add(const LineRef& line, const Component& component, const std::string& location,
           Quantity quantity, const char* state) override;
  void set(const LineRef& line, const std::string& item, const std::string& location,
           Quantity quantity, const char* state) override;

  // Queues the writes; before Desk::flush().
  void write();

 private:
  struct Level {
    StockLevel level;
    std::int64_t revision = 0;
    bool dirty = false;
  };
  struct Hold {
    Quantity quantity = 0;
    Quantity per_unit = 0;
    std::string state;
    bool dirty = false;
  };
  struct Movement {
    std::string item;
    std::string location;
    MovementReason reason;
    Quantity on_hand_change;
    Quantity reserved_change;
    std::string reference;
  };
  struct Sums {
    Quantity available = 0;
    Quantity free = 0;
  };
  using LineKey = std::pair<std::string, std::string>;   // order, line
  using PlaceKey = std::pair<std::string, std::string>;  // item, location
  void keep_levels(const Rows& rows);
  void keep_holds(const Rows& rows);
  std::map<std::string, Level>& levels_of(const std::string& item);
  Sums sums(const std::string& item);
  void remember(const std::string& item);

  Desk& desk_;
  std::map<std::string, std::map<std::string, Level>> levels_;  // item, location
  std::set<std::string> items_known_;
  std::map<LineKey, std::map<PlaceKey, Hold>> holds_;
  std::set<std::pair<LineKey, PlaceKey>> removed_;
  std::map<std::string, TimePoint> placed_;
  std::map<PlaceKey, Quantity> doubted_;
  std::set<PlaceKey> doubts_changed_;
  std::vector<Movement> movements_;
  std::map<std::string, Sums> before_;
  std::set<std::string> overdrawn_;
};

}  // namespace gerbang::store::postgres
