#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

constexpr std::int64_t kWidestWindow = 15 * 86400;

// Quantity is `amount` and the SKU `variation_sku` here (facts 4.6).
json::Value return_json(const World& world, const Return& r) {
  json::Array items;
  for (const OrderLine& l : r.lines) {
    items.push_back(json::object({{"item_id", l.item_id},
                                  {"model_id", l.model_id},
                                  {"name", l.item_name},
                                  {"amount", l.quantity},
                                  {"item_price", world.money(l.paid_price)},
                                  {"item_sku", l.item_sku},
                                  {"variation_sku", l.model_sku},
                                  {"images", json::Array()}}));
  }
  return json::object(
      {{"return_sn", r.return_sn},
       {"order_sn", r.order_sn},
       {"status", r.status},
       {"reason", r.reason},
       {"text_reason", r.text},
       {"refund_amount", world.money(r.amount)},
       {"currency", "IDR"},
       {"create_time", r.created},
       {"update_time", r.updated},
       {"due_date", r.created + 2 * 86400},
       {"tracking_number", ""},
       {"needs_logistics", false},
       {"amount_before_discount", world.money(r.amount)},
       {"return_refund_type", r.after_completion ? "RRAOC" : "RRBOC"},
       {"return_solution", 1},
       {"negotiation_status", "PENDING_RESPOND"},
       {"seller_proof_status", "NOT_NEEDED"},
       {"seller_compensation_status", "COMPENSATION_NOT_REQUIRED"},
       {"user", json::object({{"username", "s****i"}, {"email", "****"}, {"portrait", ""}})},
       {"image", json::Array()},
       {"item", std::move(items)}});
}

// A time span of the filter: absent, or complete and at most 15 days.
Refusal read_span(const Request& request, const std::string& name, std::int64_t& from,
                  std::int64_t& to) {
  const auto given_from = request.integer(name + "_from"), given_to = request.integer(name + "_to");
  from = given_from.value_or(0);
  to = given_to.value_or(INT64_MAX);
  if (!given_from && !given_to) return {};
  if (!given_from || !given_to || *given_to < *given_from ||
      *given_to - *given_from > kWidestWindow)
    return Reply::fail("error_param", "The " + name + " range must be at most 15 days.");
  return {};
}

}  // namespace

void open_return(World& world, const Order& order, const json::Value& body) {
  Return r;
  r.return_sn = world.new_order_sn() + "R";
  r.order_sn = order.sn;
  r.shop_id = order.shop_id;
  r.status = "REQUESTED";
  r.reason = body["reason"].is_null() ? "ITEM_MISSING" : std::string(body["reason"].text());
  r.text = body["text"].text();
  r.after_completion = order.status == "COMPLETED";
  r.created = r.updated = world.seconds();
  r.lines = order.lines;
  for (const OrderLine& l : r.lines) r.amount += l.paid_price * l.quantity;
  world.push(
      29, world.shops.at(order.shop_id),
      json::object({{"order_sn", r.order_sn},
                    {"return_sn", r.return_sn},
                    {"updated_values", json::Array{json::object({{"update_field", "return_status"},
                                                                 {"old_value", ""},
                                                                 {"new_value", r.status},
                                                                 {"update_time", r.updated}})}}}));
  world.returns.push_back(std::move(r));
}

Reply get_return_list(World& world, const Request& request) {
  const auto page = request.integer("page_no"), size = request.integer("page_size");
  if (!page || !size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "page_no from 0 and a page_size of 1 to 100 are needed.");
  std::int64_t from = 0, to = 0, updated_from = 0, updated_to = 0;
  if (auto no = read_span(request, "create_time", from, to)) return *no;
  if (auto no = read_span(request, "update_time", updated_from, updated_to)) return *no;
  const std::string status = request.param("status");
  json::Array list;
  std::int64_t seen = 0;
  for (const Return& r : world.returns) {
    if (r.shop_id != request.shop->shop_id || (!status.empty() && r.status != status)) continue;
    if (r.created < from || r.created > to || r.updated < updated_from || r.updated > updated_to)
      continue;
    if (seen >= *page * *size && seen < (*page + 1) * *size) list.push_back(return_json(world, r));
    ++seen;
  }
  return Reply::ok(
      json::object({{"more", (*page + 1) * *size < seen}, {"return", std::move(list)}}));
}

Reply get_return_detail(World& world, const Request& request) {
  const std::string sn = request.param("return_sn");
  for (const Return& r : world.returns) {
    if (r.return_sn == sn && r.shop_id == request.shop->shop_id)
      return Reply::ok(return_json(world, r));
  }
  return Reply::fail("error_not_found", "The return is not found.");
}

}  // namespace gerbang::sandbox::shopee
