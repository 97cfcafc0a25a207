// Products and queues as they are read (facts blibli.md 8.2, 8.4).
#include <algorithm>

#include "connectors/blibli/sandbox/handlers.hpp"

namespace gerbang::sandbox::blibli {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

json::Value images_of(const Product& p) {
  json::Array out;
  for (std::size_t i = 0; i < p.images.size(); ++i) {
    out.push_back(json::object(
        {{"path", p.images[i]}, {"main", i == 0}, {"sequence", static_cast<std::int64_t>(i)}}));
  }
  return json::Value(std::move(out));
}

json::Value listed(const Product& p) {
  std::int64_t least = 0, most = 0, stock = 0;
  for (const Variant& v : p.variants) {
    least = least == 0 ? v.price : std::min(least, v.price);
    most = std::max(most, v.price);
    stock += v.stock;
  }
  return json::object(
      {{"product", json::object({{"sku", p.sku},
                                 {"name", p.name},
                                 {"code", "MTA-" + p.sku.substr(p.sku.size() - 5)},
                                 {"state", name_of(p)}})},
       {"price", json::object({{"normal", json::object({{"min", least}, {"max", most}})},
                               {"sale", json::object({{"min", least}, {"max", most}})}})},
       {"counter", json::object({{"stock", stock},
                                 {"variant", static_cast<std::int64_t>(p.variants.size())}})},
       {"images", images_of(p)},
       {"category", json::object({{"code", p.category}, {"name", p.category}})},
       {"brand", json::object({{"name", p.brand}})},
       {"pickupPointCodes", json::array({p.pickup_point})},
       {"createdDate", to_unix_millis(p.created)},
       {"updatedDate", to_unix_millis(p.updated)}});
}

}  // namespace

Reply filter_products(World& world, const Request& request) {
  const json::Value& filter = request.body["filter"];
  const std::int64_t page = request.body["paging"]["page"].to_integral().value_or(0);
  const std::int64_t size = request.body["paging"]["size"].to_integral().value_or(20);
  if (page < 0 || size < 1 || size > 50)
    return Reply::fail(kMalformed, "paging.size must be 1 to 50");
  const std::string state = filter["state"].to_text();
  static constexpr std::string_view kStates[] = {"ACTIVE",   "OOS",       "IN_PROGRESS",
                                                 "ARCHIVED", "SUSPENDED", "NEED_CORRECTION"};
  if (!state.empty() &&
      std::find(std::begin(kStates), std::end(kStates), state) == std::end(kStates))
    return Reply::fail(kMalformed, "filter.state is unknown");
  // Without a state: on offer and in stock (facts 8.4). A product number finds no product that is
  // being reviewed, and outranks a name.
  const std::string wanted = state.empty() ? "ACTIVE" : state;
  const std::string_view sku = filter["productSku"].text();
  const std::string name = sku.empty() ? lower(filter["productName"].text()) : std::string();
  std::vector<const Product*> found;
  for (const auto& [id, p] : world.products) {
    if (p.store != request.store->code || name_of(p) != wanted) continue;
    const bool reviewed = wanted == "IN_PROGRESS" || wanted == "NEED_CORRECTION";
    if (!sku.empty() && (reviewed || p.sku != sku)) continue;
    if (!name.empty() && lower(p.name).find(name) == std::string::npos) continue;
    if (const std::string_view c = filter["categoryCode"].text(); !c.empty() && p.category != c)
      continue;
    found.push_back(&p);
  }
  json::Array content;
  const auto begin = static_cast<std::size_t>(page * size);
  for (std::size_t i = begin; i < found.size() && i < begin + static_cast<std::size_t>(size); ++i)
    content.push_back(listed(*found[i]));
  return Reply::page(std::move(content), page, size, static_cast<std::int64_t>(found.size()));
}

Reply get_product(World& world, const Request& request) {
  const Product* p = world.product(request.argument);
  if (!p || p->store != request.store->code || p->state == ProductState::rejected)
    return Reply::fail(kNotFound, "Product is not found");
  json::Array items;
  for (const Variant& v : p->variants) {
    json::Object attributes;
    for (const auto& [code, value] : v.attributes) attributes.append(code, value);
    items.push_back(
        json::object({{"blibliSku", v.sku},
                      {"sellerSku", v.seller_sku},
                      {"upcCode", v.upc},
                      {"price", json::object({{"regular", v.price}, {"sale", v.sale_price}})},
                      {"stock", json::object({{"available", v.stock}, {"minimum", v.minimum}})},
                      {"buyable", v.buyable},
                      {"variantAttribute", std::move(attributes)}}));
  }
  return Reply::content(json::object(
      {{"product", json::object({{"sku", p->sku}, {"name", p->name}, {"state", name_of(*p)}})},
       {"note", p->note.empty() ? json::Value() : json::Value(p->note)},
       {"brand", json::object({{"name", p->brand}})},
       {"category", json::object({{"code", p->category}})},
       {"images", images_of(*p)},
       {"productItems", std::move(items)}}));
}

Reply queue_detail(World& world, const Request& request) {
  const auto it = world.queues.find(request.param("requestId"));
  const Duration kept = std::chrono::hours(24 * 60);  // two months (facts 5)
  if (it == world.queues.end() || it->second.store != request.store->code ||
      it->second.created + kept < world.now())
    return Reply::fail(kNotFound, "Queue is not found");
  const QueueFeed& q = it->second;
  const std::int64_t size = json::Value(request.param("size")).to_integral().value_or(100);
  const std::int64_t page = json::Value(request.param("page")).to_integral().value_or(0);
  if (size < 0 || size > 100 || page < 0) return Reply::fail(kMalformed, "size must be 0 to 100");
  json::Array history;
  for (std::int64_t i = page * size;
       i < (page + 1) * size && i < static_cast<std::int64_t>(q.results.size()); ++i) {
    const QueueResult& r = q.results[static_cast<std::size_t>(i)];
    history.push_back(json::object({{"gdnSku", r.sku},
                                    {"value", r.text},
                                    {"timestamp", to_unix_millis(r.at)},
                                    {"isSuccess", r.success}}));
  }
  Reply out = Reply::value(json::object(
      {{"queueFeed", json::object({{"requestId", q.id},
                                   {"requestAction", q.action},
                                   {"total", static_cast<std::int64_t>(q.items.size())},
                                   {"timeStamp", to_unix_millis(q.created)}})},
       {"queueHistory", std::move(history)}}));
  return out;
}

Reply queue_list(World& world, const Request& request) {
  const std::string status = request.param("status"), action = request.param("queueAction");
  json::Array out;
  for (const auto& [id, q] : world.queues) {
    if (q.store != request.store->code) continue;
    const char* is = q.worked_off ? "FINISHED" : "IN_PROGRESS";
    if ((!status.empty() && status != is) || (!action.empty() && action != q.action)) continue;
    out.push_back(json::object({{"requestId", id},
                                {"requestAction", q.action},
                                {"status", is},
                                {"total", static_cast<std::int64_t>(q.items.size())},
                                {"timeStamp", to_unix_millis(q.created)}}));
  }
  const auto total = static_cast<std::int64_t>(out.size());
  Reply reply;
  reply.members.append("content", std::move(out));
  reply.members.append(
      "pageMetaData",
      json::object({{"pageSize", 100}, {"pageNumber", 0}, {"totalRecords", total}}));
  return reply;
}

}  // namespace gerbang::sandbox::blibli
