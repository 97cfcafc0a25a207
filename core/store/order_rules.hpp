#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/order.hpp"
#include "core/store/reservations.hpp"

// What both engines decide alike about an order that a channel tells of. Pure but for what lines
// hold, which goes through Reservations.
namespace gerbang::store {

// Beyond is no order of anything, and quantity × component stays far below 2^63.
inline constexpr Quantity kMaxLineQuantity = 1'000'000;

std::string_view name_of(StockHold hold);
StockHold hold_from(std::string_view name);

// What the order does to stock from now on. What left the house comes back only by decision, so
// nothing undoes `consumed`, and nothing leaves a cancelled order.
StockHold next_hold(std::optional<StockHold> before, OrderStatus status);

// How many units of the line the channel has taken from its own counter.
Quantity counted_by_channel(std::optional<StockHold> hold, Quantity quantity);

// The order needs nothing of its buyer any more.
bool ends(OrderStatus status);

// The same parcel keeps its place; what the channel does not say does not erase what we know.
bool merge_shipments(std::vector<Shipment>& known, const std::vector<Shipment>& said);

// A line as it was and as it will be.
struct LineChange {
  OrderLine line;  // as it will be; shortage still as it was
  bool known = false;
  Quantity quantity_before = 0;
  bool matched_before = false;
  bool differs = false;
};

// What the channel says of the lines against what is stored. A line that is no longer told of was
// taken out of the order: it stays with quantity 0. An answer without any line says nothing of
// them.
std::vector<LineChange> compare_lines(const std::vector<OrderLine>& stored,
                                      std::vector<OrderLine> said, bool shipped_before);

// Makes the line hold what it should and returns its shortage.
Quantity settle_line(Reservations& reservations, const std::string& order, const LineChange& change,
                     std::optional<StockHold> before, StockHold after);

}  // namespace gerbang::store
