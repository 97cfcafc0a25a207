#pragma once

#include <string>
#include <vector>

#include "core/model/product.hpp"
#include "core/store/sqlite/ledger.hpp"

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

class Reservations {
 public:
  Reservations(Database& db, std::string organisation, Ledger& ledger);

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
  struct Held {
    std::string location;
    Quantity quantity = 0;
  };
  // As taken when something was, else as the product says now.
  std::vector<Component> takes(const LineRef& line, const char* state);
  // Smallest first.
  std::vector<Held> rows(const LineRef& line, const std::string& item, const char* state);
  void add(const LineRef& line, const Component& component, const std::string& location,
           Quantity quantity, const char* state);
  void set(const LineRef& line, const std::string& item, const std::string& location,
           Quantity quantity, const char* state);

  Database& db_;
  std::string organisation_;
  Ledger& ledger_;
};

}  // namespace gerbang::store
