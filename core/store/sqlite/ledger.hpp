#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/model/stock.hpp"
#include "core/store/sqlite/database.hpp"

namespace gerbang::store {

// The only hand that changes on_hand and reserved: each change is one conditional UPDATE and one
// row of the ledger. Lives for one domain operation (an order, a stock entry) and remembers how the
// items stood when it began, so that the operation can tell what it did to them in the end.
class Ledger {
 public:
  // `revision` is given to every level that changes.
  Ledger(Database& db, std::string organisation, TimePoint now, Random& random,
         std::int64_t revision);

  // Of one item, those with the most units that nobody holds first.
  std::vector<StockLevel> levels(const std::string& item);
  // Creates an empty level unless there is one.
  void open_level(const std::string& item, const std::string& location);
  // False, and nothing changed: on_hand or reserved would be negative, or more would be reserved
  // than is there.
  bool move(const std::string& item, const std::string& location, MovementReason reason,
            Quantity on_hand_change, Quantity reserved_change, std::string_view reference);
  void set_buffer(const std::string& item, const std::string& location, Quantity buffer);

  // What the operation did so far: what may be offered, and on_hand - reserved, then and now.
  struct Effect {
    Quantity available_before = 0;
    Quantity available = 0;
    Quantity free_before = 0;
    Quantity free = 0;
  };
  Effect effect(const std::string& item);
  // Every item that was changed.
  std::set<std::string> touched() const;
  // Items of which a location now has less than orders hold there, because of this operation.
  const std::set<std::string>& overdrawn() const { return overdrawn_; }

 private:
  struct Sums {
    Quantity available = 0;
    Quantity free = 0;
  };
  Sums sums(const std::string& item);
  void remember(const std::string& item);

  Database& db_;
  std::string organisation_;
  TimePoint now_;
  Random& random_;
  std::int64_t revision_;
  std::map<std::string, Sums> before_;
  std::set<std::string> overdrawn_;
};

}  // namespace gerbang::store
