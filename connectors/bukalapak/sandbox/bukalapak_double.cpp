#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"

#include <algorithm>

#include "connectors/bukalapak/sandbox/bukalapak_sandbox.hpp"

namespace gerbang {

std::unique_ptr<sandbox::Sandbox> make_bukalapak_sandbox(sandbox::Options options) {
  return std::make_unique<bukalapak_sandbox::BukalapakDouble>(std::move(options));
}

namespace bukalapak_sandbox {

namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return out;
}

bool is_legacy(std::string_view path) {
  return path.starts_with("/v2/");
}

}  // namespace

HttpResponse success(json::Value data, std::optional<std::size_t> total, int status) {
  json::Object meta;
  meta.set("http_status", status);
  if (total) meta.set("total", static_cast<std::int64_t>(*total));
  return sandbox::json_response(
      status, json::object({{"data", std::move(data)}, {"meta", std::move(meta)}}));
}

HttpResponse failure(int status, int code, std::string_view message) {
  json::Array errors;
  errors.push_back(json::object({{"message", message}, {"code", code}}));
  return sandbox::json_response(status,
                                json::object({{"errors", std::move(errors)},
                                              {"meta", json::object({{"http_status", status}})}}));
}

json::Value number_of(const std::string& id) {
  const json::Value text(id);
  const auto number = text.to_integral();
  return number ? json::Value(*number) : text;
}

json::Object effect_on(const Product& product) {
  json::Object out;
  out.set("product", product.id);
  out.set("sku_id", product.sku_id);
  out.set("sku", product.sku_name);
  return out;
}

bool contains(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

PageOf page_of(const std::optional<std::string>& offset, const std::optional<std::string>& limit,
               std::size_t usual, std::size_t most) {
  const auto number = [](const std::optional<std::string>& text) {
    const auto n = text ? json::Value(*text).to_integral() : std::nullopt;
    return n && *n >= 0 ? std::optional<std::size_t>(static_cast<std::size_t>(*n)) : std::nullopt;
  };
  PageOf out;
  out.offset = number(offset).value_or(0);
  out.limit = std::clamp<std::size_t>(number(limit).value_or(usual), 1, most);
  return out;
}

void BukalapakDouble::catch_up() const {
  Deadlines out;
  out.pay = std::chrono::hours(setting_or("pay_hours", 24));
  out.accept = std::chrono::hours(setting_or("accept_hours", 48));
  out.refund = std::chrono::minutes(setting_or("refund_minutes", 60));
  market_.pass_time(out, now());
}

bool BukalapakDouble::on(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}

Product* BukalapakDouble::own_product(const std::string& seller, const std::string& id) {
  const auto found = market_.products.find(id);
  return found != market_.products.end() && found->second.seller == seller ? &found->second
                                                                           : nullptr;
}

Order* BukalapakDouble::own_order(const std::string& seller, const std::string& id) {
  const auto number = json::Value(id).to_integral();
  const auto found = market_.orders.find(number.value_or(0));
  return found != market_.orders.end() && found->second.seller == seller ? &found->second : nullptr;
}

std::vector<const Product*> BukalapakDouble::newest_first() const {
  std::vector<const Product*> out;
  for (const auto& [id, product] : market_.products) out.push_back(&product);
  std::sort(out.begin(), out.end(),
            [](const Product* a, const Product* b) { return a->sku_id > b->sku_id; });
  return out;
}

std::string BukalapakDouble::operation_of(const Call& call) const {
  const Parts parts = parts_of(call.path);
  const Method method = call.request->method;
  if (parts[0] == "oauth") return parts.size() > 1 && parts[1] == "token" ? "oauth.token" : "oauth";
  if (parts[0] == "v2") {
    std::string name = "v2";
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::string word = parts[i].substr(0, parts[i].find('.'));
      const bool id = i > 1 && word.find_first_of("0123456789") != std::string::npos;
      if (!id) name += "." + word;
    }
    return name + (method == Method::get ? "" : "." + std::string(to_string(method)));
  }
  if (parts[0] == "images") return "image.upload";
  if (parts[0] == "categories" || parts[0] == "couriers") return parts[0] + ".list";
  if (parts[0] == "me") return "shop.me";
  if (parts[0] == "_partners") return "order.book_courier";
  if (parts[0] == "transactions") {
    if (parts.size() == 1) return "order.list";
    return parts.size() == 2 ? "order.get" : "order.status";
  }
  if (parts[0] == "stores" || parts.size() == 1)
    return method == Method::post ? "product.create" : "product.list";
  if (method == Method::patch) return "product.sku";
  if (method == Method::put) return "product.update";
  return method == Method::del ? "product.delete" : "product.get";
}

HttpResponse BukalapakDouble::serve(const Call& call) {
  catch_up();
  if (call.path == "/oauth/authorize") return authorise_page(call);
  if (call.path == "/oauth/token") return token(call);
  if (is_legacy(call.path)) return serve_v2(call, parts_of(call.path));
  return serve_v4(call, parts_of(call.path));
}

HttpResponse BukalapakDouble::token_expired_answer(const Call& call) {
  if (call.path == "/oauth/token") {
    return sandbox::json_response(
        401, json::object({{"error", "invalid_grant"}, {"error_description", "expired"}}));
  }
  if (is_legacy(call.path)) {
    return sandbox::json_response(
        200, json::object({{"status", "ERROR"}, {"message", "You are not authorized"}}));
  }
  return not_authorised();
}

HttpResponse BukalapakDouble::throttle_answer(const Call&) {
  return failure(429, 10005, "Too many requests");
}

// `code` is "<code>" or "<status>/<code>".
HttpResponse BukalapakDouble::refusal_answer(const Call&, const std::string& code,
                                             const std::string& message) {
  const auto slash = code.find('/');
  const auto number = [](const std::string& text, std::int64_t otherwise) {
    return static_cast<int>(json::Value(text).to_integral().value_or(otherwise));
  };
  const int status = slash == std::string::npos ? 422 : number(code.substr(0, slash), 422);
  return failure(status, number(code.substr(slash == std::string::npos ? 0 : slash + 1), 10003),
                 message);
}

// ---- the shopper and the operator

json::Value BukalapakDouble::add_shop(const json::Value& body) {
  Seller seller;
  seller.id = body["shop_id"].to_text();
  if (seller.id.empty()) {
    do seller.id = std::to_string(next_seller_++);
    while (market_.sellers.contains(seller.id));
  }
  seller.name =
      body["name"].text().empty() ? "Lapak " + seller.id : std::string(body["name"].text());
  seller.account = "lapak" + seller.id;
  seller.password = "sandi-" + seller.id;
  seller.token = random().hex(10);
  const Seller& kept = market_.sellers.emplace(seller.id, std::move(seller)).first->second;
  return json::object({{"shop_id", kept.id},
                       {"name", kept.name},
                       {"account", kept.account},
                       {"password", kept.password}});
}

Result<json::Value> BukalapakDouble::consent(const json::Value& body) {
  const std::string id = body["shop_id"].to_text();
  if (!market_.sellers.contains(id))
    return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
  const std::string code = new_code(id, std::string(body["redirect_uri"].text()));
  return json::object({{"query", json::object({{"code", code}})}});
}

json::Value BukalapakDouble::listings(std::string_view shop_id) const {
  catch_up();
  json::Array out;
  for (const Product* p : newest_first()) {
    if (!shop_id.empty() && p->seller != shop_id) continue;
    out.push_back(json::object({{"product", p->id},
                                {"variant", std::to_string(p->sku_id)},
                                {"sku", p->sku_name},
                                {"title", p->name},
                                {"stock", p->stock},
                                {"price", p->price},
                                {"listed", p->active()},
                                {"state", p->state()}}));
  }
  return out;
}

Result<json::Value> BukalapakDouble::place_order(const json::Value& body) {
  catch_up();
  const std::string seller = body["shop_id"].to_text();
  if (!market_.sellers.contains(seller))
    return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
  GERBANG_TRY(bought, market_.buy(seller, body["lines"], now()));
  if (body["pay"].as_bool().value_or(true)) market_.change(*bought, "paid", now());
  return order(std::to_string(bought->id));
}

Result<json::Value> BukalapakDouble::order(std::string_view id) const {
  catch_up();
  const auto found = market_.orders.find(json::Value(id).to_integral().value_or(0));
  if (found == market_.orders.end())
    return Error(ErrorKind::not_found, "order_unknown", "no such order");
  const Order& order = found->second;
  json::Array lines;
  for (const OrderLine& line : order.lines) {
    lines.push_back(
        json::object({{"sku", line.sku_name}, {"quantity", line.quantity}, {"price", line.price}}));
  }
  return json::object({{"order_id", std::to_string(order.id)},
                       {"shop_id", order.seller},
                       {"state", order.state},
                       {"courier", order.carrier},
                       {"tracking_number", order.tracking_number},
                       {"reject_reason", order.reject_reason},
                       {"lines", std::move(lines)}});
}

Result<json::Value> BukalapakDouble::order_verb(std::string_view id, std::string_view verb,
                                                const json::Value&) {
  catch_up();
  const auto found = market_.orders.find(json::Value(id).to_integral().value_or(0));
  if (found == market_.orders.end())
    return Error(ErrorKind::not_found, "order_unknown", "no such order");
  Order& order = found->second;
  const auto is = [&](std::string_view state) { return order.state == state; };
  if (verb == "pay" && is("pending")) {
    market_.change(order, "paid", now());
  } else if (verb == "cancel" && (is("pending") || is("paid"))) {
    market_.change(order, "cancelled", now());
  } else if (verb == "pick_up" && is("accepted") && !order.booking_code.empty()) {
    order.tracking_number = order.booking_code;
    order.carrier = order.booked_courier;
    order.history.emplace_back(now(), "Paket diambil kurir");
    market_.change(order, "delivered", now());
  } else if (verb == "pick_up" && is("delivered")) {
    order.history.emplace_back(now(), "Paket diterima di gerai kurir");
    order.updated_at = now();
  } else if (verb == "deliver" && is("delivered")) {
    order.history.emplace_back(now(), "Paket diterima pembeli");
    market_.change(order, "received", now());
  } else if (verb == "complete" && is("received")) {
    market_.change(order, "remitted", now());
  } else if (verb == "return" && (is("delivered") || is("received"))) {
    market_.change(order, "refund", now());
  } else if (verb == "return" && is("refund")) {
    market_.change(order, "refunded", now());
  } else {
    return Error(ErrorKind::conflict, "verb_refused",
                 std::string(verb) + " does not fit an order that is " + order.state);
  }
  return this->order(id);
}

}  // namespace bukalapak_sandbox
}  // namespace gerbang
