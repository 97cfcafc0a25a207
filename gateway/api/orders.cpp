// /v1/orders: what was bought, and the decisions of people about it.
#include <algorithm>
#include <array>

#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxLines = 200;
constexpr std::array<std::string_view, 3> kCancelReasons = {"out_of_stock", "customer_request",
                                                            "other"};

awaitable<Result<Order>> read_order(Services& services, const Call& call) {
  store::GetOrder query;
  query.organisation = call.who.organisation;
  query.order = call.parameter("order");
  co_return co_await sync::read(services.store, std::move(query));
}

awaitable<Reply> get_order(Services& services, Call& call) {
  auto order = co_await read_order(services, call);
  if (!order) co_return std::move(order).error();
  co_return json_reply(200, order_view(*order));
}

awaitable<Reply> list_orders(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  GERBANG_CO_TRY(since, time_query(call, "updated_since"));
  store::ListOrders query;
  query.organisation = call.who.organisation;
  query.updated_since = since;
  query.status = call.query_text("status").value_or("");
  query.shop = call.query_text("shop").value_or("");
  if (!query.status.empty() && !order_status_from(query.status))
    co_return bad_query("status", "no status of that name");
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const Order& o : page->data) data.push_back(order_view(o));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

// Whether the channel of this order can do it at all; the store judges the order's status.
Result<void> offered(const Services& services, const Order& order, Aspect action) {
  const Connector* connector = services.registry.find(order.channel);
  if (!connector) return Error(ErrorKind::unsupported, "operation_unsupported", "no connector");
  const Capabilities& can = connector->info().can;
  const bool answers = order.status == OrderStatus::cancel_requested;
  const bool possible = action == Aspect::order_ship     ? can.ship_order
                        : answers                        ? can.answer_cancellation
                        : action == Aspect::order_accept ? can.accept_order
                                                         : can.cancel_order;
  if (!possible) return unsupported(to_string(action));
  return Result<void>();
}

awaitable<Reply> request_action(Services& services, const Call& call, Aspect action,
                                json::Value detail) {
  auto order = co_await read_order(services, call);
  if (!order) co_return std::move(order).error();
  GERBANG_CO_CHECK(offered(services, *order, action));
  store::RequestOrderAction script;
  script.organisation = call.who.organisation;
  script.order = order->id;
  script.action = action;
  script.detail = std::move(detail);
  auto render = [](const Order& after) { return stored_reply(202, order_view(after)); };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render),
                                  store::WriteLane::orders);
}

awaitable<Reply> accept_order(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields(body, "", errors).finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  json::Value detail = json::Object();
  co_return co_await request_action(services, call, Aspect::order_accept, std::move(detail));
}

awaitable<Reply> ship_order(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  // Either may be left out where the channel decides it.
  const auto courier = fields.text("courier", Need::optional);
  const auto tracking = fields.text("tracking_number", Need::optional, {.free = false});
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  json::Object detail;
  detail.append("courier", courier.value_or(std::string()));
  detail.append("tracking_number", tracking.value_or(std::string()));
  json::Value value(std::move(detail));
  co_return co_await request_action(services, call, Aspect::order_ship, std::move(value));
}

awaitable<Reply> cancel_order(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const auto reason = fields.text("reason", Need::required);
  fields.finish();
  if (reason &&
      std::find(kCancelReasons.begin(), kCancelReasons.end(), *reason) == kCancelReasons.end()) {
    fields.fail("reason", "reason_unknown", "out_of_stock, customer_request or other");
  }
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  json::Object detail;
  detail.append("reason", *reason);
  json::Value value(std::move(detail));
  co_return co_await request_action(services, call, Aspect::order_cancel, std::move(value));
}

awaitable<Reply> restock_order(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  store::RestockOrder script;
  script.organisation = call.who.organisation;
  script.order = call.parameter("order");
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const json::Array* lines = fields.list("lines", Need::required, kMaxLines);
  if (lines && lines->empty()) fields.fail("lines", "field_missing", "at least one line");
  for (std::size_t i = 0; lines && i < lines->size(); ++i) {
    Fields line((*lines)[i], "/lines/" + std::to_string(i), errors);
    store::RestockOrder::Line one;
    one.remote_line = line.text("line", Need::required, {.free = false}).value_or(std::string());
    one.quantity = line.integer("quantity", Need::required, 1, kMaxQuantity).value_or(0);
    line.finish();
    script.lines.push_back(std::move(one));
  }
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [](const Order& after) { return stored_reply(200, order_view(after)); };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

// Nothing of it is stored: it carries the buyer's address.
awaitable<Reply> get_label(Services& services, Call& call) {
  auto fetching = services.labels.fetch(call.who.organisation, call.parameter("order"),
                                        call.query_text("parcel").value_or(""));
  Result<ShippingLabel> label = co_await std::move(fetching);
  if (!label) co_return std::move(label).error();
  http::ServerReply reply = text_reply(200, label->media_type, label->document.reveal());
  // The name is of letters, digits, '.', '-' and '_' only.
  reply.response.headers.set("Content-Disposition",
                             "attachment; filename=\"" + label->file_name + "\"");
  reply.response.headers.set("X-Content-Type-Options", "nosniff");
  co_return reply;
}

Route decision(std::string_view path, std::string_view id, Handle handle, std::string_view summary,
               Content request) {
  Route route;
  route.method = Method::post;
  route.path = path;
  route.scope = Scope::write;
  route.handle = handle;
  route.operation.id = id;
  route.operation.tag = "Orders";
  route.operation.summary = summary;
  route.operation.request = request;
  route.operation.answers = {{202, "Will be told to the channel", {"application/json", "Order"}}};
  return route;
}

}  // namespace

std::vector<Route> order_routes() {
  Route restock = decision("/v1/orders/{order}/restock", "restock_order", restock_order,
                           "Put returned goods back into stock, once per line",
                           {"application/json", "RestockRequest"});
  restock.operation.answers = {{200, "Put back", {"application/json", "Order"}}};
  return {
      {.method = Method::get,
       .path = "/v1/orders",
       .scope = Scope::read,
       .handle = list_orders,
       .operation = {.id = "list_orders",
                     .tag = "Orders",
                     .summary = "Orders by time of change",
                     .query = with_paging({{"updated_since", "Changed at or after this time",
                                            R"({"type":"string","format":"date-time"})"},
                                           {"status", "In this status",
                                            R"({"$ref":"#/components/schemas/OrderStatus"})"},
                                           {"shop", "Of this shop", R"({"type":"string"})"}}),
                     .answers = {{200, "A page", {"application/json", "OrderPage"}}}}},
      {.method = Method::get,
       .path = "/v1/orders/{order}",
       .scope = Scope::read,
       .handle = get_order,
       .operation = {.id = "get_order",
                     .tag = "Orders",
                     .summary = "An order",
                     .answers = {{200, "The order", {"application/json", "Order"}}}}},
      // More than a key that only reads may see: a name and a street. And the channel counts it.
      {.method = Method::get,
       .path = "/v1/orders/{order}/label",
       .scope = Scope::write,
       .handle = get_label,
       .operation = {.id = "get_label",
                     .tag = "Orders",
                     .summary = "The shipping label, asked of the channel now",
                     .query = {{"parcel", "Of this parcel only: `package` of one of the shipments",
                                R"({"type":"string"})"}},
                     .answers = {{200,
                                  "The document as the channel made it; print it unaltered",
                                  {"application/pdf"},
                                  {{"application/zip"}, {"image/png"}, {"image/jpeg"}}}},
                     .problems = {409, 422, 429}}},
      decision("/v1/orders/{order}/accept", "accept_order", accept_order,
               "Accept, or refuse the buyer's wish to cancel",
               {"application/json", "AcceptRequest", false}),
      decision("/v1/orders/{order}/ship", "ship_order", ship_order, "Hand over to the courier",
               {"application/json", "ShipRequest", false}),
      decision("/v1/orders/{order}/cancel", "cancel_order", cancel_order,
               "Cancel, or grant the buyer's wish to cancel",
               {"application/json", "CancelRequest"}),
      restock,
  };
}

}  // namespace gerbang::api
