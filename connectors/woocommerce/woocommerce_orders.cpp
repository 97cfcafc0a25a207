// Orders (facts woocommerce.md 8).
#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"
#include "connectors/woocommerce/wire_orders.hpp"
#include "connectors/woocommerce/woocommerce.hpp"

namespace gerbang::woocommerce {

namespace {

Error no_such_order(const std::string& id) {
  return Error(ErrorKind::not_found, "order_not_found", "no order " + id);
}

// The order as the shop has it now.
Exchange<json::Value> look_up(CallContext ctx, std::string id) {
  if (!id_number(id)) co_return no_such_order(id);
  HttpRequest request = get_order(ctx, id);
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> order = co_await std::move(asking);
  if (!order) co_return std::move(order).error();
  if (id_of((*order)["id"]) != id)
    co_return unreadable(Effect::read, "another order than the one asked for");
  if ((*order)["status"].text().empty())
    co_return unreadable(Effect::read, "an order without a status");
  co_return order;
}

// Writes, and checks that it is so afterwards. The shop lets any status follow any other, so
// whoever calls this has looked at the present one.
Exchange<Ack> write_status(CallContext ctx, HttpRequest request, std::string wanted) {
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> order = co_await std::move(asking);
  if (!order) co_return std::move(order).error();
  if ((*order)["status"].text() != wanted)
    co_return Error(ErrorKind::transient, "value_not_kept", "another status than the one sent");
  co_return Ack();
}

Error refused_in(std::string_view status) {
  return Error(ErrorKind::conflict, "order_state_refused", "it is " + std::string(status));
}

// Tells the buyer once: notes that say the same are found first.
Exchange<bool> tell_buyer(CallContext ctx, std::string order, std::string text) {
  HttpRequest reading = order_notes(ctx, order);
  Exchange<Answer> asking = ask(ctx, std::move(reading));
  Result<Answer> notes = co_await std::move(asking);
  if (!notes) co_return std::move(notes).error();
  if (notes->error) co_return *std::move(notes->error);
  if (!notes->body.is_array()) co_return unreadable(Effect::read, "no list of notes");
  for (const json::Value& note : notes->body.items()) {
    if (note["note"].text() == text) co_return true;
  }
  HttpRequest writing = add_order_note(ctx, order, text);
  Exchange<json::Value> adding = ask_object(std::move(ctx), std::move(writing));
  Result<json::Value> added = co_await std::move(adding);
  if (!added) co_return std::move(added).error();
  if (id_of((*added)["id"]).empty()) co_return unreadable(Effect::set, "a note without an id");
  co_return true;
}

}  // namespace

Exchange<OrderPage> WooCommerce::list_orders(CallContext ctx, OrderWindow window) const {
  const auto page =
      window.cursor.empty() ? std::optional<std::uint64_t>(1) : id_number(window.cursor);
  if (!page || *page > static_cast<std::uint64_t>(kLastPage))
    co_return Error(ErrorKind::invalid, "cursor_invalid", "not a page of ours");
  HttpRequest request = orders_page(ctx, window, static_cast<int>(*page));
  Exchange<Answer> asking = ask(std::move(ctx), std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return *std::move(answer->error);
  GERBANG_CO_TRY(out, read_order_page(answer->body));
  const auto number = static_cast<std::int64_t>(*page);
  const bool more =
      answer->pages ? number < *answer->pages : answer->body.items().size() == kOrderPage;
  // What lies beyond an empty page is nobody's.
  if (more && !answer->body.items().empty()) out.next = std::to_string(number + 1);
  co_return out;
}

Exchange<OrderBatch> WooCommerce::fetch_orders(CallContext ctx,
                                               std::vector<std::string> ids) const {
  OrderBatch out;
  int serial = 0;
  for (const std::string& id : ids) {
    const CallContext mine = with_salt(ctx, std::to_string(++serial));
    Exchange<json::Value> looking = look_up(mine, id);
    Result<json::Value> found = co_await std::move(looking);
    if (!found && found.error().kind != ErrorKind::not_found) co_return std::move(found).error();
    if (!found || is_no_order((*found)["status"].text())) {
      out.not_found.push_back(id);
      continue;
    }
    GERBANG_CO_TRY(order, read_order(*found));
    out.orders.push_back(std::move(order));
  }
  co_return out;
}

Exchange<Ack> WooCommerce::accept_order(CallContext ctx, OrderAction action) const {
  Exchange<json::Value> looking = look_up(ctx, action.external_id);
  Result<json::Value> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  const std::string status((*order)["status"].text());
  if (status == "processing" || status == "completed") co_return Ack();
  if (status != "on-hold") co_return refused_in(status);
  HttpRequest request = set_order_status(ctx, action.external_id, "processing", "order.accept");
  Exchange<Ack> writing = write_status(ctx, std::move(request), "processing");
  co_return co_await std::move(writing);
}

Exchange<Ack> WooCommerce::ship_order(CallContext ctx, OrderAction action) const {
  Exchange<json::Value> looking = look_up(ctx, action.external_id);
  Result<json::Value> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  const std::string status((*order)["status"].text());
  // Before it is paid or confirmed nothing leaves the house; after the end nothing does either.
  if (status != "processing" && status != "completed") co_return refused_in(status);
  Ack ack;
  if (!action.courier.empty() || !action.tracking_number.empty()) {
    Shipment parcel;
    parcel.courier = action.courier;
    parcel.tracking_number = action.tracking_number;
    ack.shipments.push_back(std::move(parcel));
  }
  if (status == "completed") co_return ack;  // an earlier call did it, or the seller's own hand
  if (const std::string text = shipment_note(action); !text.empty()) {
    Exchange<bool> telling = tell_buyer(ctx, action.external_id, text);
    Result<bool> told = co_await std::move(telling);
    if (!told) co_return std::move(told).error();
  }
  HttpRequest request = complete_order(ctx, action);
  Exchange<Ack> writing = write_status(ctx, std::move(request), "completed");
  Result<Ack> written = co_await std::move(writing);
  if (!written) co_return std::move(written).error();
  co_return ack;
}

Exchange<Ack> WooCommerce::cancel_order(CallContext ctx, OrderAction action) const {
  Exchange<json::Value> looking = look_up(ctx, action.external_id);
  Result<json::Value> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  const std::string status((*order)["status"].text());
  if (status == "cancelled" || status == "failed" || status == "trash") co_return Ack();
  // The shop would cancel a parcel that is on its way.
  if (status == "completed" || status == "refunded") co_return refused_in(status);
  HttpRequest request = set_order_status(ctx, action.external_id, "cancelled", "order.cancel");
  Exchange<Ack> writing = write_status(ctx, std::move(request), "cancelled");
  co_return co_await std::move(writing);
}

Exchange<Ack> WooCommerce::answer_cancellation(CallContext, OrderAction, bool) const {
  co_return unsupported("answer_cancellation");
}

// The core of a web shop prints none; courier plug-ins do, each in its own way.
Exchange<ShippingLabel> WooCommerce::fetch_label(CallContext, OrderAction, std::string) const {
  co_return unsupported("fetch_label");
}

}  // namespace gerbang::woocommerce
