#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/product.hpp"
#include "core/model/stock.hpp"

// What order lines hold of the stock.
//
// Whole sold units only: a line of `quantity` units with `shortage` holds exactly
// (quantity - shortage) × per_unit of each of its items, so a hamper that lacks one part keeps none
// of the others from being sold. Which items and how much of each is kept with the reservation:
// releases and later additions follow what was taken, whatever the product's components say by
// then.
//
// Orders may eat into the buffer: it limits what we offer, not what was sold. They never take what
// others hold.
namespace gerbang::store {

struct LineRef {
  std::string order;
  std::string remote_line;
  std::string sku;  // empty: not matched; holds nothing
};

// Stock levels and what lines hold, as an engine keeps them. Every change of a level goes through
// move(): it is one row of the ledger.
class StockBook {
 public:
  virtual ~StockBook() = default;
  // Of one item, those with the most units that nobody holds first, then by name.
  virtual std::vector<StockLevel> levels(const std::string& item) = 0;
  // Creates an empty level unless there is one.
  virtual void open_level(const std::string& item, const std::string& location) = 0;
  // False, and nothing changed: on_hand or reserved would be negative, or more would be reserved
  // than is there.
  virtual bool move(const std::string& item, const std::string& location, MovementReason reason,
                    Quantity on_hand_change, Quantity reserved_change,
                    std::string_view reference) = 0;

  struct Held {
    std::string location;
    Quantity quantity = 0;
  };
  struct HeldAt {
    LineRef line;  // without its SKU
    Quantity quantity = 0;
    Quantity per_unit = 0;
  };
  // As taken in that state when something was, else as the product says now; by item.
  virtual std::vector<Component> takes(const LineRef& line, const char* state) = 0;
  // Smallest first, then by location.
  virtual std::vector<Held> rows(const LineRef& line, const std::string& item,
                                 const char* state) = 0;
  // Of all orders, the oldest placed_at first, then by order and line.
  virtual std::vector<HeldAt> held_at(const std::string& item, const std::string& location) = 0;
  // Adds to the row of that state; one in another state is spent (released, or from before a line
  // came back) and starts anew.
  virtual void add(const LineRef& line, const Component& component, const std::string& location,
                   Quantity quantity, const char* state) = 0;
  // 0 units: the row goes.
  virtual void set(const LineRef& line, const std::string& item, const std::string& location,
                   Quantity quantity, const char* state) = 0;
};

class Reservations {
 public:
  explicit Reservations(StockBook& book) : book_(book) {}

  // Takes up to `units`, all items or none of each unit, the fullest location first. Returns how
  // many were covered.
  Quantity reserve(const LineRef& line, Quantity units);
  // Gives back that many of the units held.
  void release(const LineRef& line, Quantity units);
  // The goods left the house: what the line holds, then what nobody holds, then what is there at
  // all leaves on_hand. Nothing stays reserved. Returns the units (rounded up) that on_hand did not
  // have.
  Quantity consume(const LineRef& line, Quantity units);
  // Puts shipped units back where they came from. False: nothing is known of what they consist of.
  bool restock(const LineRef& line, Quantity units);
  // Where a location has less than orders hold there, other locations take over what they can.
  void relocate(const std::string& item);

 private:
  StockBook& book_;
};

}  // namespace gerbang::store
