#include "core/store/order_rules.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace gerbang::store {

std::string_view name_of(StockHold hold) {
  switch (hold) {
    case StockHold::held:
      return "held";
    case StockHold::consumed:
      return "consumed";
    case StockHold::free:
      return "free";
  }
  invariant_broken("a stock hold without a name");
}

StockHold hold_from(std::string_view name) {
  if (name == "held") return StockHold::held;
  if (name == "consumed") return StockHold::consumed;
  ensure(name == "free", "a stored stock hold is unknown");
  return StockHold::free;
}

StockHold next_hold(std::optional<StockHold> before, OrderStatus status) {
  if (before && *before != StockHold::held) return *before;
  return hold_of(status);
}

Quantity counted_by_channel(std::optional<StockHold> hold, Quantity quantity) {
  return hold && *hold != StockHold::free ? quantity : 0;
}

bool ends(OrderStatus status) {
  return status == OrderStatus::completed || status == OrderStatus::returned ||
         status == OrderStatus::cancelled;
}

bool merge_shipments(std::vector<Shipment>& known, const std::vector<Shipment>& said) {
  bool changed = false;
  for (const Shipment& s : said) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const Shipment& k) {
      return s.remote_package.empty() ? k.tracking_number == s.tracking_number
                                      : k.remote_package == s.remote_package;
    });
    if (same == known.end()) {
      known.push_back(s);
      changed = true;
      continue;
    }
    const auto update = [&](std::string& field, const std::string& value) {
      if (value.empty() || field == value) return;
      field = value;
      changed = true;
    };
    update(same->courier, s.courier);
    update(same->tracking_number, s.tracking_number);
  }
  return changed;
}

std::vector<LineChange> compare_lines(const std::vector<OrderLine>& stored,
                                      std::vector<OrderLine> said, bool shipped_before) {
  std::vector<LineChange> out;
  std::set<std::string> told;
  for (OrderLine& line : said) {
    // The line's identity carries its reservation; two lines of one name must both be kept.
    const std::string name = line.remote_line;
    for (int n = 2; !told.insert(line.remote_line).second; ++n)
      line.remote_line = name + "#" + std::to_string(n);
    LineChange change;
    const auto known = std::find_if(stored.begin(), stored.end(), [&](const OrderLine& s) {
      return s.remote_line == line.remote_line;
    });
    if (known == stored.end()) {
      line.shortage = 0;
      change.differs = true;
    } else {
      change.known = true;
      change.quantity_before = known->quantity;
      change.matched_before = !known->sku.empty();
      // Its SKU is settled once found: it holds stock under that name.
      if (change.matched_before) line.sku = known->sku;
      // Goods that left are not un-shipped by a refund.
      if (shipped_before) line.quantity = std::max(line.quantity, known->quantity);
      line.shortage = known->shortage;
      change.differs = line.quantity != known->quantity || line.sku != known->sku ||
                       line.title != known->title || line.price != known->price;
    }
    change.line = std::move(line);
    out.push_back(std::move(change));
  }
  for (const OrderLine& s : stored) {
    if (told.contains(s.remote_line)) continue;
    LineChange change;
    change.line = s;
    change.known = true;
    change.quantity_before = s.quantity;
    change.matched_before = !s.sku.empty();
    if (!told.empty() && !shipped_before) change.line.quantity = 0;
    change.differs = change.line.quantity != s.quantity;
    out.push_back(std::move(change));
  }
  return out;
}

Quantity settle_line(Reservations& reservations, const std::string& order, const LineChange& change,
                     std::optional<StockHold> before, StockHold after) {
  const LineRef line{order, change.line.remote_line, change.line.sku};
  const Quantity quantity = change.line.quantity;
  if (line.sku.empty()) return 0;
  Quantity covered = 0;
  if (before == StockHold::held && change.matched_before)
    covered = change.quantity_before - change.line.shortage;
  switch (after) {
    case StockHold::held:
      if (covered > quantity) {
        reservations.release(line, covered - quantity);
        covered = quantity;
      }
      return quantity - covered - reservations.reserve(line, quantity - covered);
    case StockHold::consumed: {
      if (before != StockHold::consumed) {
        if (covered > quantity) reservations.release(line, covered - quantity);
        return reservations.consume(line, quantity);
      }
      const Quantity more = change.matched_before ? quantity - change.quantity_before : quantity;
      return change.line.shortage + (more > 0 ? reservations.consume(line, more) : 0);
    }
    case StockHold::free:
      reservations.release(line, covered);
      return 0;
  }
  invariant_broken("a stock hold that settles nothing");
}

}  // namespace gerbang::store
