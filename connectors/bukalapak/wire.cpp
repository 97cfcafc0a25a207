#include "connectors/bukalapak/wire.hpp"

#include <utility>

#include "connectors/bukalapak/limits.hpp"
#include "connectors/bukalapak/sign.hpp"
#include "connectors/bukalapak/units.hpp"
#include "core/base/url.hpp"

namespace gerbang::bukalapak {

namespace {
HttpRequest call(const CallContext& ctx, Method method, const std::string& target,
                 std::string operation, Effect effect = Effect::read) {
  HttpRequest request;
  request.method = method;
  request.url = ctx.app.api_url + target;
  request.operation = std::move(operation);
  request.effect = effect;
  return with_bearer(ctx, std::move(request));
}

HttpRequest with_json(HttpRequest request, const json::Value& body) {
  request.headers.set("Content-Type", "application/json");
  request.body = json::dump(body);
  return request;
}

// Attributes, brand and permit numbers: permits belong on every product page (DOMAIN 3).
json::Value specs(const ListingDraft& draft) {
  json::Object out;
  if (draft.brand) out.set("merek", *draft.brand);
  for (const Permit& permit : draft.permits) out.set(permit.kind, permit.number);
  for (const auto& [name, value] : draft.attributes) out.set(name, value);
  return out;
}

json::Object content(const ListingDraft& draft, const std::string& category,
                     const std::vector<std::string>& images) {
  const DraftVariant& variant = draft.variants.front();
  json::Array ids;
  for (const std::string& id : images) ids.emplace_back(id);
  json::Object out;
  out.set("name", listing_name(draft));
  out.set("weight", variant.weight_grams.value_or(0));
  out.set("condition", draft.condition == Condition::used ? "used" : "new");
  out.set("description", html_of(draft.description));
  const json::Value id(category);
  if (const auto number = id.to_integral())
    out.set("category_id", *number);
  else
    out.set("category_id", id);
  out.set("specs", specs(draft));
  out.set("images", json::object({{"ids", std::move(ids)}}));
  out.set("sku_name", variant.sku);
  return out;
}

// The first error of the envelope, kept beside our reading of it.
RemoteError remote_of(const json::Value& body) {
  const json::Value& first = body["errors"][std::size_t{0}];
  RemoteError out;
  out.code = first["code"].to_text();
  out.message = std::string(first["message"].text().substr(0, 500));
  return out;
}
}  // namespace

Asked asked(const CallContext& ctx, const HttpRequest& request) {
  Asked out;
  out.now = ctx.now;
  out.effect = request.effect;
  return out;
}

std::optional<Error> trouble_of(int status, const HttpResponse& response, const Asked& asked) {
  if (status == 429) {
    // The limit is a number a minute: a refusal that names no wait has passed after one.
    return Error(ErrorKind::throttled, "channel_throttled")
        .after(retry_after(response, asked.now).value_or(std::chrono::minutes(1)));
  }
  if (status < 500) return std::nullopt;
  const bool unsure = asked.effect == Effect::create;  // it may have gone through behind the edge
  Error error(unsure ? ErrorKind::indeterminate : ErrorKind::transient, "channel_unavailable",
              "status " + std::to_string(status));
  error.retry_after = retry_after(response, asked.now);
  return error;
}

Error malformed(const Asked& asked, std::string detail) {
  return Error(asked.effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
               "channel_answer_unreadable", std::move(detail));
}

Result<json::Value> read_answer(const HttpResponse& response, const Asked& asked) {
  json::Limits limits;
  limits.bytes = 8 * 1024 * 1024;
  limits.values = 100'000;
  auto body = json::parse(response.body, limits);
  const std::int64_t told = body ? (*body)["meta"]["http_status"].to_integral().value_or(0) : 0;
  const int status = told >= 100 && told < 600 ? static_cast<int>(told) : response.status;

  if (auto trouble = trouble_of(status, response, asked)) return *std::move(trouble);
  if (status == 401) {
    Error error(ErrorKind::auth_expired, "token_expired");
    if (body) error.remote = remote_of(*body);
    return error;
  }
  if (!body) return malformed(asked, body.error().detail);
  if (status >= 200 && status < 300) {
    if (told == 0) return malformed(asked, "no meta.http_status");
    return (*body)["data"];
  }
  RemoteError remote = remote_of(*body);
  if (status == 404)
    return Error(ErrorKind::not_found, asked.missing).from_remote(std::move(remote));
  if (status == 403)
    return Error(ErrorKind::forbidden, "app_not_permitted").from_remote(std::move(remote));
  if (status < 400) return malformed(asked, "status " + std::to_string(status));
  const bool state = remote.code == "10004";
  Error error(ErrorKind::rejected, state ? "order_state_refused" : "channel_refused_request");
  error.field = asked.field;
  error.remote = std::move(remote);
  return error;
}

Result<ListingRef> read_listing_ref(const json::Value& product, const std::string& sku,
                                    const Asked& asked) {
  ListingRef out;
  out.remote_product = product["id"].to_text();
  std::string sku_id = product["sku_id"].to_text();
  if (sku_id.empty()) sku_id = product["variants"][std::size_t{0}]["id"].to_text();
  if (out.remote_product.empty() || sku_id.empty())
    return malformed(asked, "a product without id or sku_id");
  out.variants.emplace(sku, std::move(sku_id));
  return out;
}

void read_remote_listings(const json::Value& product, std::vector<RemoteListing>& out) {
  RemoteListing common;
  common.remote_product = product["id"].to_text();
  common.remote_variant = product["sku_id"].to_text();
  common.title = product["name"].text();
  common.stock = product["stock"].to_integral();
  if (const auto price = product["price"].to_integral()) common.price = Money{*price};
  common.remote_state = product["state"].text();
  if (!common.remote_state.empty()) common.listed = common.remote_state == "active";
  if (common.remote_product.empty()) return;
  if (product["variants"].items().empty()) out.push_back(common);
  for (const json::Value& variant : product["variants"].items()) {
    RemoteListing listing = common;
    if (const std::string id = variant["id"].to_text(); !id.empty()) listing.remote_variant = id;
    listing.remote_sku = variant["sku_name"].text();
    if (const auto stock = variant["stock"].to_integral()) listing.stock = *stock;
    if (const auto price = variant["price"].to_integral()) listing.price = Money{*price};
    out.push_back(std::move(listing));
  }
}

std::vector<Shipment> read_shipments(const json::Value& transaction) {
  const json::Value& delivery = transaction["delivery"];
  Shipment parcel;
  parcel.courier = delivery["carrier"].text();
  parcel.tracking_number = delivery["tracking_number"].to_text();
  if (parcel.tracking_number.empty()) return {};
  return {std::move(parcel)};
}

std::optional<RemoteOrder> read_order(const json::Value& t) {
  RemoteOrder out;
  out.external_id = t["id"].to_text();
  const auto placed = read_time(t["created_at"].text());
  const auto updated = read_time(t["updated_at"].text());
  const json::Value& amount = t["amount"];
  auto total = amount["buyer"]["total"].to_integral();
  if (!total) total = amount["seller"]["total"].to_integral();
  if (out.external_id.empty() || !placed || !updated || !total) return std::nullopt;
  out.status = status_of(t);
  out.remote_status = t["state"].text();
  out.placed_at = *placed;
  out.updated_at = *updated;
  out.total = Money{*total};
  for (const json::Value& item : t["items"].items()) {
    const json::Value& stuff = item["stuff"];
    OrderLine line;
    line.remote_line = item["id"].to_text();
    line.remote_product = stuff["product"]["id"].to_text();
    line.remote_variant = stuff["id"].to_text();
    line.remote_sku = stuff["sku_name"].text();
    line.title = item["name"].text();
    const auto quantity = item["quantity"].to_integral();
    const auto price = item["price"].to_integral();
    if (line.remote_line.empty() || !quantity || *quantity < 1 || !price) return std::nullopt;
    line.quantity = *quantity;
    line.price = Money{*price};
    out.lines.push_back(std::move(line));
  }
  if (out.lines.empty()) return std::nullopt;

  const json::Value& to = t["delivery"]["consignee"];
  out.city = to["city"].text();
  out.province = to["province"].text();
  json::Object buyer;
  if (!to["name"].text().empty()) buyer.set("name", to["name"].text());
  // "08••• (Terkunci)": locked until the seller accepts (facts 6).
  const std::string phone = to["phone"].to_text();
  if (!phone.empty() && phone.find("Terkunci") == std::string::npos) buyer.set("phone", phone);
  if (!to["address"].text().empty()) {
    buyer.set("address", to["address"].text());
    buyer.set("district", to["district"].text());
    buyer.set("postal_code", to["postal_code"].to_text());
  }
  if (!buyer.empty()) out.buyer = Secret(json::dump(std::move(buyer)));
  out.shipments = read_shipments(t);
  return out;
}

HttpRequest me(const CallContext& ctx) {
  return call(ctx, Method::get, "/me", "shop.me");
}

HttpRequest categories(const CallContext& ctx) {
  return call(ctx, Method::get, "/categories", "category.list");
}

HttpRequest image_of_tenant(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.set("Accept", "image/jpeg, image/png");
  request.operation = "image.fetch";
  request.trust = Trust::tenant;
  return request;
}

HttpRequest upload_image(const CallContext& ctx, std::string bytes, const std::string& type) {
  MultipartFile file;
  file.field = "file";
  file.filename = type == "image/png" ? "image.png" : "image.jpg";
  file.content_type = type;
  file.bytes = std::move(bytes);
  MultipartBody body = multipart({}, {std::move(file)});
  // An image uploaded twice is an orphan that nobody sees: repeating is harmless.
  HttpRequest request = call(ctx, Method::post, "/images", "image.upload", Effect::set);
  request.headers.set("Content-Type", body.content_type);
  request.body = std::move(body.body);
  return request;
}

HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category, const std::vector<std::string>& images) {
  json::Object body = content(draft, category, images);
  body.set("price", draft.variants.front().price.amount);
  body.set("stock", offered(draft.variants.front().stock));
  return with_json(call(ctx, Method::post, "/products", "product.create", Effect::create),
                   std::move(body));
}

HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category, const std::vector<std::string>& images) {
  // Without price and stock: they have work of their own, and a stock sent along with a new
  // description could raise the counter over sales that we have not seen yet.
  return with_json(call(ctx, Method::put, "/products/" + percent_encode(draft.remote_product),
                        "product.update", Effect::set),
                   content(draft, category, images));
}

HttpRequest delete_product(const CallContext& ctx, const std::string& product) {
  return call(ctx, Method::del, "/products/" + percent_encode(product), "product.delete",
              Effect::set);
}

HttpRequest patch_sku(const CallContext& ctx, const std::string& product, const std::string& sku_id,
                      json::Value change, std::string operation) {
  return with_json(call(ctx, Method::patch,
                        "/products/" + percent_encode(product) + "/skus/" + percent_encode(sku_id),
                        std::move(operation), Effect::set),
                   change);
}

HttpRequest own_products(const CallContext& ctx, std::int64_t offset, const std::string& keywords) {
  QueryItems query{{"offset", std::to_string(offset)},
                   {"limit", std::to_string(kProductPage)},
                   {"product_type", "all"},
                   {"sort", "date"}};
  if (!keywords.empty()) query.emplace_back("keywords", keywords);
  return call(ctx, Method::get, "/stores/me/products?" + build_query(query), "product.list");
}

HttpRequest sales(const CallContext& ctx, const OrderWindow& window, std::int64_t offset) {
  QueryItems query{{"context", "sale"},
                   {"limit", std::to_string(kOrderPage)},
                   {"offset", std::to_string(offset)},
                   {"start_time", to_rfc3339(window.from)},
                   {"end_time", to_rfc3339(window.to)}};
  // All of them by name: what is listed without this filter is unknown.
  for (const std::string& state : kStates) query.emplace_back("states[]", state);
  return call(ctx, Method::get, "/transactions?" + build_query(query), "order.list");
}

HttpRequest transaction(const CallContext& ctx, const std::string& id) {
  return call(ctx, Method::get, "/transactions/" + percent_encode(id), "order.get");
}

HttpRequest change_transaction(const CallContext& ctx, const std::string& id, json::Value body,
                               std::string operation) {
  return with_json(call(ctx, Method::put, "/transactions/" + percent_encode(id) + "/status",
                        std::move(operation), Effect::set),
                   body);
}

}  // namespace gerbang::bukalapak
