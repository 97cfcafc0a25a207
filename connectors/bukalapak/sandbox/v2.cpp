// API v2: login, categories, orders (facts bukalapak.md 7). HTTP status of an ERROR is not
// documented and its clients look only at `status`: it is 200 here.
#include <algorithm>

#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"
#include "connectors/bukalapak/sandbox/v2.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang::bukalapak_sandbox {

HttpResponse v2_ok(json::Object body) {
  body.set("status", "OK");
  if (body.find("message") == nullptr) body.set("message", nullptr);
  return sandbox::json_response(200, std::move(body));
}

HttpResponse v2_error(std::string_view message) {
  return sandbox::json_response(
      200, json::object({{"status", "ERROR"}, {"id", nullptr}, {"message", message}}));
}

// "+07:00" (facts 7).
std::string v2_time(TimePoint t) {
  std::string text =
      to_rfc3339(std::chrono::floor<std::chrono::seconds>(t) + std::chrono::hours(7));
  text.pop_back();
  return text + "+07:00";
}

namespace {

struct Basic {
  std::string user, password;
};
std::optional<Basic> basic(const HttpRequest& request) {
  const auto header = request.headers.find("Authorization");
  if (!header || !header->starts_with("Basic ")) return std::nullopt;
  const auto text = from_base64(header->substr(6));
  const auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Basic{text->substr(0, colon), text->substr(colon + 1)};
}

// The last part without ".json", and whether it had it.
bool strip_json(std::string& part) {
  if (!part.ends_with(".json")) return false;
  part.resize(part.size() - 5);
  return true;
}

json::Value attributes(const Category& category) {
  json::Array fields;
  fields.push_back(json::object({{"fieldName", "merek"},
                                 {"displayName", "Merek"},
                                 {"inputType", "string"},
                                 {"options", json::Array()},
                                 {"required", false}}));
  if (category.name == "Batik") {
    fields.push_back(json::object({{"fieldName", "bahan"},
                                   {"displayName", "Bahan"},
                                   {"inputType", "select"},
                                   {"options", json::array({"Katun", "Sutra", "Lainnya"})},
                                   {"required", false}}));
  }
  return fields;
}

// The answer with its ETag; 304 without a body when the caller has it already.
HttpResponse conditional(const HttpRequest& request, HttpResponse response) {
  const std::string tag = "\"" + to_hex(sha256(response.body)).substr(0, 32) + "\"";
  if (request.headers.find("If-None-Match").value_or("") == tag) {
    response = HttpResponse();
    response.status = 304;
  }
  response.headers.set("ETag", tag);
  return response;
}

}  // namespace

HttpResponse BukalapakDouble::v2_login(const Call& call) {
  const auto given = basic(*call.request);
  for (const auto& [id, seller] : market_.sellers) {
    if (given && seller.account == given->user && seller.password == given->password) {
      note(id, "");
      json::Object out;
      out.set("user_id", id);
      out.set("user_name", seller.name);
      out.set("token", seller.token);
      out.set("confirmed", true);
      return v2_ok(std::move(out));
    }
  }
  note("", "ERROR");
  return v2_error("Username atau password salah");
}

HttpResponse BukalapakDouble::serve_v2(const Call& call, Parts parts) {
  if (!strip_json(parts.back())) return failure(404, 10002, "Not found");
  parts.erase(parts.begin());  // "v2"
  if (parts[0] == "authenticate" && call.request->method == Method::post) return v2_login(call);

  const auto given = basic(*call.request);
  const auto seller = given ? market_.sellers.find(given->user) : market_.sellers.end();
  if (seller == market_.sellers.end() ||
      !constant_time_equal(seller->second.token, given->password)) {
    note("", "ERROR");
    return v2_error("Anda tidak memiliki akses");
  }
  note(seller->first, "");

  HttpResponse answer;
  const bool reading = call.request->method == Method::get;
  if (parts[0] == "categories" && reading && parts.size() == 1) {
    json::Object out;
    out.set("categories", category_tree());
    answer = v2_ok(std::move(out));
  } else if (parts[0] == "categories" && reading && parts.size() == 3 && parts[2] == "attributes") {
    const Category* category = leaf(parts[1]);
    if (category == nullptr) return v2_error("Kategori tidak ditemukan");
    json::Object out;
    out.set("attributes", attributes(*category));
    answer = v2_ok(std::move(out));
  } else if (parts[0] == "images") {
    answer = v2_images(call, seller->first, parts);
  } else if (parts[0] == "products") {
    answer = v2_products(call, seller->first, parts);
  } else if (parts[0] == "transactions") {
    answer = v2_orders(call, seller->first, parts);
  } else {
    return failure(404, 10002, "Not found");
  }
  return reading ? conditional(*call.request, std::move(answer)) : answer;
}

HttpResponse BukalapakDouble::v2_orders(const Call& call, const std::string& seller,
                                        const Parts& parts) {
  const Method method = call.request->method;
  if (method == Method::post && parts.size() == 2 && parts[1] == "confirm_shipping")
    return v2_ship(call, seller);
  if (method == Method::put && parts.size() == 2 && parts[1] == "reject")
    return v2_reject(call, seller);
  if (method != Method::get) return v2_error("Tidak dikenal");
  json::Object out;
  if (parts.size() == 2) {
    const Order* order = own_order(seller, parts[1]);
    if (order == nullptr) return v2_error("Transaksi tidak ditemukan");
    out.set("transactions", v2_order_json(*order));  // this key, although it is one
    return v2_ok(std::move(out));
  }
  std::vector<const Order*> own;
  for (const auto& [id, order] : market_.orders) {
    if (order.seller == seller) own.push_back(&order);
  }
  std::reverse(own.begin(), own.end());
  const V2Page at = v2_page(call.param("page"), call.param("per_page"), 10);
  json::Array items;
  for (std::size_t i = at.first; i < own.size() && items.size() < at.size; ++i)
    items.push_back(v2_order_json(*own[i]));
  out.set("transactions", std::move(items));
  return v2_ok(std::move(out));
}

HttpResponse BukalapakDouble::v2_ship(const Call& call, const std::string& seller) {
  const auto body = json::parse(call.request->body);
  if (!body) return v2_error("Body bukan JSON");
  const json::Value& shipping = (*body)["payment_shipping"];
  Order* order = own_order(seller, shipping["transaction_id"].to_text());
  // v2 knows no `accepted`: a paid order can be shipped.
  if (order == nullptr || (order->state != "paid" && order->state != "accepted")) {
    note(seller, "ERROR");
    return v2_error(
        "Belum ada konfirmasi pembayaran atau konfirmasi pengiriman barang sudah dilakukan");
  }
  const std::string number = shipping["shipping_code"].to_text();
  if (number.empty()) return v2_error("Nomor resi tidak boleh kosong");
  if (const std::string courier = shipping["new_courier"].to_text(); !courier.empty())
    order->carrier = courier;
  order->tracking_number = number;
  market_.change(*order, "delivered", now());
  note(seller, "", json::object({{"order", std::to_string(order->id)}, {"state", order->state}}));
  json::Object out;
  out.set("id", order->id);
  out.set("message", "Konfirmasi pengiriman berhasil");
  return v2_ok(std::move(out));
}

HttpResponse BukalapakDouble::v2_reject(const Call& call, const std::string& seller) {
  std::string id, reason;
  if (const auto body = json::parse(call.request->body)) {
    id = (*body)["id"].to_text();
    reason = (*body)["payment_rejection"]["reason"].to_text();
  } else if (const auto form = parse_query(call.request->body)) {
    id = query_value(*form, "id").value_or("");
    reason = query_value(*form, "payment_rejection[reason]").value_or("");
  }
  json::Object out;
  Order* order = own_order(seller, id);
  if (order == nullptr || order->state != "paid" || !is_reject_reason(reason)) {
    note(seller, "ERROR");
    out.set("message", "Failed to reject");  // with status OK: so it was (facts 7)
    return v2_ok(std::move(out));
  }
  order->reject_reason = reason;
  market_.change(*order, "rejected", now());
  note(seller, "", json::object({{"order", std::to_string(order->id)}, {"state", order->state}}));
  out.set("message", "Transaction rejected");
  return v2_ok(std::move(out));
}

json::Value BukalapakDouble::v2_order_json(const Order& order) const {
  json::Array products;
  std::int64_t quantity = 0;
  for (const OrderLine& line : order.lines) {
    quantity += line.quantity;
    products.push_back(json::object({{"id", line.product},
                                     {"name", line.name},
                                     {"price", line.price},
                                     {"weight", line.weight},
                                     {"order_quantity", line.quantity}}));
  }
  json::Array actions;
  if (order.state == "paid") {
    actions.emplace_back("deliver");
    actions.emplace_back("reject");
  } else if (order.state == "accepted") {
    actions.emplace_back("deliver");
  }
  return json::object({{"id", order.id},
                       {"state", order.state},
                       {"unread", false},
                       {"transaction_id", "BL" + std::to_string(order.id)},
                       {"amount", order.goods()},
                       {"quantity", quantity},
                       {"shipping_fee", 9000},
                       {"total_amount", order.goods() + 9000},
                       {"products", std::move(products)},
                       {"consignee", json::object({{"name", "Pembeli Contoh"},
                                                   {"address", "Jl. Contoh 1"},
                                                   {"city", "Magelang"},
                                                   {"province", "Jawa Tengah"},
                                                   {"post_code", "56553"}})},
                       {"buyer", json::object({{"id", 77}, {"name", "Pembeli Contoh"}})},
                       {"seller", json::object({{"id", number_of(order.seller)}})},
                       {"actions", std::move(actions)},
                       {"created_at", v2_time(order.created_at)},
                       {"updated_at", v2_time(order.updated_at)}});
}

}  // namespace gerbang::bukalapak_sandbox
