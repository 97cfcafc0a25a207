#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/ids.hpp"
#include "core/store/order_rules.hpp"
#include "core/store/postgres/scripts.hpp"
#include "core/store/product_rules.hpp"

namespace gerbang::store::postgres {

namespace {

std::vector<std::string> list_of(const std::set<std::string>& set) {
  return {set.begin(), set.end()};
}

Result<void> check_order(const RemoteOrder& remote) {
  if (remote.external_id.empty())
    return Error(ErrorKind::invalid, "order_invalid", "an order without an id");
  for (const OrderLine& line : remote.lines) {
    if (line.quantity < 0 || line.quantity > kMaxLineQuantity)
      return Error(ErrorKind::invalid, "order_invalid",
                   "line " + line.remote_line + " has quantity " + std::to_string(line.quantity));
  }
  return {};
}

// Ours, by the channel's ids, else by the SKU as the channel stored it.
std::string sku_of(Desk& desk, const Shop& shop, const OrderLine& line) {
  std::string sku = desk.sku_of_remote(shop.id, line.remote_product, line.remote_variant);
  if (sku.empty() && !line.remote_sku.empty() && desk.listing(shop.id, line.remote_sku))
    sku = line.remote_sku;
  return sku;
}

}  // namespace

Result<IngestOrders::Answer> PostgresScripts::run(const IngestOrders& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  std::set<std::string> external_ids, remote_products, remote_skus;
  for (const RemoteOrder& order : script.orders) {
    external_ids.insert(order.external_id);
    for (const OrderLine& line : order.lines) {
      if (!line.remote_product.empty()) remote_products.insert(line.remote_product);
      if (!line.remote_sku.empty()) remote_skus.insert(line.remote_sku);
    }
  }
  // First the orders as they are stored, and which listings their lines are about.
  Desk desk = open_desk(home);
  Book book(desk);
  desk.want_shops();
  desk.want_orders(script.shop, list_of(external_ids));
  desk.want_remote(script.shop, list_of(remote_products));
  desk.want_listings(script.shop, list_of(remote_skus), {});
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  const Shop& shop = row.shop;

  // Then what those variants take, what the stored orders hold, and the listings as they stand.
  std::set<std::string> skus, order_ids, stored_products;
  for (const auto& [id, order] : desk.orders) {
    order_ids.insert(id);
    for (const auto& line : order.lines) {
      if (!line.line.sku.empty()) skus.insert(line.line.sku);
      if (!remote_products.contains(line.line.remote_product))
        stored_products.insert(line.line.remote_product);
    }
  }
  for (const RemoteOrder& order : script.orders) {
    for (const OrderLine& line : order.lines) {
      const std::string sku = sku_of(desk, shop, line);
      if (!sku.empty()) skus.insert(sku);
    }
  }
  desk.want_components(list_of(skus));
  desk.want_listings(shop.id, list_of(skus), {});
  if (!stored_products.empty()) desk.want_remote(shop.id, list_of(stored_products));
  desk.want_work(shop.id, list_of(skus));
  book.want_orders(list_of(order_ids));
  for (const auto& [id, order] : desk.orders) book.know_order(id, order.order.placed_at);
  desk.sync();

  // Then the stock of those items, and who else waits for it.
  std::set<std::string> items;
  for (const std::string& sku : skus) {
    for (const Component& c : desk.components_of(sku)) items.insert(c.item);
  }
  for (const std::string& id : order_ids) items.merge(book.items_of(id));
  book.want_items(list_of(items));
  desk.want_short_orders(list_of(items));
  desk.sync();
  book.want_short_orders(list_of(items));
  desk.sync();

  IngestOrders::Answer answers;
  answers.reserve(script.orders.size());
  std::map<std::string, std::string> settled;  // external id → code of a failure
  for (const RemoteOrder& remote : script.orders) {
    answers.push_back(ingest(desk, book, shop, remote, script.clock_skew));
    settled.try_emplace(remote.external_id,
                        answers.back() ? std::string() : answers.back().error().code);
  }
  for (const std::string& id : script.not_found) settled.try_emplace(id, "order_not_found");

  Batch fetched, parked;
  for (const auto& [id, code] : settled) {
    const auto taken = script.taken.find(id);
    if (taken == script.taken.end()) continue;
    if (code.empty()) {
      fetched.row(id, taken->second);
    } else {
      parked.row(id, taken->second,
                 json::dump(json::object({{"problem", json::object({{"code", code}})}})));
    }
  }
  if (!fetched.empty()) {
    db_.send(
        "DELETE FROM work AS w USING unnest($3::text[], $4::bigint[]) AS f (subject, revision)"
        " WHERE w.organisation = $1 AND w.shop = $2 AND w.aspect = 'order_fetch'"
        " AND w.subject = f.subject AND w.revision = f.revision",
        fetched.after(Params::of(home, shop.id)));
    db_.send(
        "UPDATE inbox AS i SET applied_at = $3 FROM unnest($4::text[], $5::bigint[])"
        " AS f (subject, revision) WHERE i.organisation = $1 AND i.shop = $2"
        " AND i.subject = f.subject AND i.applied_at IS NULL AND i.revision <= f.revision",
        fetched.after(Params::of(home, shop.id, desk.now())));
  }
  if (!parked.empty())
    db_.send(
        "UPDATE work AS w SET parked = true, attempts = attempts + 1, detail = p.detail"
        " FROM unnest($3::text[], $4::bigint[], $5::text[]) AS p (subject, revision, detail)"
        " WHERE w.organisation = $1 AND w.shop = $2 AND w.aspect = 'order_fetch'"
        " AND w.subject = p.subject AND w.revision = p.revision",
        parked.after(Params::of(home, shop.id)));
  book.write();
  desk.flush(touched_);
  return answers;
}

Result<OrderIngested> PostgresScripts::ingest(Desk& desk, Book& book, const Shop& shop,
                                              const RemoteOrder& remote, Duration clock_skew) {
  GERBANG_CHECK(check_order(remote));
  Desk::OrderRow* stored = desk.order(shop.id, remote.external_id);
  const bool created = !stored;
  if (stored && remote.updated_at < stored->remote_updated_at)
    return OrderIngested{stored->order.id, false, false, stored->order.status,
                         stored->order.has_shortage};

  Order order;
  std::optional<StockHold> hold_before;
  bool differs = created;
  if (stored) {
    order = Desk::as_order(*stored);
    hold_before = stored->hold;
  } else {
    order.id = new_id("ord", desk.now(), random_);
    order.organisation = shop.organisation;
    order.shop = shop.id;
    order.channel = shop.channel;
    order.external_id = remote.external_id;
    order.placed_at = remote.placed_at;
    order.status = remote.status;
    order.remote_status = remote.remote_status;
  }
  const OrderStatus status_before = order.status;
  const auto update = [&](auto& field, const auto& value) {
    if (field == value) return;
    field = value;
    differs = true;
  };
  if (may_follow(order.status, remote.status)) update(order.status, remote.status);
  ensure(order.status == status_before || may_follow(status_before, order.status),
         "an order's state went backwards");
  if (order.status == remote.status) update(order.remote_status, remote.remote_status);
  update(order.total, remote.total);
  if (!remote.city.empty()) update(order.city, remote.city);
  if (!remote.province.empty()) update(order.province, remote.province);
  if (merge_shipments(order.shipments, remote.shipments)) differs = true;

  std::vector<OrderLine> said = remote.lines;
  for (OrderLine& line : said) line.sku = sku_of(desk, shop, line);
  const StockHold hold = next_hold(hold_before, order.status);
  auto lines = compare_lines(order.lines, std::move(said), hold_before == StockHold::consumed);
  for (const LineChange& change : lines) differs = differs || change.differs;

  if (!differs) {
    stored->remote_updated_at = remote.updated_at;
    stored->dirty = true;
    return OrderIngested{order.id, false, false, order.status, order.has_shortage};
  }

  order.revision = desk.revision();
  order.updated_at = desk.now();
  order.has_shortage = false;
  book.know_order(order.id, order.placed_at);
  book.begin();
  Desk::OrderRow& row = desk.orders[order.id];
  row.whole = true;
  Reservations reservations(book);
  CounterMoves moves;
  std::vector<json::Value> shortages;
  // What one line gives back may serve another line of the same order.
  std::vector<std::size_t> sequence(lines.size());
  std::iota(sequence.begin(), sequence.end(), std::size_t{0});
  std::stable_partition(sequence.begin(), sequence.end(), [&](std::size_t i) {
    return lines[i].line.quantity < lines[i].quantity_before;
  });
  for (const std::size_t i : sequence) {
    LineChange& change = lines[i];
    OrderLine& line = change.line;
    const Quantity shortage_before = line.shortage;
    line.shortage = settle_line(reservations, order.id, change, hold_before, hold);
    const auto kept = std::find_if(row.lines.begin(), row.lines.end(), [&](const auto& l) {
      return l.line.remote_line == line.remote_line;
    });
    if (kept == row.lines.end()) {
      row.lines.push_back({line, static_cast<std::int64_t>(i), 0, true});
    } else {
      // What the channel calls it by was settled when it came first.
      kept->line.sku = line.sku;
      kept->line.title = line.title;
      kept->line.quantity = line.quantity;
      kept->line.price = line.price;
      kept->line.shortage = line.shortage;
      kept->dirty = true;
    }
    if (line.shortage > 0) order.has_shortage = true;
    if (line.shortage > shortage_before)
      shortages.push_back(json::object({{"order", order.id},
                                        {"shop", order.shop},
                                        {"line", line.remote_line},
                                        {"sku", line.sku},
                                        {"units", line.shortage}}));
    // Whether the channel's counter of our listing moves with this line. A line of a variant that
    // was deleted since belongs to the SKU, but the channel moved the counter of what is gone: the
    // listing that took its place has to be told like any other. A line without ids counts as ours.
    const bool moves_ours =
        line.remote_product.empty() ||
        desk.sku_of_remote(shop.id, line.remote_product, line.remote_variant) == line.sku;
    if (line.sku.empty() || !moves_ours) continue;
    const Quantity moved =
        counted_by_channel(hold, line.quantity) -
        (change.matched_before ? counted_by_channel(hold_before, change.quantity_before) : 0);
    // A channel may restore its counter when an order ends after shipment; we do not.
    const bool ended_after_shipment =
        hold_before == StockHold::consumed && order.status != status_before &&
        (order.status == OrderStatus::cancelled || order.status == OrderStatus::returned);
    // First seen when it had ended: its counter went down and up again, and what we told in between
    // was filled up by a sale that we never saw.
    const bool came_and_went = created && hold == StockHold::free && line.quantity > 0;
    if (moved != 0 || ended_after_shipment || came_and_went)
      moves[line.sku] += ended_after_shipment ? moved - line.quantity : moved;
  }

  order.lines.clear();
  row.order = order;
  row.hold = hold;
  row.remote_updated_at = remote.updated_at;
  row.dirty = true;
  // Buyers' data serves the shipment; an order that has ended needs none (DOMAIN section 6).
  if (!remote.buyer.empty() && !ends(order.status))
    row.sealed_buyer = vault_.seal(remote.buyer, "order|" + order.id + "|buyer");

  desk.emit_order(created ? "order.created"
                  : order.status != status_before && order.status == OrderStatus::cancelled
                      ? "order.cancelled"
                      : "order.changed",
                  row);
  for (json::Value& shortage : shortages) desk.emit("stock.shortage", std::move(shortage));
  spread_order(desk, book, shop, moves, remote.placed_at - clock_skew,
               remote.updated_at - clock_skew);

  // Stock that this very order gave back may have covered lines of it.
  return OrderIngested{order.id, created, true, order.status, row.order.has_shortage};
}

void PostgresScripts::spread_order(Desk& desk, Book& book, const Shop& shop,
                                   const CounterMoves& moves, TimePoint sale_began,
                                   TimePoint changed_at) {
  std::set<Desk::InShop> ordered;
  for (const auto& [sku, units] : moves) ordered.emplace(shop.id, sku);
  spread(desk, book, Urgency::order, ordered);

  for (const auto& [sku, units] : moves) {
    Desk::ListingRow* listing = desk.listing(shop.id, sku);
    if (!listing) continue;
    listing->last_order_at = desk.now();
    listing->dirty = true;
    // The channel's counter moved by itself. It shows what we would send as long as our offer moved
    // by exactly the same units: not when a shortage, another line of the same sack, a buffer or an
    // older shortage came between.
    const auto& takes = desk.components_of(sku);
    const Quantity offer_before = share_of_shop(shop, sellable(takes, [&](const auto& item) {
                                                  return book.effect(item).available_before;
                                                }));
    const Quantity offer = share_of_shop(
        shop, sellable(takes, [&](const auto& item) { return book.effect(item).available; }));
    // A listing that we told 0 may have gone off display, and a counter that the channel fills up
    // again does not bring it back: our value does.
    const bool off_display = units < 0 && offer_before == 0;
    const bool same = offer - offer_before == -units && !off_display;
    // Work that waits may be on its way at this moment.
    const TimePoint since = units >= 0 ? sale_began : changed_at;
    const bool may_have_arrived =
        (listing->stock_attempt_ended && *listing->stock_attempt_ended >= since) ||
        desk.has_work(shop.id, Aspect::stock, sku);
    if (same && !may_have_arrived) continue;
    if (listing->published && shop.state != ShopState::retired)
      desk.mark(shop.id, Aspect::stock, sku, Urgency::order);
  }
}

}  // namespace gerbang::store::postgres
