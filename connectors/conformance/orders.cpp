// Orders: found, read, and what the seller decides about them.
#include <set>

#include "connectors/conformance/checks.hpp"

namespace gerbang::conformance {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// What is bought: enough of it for every check.
std::string offered(Bench& b) {
  Market& m = b.market;
  const Goods& goods = b.first();
  StockBatch stock;
  stock.items = {m.stock_item(goods, 0, 5'000)};
  const auto set = m.set_stock(std::move(stock));
  if (!set) throw Stop("set_stock: " + set.error().describe());
  return goods.draft.variants.front().sku;
}

struct Listed {
  std::map<std::string, int> times;  // order → on how many pages
  int pages = 0;
};
Listed list_orders(Bench& b, Findings& f, TimePoint from, TimePoint to) {
  Market& m = b.market;
  Listed out;
  std::set<std::string> cursors;
  OrderWindow window;
  window.from = from;
  window.to = to;
  for (;;) {
    const CallContext c = m.ctx();
    const OrderWindow w = window;
    const OrderPage page = f.need(
        m.perform("list_orders", [&] { return m.connector->list_orders(c, w); }), "list_orders");
    ++out.pages;
    std::set<std::string> here(page.external_ids.begin(), page.external_ids.end());
    for (const RemoteOrder& o : page.orders) here.insert(o.external_id);
    for (const std::string& id : here) ++out.times[id];
    if (page.next.empty() || out.pages > 500) return out;
    if (!f.expect(cursors.insert(page.next).second, "the pages go in a circle")) return out;
    window.cursor = page.next;
  }
}

void lists_all(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string sku = offered(b);
  m.clock.advance(hours(2));
  const TimePoint began = m.clock.now();
  std::vector<std::string> placed;
  Listed all;
  while (all.pages < 2 && placed.size() < 130) {
    for (int i = 0; i < 10; ++i) {
      placed.push_back(m.order(sku, 1));
      m.clock.advance(seconds(1));
    }
    m.clock.advance(seconds(2));
    all = list_orders(b, f, began - minutes(1), m.clock.now() + seconds(1));
  }
  f.expect(all.pages >= 2, "the shop did not get a second page of orders");
  for (const std::string& id : placed)
    f.expect(all.times.contains(id), "order " + id + " is on no page");
  // Nothing that did not change since.
  m.clock.advance(hours(2));
  const Listed later = list_orders(b, f, m.clock.now() - hours(1), m.clock.now() + seconds(1));
  if (m.fixture("lists_more").is_null())
    f.expect(later.times.empty(), "orders of a time when there were none");
}

void check_order(Findings& f, const RemoteOrder& o, const std::string& sku, int quantity,
                 std::int64_t price) {
  const std::string about = "order " + o.external_id + ": ";
  f.expect(o.status == OrderStatus::paid,
           about + std::string(to_string(o.status)) + " (" + o.remote_status + "), not paid");
  f.expect(!o.remote_status.empty(), about + "the channel's own word is lost");
  f.expect(o.placed_at > TimePoint() && o.updated_at >= o.placed_at, about + "its times");
  f.expect(o.total.amount >= price * quantity,
           about + "a total of " + std::to_string(o.total.amount));
  // Some channels have a line for each piece.
  Quantity pieces = 0;
  std::set<std::string> lines;
  for (const OrderLine& line : o.lines) {
    f.expect(line.remote_sku == sku, about + "SKU " + line.remote_sku);
    f.expect(line.price.amount == price,
             about + "a piece for " + std::to_string(line.price.amount));
    f.expect(!line.remote_product.empty() && !line.remote_line.empty(), about + "a line's ids");
    f.expect(lines.insert(line.remote_line).second, about + "two lines of one id");
    pieces += line.quantity;
  }
  f.expect(pieces == quantity, about + std::to_string(pieces) + " pieces");
  if (!o.buyer.empty())
    f.expect(json::parse(o.buyer.reveal()).ok(), about + "the buyer's data are no JSON");
}

void fetches(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string sku = offered(b);
  const std::size_t most = std::min<std::size_t>(m.info().limits.order_batch, 50);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < most; ++i) ids.push_back(m.order(sku, 2));
  m.clock.advance(seconds(2));
  const std::int64_t price = m.listings()[sku]["price"].to_integral().value_or(-1);
  const auto fetch = [&](const std::vector<std::string>& wanted) {
    const CallContext c = m.ctx();
    return f.need(m.perform("fetch_orders", [&] { return m.connector->fetch_orders(c, wanted); }),
                  std::to_string(wanted.size()) + " orders at once");
  };
  const OrderBatch all = fetch(ids);
  f.expect(all.not_found.empty(), "orders that are there are not found");
  std::set<std::string> got;
  for (const RemoteOrder& o : all.orders) {
    got.insert(o.external_id);
    check_order(f, o, sku, 2, price);
  }
  f.expect(got == std::set<std::string>(ids.begin(), ids.end()),
           std::to_string(got.size()) + " orders of " + std::to_string(ids.size()));
  // One that is not there spoils no other.
  const std::string unknown = unknown_id(ids.front());
  std::vector<std::string> mixed{ids.front(), unknown};
  if (most == 1) mixed = {unknown};
  const OrderBatch some = fetch(mixed);
  f.expect(some.orders.size() == mixed.size() - 1, "an unknown order spoils its neighbour");
  f.expect(some.not_found == std::vector<std::string>{unknown}, "an unknown order is not told of");
}

// ---- decisions

Result<Ack> decide(Market& m, const char* operation, const std::string& id,
                   const std::function<Exchange<Ack>(CallContext, OrderAction)>& make) {
  Result<Ack> done = Error(ErrorKind::bug, "not_tried");
  for (int round = 0; round < 12; ++round) {
    OrderAction action = m.action(id);
    action.courier = "JNE";
    action.tracking_number = "JNE00001234";
    action.reason = "customer_request";
    const CallContext c = m.ctx();
    done = m.perform(operation, [&] { return make(c, action); });
    if (done ||
        (done.error().kind != ErrorKind::blocked && done.error().kind != ErrorKind::transient))
      return done;
    m.clock.advance(minutes(5));  // the channel is not ready yet
  }
  return done;
}

std::string bought(Bench& b) {
  const std::string id = b.market.order(offered(b), 1);
  b.market.clock.advance(minutes(1));
  return id;
}

Exchange<Ack> accept(Market& m, CallContext c, OrderAction a) {
  return m.connector->accept_order(std::move(c), std::move(a));
}

bool accepts(const Bench& b) {
  return b.market.info().can.accept_order;
}
void accepts_orders(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string id = bought(b);
  for (const char* time : {"accept_order", "accept_order again"}) {
    f.need(decide(m, "accept_order", id,
                  [&](CallContext c, OrderAction a) { return accept(m, c, a); }),
           time);
    m.clock.advance(minutes(1));
    const OrderStatus status = m.fetched(id).status;
    // Some channels have no word for it.
    const bool unchanged =
        status == OrderStatus::paid && !m.fixture("accepted_stays_paid").is_null();
    f.expect(status == OrderStatus::accepted || status == OrderStatus::shipped || unchanged,
             std::string(time) + ": the order is " + std::string(to_string(status)));
  }
}

bool ships(const Bench& b) {
  return b.market.info().can.ship_order;
}
void ships_orders(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string id = bought(b);
  if (accepts(b)) {
    f.need(decide(m, "accept_order", id,
                  [&](CallContext c, OrderAction a) { return accept(m, c, a); }),
           "accept_order");
    m.clock.advance(minutes(1));
  }
  for (const char* time : {"ship_order", "ship_order again"}) {
    f.need(decide(m, "ship_order", id,
                  [&](CallContext c, OrderAction a) { return m.connector->ship_order(c, a); }),
           time);
    m.clock.advance(minutes(1));
    const OrderStatus status = m.fetched(id).status;
    f.expect(status == OrderStatus::accepted || status == OrderStatus::shipped ||
                 status == OrderStatus::delivered || status == OrderStatus::completed,
             std::string(time) + ": the order is " + std::string(to_string(status)));
  }
}

bool cancels(const Bench& b) {
  return b.market.info().can.cancel_order;
}
void cancels_orders(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string id = bought(b);
  const auto cancel = [&](CallContext c, OrderAction a) { return m.connector->cancel_order(c, a); };
  for (const char* time : {"cancel_order", "cancel_order again"}) {
    f.need(decide(m, "cancel_order", id, cancel), time);
    m.clock.advance(minutes(1));
    const OrderStatus status = m.fetched(id).status;
    f.expect(status == OrderStatus::cancelled,
             std::string(time) + ": the order is " + std::string(to_string(status)));
  }
  OrderAction nowhere = m.action(id);
  nowhere.external_id = unknown_id(id);
  nowhere.shipments.clear();
  nowhere.status = OrderStatus::paid;
  nowhere.reason = "out_of_stock";
  const CallContext c = m.ctx();
  f.refused(m.perform("cancel_order", [&] { return m.connector->cancel_order(c, nowhere); }),
            "cancelling an order that is not there", {ErrorKind::not_found, ErrorKind::rejected});
}

bool answers(const Bench& b) {
  return b.market.info().can.answer_cancellation;
}
void answers_cancellations(Bench& b, Findings& f) {
  Market& m = b.market;
  for (const bool yes : {true, false}) {
    const std::string id = bought(b);
    if (!f.expect(m.verb(id, "request_cancel"), "the sandbox's buyers cannot ask back")) return;
    m.clock.advance(minutes(1));
    OrderStatus status = m.fetched(id).status;
    f.expect(status == OrderStatus::cancel_requested,
             "a buyer asked back, and the order is " + std::string(to_string(status)));
    const std::string what = yes ? "a yes" : "a no";
    for (const std::string& time : {what, what + " again"}) {
      f.need(decide(m, "answer_cancellation", id,
                    [&](CallContext c, OrderAction a) {
                      return m.connector->answer_cancellation(c, a, yes);
                    }),
             time);
      m.clock.advance(minutes(1));
      status = m.fetched(id).status;
      const bool right = yes ? status == OrderStatus::cancelled
                             : status == OrderStatus::paid || status == OrderStatus::accepted;
      f.expect(right, "after " + time + " the order is " + std::string(to_string(status)));
    }
  }
}

// ---- labels

bool gives_labels(const Bench& b) {
  return b.market.info().can.fetch_label;
}
Result<ShippingLabel> ask_label(Market& m, const OrderAction& action) {
  const CallContext c = m.ctx();
  return m.perform("fetch_label", [&] { return m.connector->fetch_label(c, action, ""); });
}
// Bought, accepted and handed over as far as the seller does it.
std::string shipped(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string id = bought(b);
  if (accepts(b))
    f.need(decide(m, "accept_order", id,
                  [&](CallContext c, OrderAction a) { return accept(m, c, a); }),
           "accept_order");
  if (ships(b))
    f.need(decide(m, "ship_order", id,
                  [&](CallContext c, OrderAction a) { return m.connector->ship_order(c, a); }),
           "ship_order");
  return id;
}

void labels_in_their_time(Bench& b, Findings& f) {
  Market& m = b.market;
  const std::string id = bought(b);
  const OrderAction early = m.action(id);
  f.refused(ask_label(m, early), "a label before anything was decided", {ErrorKind::conflict});
  OrderAction nowhere = early;
  nowhere.external_id = unknown_id(id);
  nowhere.shipments.clear();
  f.refused(ask_label(m, nowhere), "the label of an order that is not there",
            {ErrorKind::not_found, ErrorKind::rejected});
  if (!f.expect(m.verb(id, "cancel"), "the sandbox's buyers cannot cancel")) return;
  m.clock.advance(minutes(1));
  f.refused(ask_label(m, m.action(id)), "the label of a cancelled order", {ErrorKind::conflict});
}

bool labels_take_time(const Bench& b) {
  return gives_labels(b) && !b.market.fixture("label_takes_time").is_null();
}
// Asked again when the channel says so, until it is there; how often it was not.
int wait_for_label(Bench& b, Findings& f, const OrderAction& action,
                   std::optional<ShippingLabel>& out) {
  Market& m = b.market;
  for (int asked = 0; asked < 12; ++asked) {
    Result<ShippingLabel> label = ask_label(m, action);
    if (label) {
      out = *std::move(label);
      return asked;
    }
    const Error& e = label.error();
    if (!f.expect(e.kind == ErrorKind::transient && e.code == "label_not_ready" && e.retry_after,
                  "a label that is not there yet: " + e.describe()))
      return asked;
    m.clock.advance(*e.retry_after);
  }
  f.expect(false, "the label is never ready");
  return 12;
}

void label_waits(Bench& b, Findings& f) {
  const OrderAction action = b.market.action(shipped(b, f));
  std::optional<ShippingLabel> label;
  const int waited = wait_for_label(b, f, action, label);
  f.expect(waited > 0 && label, "the label was there at once");
}

void label_is_a_document(Bench& b, Findings& f) {
  Market& m = b.market;
  const OrderAction action = m.action(shipped(b, f));
  std::optional<ShippingLabel> label;
  wait_for_label(b, f, action, label);
  if (!f.expect(label.has_value(), "no label")) return;
  const std::string& bytes = label->document.reveal();
  f.expect(bytes.starts_with("%PDF-") && bytes.find("%%EOF") != std::string::npos,
           "the label is no PDF");
  f.expect(label->media_type == "application/pdf", "it is called " + label->media_type);
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  };
  f.expect(std::all_of(label->file_name.begin(), label->file_name.end(), plain) &&
               label->file_name.ends_with(".pdf"),
           "its file would be called " + label->file_name);
  // Printed twice is printed the same.
  const Result<ShippingLabel> again = ask_label(m, action);
  f.expect(again && again->document == label->document, "a second label is another one");
}

const Check kChecks[] = {
    {"Orders", "accepting, which can be repeated", accepts, accepts_orders},
    {"Orders", "shipping, which can be repeated", ships, ships_orders},
    {"Orders", "cancelling, which can be repeated", cancels, cancels_orders},
    {"Orders", "a buyer who asks back gets a yes or a no", answers, answers_cancellations},
    {"Orders", "a label: refused before its time and after the end", gives_labels,
     labels_in_their_time},
    {"Orders", "a label: not ready yet, and when to ask again", labels_take_time, label_waits},
    {"Orders", "a label is a document, byte by byte, and can be asked for again", gives_labels,
     label_is_a_document},
    {"Orders", "orders are listed over several pages, none lost", always, lists_all},
    {"Orders", "orders are read in a batch of the declared size, unknown ones told", always,
     fetches},
};

}  // namespace

std::span<const Check> order_checks() {
  return kChecks;
}

}  // namespace gerbang::conformance
