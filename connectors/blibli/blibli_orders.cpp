// Orders, packages and cancellations (facts blibli.md 9).
#include <algorithm>
#include <map>
#include <set>

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/order_steps.hpp"
#include "connectors/blibli/request.hpp"
#include "connectors/blibli/units.hpp"
#include "connectors/blibli/wire_orders.hpp"

namespace gerbang::blibli {

namespace {

Exchange<OrderItems> list_items(CallContext ctx, OrderFilter filter) {
  HttpRequest request = post(ctx, "/seller/v1/orders/packages/filter", order_filter(filter),
                             "order.list", Effect::read);
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::content);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return items_from(*reply);
}

TimePoint middle(TimePoint from, TimePoint to) {
  return from + (to - from) / 2;
}

// A filter yields 100 records at most (facts 5): beyond, the window is halved.
bool is_capped(const OrderItems& page, TimePoint from, TimePoint to) {
  return page.total >= kCappedRecords && to - from > std::chrono::seconds(1);
}

using Found = std::map<std::string, std::vector<OrderItem>>;

// The items paid in [from, to) of the orders that are looked for. `calls` counts down.
Exchange<Found> scan_window(CallContext ctx, TimePoint from, TimePoint to,
                            std::set<std::string> wanted, int calls) {
  Found out;
  std::vector<std::pair<TimePoint, TimePoint>> open{{from, to}};
  while (!open.empty()) {
    const auto [begin, end] = open.back();
    open.pop_back();
    OrderFilter filter;
    filter.from = begin;
    filter.to = end;
    for (bool more = true; more; ++filter.page) {
      if (calls-- <= 0)
        co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                        "more orders than a scan may read");
      Exchange<OrderItems> listing = list_items(ctx, filter);
      Result<OrderItems> page = co_await std::move(listing);
      if (!page) co_return std::move(page).error();
      if (filter.page == 0 && is_capped(*page, begin, end)) {
        open.emplace_back(begin, middle(begin, end));
        open.emplace_back(middle(begin, end), end);
        break;
      }
      for (OrderItem& item : page->items) {
        if (!wanted.contains(item.order)) continue;
        auto& items = out[item.order];
        const bool known = std::any_of(items.begin(), items.end(),
                                       [&](const OrderItem& i) { return i.item == item.item; });
        if (!known) items.push_back(std::move(item));
      }
      more = page->more;
    }
  }
  co_return out;
}

// The orders, whole. The list knows no order numbers, so it is read backwards in growing steps
// until all are found; what is not there is left out.
Exchange<Found> scan(CallContext ctx, std::set<std::string> wanted) {
  Found out;
  TimePoint upper = ctx.now + std::chrono::minutes(5);  // their clock may be ahead
  const TimePoint began = ctx.now;
  for (const Duration back : kScanSteps) {
    const TimePoint lower = began - back;
    Exchange<Found> scanning = scan_window(ctx, lower, upper, wanted, kScanCalls);
    Result<Found> found = co_await std::move(scanning);
    if (!found) co_return std::move(found).error();
    for (auto& [order, items] : *found) {
      auto& all = out[order];
      for (OrderItem& item : items) all.push_back(std::move(item));
    }
    // Items of one order are paid together; one near the step's end may have sisters before it.
    for (const auto& [order, items] : out) {
      const bool whole = std::all_of(items.begin(), items.end(), [&](const OrderItem& i) {
        return i.paid_at >= lower + kScanMargin;
      });
      if (whole) wanted.erase(order);
    }
    if (wanted.empty()) break;
    upper = lower;
  }
  co_return out;
}

}  // namespace

Exchange<std::vector<OrderItem>> items_of(CallContext ctx, std::string order) {
  std::set<std::string> only{order};
  Exchange<Found> scanning = scan(std::move(ctx), std::move(only));
  Result<Found> found = co_await std::move(scanning);
  if (!found) co_return std::move(found).error();
  const auto it = found->find(order);
  if (it == found->end())
    co_return Error(ErrorKind::not_found, "order_not_found", "Blibli does not know the order");
  co_return std::move(it->second);
}

namespace {

bool is_beyond_packing(const OrderItem& item) {
  const OrderStatus status = item_status(item.status, false);
  return status == OrderStatus::accepted || status == OrderStatus::shipped ||
         status == OrderStatus::delivered;
}

// Why nothing can be done with an order; nothing when something can.
std::optional<Error> refusal_of(const std::vector<OrderItem>& items) {
  const bool all_cancelled = std::all_of(items.begin(), items.end(),
                                         [](const OrderItem& i) { return is_cancelled(i.status); });
  if (all_cancelled)
    return Error(ErrorKind::conflict, "blibli_order_cancelled", "cancelled at Blibli");
  return std::nullopt;
}

// One package of `item` and those of `waiting` that may travel with it; its number.
Exchange<std::string> pack(CallContext ctx, OrderItem item, std::vector<std::string> waiting,
                           std::set<std::string>* packed) {
  HttpRequest for_others = get(ctx, "/mta/api/businesspartner/v1/order/getCombineShipping",
                               {{"orderItemNo", item.item}}, "order.combine");
  Exchange<json::Value> asking_others = ask(ctx, std::move(for_others), Success::value);
  Result<json::Value> reply = co_await std::move(asking_others);
  if (!reply) co_return std::move(reply).error();
  if (!(*reply)["value"]["combineShipping"].is_array())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of items");
  const std::vector<std::string> together = combinable(*reply);

  json::Array ids;
  ids.emplace_back(item.item);
  packed->insert(item.item);
  for (const std::string& other : waiting) {
    if (other == item.item) continue;
    if (std::find(together.begin(), together.end(), other) == together.end()) continue;
    ids.emplace_back(other);
    packed->insert(other);
  }
  // Not repeatable blindly: an item stays FP when it is packed, so only looking tells.
  HttpRequest request =
      post(ctx, "/mta/api/businesspartner/v1/order/createPackage",
           json::object({{"orderItemIds", std::move(ids)}}), "package.create", Effect::create);
  Exchange<json::Value> asking = ask(ctx, std::move(request), Success::value);
  Result<json::Value> made = co_await std::move(asking);
  if (!made) co_return std::move(made).error();
  std::string package = (*made)["value"]["packageId"].to_text();
  if (package.empty())
    co_return Error(ErrorKind::indeterminate, "channel_answer_unreadable", "no packageId");
  co_return package;
}

// The order's items with everything packed that can be.
Exchange<std::vector<OrderItem>> pack_all(CallContext ctx, std::vector<OrderItem> items) {
  std::vector<std::string> waiting;
  for (const OrderItem& i : items) {
    if (i.is_open()) waiting.push_back(i.item);
  }
  for (OrderItem& item : items) {
    if (!item.is_open()) continue;
    std::set<std::string> packed;
    Exchange<std::string> packing = pack(ctx, item, waiting, &packed);
    Result<std::string> package = co_await std::move(packing);
    if (!package) co_return std::move(package).error();
    for (OrderItem& i : items) {
      if (packed.contains(i.item)) i.package = *package;
    }
    std::erase_if(waiting, [&](const std::string& id) { return packed.contains(id); });
  }
  co_return items;
}

Ack ack_of(const std::vector<OrderItem>& items, const std::string& tracking_number) {
  Ack out;
  for (const OrderItem& i : items) {
    if (i.package.empty()) continue;
    const bool known =
        std::any_of(out.shipments.begin(), out.shipments.end(),
                    [&](const Shipment& s) { return s.remote_package == i.package; });
    if (known) continue;
    Shipment parcel;
    parcel.remote_package = i.package;
    parcel.courier = i.courier;
    if (i.dropship) parcel.tracking_number = tracking_number;
    out.shipments.push_back(std::move(parcel));
  }
  return out;
}

// A refusal of what we wanted to do: it may have been done before (a lost answer, the seller's own
// hand), so the order's state decides.
bool asks_for_a_look(const Error& error) {
  return error.kind == ErrorKind::rejected || error.kind == ErrorKind::conflict ||
         error.kind == ErrorKind::not_found;
}

Exchange<bool> fulfil(CallContext ctx, std::string order, std::string package,
                      std::string tracking_number) {
  // A second one is refused without harm, and the look below tells it from a real refusal.
  HttpRequest request =
      post(ctx, "/seller/v1/orders/regular/" + percent_encode(package) + "/fulfill",
           json::object({{"awbNo", tracking_number}}), "order.fulfil", Effect::set);
  Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
  Result<json::Value> done = co_await std::move(asking);
  if (done) co_return true;
  if (!asks_for_a_look(done.error())) co_return std::move(done).error();
  Exchange<std::vector<OrderItem>> looking = items_of(ctx, order);
  Result<std::vector<OrderItem>> items = co_await std::move(looking);
  if (!items) co_return std::move(items).error();
  const bool open = std::any_of(items->begin(), items->end(), [&](const OrderItem& i) {
    return i.package == package && !is_beyond_packing(i) && !is_cancelled(i.status);
  });
  if (!open) co_return true;
  co_return std::move(done).error();
}

}  // namespace

// Only numbers: an order stands whole in a fetch alone. The cursor is "paid:<from>:<to>:<page>" of
// the part of the window that is being read, then "cancelled:<page>".
Exchange<OrderPage> Blibli::list_orders(CallContext ctx, OrderWindow window) const {
  OrderFilter filter;
  filter.from = window.from;
  filter.to = window.to;
  bool cancelled = false;
  if (!window.cursor.empty()) {
    std::vector<std::int64_t> numbers;
    const auto colon = window.cursor.find(':');
    cancelled = window.cursor.starts_with("cancelled:");
    for (std::string_view rest = std::string_view(window.cursor).substr(colon + 1);;) {
      const auto next = rest.find(':');
      const auto n = json::Value(rest.substr(0, next)).to_integral();
      if (!n) co_return Error(ErrorKind::invalid, "query_invalid", "not a cursor of ours");
      numbers.push_back(*n);
      if (next == std::string_view::npos) break;
      rest.remove_prefix(next + 1);
    }
    if (numbers.size() != (cancelled ? 1u : 3u))
      co_return Error(ErrorKind::invalid, "query_invalid", "not a cursor of ours");
    filter.page = numbers.back();
    if (!cancelled) {
      filter.from = from_unix_millis(numbers[0]);
      filter.to = from_unix_millis(numbers[1]);
    }
  }
  if (cancelled) {
    filter.from = window.to - kCancelledBack;
    filter.statuses = {"X", "DX", "OS", "PF"};
  }
  Exchange<OrderItems> listing = list_items(ctx, filter);
  Result<OrderItems> page = co_await std::move(listing);
  if (!page) co_return std::move(page).error();

  OrderPage out;
  const auto part = [](TimePoint from, TimePoint to, std::int64_t n) {
    return "paid:" + std::to_string(to_unix_millis(from)) + ":" +
           std::to_string(to_unix_millis(to)) + ":" + std::to_string(n);
  };
  if (!cancelled && filter.page == 0 && is_capped(*page, filter.from, filter.to)) {
    out.next = part(filter.from, middle(filter.from, filter.to), 0);
    co_return out;
  }
  std::set<std::string> ids;
  for (const OrderItem& item : page->items) {
    if (ids.insert(item.order).second) out.external_ids.push_back(item.order);
  }
  if (cancelled) {
    if (page->more) out.next = "cancelled:" + std::to_string(filter.page + 1);
  } else if (page->more) {
    out.next = part(filter.from, filter.to, filter.page + 1);
  } else if (filter.to < window.to) {
    out.next = part(filter.to, window.to, 0);
  } else {
    // The list is by payment and tells no change. What sellers and buyers cancelled later is
    // looked for once in a while, so that its goods come back without a webhook.
    const Duration slice = std::max<Duration>(std::chrono::minutes(6),
                                              (window.to - window.from) - std::chrono::minutes(15));
    const auto times = [](TimePoint t) { return t.time_since_epoch() / kCancelledEvery; };
    if (times(window.to) != times(window.to - slice)) out.next = "cancelled:0";
  }
  co_return out;
}

Exchange<OrderBatch> Blibli::fetch_orders(CallContext ctx, std::vector<std::string> ids) const {
  std::set<std::string> wanted(ids.begin(), ids.end());
  Exchange<Found> scanning = scan(ctx, std::move(wanted));
  Result<Found> found = co_await std::move(scanning);
  if (!found) co_return std::move(found).error();

  OrderBatch out;
  std::size_t details = 0;
  bool asking_on = true;
  for (std::string& id : ids) {
    const auto it = found->find(id);
    if (it == found->end()) {
      out.not_found.push_back(std::move(id));
      continue;
    }
    // The detail adds the time of the last change and where it goes. Without it the order is still
    // an order, so nothing that goes wrong here may hold it up (five calls in 30 minutes, facts 5).
    for (OrderItem& item : it->second) {
      if (!asking_on || details++ >= kDetailsPerFetch) break;
      HttpRequest request =
          get(ctx, "/seller/v1/orders/items/" + percent_encode(item.item), {}, "order.detail");
      Exchange<json::Value> asking = ask(ctx, std::move(request), Success::content);
      Result<json::Value> detail = co_await std::move(asking);
      if (detail) {
        add_detail(*detail, item);
      } else if (concerns_the_call(detail.error()) && detail.error().kind != ErrorKind::throttled) {
        asking_on = false;
      }
    }
    out.orders.push_back(order_from(it->second, ctx.now));
  }
  co_return out;
}

Exchange<Ack> Blibli::accept_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<OrderItem>> looking = items_of(ctx, action.external_id);
  Result<std::vector<OrderItem>> items = co_await std::move(looking);
  if (!items) co_return std::move(items).error();
  if (auto refused = refusal_of(*items)) co_return *std::move(refused);
  Exchange<std::vector<OrderItem>> packing = pack_all(std::move(ctx), *std::move(items));
  Result<std::vector<OrderItem>> packed = co_await std::move(packing);
  if (!packed) co_return std::move(packed).error();
  co_return ack_of(*packed, "");
}

Exchange<Ack> Blibli::ship_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<OrderItem>> looking = items_of(ctx, action.external_id);
  Result<std::vector<OrderItem>> items = co_await std::move(looking);
  if (!items) co_return std::move(items).error();
  if (auto refused = refusal_of(*items)) co_return *std::move(refused);
  // Store pickup and the seller's own delivery go other ways (facts 9), by codes we do not hold.
  const bool other_way = std::any_of(items->begin(), items->end(),
                                     [](const OrderItem& i) { return i.status == "BP"; });
  if (other_way)
    co_return Error(ErrorKind::rejected, "blibli_own_delivery", "a BOPIS or big-product order");
  const bool needs_number = std::any_of(items->begin(), items->end(), [](const OrderItem& i) {
    return i.dropship && !is_beyond_packing(i) && !is_cancelled(i.status);
  });
  if (needs_number && action.tracking_number.empty())
    co_return Error(ErrorKind::rejected, "courier_missing", "DROPSHIP wants the tracking number")
        .at_field("/tracking_number");

  Exchange<std::vector<OrderItem>> packing = pack_all(ctx, *std::move(items));
  Result<std::vector<OrderItem>> packed = co_await std::move(packing);
  if (!packed) co_return std::move(packed).error();
  std::set<std::string> fulfilled;
  for (const OrderItem& item : *packed) {
    if (item.package.empty() || is_beyond_packing(item) || is_cancelled(item.status)) continue;
    if (!fulfilled.insert(item.package).second) continue;
    Exchange<bool> fulfilling = fulfil(ctx, action.external_id, item.package,
                                       item.dropship ? action.tracking_number : std::string());
    Result<bool> done = co_await std::move(fulfilling);
    if (!done) co_return std::move(done).error();
  }
  co_return ack_of(*packed, action.tracking_number);
}

Exchange<Ack> Blibli::cancel_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<OrderItem>> looking = items_of(ctx, action.external_id);
  Result<std::vector<OrderItem>> items = co_await std::move(looking);
  if (!items) co_return std::move(items).error();
  const bool moved = std::any_of(items->begin(), items->end(), is_beyond_packing);
  if (moved)
    co_return Error(ErrorKind::rejected, "order_state_refused", "an item is already on its way");
  if (refusal_of(*items)) co_return Ack();  // cancelled before

  HttpRequest for_reasons =
      get(ctx, "/seller/v1/orders/items/cancellations/reasons", {}, "order.cancel_reasons");
  Exchange<json::Value> asking_reasons = ask(ctx, std::move(for_reasons), Success::content);
  Result<json::Value> reasons = co_await std::move(asking_reasons);
  if (!reasons) co_return std::move(reasons).error();
  const CancelReason reason = cancel_reason(action.reason, (*reasons)["content"]);

  for (const OrderItem& item : *items) {
    if (is_cancelled(item.status)) continue;
    // The whole item: a second cancellation has nothing left to cancel.
    HttpRequest request =
        post(ctx, "/seller/v1/orders/items/" + percent_encode(item.item) + "/cancellations",
             json::object({{"reason", reason.text}, {"cancellationQuantity", item.quantity}}),
             "order.cancel", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    if (done) continue;
    Error refusal = std::move(done).error();
    if (!asks_for_a_look(refusal)) co_return refusal;
    Exchange<std::vector<OrderItem>> again = items_of(ctx, action.external_id);
    Result<std::vector<OrderItem>> now = co_await std::move(again);
    if (!now) co_return std::move(now).error();
    const bool gone = std::any_of(now->begin(), now->end(), [&](const OrderItem& i) {
      return i.item == item.item && is_cancelled(i.status);
    });
    if (!gone) co_return refusal;
  }
  co_return Ack();
}

}  // namespace gerbang::blibli
