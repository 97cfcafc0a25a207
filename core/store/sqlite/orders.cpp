#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/ids.hpp"
#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/reservations.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

// Beyond is no order of anything, and quantity × component stays far below 2^63.
constexpr Quantity kMaxLineQuantity = 1'000'000;

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

// What the order does to stock from now on. What left the house comes back only by decision, so
// nothing undoes `consumed`, and nothing leaves a cancelled order.
StockHold next_hold(std::optional<StockHold> before, OrderStatus status) {
  if (before && *before != StockHold::held) return *before;
  return hold_of(status);
}

// How many units of the line the channel has taken from its own counter.
Quantity counted_by_channel(std::optional<StockHold> hold, Quantity quantity) {
  return hold && *hold != StockHold::free ? quantity : 0;
}

bool ends(OrderStatus status) {
  return status == OrderStatus::completed || status == OrderStatus::returned ||
         status == OrderStatus::cancelled;
}

struct Stored {
  Order order;
  StockHold hold = StockHold::held;
  TimePoint remote_updated_at;
};

std::optional<Stored> find_order(Database& db, const std::string& shop,
                                 const std::string& external_id) {
  Stored stored;
  {
    auto row = db.query(
                     "SELECT id, hold, remote_updated_at FROM orders"
                     " WHERE shop = ?1 AND external_id = ?2")
                   .bind(1, shop)
                   .bind(2, external_id);
    if (!row.step()) return std::nullopt;
    stored.order.id = row.text(0);
    stored.hold = hold_from(row.text(1));
    stored.remote_updated_at = row.time(2);
  }
  auto order = read_order(db, {}, stored.order.id);
  ensure(order.ok(), "an order vanished inside a transaction");
  stored.order = *std::move(order);
  return stored;
}

// The same parcel keeps its place; what the channel does not say does not erase what we know.
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

// Makes the line hold what it should and returns its shortage.
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

void write_line(Database& db, const std::string& order, const OrderLine& line,
                std::int64_t position) {
  db.query(
        "INSERT INTO order_lines (order_id, remote_line, position, remote_product, remote_variant,"
        " remote_sku, sku, title, quantity, price, currency, shortage)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (order_id, remote_line) DO UPDATE SET sku = excluded.sku,"
        " title = excluded.title, quantity = excluded.quantity, price = excluded.price,"
        " currency = excluded.currency, shortage = excluded.shortage")
      .bind(1, order)
      .bind(2, line.remote_line)
      .bind(3, position)
      .bind(4, line.remote_product)
      .bind(5, line.remote_variant)
      .bind(6, line.remote_sku)
      .bind(7, line.sku)
      .bind(8, line.title)
      .bind(9, line.quantity)
      .bind(10, line.price.amount)
      .bind(11, line.price.currency)
      .bind(12, line.shortage)
      .run();
}

}  // namespace

Result<IngestOrders::Answer> SqliteScripts::run(const IngestOrders& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const auto taken = [&](const std::string& id) -> std::optional<std::int64_t> {
    const auto found = script.taken.find(id);
    if (found == script.taken.end()) return std::nullopt;
    return found->second;
  };
  IngestOrders::Answer answers;
  answers.reserve(script.orders.size());
  for (const RemoteOrder& remote : script.orders) {
    answers.push_back(ingest(shop, remote, script.clock_skew));
    if (const auto revision = taken(remote.external_id)) {
      if (answers.back()) {
        finish_fetch(shop.id, remote.external_id, *revision);
      } else {
        park_fetch(shop.id, remote.external_id, *revision, answers.back().error().code);
      }
    }
  }
  for (const std::string& id : script.not_found) {
    if (const auto revision = taken(id)) park_fetch(shop.id, id, *revision, "order_not_found");
  }
  return answers;
}

Result<OrderIngested> SqliteScripts::ingest(const Shop& shop, const RemoteOrder& remote,
                                            Duration clock_skew) {
  if (remote.external_id.empty())
    return Error(ErrorKind::invalid, "order_invalid", "an order without an id");
  for (const OrderLine& line : remote.lines) {
    if (line.quantity < 0 || line.quantity > kMaxLineQuantity)
      return Error(ErrorKind::invalid, "order_invalid",
                   "line " + line.remote_line + " has quantity " + std::to_string(line.quantity));
  }

  const auto stored = find_order(db_, shop.id, remote.external_id);
  const bool created = !stored;
  if (stored && remote.updated_at < stored->remote_updated_at)
    return OrderIngested{stored->order.id, false, false, stored->order.status,
                         stored->order.has_shortage};

  Order order;
  std::optional<StockHold> hold_before;
  bool differs = created;
  if (stored) {
    order = stored->order;
    hold_before = stored->hold;
  } else {
    order.id = new_id("ord", now(), random_);
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
  for (OrderLine& line : said) {
    line.sku = sku_of_remote(shop.id, line.remote_product, line.remote_variant);
    if (line.sku.empty() && !line.remote_sku.empty()) {
      auto row = db_.query(
                        "SELECT sku FROM listings"
                        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
                     .bind(1, shop.organisation)
                     .bind(2, shop.id)
                     .bind(3, line.remote_sku);
      if (row.step()) line.sku = row.text(0);
    }
  }
  const StockHold hold = next_hold(hold_before, order.status);
  auto lines = compare_lines(order.lines, std::move(said), hold_before == StockHold::consumed);
  for (const LineChange& change : lines) differs = differs || change.differs;

  if (!differs) {
    db_.query("UPDATE orders SET remote_updated_at = ?2 WHERE id = ?1")
        .bind(1, order.id)
        .bind(2, remote.updated_at)
        .run();
    return OrderIngested{order.id, false, false, order.status, order.has_shortage};
  }

  order.revision = next_revision();
  Ledger ledger(db_, order.organisation, now(), random_, order.revision);
  Reservations reservations(db_, order.organisation, ledger);
  CounterMoves moves;
  order.has_shortage = false;
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
    write_line(db_, order.id, line, static_cast<std::int64_t>(i));
    if (line.shortage > 0) order.has_shortage = true;
    if (line.shortage > shortage_before)
      shortages.push_back(json::object({{"order", order.id},
                                        {"shop", order.shop},
                                        {"line", line.remote_line},
                                        {"sku", line.sku},
                                        {"units", line.shortage}}));
    if (line.sku.empty() || !moves_our_counter(shop, line)) continue;
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

  db_.query(
         "INSERT INTO orders (organisation, id, shop, channel, external_id, status, remote_status,"
         " hold, placed_at, remote_updated_at, updated_at, total, currency, city, province,"
         " shipments, revision, has_shortage) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
         " ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
         " ON CONFLICT (organisation, id) DO UPDATE SET status = excluded.status,"
         " remote_status = excluded.remote_status, hold = excluded.hold,"
         " remote_updated_at = excluded.remote_updated_at, updated_at = excluded.updated_at,"
         " total = excluded.total, currency = excluded.currency, city = excluded.city,"
         " province = excluded.province, shipments = excluded.shipments,"
         " revision = excluded.revision, has_shortage = excluded.has_shortage")
      .bind(1, order.organisation)
      .bind(2, order.id)
      .bind(3, order.shop)
      .bind(4, order.channel)
      .bind(5, order.external_id)
      .bind(6, to_string(order.status))
      .bind(7, order.remote_status)
      .bind(8, name_of(hold))
      .bind(9, order.placed_at)
      .bind(10, remote.updated_at)
      .bind(11, now())
      .bind(12, order.total.amount)
      .bind(13, order.total.currency)
      .bind(14, order.city)
      .bind(15, order.province)
      .bind(16, json::dump(shipments_to_json(order.shipments)))
      .bind(17, order.revision)
      .bind(18, order.has_shortage)
      .run();
  // Buyers' data serves the shipment; an order that has ended needs none (DOMAIN section 6).
  if (!remote.buyer.empty() && !ends(order.status))
    db_.query("UPDATE orders SET buyer = ?2 WHERE id = ?1")
        .bind(1, order.id)
        .bind_blob(2, vault_.seal(remote.buyer, "order|" + order.id + "|buyer"))
        .run();

  emit_order(order.organisation,
             created ? "order.created"
             : order.status != status_before && order.status == OrderStatus::cancelled
                 ? "order.cancelled"
                 : "order.changed",
             order.id);
  for (json::Value& shortage : shortages)
    emit(order.organisation, "stock.shortage", std::move(shortage));
  spread_order(shop, ledger, moves, remote.placed_at - clock_skew, remote.updated_at - clock_skew);

  // Stock that this very order gave back may have covered lines of it.
  auto row = db_.query("SELECT has_shortage FROM orders WHERE id = ?1").bind(1, order.id);
  row.step();
  return OrderIngested{order.id, created, true, order.status, row.integer(0) != 0};
}

bool SqliteScripts::moves_our_counter(const Shop& shop, const OrderLine& line) {
  return line.remote_product.empty() ||
         sku_of_remote(shop.id, line.remote_product, line.remote_variant) == line.sku;
}

void SqliteScripts::spread_order(const Shop& shop, Ledger& ledger, const CounterMoves& moves,
                                 TimePoint sale_began, TimePoint changed_at) {
  std::set<ShopSku> ordered;
  for (const auto& [sku, units] : moves) ordered.emplace(shop.id, sku);
  spread(shop.organisation, ledger, Urgency::order, ordered);

  for (const auto& [sku, units] : moves) {
    db_.query(
           "UPDATE listings SET last_order_at = ?4"
           " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, sku)
        .bind(4, now())
        .run();
    // The channel's counter moved by itself. It shows what we would send as long as our offer moved
    // by exactly the same units: not when a shortage, another line of the same sack, a buffer or an
    // older shortage came between.
    const auto [offer_before, offer] = offers(shop, sku, ledger);
    // A listing that we told 0 may have gone off display, and a counter that the channel fills up
    // again does not bring it back: our value does.
    const bool off_display = units < 0 && offer_before == 0;
    const bool same = offer - offer_before == -units && !off_display;
    if (same && !our_value_may_have_arrived(shop, sku, units >= 0 ? sale_began : changed_at))
      continue;
    bool published = false;
    {
      auto row = db_.query(
                        "SELECT 1 FROM listings WHERE organisation = ?1 AND shop = ?2"
                        " AND sku = ?3 AND published = 1")
                     .bind(1, shop.organisation)
                     .bind(2, shop.id)
                     .bind(3, sku);
      published = row.step();
    }
    if (published && shop.state != ShopState::retired)
      mark(shop.organisation, shop.id, Aspect::stock, sku, Urgency::order);
  }
}

std::pair<Quantity, Quantity> SqliteScripts::offers(const Shop& shop, const std::string& sku,
                                                    Ledger& ledger) {
  std::vector<Component> takes;
  {
    auto row =
        db_.query("SELECT item, quantity FROM components WHERE organisation = ?1 AND sku = ?2")
            .bind(1, shop.organisation)
            .bind(2, sku);
    while (row.step()) takes.push_back({row.text(0), row.integer(1)});
  }
  const auto before = [&](const std::string& item) { return ledger.effect(item).available_before; };
  const auto after = [&](const std::string& item) { return ledger.effect(item).available; };
  return {share_of_shop(shop, sellable(takes, before)),
          share_of_shop(shop, sellable(takes, after))};
}

bool SqliteScripts::our_value_may_have_arrived(const Shop& shop, const std::string& sku,
                                               TimePoint since) {
  // Work that waits may be on its way at this moment.
  auto row = db_.query(
                    "SELECT coalesce(stock_attempt_ended >= ?4, 0) OR EXISTS (SELECT 1 FROM work"
                    " WHERE shop = ?2 AND aspect = 'stock' AND subject = ?3)"
                    " FROM listings WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, sku)
                 .bind(4, since);
  return row.step() && row.integer(0) != 0;
}

std::string SqliteScripts::sku_of_remote(const std::string& shop, const std::string& remote_product,
                                         const std::string& remote_variant) {
  if (remote_product.empty()) return {};
  struct Candidate {
    std::string sku;
    std::string remote_variant;
  };
  std::vector<Candidate> all, same;
  {
    auto row = db_.query(
                      "SELECT l.sku, l.remote_variant FROM units u CROSS JOIN listings l"
                      " ON l.organisation = u.organisation AND l.shop = u.shop AND l.unit = u.unit"
                      " WHERE u.shop = ?1 AND u.remote_product = ?2 AND u.remote_product <> ''"
                      " AND l.published = 1")
                   .bind(1, shop)
                   .bind(2, remote_product);
    while (row.step()) all.push_back({row.text(0), row.text(1)});
  }
  for (const Candidate& c : all) {
    if (c.remote_variant == remote_variant) same.push_back(c);
  }
  if (same.size() == 1) return same.front().sku;
  // A plain item has no variant id on one side or the other.
  if (all.size() == 1 && (remote_variant.empty() || all.front().remote_variant.empty()))
    return all.front().sku;
  return {};
}

void SqliteScripts::finish_fetch(const std::string& shop, const std::string& external_id,
                                 std::int64_t revision) {
  db_.query(
         "DELETE FROM work WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2"
         " AND revision = ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .run();
  apply_hints(shop, external_id, revision);
}

void SqliteScripts::apply_hints(const std::string& shop, const std::string& external_id,
                                std::int64_t revision) {
  db_.query(
         "UPDATE inbox SET applied_at = ?4 WHERE shop = ?1 AND subject = ?2"
         " AND applied_at IS NULL AND revision <= ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .bind(4, now())
      .run();
}

void SqliteScripts::park_fetch(const std::string& shop, const std::string& external_id,
                               std::int64_t revision, std::string_view code) {
  const json::Value detail = json::object({{"problem", json::object({{"code", code}})}});
  db_.query(
         "UPDATE work SET parked = 1, attempts = attempts + 1, detail = ?4"
         " WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2 AND revision = ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .bind(4, json::dump(detail))
      .run();
}

void SqliteScripts::emit_order(const std::string& organisation, std::string_view type,
                               const std::string& order) {
  json::Value data;
  {
    auto row = db_.query(
                      "SELECT shop, channel, external_id, status, has_shortage, revision"
                      " FROM orders WHERE id = ?1")
                   .bind(1, order);
    ensure(row.step(), "an event of an order that does not exist");
    data = json::object({{"order", order},
                         {"shop", row.text(0)},
                         {"channel", row.text(1)},
                         {"external_id", row.text(2)},
                         {"status", row.text(3)},
                         {"has_shortage", row.integer(4) != 0},
                         {"revision", row.integer(5)}});
  }
  emit(organisation, type, std::move(data));
}

void SqliteScripts::add_shipments(const std::string& order_id,
                                  const std::vector<Shipment>& shipments) {
  auto order = read_order(db_, {}, order_id);
  if (!order || !merge_shipments(order->shipments, shipments)) return;
  db_.query("UPDATE orders SET shipments = ?2, revision = ?3, updated_at = ?4 WHERE id = ?1")
      .bind(1, order_id)
      .bind(2, json::dump(shipments_to_json(order->shipments)))
      .bind(3, next_revision())
      .bind(4, now())
      .run();
  emit_order(order->organisation, "order.changed", order_id);
}

Result<WantOrders::Answer> SqliteScripts::run(const WantOrders& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (shop.state == ShopState::retired) return WantOrders::Answer{0};
  const std::set<std::string> ids(script.external_ids.begin(), script.external_ids.end());
  for (const std::string& id : ids)
    mark(shop.organisation, shop.id, Aspect::order_fetch, id, Urgency::order);
  return static_cast<WantOrders::Answer>(ids.size());
}

Result<AdvancePoll::Answer> SqliteScripts::run(const AdvancePoll& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (shop.orders_polled_to && *shop.orders_polled_to >= script.polled_to) return false;
  db_.query("UPDATE shops SET orders_polled_to = ?2 WHERE id = ?1")
      .bind(1, shop.id)
      .bind(2, script.polled_to)
      .run();
  return true;
}

Result<RequestOrderAction::Answer> SqliteScripts::run(const RequestOrderAction& script) {
  GERBANG_TRY(order, read_order(db_, script.organisation, script.order));
  GERBANG_TRY(shop, shop_row(order.organisation, order.shop));
  if (shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "the shop is no longer spoken to");

  const bool asked = order.status == OrderStatus::cancel_requested;
  bool possible = false;
  std::vector<Aspect> superseded;  // an opposite decision that still waits
  switch (script.action) {
    case Aspect::order_accept:
      possible = asked || order.status == OrderStatus::paid;
      superseded = {Aspect::order_cancel};
      break;
    case Aspect::order_ship:
      possible = order.status == OrderStatus::paid || order.status == OrderStatus::accepted;
      superseded = {Aspect::order_cancel};
      break;
    case Aspect::order_cancel:
      possible = asked || order.status == OrderStatus::pending ||
                 order.status == OrderStatus::paid || order.status == OrderStatus::accepted;
      superseded = {Aspect::order_accept, Aspect::order_ship};
      break;
    default:
      return Error(ErrorKind::invalid, "order_action_unknown",
                   std::string(to_string(script.action)) + " is no decision on an order");
  }
  if (!possible)
    return Error(ErrorKind::conflict, "order_state",
                 "the order is " + std::string(to_string(order.status)));

  for (const Aspect aspect : superseded)
    db_.query("DELETE FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
        .bind(1, order.shop)
        .bind(2, to_string(aspect))
        .bind(3, order.id)
        .run();
  json::Object detail = script.detail.members();
  detail.erase("answer_cancellation");
  if (asked) detail.set("answer_cancellation", script.action == Aspect::order_cancel);
  mark(order.organisation, order.shop, script.action, order.id, Urgency::order,
       json::dump(json::Value(std::move(detail))));
  return order;
}

Result<RestockOrder::Answer> SqliteScripts::run(const RestockOrder& script) {
  GERBANG_TRY(order, read_order(db_, script.organisation, script.order));
  bool shipped = false;
  {
    auto row = db_.query("SELECT hold FROM orders WHERE id = ?1").bind(1, order.id);
    row.step();
    shipped = hold_from(row.text(0)) == StockHold::consumed;
  }
  if (!shipped)
    return Error(
        ErrorKind::conflict, "order_state",
        "nothing of the order has been shipped: it is " + std::string(to_string(order.status)));
  if (script.lines.empty())
    return Error(ErrorKind::invalid, "restock_quantity", "no line is named").at_field("/lines");

  // All or nothing: every line is checked before the first moves.
  std::set<std::string> named;
  for (std::size_t i = 0; i < script.lines.size(); ++i) {
    const RestockOrder::Line& wanted = script.lines[i];
    const std::string pointer = "/lines/" + std::to_string(i);
    const auto line = std::find_if(order.lines.begin(), order.lines.end(), [&](const OrderLine& l) {
      return l.remote_line == wanted.remote_line;
    });
    if (line == order.lines.end())
      return Error(ErrorKind::invalid, "order_line_unknown", "no line " + wanted.remote_line)
          .at_field(pointer + "/line");
    if (line->sku.empty())
      return Error(ErrorKind::invalid, "order_line_unmatched", "the line is no variant of ours")
          .at_field(pointer + "/line");
    if (wanted.quantity <= 0 || wanted.quantity > line->quantity)
      return Error(ErrorKind::invalid, "restock_quantity",
                   std::to_string(line->quantity) + " were shipped")
          .at_field(pointer + "/quantity");
    auto row =
        db_.query("SELECT restocked FROM order_lines WHERE order_id = ?1 AND remote_line = ?2")
            .bind(1, order.id)
            .bind(2, wanted.remote_line);
    row.step();
    if (row.integer(0) > 0 || !named.insert(wanted.remote_line).second)
      return Error(ErrorKind::conflict, "already_restocked",
                   "line " + wanted.remote_line + " was put back before");
  }

  const std::int64_t revision = next_revision();
  Ledger ledger(db_, order.organisation, now(), random_, revision);
  Reservations reservations(db_, order.organisation, ledger);
  for (const RestockOrder::Line& wanted : script.lines) {
    const auto line = std::find_if(order.lines.begin(), order.lines.end(), [&](const OrderLine& l) {
      return l.remote_line == wanted.remote_line;
    });
    if (!reservations.restock({order.id, line->remote_line, line->sku}, wanted.quantity))
      return Error(ErrorKind::invalid, "order_line_unmatched",
                   line->sku + " is no longer in the catalogue");
    db_.query("UPDATE order_lines SET restocked = ?3 WHERE order_id = ?1 AND remote_line = ?2")
        .bind(1, order.id)
        .bind(2, line->remote_line)
        .bind(3, wanted.quantity)
        .run();
  }
  db_.query("UPDATE orders SET revision = ?2, updated_at = ?3 WHERE id = ?1")
      .bind(1, order.id)
      .bind(2, revision)
      .bind(3, now())
      .run();
  emit_order(order.organisation, "order.changed", order.id);
  spread(order.organisation, ledger, std::nullopt);
  for (const std::string& item : ledger.touched())
    emit_stock(order.organisation, stock_view(order.organisation, item));
  return read_order(db_, order.organisation, order.id);
}

}  // namespace gerbang::store
