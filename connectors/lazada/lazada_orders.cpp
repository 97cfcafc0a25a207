// Orders, parcels and cancellations (facts lazada.md 11 to 13).
#include <algorithm>

#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/order_steps.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/units.hpp"
#include "connectors/lazada/wire_orders.hpp"

namespace gerbang::lazada {

Exchange<std::vector<UnitItem>> read_units(CallContext ctx, std::string order) {
  if (!is_id(order)) co_return Error(ErrorKind::not_found, "order_not_found", "no id of Lazada's");
  QueryItems query;
  query.emplace_back("order_id", order);
  HttpRequest request = api_get(ctx, "/order/items/get", std::move(query));
  Exchange<json::Value> asking = ask_array(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  std::vector<UnitItem> units = units_from(*data);
  if (units.empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an order without items");
  co_return units;
}

namespace {

// order_items of each order, by the order's id; orders that the answer leaves out are null.
Exchange<json::Value> read_items(CallContext ctx, std::vector<std::string> ids) {
  QueryItems query;
  query.emplace_back("order_ids", id_list(ids));
  HttpRequest request = api_get(ctx, "/orders/items/get", std::move(query));
  Exchange<json::Value> asking = ask_array(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  json::Object out;
  for (const json::Value& order : data->items()) {
    const std::string id = order["order_id"].to_text();
    if (!id.empty() && !order["order_items"].items().empty()) out.set(id, order["order_items"]);
  }
  co_return json::Value(std::move(out));
}

std::vector<std::string> ids_where(const std::vector<UnitItem>& units,
                                   bool (*wanted)(const UnitItem&)) {
  std::vector<std::string> out;
  for (const UnitItem& unit : units) {
    if (wanted(unit)) out.push_back(unit.id);
  }
  return out;
}
bool lives(const UnitItem& unit) {
  return !is_cancelled(unit.status);
}
bool to_pack(const UnitItem& unit) {
  return is_to_pack(unit.status) && !unit.by_lazada;
}

OrderStatus status_of(const std::vector<UnitItem>& units) {
  std::vector<std::string> words;
  for (const UnitItem& unit : units) words.push_back(unit.status);
  return order_status(words, false);
}

// Before a parcel is made: what speaks against it.
std::optional<Error> cannot_ship(const std::vector<UnitItem>& units) {
  if (std::none_of(units.begin(), units.end(), lives))
    return Error(ErrorKind::conflict, "lazada_order_cancelled", "every item is cancelled");
  for (const UnitItem& unit : units) {
    if (unit.cancel_asked && lives(unit))
      return Error(ErrorKind::conflict, "order_cancel_requested", "the buyer's request waits");
  }
  if (std::all_of(units.begin(), units.end(),
                  [](const UnitItem& u) { return u.by_lazada || !lives(u); }))
    return Error(ErrorKind::rejected, "lazada_order_by_fbl", "Lazada's warehouse ships it");
  if (status_of(units) == OrderStatus::pending)
    return Error(ErrorKind::rejected, "order_state_refused", "not paid yet");
  return std::nullopt;
}

// One parcel of all units that wait for one. How it is sent comes from Lazada (facts 12).
Exchange<bool> pack(CallContext ctx, std::string order, std::vector<std::string> units) {
  QueryItems for_providers;
  for_providers.emplace_back("getShipmentProvidersReq", providers_body(order, units));
  HttpRequest ask_providers =
      api_post(ctx, "/order/shipment/providers/get", std::move(for_providers), Effect::read);
  Asked about_providers;
  about_providers.operation = ask_providers.operation;
  Exchange<Answer> asking_providers = ask(ctx, std::move(ask_providers));
  Result<Answer> providers = co_await std::move(asking_providers);
  if (!providers) co_return std::move(providers).error();
  if (providers->error) co_return std::move(*providers->error);
  GERBANG_CO_TRY(ways, result_of(ctx, about_providers, providers->envelope));
  if (ways["platform_default"].to_integral() == 0)
    co_return Error(ErrorKind::rejected, "lazada_shipment_provider",
                    "the seller must choose a transfer warehouse");
  std::string allocate = ways["shipping_allocate_type"].to_text();
  if (allocate.empty()) allocate = "TFS";  // local stores (facts 12)

  // Units are read before each attempt, so a lost answer is found out by the next one: set.
  QueryItems for_pack;
  for_pack.emplace_back("packReq", pack_body(order, units, allocate));
  HttpRequest request = api_post(ctx, "/order/fulfill/pack", std::move(for_pack), Effect::set);
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> packing = ask(ctx, std::move(request));
  Result<Answer> packed = co_await std::move(packing);
  if (!packed) co_return std::move(packed).error();
  if (packed->error) co_return std::move(*packed->error);
  GERBANG_CO_TRY(data, result_of(ctx, asked, packed->envelope));
  if (auto refused =
          first_refusal(ctx, asked, packed->envelope, packed_items(data), "order_item_id", units))
    co_return *std::move(refused);
  co_return true;
}

Exchange<bool> make_ready(CallContext ctx, std::vector<std::string> packages) {
  for (std::size_t start = 0; start < packages.size(); start += kPackagesPerCall) {
    std::vector<std::string> some(
        packages.begin() + static_cast<std::ptrdiff_t>(start),
        packages.begin() +
            static_cast<std::ptrdiff_t>(std::min(packages.size(), start + kPackagesPerCall)));
    QueryItems params;
    params.emplace_back("readyToShipReq", ready_body(some));
    HttpRequest request = api_post(ctx, "/order/package/rts", std::move(params), Effect::set);
    Asked asked;
    asked.operation = request.operation;
    asked.effect = request.effect;
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error) co_return std::move(*answer->error);
    GERBANG_CO_TRY(data, result_of(ctx, asked, answer->envelope));
    if (auto refused =
            first_refusal(ctx, asked, answer->envelope, data["packages"], "package_id", some))
      co_return *std::move(refused);
  }
  co_return true;
}

// Packs what waits; gives the units as they stand afterwards.
Exchange<std::vector<UnitItem>> packed_units(CallContext ctx, std::string order) {
  Exchange<std::vector<UnitItem>> reading = read_units(ctx, order);
  Result<std::vector<UnitItem>> units = co_await std::move(reading);
  if (!units) co_return std::move(units).error();
  if (auto reason = cannot_ship(*units)) co_return *std::move(reason);
  std::vector<std::string> waiting = ids_where(*units, to_pack);
  if (waiting.empty()) co_return units;
  Exchange<bool> packing = pack(ctx, order, std::move(waiting));
  Result<bool> packed = co_await std::move(packing);
  if (!packed) co_return std::move(packed).error();
  Exchange<std::vector<UnitItem>> rereading = read_units(std::move(ctx), std::move(order));
  co_return co_await std::move(rereading);
}

// A tip instead of a code (facts 5): the reason stands only in its text.
struct Tip {
  std::string type;
  std::string content;
};
Tip tip_of(const json::Value& data) {
  return {data["tip_type"].to_text(), data["tip_content"].to_text()};
}

Error refused_by_tip(const CallContext& ctx, std::string_view operation, const Tip& tip) {
  Error error(ErrorKind::rejected, "lazada_cancel_refused",
              std::string(operation) + ": " + redacted(ctx, tip.content));
  error.remote = RemoteError{"tip_type " + tip.type, redacted(ctx, tip.content), ""};
  return error;
}

}  // namespace

Exchange<OrderPage> Lazada::list_orders(CallContext ctx, OrderWindow window) const {
  GERBANG_CO_TRY(place, place_of(window));
  HttpRequest request = api_get(ctx, "/orders/get", orders_query(window, place));
  Exchange<json::Value> asking = ask_object(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  const json::Value& list = (*data)["orders"];
  if (!list.is_array() && (*data)["count"].to_integral() != 0)
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of orders");
  OrderPage page;
  page.next = next_cursor(place, *data);
  std::vector<std::string> ids;
  for (const json::Value& order : list.items()) {
    std::string id = order["order_id"].to_text();
    if (is_id(id) && std::find(ids.begin(), ids.end(), id) == ids.end())
      ids.push_back(std::move(id));
  }
  if (ids.empty()) co_return page;

  Exchange<json::Value> reading = read_items(ctx, ids);
  Result<json::Value> items = co_await std::move(reading);
  if (!items && concerns_the_call(items.error())) co_return std::move(items).error();
  if (!items) {  // one of them spoils the call: each is fetched by itself later
    page.external_ids = std::move(ids);
    co_return page;
  }
  for (const json::Value& order : list.items()) {
    const std::string id = order["order_id"].to_text();
    const json::Value& units = (*items)[id];
    if (units.is_null()) {
      if (is_id(id)) page.external_ids.push_back(id);
    } else if (std::none_of(page.orders.begin(), page.orders.end(),
                            [&](const RemoteOrder& o) { return o.external_id == id; })) {
      page.orders.push_back(order_from(order, units, ctx.now));
    }
  }
  co_return page;
}

Exchange<OrderBatch> Lazada::fetch_orders(CallContext ctx, std::vector<std::string> ids) const {
  OrderBatch out;
  std::vector<json::Value> orders;
  std::vector<std::string> found;
  for (std::string& id : ids) {
    if (!is_id(id)) {
      out.not_found.push_back(std::move(id));
      continue;
    }
    QueryItems query;
    query.emplace_back("order_id", id);
    HttpRequest request = api_get(ctx, "/order/get", std::move(query));
    Exchange<json::Value> asking = ask_object(ctx, std::move(request));
    Result<json::Value> data = co_await std::move(asking);
    // 16: unknown, or another store's (facts 11).
    if (!data && data.error().kind == ErrorKind::not_found) {
      out.not_found.push_back(std::move(id));
      continue;
    }
    if (!data) co_return std::move(data).error();
    if ((*data)["order_id"].to_text() != id)
      co_return Error(ErrorKind::transient, "channel_answer_unreadable", "another order came back");
    orders.push_back(*std::move(data));
    found.push_back(std::move(id));
  }
  if (found.empty()) co_return out;

  Exchange<json::Value> reading = read_items(ctx, found);
  Result<json::Value> items = co_await std::move(reading);
  if (!items && (concerns_the_call(items.error()) || found.size() == 1))
    co_return std::move(items).error();
  for (std::size_t i = 0; i < found.size(); ++i) {
    json::Value units = items ? (*items)[found[i]] : json::Value();
    if (units.is_null()) {  // left out, or one spoils all: by itself
      QueryItems query;
      query.emplace_back("order_id", found[i]);
      HttpRequest request = api_get(ctx, "/order/items/get", std::move(query));
      Exchange<json::Value> asking = ask_array(ctx, std::move(request));
      Result<json::Value> single = co_await std::move(asking);
      if (!single) co_return std::move(single).error();
      units = *std::move(single);
    }
    if (units.items().empty())
      co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an order without items");
    out.orders.push_back(order_from(orders[i], units, ctx.now));
  }
  co_return out;
}

Exchange<Ack> Lazada::accept_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<UnitItem>> packing = packed_units(std::move(ctx), action.external_id);
  Result<std::vector<UnitItem>> units = co_await std::move(packing);
  if (!units) co_return std::move(units).error();
  Ack ack;
  ack.shipments = parcels_of(*units);
  co_return ack;
}

Exchange<Ack> Lazada::ship_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<UnitItem>> packing = packed_units(ctx, action.external_id);
  Result<std::vector<UnitItem>> units = co_await std::move(packing);
  if (!units) co_return std::move(units).error();
  std::vector<std::string> packages;
  for (const UnitItem& unit : *units) {
    if (unit.status != "packed" || unit.by_lazada) continue;
    if (unit.package.empty())
      co_return Error(ErrorKind::transient, "answer_incomplete", "a packed unit without a package");
    if (std::find(packages.begin(), packages.end(), unit.package) == packages.end())
      packages.push_back(unit.package);
  }
  if (std::any_of(units->begin(), units->end(), to_pack))
    co_return Error(ErrorKind::transient, "answer_incomplete", "packed, and still to be packed");
  if (!packages.empty()) {
    Exchange<bool> readying = make_ready(std::move(ctx), std::move(packages));
    Result<bool> ready = co_await std::move(readying);
    if (!ready) co_return std::move(ready).error();
  }
  Ack ack;
  ack.shipments = parcels_of(*units);
  co_return ack;
}

Exchange<Ack> Lazada::cancel_order(CallContext ctx, OrderAction action) const {
  Exchange<std::vector<UnitItem>> reading = read_units(ctx, action.external_id);
  Result<std::vector<UnitItem>> units = co_await std::move(reading);
  if (!units) co_return std::move(units).error();
  const std::vector<std::string> living = ids_where(*units, lives);
  if (living.empty()) co_return Ack();  // an earlier call did it
  QueryItems of_order;
  of_order.emplace_back("order_id", action.external_id);
  of_order.emplace_back("order_item_id_list", id_list(living));

  HttpRequest may_i = api_get(ctx, "/order/reverse/cancel/validate", of_order);
  Exchange<json::Value> asking = ask_object(ctx, std::move(may_i));
  Result<json::Value> offer = co_await std::move(asking);
  if (!offer) co_return std::move(offer).error();
  const Tip objection = tip_of(*offer);
  if (objection.type == "error") co_return refused_by_tip(ctx, "validate", objection);
  if (!(*offer)["reason_options"].is_array())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no reasons offered");
  const std::string reason = cancel_reason((*offer)["reason_options"], action.reason);
  if (reason.empty())
    co_return Error(ErrorKind::rejected, "lazada_cancel_reason",
                    "none of the offered reasons is \"" + action.reason + "\"");

  // It writes although it is a GET: never repeated blindly (facts 13).
  QueryItems params = of_order;
  params.emplace_back("reason_id", reason);
  HttpRequest request = api_get(ctx, "/order/reverse/cancel/create", std::move(params));
  request.effect = Effect::create;
  Exchange<json::Value> cancelling = ask_object(ctx, std::move(request));
  Result<json::Value> done = co_await std::move(cancelling);
  if (!done) co_return std::move(done).error();
  const Tip tip = tip_of(*done);
  if (tip.type == "success") co_return Ack();
  if (tip.type.empty())
    co_return Error(ErrorKind::indeterminate, "channel_answer_unreadable", "no tip_type");
  // A warning says neither; an error may mean that it is cancelled already.
  Exchange<std::vector<UnitItem>> looking = read_units(ctx, action.external_id);
  Result<std::vector<UnitItem>> now = co_await std::move(looking);
  if (!now) co_return std::move(now).error();
  if (status_of(*now) == OrderStatus::cancelled) co_return Ack();
  co_return refused_by_tip(ctx, "create", tip);
}

Exchange<Ack> Lazada::answer_cancellation(CallContext ctx, OrderAction action, bool accept) const {
  Exchange<std::vector<UnitItem>> reading = read_units(ctx, action.external_id);
  Result<std::vector<UnitItem>> units = co_await std::move(reading);
  if (!units) co_return std::move(units).error();
  std::vector<std::string> requests;
  for (const UnitItem& unit : *units) {
    if (!unit.cancel_asked || !lives(unit) || !is_id(unit.reverse_order)) continue;
    if (std::find(requests.begin(), requests.end(), unit.reverse_order) == requests.end())
      requests.push_back(unit.reverse_order);
  }
  if (requests.empty()) {
    // Answered before, withdrawn, or cancelled when its time ran out (facts 13).
    const bool cancelled = status_of(*units) == OrderStatus::cancelled;
    if (accept == cancelled) co_return Ack();
    if (cancelled)
      co_return Error(ErrorKind::conflict, "lazada_order_cancelled", "cancelled at Lazada");
    co_return Error(ErrorKind::rejected, "order_state_refused", "no request waits for an answer");
  }
  for (const std::string& reverse : requests) {
    QueryItems params;
    params.emplace_back("reverse_order_id", reverse);
    params.emplace_back("agree_cancel", accept ? "true" : "false");
    // Answered once and for all; a second answer is refused (131) and the units are read first.
    HttpRequest request = api_get(ctx, "/order/reverse/cancel/seller/decide", std::move(params));
    request.effect = Effect::set;
    Exchange<json::Value> deciding = ask_ok(ctx, std::move(request));
    Result<json::Value> decided = co_await std::move(deciding);
    if (!decided) co_return std::move(decided).error();
  }
  co_return Ack();
}

}  // namespace gerbang::lazada
