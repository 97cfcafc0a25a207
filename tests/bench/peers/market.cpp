#include "tests/bench/peers/market.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace gerbang::bench {

namespace {

constexpr std::string_view kKinds = "BPS";
constexpr std::int64_t kProducts = 1'000'000;    // of kind k: (k + 1) * kProducts + number
constexpr std::int64_t kVariations = 4'000'000;  // of S, beside its product
constexpr std::string_view kApi = "/wp-json/wc/v3";

std::int64_t number_in(std::string_view text) {
  std::int64_t out = -1;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string text(std::int64_t number) {
  return std::to_string(number);
}

double seconds(Clock::time_point at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

std::string sku_text(char kind, std::size_t number) {
  char out[16];
  std::snprintf(out, sizeof out, "%c-%06zu", kind, number);
  return out;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char out[32];
  std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%S", &parts);
  return out;
}

// p50, p99 and the greatest, in milliseconds.
std::string percentiles(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  const auto at = [&all](double share) {
    if (all.empty()) return 0.0;
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(all.size()));
    return all[std::min(all.size() - 1, rank)];
  };
  char out[120];
  std::snprintf(out, sizeof out, "{\"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}", at(0.5), at(0.99),
                all.empty() ? 0.0 : all.back());
  return out;
}

}  // namespace

std::string_view member(std::string_view json, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\":";
  std::size_t at = json.find(quoted);
  if (at == std::string_view::npos) return {};
  at += quoted.size();
  while (at < json.size() && json[at] == ' ') ++at;
  const bool in_quotes = at < json.size() && json[at] == '"';
  if (in_quotes) ++at;
  const std::size_t end = in_quotes ? json.find('"', at) : json.find_first_of(",}] \r\n", at);
  return json.substr(at, end == std::string_view::npos ? end : end - at);
}

Market::Market(std::size_t items) : items_(items), open_(items, 0) {}

void Market::expect(std::int64_t highest, std::size_t values) {
  highest_ = highest;
  values_ = values;
  events_.assign(kKinds.size() * values * items_, 0);
  std::fill(std::begin(pushes_), std::end(pushes_), 0);
  std::fill(std::begin(calls_), std::end(calls_), 0);
  delivered_ = repeats_ = others_ = 0;
  first_ = last_ = {};
}

void Market::arrived(std::size_t place, std::string_view sku, std::int64_t stock) {
  const std::size_t kind = sku.empty() ? kKinds.size() : kKinds.find(sku.front());
  const std::int64_t number = sku.size() == 8 ? number_in(sku.substr(2)) : -1;
  if (kind >= kKinds.size() || number < 0) {
    ++others_;
    return;
  }
  arrived(place, kind, static_cast<std::size_t>(number), stock);
}

void Market::arrived(std::size_t place, std::size_t kind, std::size_t number, std::int64_t stock) {
  if (place >= kTargets || number >= items_) {
    ++others_;
    return;
  }
  const auto now = Clock::now();
  ++pushes_[place];
  if (first_ == Clock::time_point{}) first_ = now;
  const unsigned bit = 1U << place;
  constexpr unsigned kAll = (1U << kTargets) - 1;
  if (kKinds[kind] == 'P') {
    const std::int64_t order = open_[number];
    if (order == 0) {
      ++others_;
      return;
    }
    Order& sold = orders_[static_cast<std::size_t>(order - first_order_)];
    if (sold.arrived & bit) ++repeats_;
    sold.arrived |= bit;
    if (sold.arrived != kAll) return;
    sold.last = last_ = now;
    open_[number] = 0;
    return;
  }
  const std::int64_t step = highest_ - stock;
  if (step < 0 || step >= static_cast<std::int64_t>(values_)) {
    ++others_;
    return;
  }
  std::uint8_t& event =
      events_[(kind * values_ + static_cast<std::size_t>(step)) * items_ + number];
  if (event & bit) {
    ++repeats_;
    return;
  }
  event = static_cast<std::uint8_t>(event | bit);
  if (event != kAll) return;
  ++delivered_;
  last_ = now;
}

std::string Market::seen() const {
  std::string out = "{\"delivered\": " + std::to_string(delivered_) +
                    ", \"repeats\": " + std::to_string(repeats_) +
                    ", \"others\": " + std::to_string(others_) + ", \"pushes\": [";
  for (std::size_t i = 0; i < kTargets; ++i)
    out += (i > 0 ? ", " : "") + std::to_string(pushes_[i]);
  out += "], \"calls\": [";
  for (std::size_t i = 0; i < kTargets; ++i) out += (i > 0 ? ", " : "") + std::to_string(calls_[i]);
  char times[80];
  std::snprintf(times, sizeof times, "], \"first\": %.6f, \"last\": %.6f}", seconds(first_),
                seconds(last_));
  return out + times;
}

// -- orders

std::int64_t Market::sell(std::size_t number, Clock::time_point when) {
  Order order;
  order.number = number % items_;
  order.sold = when;
  order.placed_at = utc_now();
  const std::int64_t id = first_order_ + static_cast<std::int64_t>(orders_.size());
  open_[order.number] = id;
  orders_.push_back(std::move(order));
  return id;
}

void Market::acknowledged(std::int64_t order, bool taken) {
  const std::int64_t place = order - first_order_;
  if (place < 0 || place >= static_cast<std::int64_t>(orders_.size())) return;
  Order& sold = orders_[static_cast<std::size_t>(place)];
  sold.answered = true;
  sold.refused = !taken;
  sold.taken = Clock::now();
}

void Market::forget_orders() {
  first_order_ += static_cast<std::int64_t>(orders_.size());  // an id is never used again
  orders_.clear();
  std::fill(open_.begin(), open_.end(), 0);
}

std::string Market::orders() const {
  std::size_t answered = 0, refused = 0, done = 0;
  std::vector<double> window, ack;
  const auto since = [](Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  for (const Order& order : orders_) {
    answered += order.answered;
    refused += order.refused;
    if (order.answered && !order.refused) ack.push_back(since(order.sold, order.taken));
    if (order.arrived != (1U << kTargets) - 1) continue;
    ++done;
    window.push_back(since(order.sold, order.last));
  }
  return "{\"sold\": " + std::to_string(orders_.size()) +
         ", \"answered\": " + std::to_string(answered) +
         ", \"refused\": " + std::to_string(refused) + ", \"done\": " + std::to_string(done) +
         ", \"window_ms\": " + percentiles(std::move(window)) +
         ", \"answer_ms\": " + percentiles(std::move(ack)) + "}";
}

// As WooCommerce writes an order, with what it says of buyer and delivery.
std::string Market::order_text(std::int64_t order) const {
  const std::int64_t place = order - first_order_;
  if (place < 0 || place >= static_cast<std::int64_t>(orders_.size())) return {};
  const Order& sold = orders_[static_cast<std::size_t>(place)];
  const std::string id = text(order), at = sold.placed_at;
  const std::string sku = sku_text('P', sold.number);
  const std::string address =
      R"({"first_name":"Pembeli","last_name":"Contoh","company":"","address_1":"Jl. Contoh 1",)"
      R"("address_2":"","city":"Magelang","state":"JT","postcode":"56100","country":"ID",)"
      R"("email":"pembeli@contoh.example","phone":"0800000000"})";
  return R"({"id":)" + id + R"(,"parent_id":0,"status":"processing","currency":"IDR",)" +
         R"("version":"11.0.1","prices_include_tax":false,"date_created":")" + at +
         R"(","date_modified":")" + at + R"(","discount_total":"0","discount_tax":"0",)" +
         R"("shipping_total":"0","shipping_tax":"0","cart_tax":"0","total":"35000",)" +
         R"("total_tax":"0","customer_id":0,"order_key":"wc_order_)" + id + R"(","billing":)" +
         address + R"(,"shipping":)" + address +
         R"(,"payment_method":"bacs","payment_method_title":"Transfer bank",)" +
         R"("transaction_id":"","created_via":"checkout","customer_note":"",)" +
         R"("date_completed":null,"date_paid":")" + at + R"(","cart_hash":"","number":")" + id +
         R"(","meta_data":[],"line_items":[{"id":)" + id + R"(,"name":"Barang )" + sku +
         R"(","product_id":)" + text(2 * kProducts + static_cast<std::int64_t>(sold.number)) +
         R"(,"variation_id":0,"quantity":1,"tax_class":"","subtotal":"35000",)" +
         R"("subtotal_tax":"0","total":"35000","total_tax":"0","taxes":[],"meta_data":[],"sku":")" +
         sku + R"(","price":35000}],"tax_lines":[],"shipping_lines":[],"fee_lines":[],)" +
         R"("coupon_lines":[],"refunds":[],"date_created_gmt":")" + at +
         R"(","date_modified_gmt":")" + at + R"(","date_completed_gmt":null,"date_paid_gmt":")" +
         at + R"(","currency_symbol":"Rp"})";
}

// -- what is answered

Answer Market::answer(std::size_t place, std::string_view method, std::string_view path,
                      std::string_view body) {
  path = path.substr(0, path.find('?'));
  if (const std::size_t api = path.find("/wp-json"); api != std::string_view::npos)
    return shop_answer(place, path.substr(0, api), method, path.substr(api), body);
  if (place < kTargets) ++calls_[place];
  const std::int64_t stock = number_in(member(body, "stock"));
  arrived(place, member(body, "sku"), stock);
  return {200, R"({"ok":true})"};
}

Answer Market::shop_answer(std::size_t place, std::string_view base, std::string_view method,
                           std::string_view path, std::string_view body) {
  if (!path.starts_with(kApi)) return {200, R"({"name":"Toko contoh","namespaces":["wc/v3"]})"};
  path.remove_prefix(kApi.size());
  const bool post = method == "POST";
  if (post && path.ends_with("/batch")) {
    if (place < kTargets) ++calls_[place];
    return {200, batch(place, body)};
  }
  if (path.starts_with("/orders/") && method == "GET") {
    std::string order = order_text(number_in(path.substr(8)));
    if (!order.empty()) return {200, std::move(order)};
    return {404, R"({"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.",)"
                 R"("data":{"status":404}})"};
  }
  if (path.starts_with("/webhooks")) return keep_hook(place, base, method, path, body);
  if (path.ends_with("woocommerce_currency")) return {200, R"({"value":"IDR"})"};
  if (path.ends_with("woocommerce_weight_unit")) return {200, R"({"value":"g"})"};
  if (path == "/products" && post) {
    const std::string_view sku = member(body, "sku");
    const std::size_t kind = sku.empty() ? 0 : kKinds.find(sku.front());
    if (sku.size() < 8 || kind >= kKinds.size())
      return {400, R"({"code":"rest_invalid_param","message":"sku","data":{"status":400}})"};
    const std::int64_t id =
        static_cast<std::int64_t>(kind + 1) * kProducts + number_in(sku.substr(2, 6));
    return {201, R"({"id":)" + text(id) + R"(,"status":"publish","manage_stock":)" +
                     std::string(member(body, "manage_stock")) + "}"};
  }
  const bool one_product = path.starts_with("/products/") && path.size() > 10 && path[10] >= '0' &&
                           path[10] <= '9' && !path.ends_with("/variations");
  if (one_product) {
    const std::string_view status = member(body, "status");
    return {200, R"({"id":)" + text(number_in(path.substr(10))) +
                     R"(,"type":"variable","status":")" +
                     std::string(status.empty() ? "draft" : status) + R"("})"};
  }
  return {200, "[]"};  // no orders that a webhook had not told, no categories, no variations
}

// A batch of products or variations: each entry is echoed, as the shop does.
std::string Market::batch(std::size_t place, std::string_view body) {
  std::string out;
  if (body.starts_with(R"({"create":)")) {
    out = R"({"create":[)";
    for (std::size_t at = body.find(R"("sku":)"); at != std::string_view::npos;
         at = body.find(R"("sku":)", at + 1)) {
      const std::string_view sku = member(body.substr(at), "sku");
      out += out.back() == '[' ? "" : ",";
      out += R"({"id":)" +
             text(kVariations + number_in(sku.substr(std::min<std::size_t>(2, sku.size())))) +
             R"(,"manage_stock":true})";
    }
    return out + "]}";
  }
  out.reserve(body.size() + 16);
  out = R"({"update":[)";
  for (std::size_t at = body.find(R"({"id":)"); at != std::string_view::npos;) {
    const std::size_t next = body.find(R"({"id":)", at + 1);
    const std::string_view entry = body.substr(at, next - at);
    const std::int64_t id = number_in(member(entry, "id"));
    const std::string_view stock = member(entry, "stock_quantity");
    if (id >= kProducts && !stock.empty()) {
      const auto kind = static_cast<std::size_t>(std::min<std::int64_t>(id / kProducts, 3) - 1);
      arrived(place, kind, static_cast<std::size_t>(id % kProducts), number_in(stock));
    }
    out += out.back() == '[' ? "" : ",";
    out += R"({"id":)" + text(id) + R"(,"manage_stock":true,"stock_quantity":)" +
           std::string(stock.empty() ? "null" : stock) + "}";
    at = next;
  }
  return out + "]}";
}

// -- webhooks that a gateway registers

std::string Market::hooks(std::size_t place, std::string_view base) const {
  std::string out = "[";
  for (std::size_t i = 0; i < hooks_.size(); ++i) {
    const Registered& r = hooks_[i];
    if (r.place != place || r.base != base) continue;
    out += out.size() > 1 ? "," : "";
    out += R"({"id":)" + std::to_string(i + 1) + R"(,"topic":")" + r.topic + R"(","name":")" +
           r.name + R"(","delivery_url":")" + r.hook.url + R"(","status":"active"})";
  }
  return out + "]";
}

Answer Market::keep_hook(std::size_t place, std::string_view base, std::string_view method,
                         std::string_view path, std::string_view body) {
  if (method == "GET") return {200, hooks(place, base)};
  const std::int64_t id = path.size() > 10 ? number_in(path.substr(10)) : 0;
  if (method == "POST") hooks_.emplace_back();
  const std::size_t at = method == "POST"
                             ? hooks_.size() - 1
                             : static_cast<std::size_t>(std::max<std::int64_t>(id, 1)) - 1;
  if (at >= hooks_.size() || method == "DELETE")
    return {404, R"({"code":"woocommerce_rest_shop_webhook_invalid_id","message":"Invalid ID.",)"
                 R"("data":{"status":404}})"};
  Registered& kept = hooks_[at];
  kept.place = place;
  kept.base = base;
  kept.topic = member(body, "topic");
  kept.name = member(body, "name");
  kept.hook.url = member(body, "delivery_url");
  kept.hook.secret = member(body, "secret");
  return {200, R"({"id":)" + std::to_string(at + 1) + R"(,"status":"active"})"};
}

const Market::Hook* Market::hook(std::size_t place, std::string_view base,
                                 std::string_view topic) const {
  for (const Registered& r : hooks_) {
    if (r.place == place && r.base == base && r.topic == topic) return &r.hook;
  }
  return nullptr;
}

}  // namespace gerbang::bench
