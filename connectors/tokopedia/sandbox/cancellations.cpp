// Cancelling, and answering the buyer who wants to (facts tiktok_tokopedia 5.4).
#include <algorithm>
#include <array>
#include <set>

#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

struct Reason {
  std::string_view name;
  bool unpaid;  // for UNPAID, else for ON_HOLD and AWAITING_SHIPMENT
};
constexpr std::array<Reason, 5> kReasons = {{
    {"seller_cancel_unpaid_reason_out_of_stock", true},
    {"seller_cancel_unpaid_reason_wrong_price", true},
    {"seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed", true},
    {"seller_cancel_reason_out_of_stock", false},
    {"seller_cancel_reason_wrong_price", false},
}};
constexpr std::string_view kWithdrawn = "seller_cancel_reason_cannot_deliver";

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kRejectReasons = {{
    {"seller_reject_cancel_package_ready", "Paket sudah siap dikirim"},
    {"seller_reject_cancel_agreed_with_buyer", "Sudah disepakati dengan pembeli"},
}};

json::Value cancellation_json(const Cancellation& c) {
  return json::object({{"cancel_id", std::to_string(c.id)},
                       {"order_id", std::to_string(c.order_id)},
                       {"cancel_type", c.type},
                       {"cancel_status", c.status},
                       {"role", c.role},
                       {"cancel_reason", c.reason},
                       {"create_time", c.created},
                       {"update_time", c.updated}});
}

Cancellation* find(World& world, const Request& request) {
  for (Cancellation& c : world.cancellations) {
    if (c.id == request.id(0) && c.shop_id == request.shop->id) return &c;
  }
  return nullptr;
}

void close(World& world, Cancellation& c, std::string_view status) {
  c.status = status;
  c.updated = world.seconds();
  world.push_cancellation(c);
  world.changed(json::object({{"cancel_id", std::to_string(c.id)},
                              {"order_id", std::to_string(c.order_id)},
                              {"cancel_status", c.status}}));
}

}  // namespace

Reply cancel_order(World& world, const Request& request) {
  const json::Value& body = request.body;
  if (body["order_id"].text().empty() || body["cancel_reason"].text().empty())
    return Reply::fail(25001001, "order_id and cancel_reason are required");
  Order* order = world.order(*request.shop, id_of(body["order_id"]));
  if (!order) return Reply::fail(25020005, "The order is not of this shop");
  if (!body["order_line_item_ids"].items().empty() || !body["skus"].items().empty())
    return Reply::fail(25005010, "Single items cannot be cancelled in this market");
  const std::string_view reason = body["cancel_reason"].text();
  if (reason == kWithdrawn) return Reply::fail(25001020, "The reason was withdrawn");
  const auto it = std::find_if(kReasons.begin(), kReasons.end(),
                               [&](const Reason& r) { return r.name == reason; });
  if (it == kReasons.end())
    return Reply::fail(reason.starts_with("buyer_") ? 25001015 : 25001014,
                       "The reason is not for sellers, or unknown");
  if (order->status == "CANCELLED" || order->status == "COMPLETED")
    return Reply::fail(25001051, "The order is completed or cancelled");
  if (order->request_cancel)
    return Reply::fail(25001011, "A cancellation of this order is in process");
  const bool before_shipping = order->status == "UNPAID" || order->status == "ON_HOLD" ||
                               order->status == "AWAITING_SHIPMENT";
  if (!before_shipping) return Reply::fail(25001045, "The order is shipped already");
  if (it->unpaid != (order->status == "UNPAID"))
    return Reply::fail(25001021, "The reason does not fit the order's status");

  Cancellation c;
  c.id = world.new_id('c');
  c.order_id = order->id;
  c.shop_id = order->shop_id;
  c.type = "CANCEL";
  c.role = "SELLER";
  c.reason = reason;
  c.status = "CANCELLATION_REQUEST_SUCCESS";
  c.created = c.updated = world.seconds();
  world.cancellations.push_back(c);
  close_cancelled(world, *order, "SELLER", reason);
  world.changed(json::object({{"order_id", std::to_string(order->id)}, {"status", order->status}}));
  return Reply::ok(
      json::object({{"cancel_id", std::to_string(c.id)}, {"cancel_status", c.status}}));
}

Reply search_cancellations(World& world, const Request& request) {
  Page page;
  if (auto no = read_page(request, 10, 50, page)) return *std::move(no);
  const auto texts = [&](const char* field) {
    std::set<std::string> out;
    for (const json::Value& v : request.body[field].items()) out.emplace(v.text());
    return out;
  };
  const auto ids = texts("cancel_ids"), orders = texts("order_ids"), types = texts("cancel_types"),
             states = texts("cancel_status");
  const auto among = [](const std::set<std::string>& wanted, const std::string& is) {
    return wanted.empty() || wanted.contains(is);
  };
  std::vector<const Cancellation*> found;
  for (const Cancellation& c : world.cancellations) {
    if (c.shop_id != request.shop->id || !among(ids, std::to_string(c.id)) ||
        !among(orders, std::to_string(c.order_id)) || !among(types, c.type))
      continue;
    // The filter says CANCEL where the answers say CANCELLED (facts 5.4).
    std::string filter_word = c.status;
    if (filter_word == "CANCELLATION_REQUEST_CANCELLED")
      filter_word = "CANCELLATION_REQUEST_CANCEL";
    if (!among(states, filter_word)) continue;
    found.push_back(&c);
  }
  json::Array out;
  for (std::size_t i = page.from; i < std::min(found.size(), page.from + page.size); ++i)
    out.push_back(cancellation_json(*found[i]));
  const std::size_t next = page.from + page.size;
  json::Object data;
  data.append("total_count", static_cast<std::int64_t>(found.size()));
  data.append("next_page_token", next < found.size() ? page_token(next) : "");
  if (!out.empty()) data.append("cancellations", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply approve_cancellation(World& world, const Request& request) {
  Cancellation* c = find(world, request);
  if (!c) return Reply::fail(25001001, "The cancellation does not exist");
  if (c->status != "CANCELLATION_REQUEST_PENDING")
    return Reply::fail(25001011, "The cancellation is already in process or answered");
  Order* order = world.order(*request.shop, c->order_id);
  close(world, *c, "CANCELLATION_REQUEST_SUCCESS");
  close_cancelled(world, *order, "BUYER", c->reason);
  return Reply::ok();
}

Reply reject_cancellation(World& world, const Request& request) {
  Cancellation* c = find(world, request);
  if (!c) return Reply::fail(25001001, "The cancellation does not exist");
  const std::string_view reason = request.body["reject_reason"].text();
  const bool known = std::any_of(kRejectReasons.begin(), kRejectReasons.end(),
                                 [&](const auto& r) { return r.first == reason; });
  if (!known) return Reply::fail(25001014, "reject_reason is unknown");
  if (c->status != "CANCELLATION_REQUEST_PENDING")
    return Reply::fail(25001011, "The cancellation is already in process or answered");
  Order* order = world.order(*request.shop, c->order_id);
  order->request_cancel = false;
  close(world, *c, "CANCELLATION_REQUEST_CANCELLED");
  set_status(world, *order, order->status);
  return Reply::ok();
}

Reply get_reject_reasons(World& world, const Request& request) {
  const Id id = digits(request.param("return_or_cancel_id")).value_or(0);
  const bool known = std::any_of(
      world.cancellations.begin(), world.cancellations.end(),
      [&](const Cancellation& c) { return c.id == id && c.shop_id == request.shop->id; });
  if (!known) return Reply::fail(25001001, "The cancellation does not exist");
  json::Array out;
  for (const auto& [name, text] : kRejectReasons)
    out.push_back(json::object({{"name", name}, {"text", text}}));
  return Reply::ok(json::object({{"reasons", std::move(out)}}));
}

}  // namespace gerbang::sandbox::tokopedia
