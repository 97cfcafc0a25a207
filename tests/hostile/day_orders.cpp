// What a day does with orders.
#include "tests/hostile/day.hpp"

namespace gerbang::hostile {

using std::chrono::seconds;

namespace {

// Channels that do not show an order before it is paid; found out on the first day of orders.
std::set<std::string>& hide_unpaid() {
  static std::set<std::string> channels;
  return channels;
}

bool ended_well(OrderStatus s) {
  return s == OrderStatus::shipped || s == OrderStatus::delivered || s == OrderStatus::completed;
}

}  // namespace

void Day::buy() {
  bought_.emplace();
  bought_->accepted = world.place_order(channel, shop, "KOPI-K", 1);
  bought_->refused = world.place_order(channel, shop, "KOPI-B", 2);
  bought_->regretted = world.place_order(channel, shop, "KOPI-K", 3);
  bought_->unpaid_cancelled = hide_unpaid().contains(channel);
  if (!bought_->unpaid_cancelled)
    bought_->unpaid = world.place_order(channel, shop, "KOPI-B", 4, false);
}

std::optional<Order> Day::order(const std::string& external_id) {
  store::ListOrders query;
  query.organisation = world.organisation();
  query.shop = shop.id;
  query.updated_since = began_;
  for (;;) {
    auto page = must(world.store().read_now(query), "orders");
    for (Order& o : page.data) {
      if (o.external_id == external_id) return std::move(o);
    }
    if (page.next.empty()) return std::nullopt;
    query.cursor = page.next;
  }
}

bool Day::request(const std::string& external_id, Aspect action, const json::Value& detail) {
  const auto found = order(external_id);
  if (!found) return false;
  store::RequestOrderAction script;
  script.organisation = world.organisation();
  script.order = found->id;
  script.action = action;
  script.detail = detail;
  return world.store().apply_now(std::move(script)).ok();
}

void Day::decide() {
  if (!bought_) return;
  const Capabilities& can = world.connector(channel).info().can;
  const auto status = [&](const std::string& id) {
    const auto found = order(id);
    return found ? std::optional(found->status) : std::nullopt;
  };
  const auto verb = [&](const std::string& id, const char* what) {
    return world.ask(channel, Method::post, "orders/" + id + "/" + what, json::object({})).status <
           300;
  };
  Bought& b = *bought_;
  if (can.accept_order && !b.told_accept && status(b.accepted) == OrderStatus::paid) {
    b.told_accept = request(b.accepted, Aspect::order_accept, json::object({}));
  } else if (can.ship_order && !b.told_ship &&
             (status(b.accepted) == OrderStatus::accepted ||
              (status(b.accepted) == OrderStatus::paid && !can.accept_order))) {
    const json::Value detail = json::object(
        {{"courier", "JNE"}, {"tracking_number", "JNE0000" + std::to_string(++parcels_)}});
    b.told_ship = request(b.accepted, Aspect::order_ship, detail);
  }
  if (can.cancel_order && !b.told_cancel && status(b.refused) == OrderStatus::paid)
    b.told_cancel =
        request(b.refused, Aspect::order_cancel, json::object({{"reason", "customer_request"}}));
  if (!b.asked_back && status(b.regretted) == OrderStatus::paid) {
    b.asked_back = verb(b.regretted, "request_cancel") || verb(b.regretted, "cancel");
  } else if (can.answer_cancellation && !b.told_answer &&
             status(b.regretted) == OrderStatus::cancel_requested) {
    b.told_answer =
        request(b.regretted, Aspect::order_cancel, json::object({{"answer_cancellation", true}}));
  }
  if (!b.unpaid_cancelled && status(b.unpaid)) b.unpaid_cancelled = verb(b.unpaid, "cancel");
}

void Day::conclude() {
  if (!bought_) return;
  // Where unpaid orders are not shown at all.
  if (!bought_->unpaid_cancelled && !bought_->unpaid.empty()) {
    if (!order(bought_->unpaid)) hide_unpaid().insert(channel);
    world.ask(channel, Method::post, "orders/" + bought_->unpaid + "/cancel", json::object({}));
  }
  for (const char* what : {"pick_up", "deliver"}) {
    world.ask(channel, Method::post, "orders/" + bought_->accepted + "/" + what, json::object({}));
    world.run_for(seconds(10));
  }
}

bool Day::decided() const {
  const Capabilities& can = world.connector(channel).info().can;
  const Bought& b = *bought_;
  return (b.told_accept || !can.accept_order) && (b.told_ship || !can.ship_order) &&
         (b.told_cancel || !can.cancel_order) && (b.told_answer || !can.answer_cancellation) &&
         b.asked_back;
}

std::vector<std::string> Day::order_differences() {
  std::vector<std::string> out;
  if (!bought_) return out;
  const Capabilities& can = world.connector(channel).info().can;
  const auto expect = [&](const std::string& id, const char* name, auto fits) {
    if (id.empty()) return;
    const auto found = order(id);
    if (!found) {
      out.push_back(std::string("order ") + name + " is not in");
    } else if (!fits(found->status)) {
      out.push_back(std::string("order ") + name + " is " +
                    std::string(gerbang::to_string(found->status)));
    }
  };
  const Bought& b = *bought_;
  expect(b.accepted, "accepted", [&](OrderStatus s) {
    if (b.told_ship && can.ship_order) return ended_well(s) || s == OrderStatus::accepted;
    return s != OrderStatus::cancelled;
  });
  expect(b.refused, "refused", [&](OrderStatus s) {
    return b.told_cancel ? s == OrderStatus::cancelled : s == OrderStatus::paid;
  });
  expect(b.regretted, "regretted", [&](OrderStatus s) {
    if (b.told_answer) return s == OrderStatus::cancelled;
    return s == OrderStatus::cancelled || s == OrderStatus::cancel_requested ||
           (s == OrderStatus::paid && (!b.asked_back || !can.answer_cancellation));
  });
  if (order(b.unpaid))
    expect(b.unpaid, "unpaid", [&](OrderStatus s) {
      return s == OrderStatus::cancelled || (!b.unpaid_cancelled && s == OrderStatus::pending);
    });
  return out;
}

}  // namespace gerbang::hostile
