#include "tests/bench/instructions/paths.hpp"

#include <cstdio>

#include "connectors/list.hpp"
#include "core/base/crypto.hpp"
#include "core/model/product.hpp"
#include "gateway/http/framing.hpp"
#include "gateway/http/message.hpp"
#include "tests/bench/instructions/shelf.hpp"

namespace gerbang::bench {

namespace {

// A PUT of a product as a village system sends it, to the canonical product.
class ProductFromJson final : public Operation {
 public:
  void run() override {
    const auto body = json::parse(text_);
    ensure(body.ok(), "the product is no JSON");
    const auto product = product_from_json("TEH-HIJAU", *body);
    ensure(product.ok(), "the product is refused");
  }

 private:
  const std::string text_ = R"({
    "title": {"id": "Teh Hijau Lereng Petik Pucuk", "en": "Hillside Green Tea, Hand-Picked Tips"},
    "description": {"id": "Pucuk teh dari kebun kecil di lereng desa, dilayukan dan disangrai di wajan besi. Seduhan kuning muda dengan aroma rumput kering.",
                    "en": "Tea tips from a small hillside garden, withered and pan-roasted."},
    "category": "makanan-minuman/minuman-herbal", "brand": "Lereng", "condition": "new",
    "attributes": {"asal": "Desa Contoh", "proses": "sangrai wajan", "Negara Asal": "Indonesia"},
    "images": [{"url": "https://desa.example/teh-1.png"}, {"url": "https://desa.example/teh-2.png"}],
    "options": [{"name": "Kemasan", "values": ["50 g", "100 g", "250 g"]}],
    "variants": [
      {"sku": "TEH-50", "options": ["50 g"], "weight_grams": 70, "package_mm": [80, 50, 160],
       "price": {"amount": 24000, "currency": "IDR"}, "components": [{"item": "TEH", "quantity": 50}]},
      {"sku": "TEH-100", "options": ["100 g"], "weight_grams": 120, "package_mm": [90, 60, 180],
       "price": {"amount": 43000, "currency": "IDR"}, "components": [{"item": "TEH", "quantity": 100}]},
      {"sku": "TEH-250", "options": ["250 g"], "weight_grams": 280, "package_mm": [120, 80, 240],
       "price": {"amount": 99000, "currency": "IDR"}, "components": [{"item": "TEH", "quantity": 250}]}]})";
};

// A request's head and body from bytes: the raw check, then the parser behind it.
class HttpFraming final : public Operation {
 public:
  void run() override {
    http::HeadScanner scanner(http::HeadLimits().bytes);
    const auto end = scanner.look(bytes_);
    ensure(end.ok() && end->has_value(), "the head is refused");
    const std::string_view block = std::string_view(bytes_).substr(0, **end);
    const auto head = http::check_head(block);
    ensure(head.ok(), "the head is refused");
    http::RequestParser parser(64 * 1024);
    const auto headers = parser.head(block);
    ensure(headers.ok(), "the head is refused");
    std::string body;
    const auto progress = parser.body(std::string_view(bytes_).substr(**end), body);
    ensure(progress.ok() && progress->done && body.size() == kBody.size(), "the body is refused");
  }

 private:
  const std::string kBody =
      R"({"items":[{"item":"KERANJANG-M","on_hand":12},{"item":"KOPI-SANGRAI","on_hand":9500}]})";
  const std::string bytes_ =
      "POST /v1/stock:batch HTTP/1.1\r\nHost: gerbang.desa.example\r\n"
      "User-Agent: sistem-desa/2.1\r\nAccept: application/json\r\n"
      "Authorization: Bearer gbk_0123456789abcdef0123456789abcdef\r\n"
      "Idempotency-Key: 5f0c2a52-7a0e-4c5e-9a35-1f2c7d9b0a11\r\n"
      "Content-Type: application/json\r\nX-Request-Id: permintaan-000017\r\n"
      "Content-Length: " +
      std::to_string(kBody.size()) + "\r\n\r\n" + kBody;
};

// A marketplace's webhook: its signature over the raw bytes, then what it says.
class Webhook final : public Operation {
 public:
  Webhook() {
    app_.app_id = "2000001";
    app_.secret = Secret(std::string(64, 'k'));
    app_.push_secret = Secret(std::string(64, 'p'));
    app_.hook_url = "https://gerbang.desa.example/hooks/shopee";
    request_.body =
        R"({"msg_id":"8a1f0c5b2d7e4f60","shop_id":600000001,"code":3,"timestamp":1795485600,)"
        R"("data":{"ordersn":"241124ABCDEF01","status":"READY_TO_SHIP","completed_scenario":"",)"
        R"("update_time":1795485599,"items":[]}})";
    request_.headers.set("Content-Type", "application/json");
    request_.headers.set("Authorization", to_hex(hmac_sha256(std::string(64, 'p'),
                                                             app_.hook_url + "|" + request_.body)));
  }
  void run() override {
    const auto events = connector_->open_webhook(request_, app_, from_unix_seconds(1'795'485'600));
    ensure(events.ok() && events->size() == 1 && events->front().order == "241124ABCDEF01",
           "a signed webhook is refused");
  }

 private:
  const std::unique_ptr<Connector> connector_ = make_connector("shopee");
  App app_;
  InboundRequest request_;
};

// Changes of stock, each its own commit: `items` of them in one.
class StockUpdate final : public Operation {
 public:
  explicit StockUpdate(int items) : items_(items) {}
  void run() override {
    ++round_;
    for (int i = 0; i < items_; ++i)
      batch_.items.push_back({.item = Shelf::sku(at_++ % Shelf::kListings),
                              .on_hand = 500 + round_ % 2 + 2 * (round_ % 50)});
    for (const auto& done : shelf_.apply(std::exchange(batch_, shelf_.counts())))
      ensure(done.ok(), "a count is refused");
  }

 private:
  Shelf shelf_;
  const int items_;
  store::ApplyStock batch_ = shelf_.counts();
  int at_ = 0;
  int round_ = 0;
};

class OrderIngest final : public Operation {
 public:
  void run() override {
    const int number = ++orders_;
    RemoteOrder order;
    order.external_id = "2411" + std::to_string(100'000 + number);
    order.status = OrderStatus::paid;
    order.remote_status = "READY_TO_SHIP";
    order.placed_at = order.updated_at = shelf_.now();
    order.total = Money{70'000, "IDR"};
    order.city = "Sleman";
    order.province = "DI Yogyakarta";
    order.buyer = Secret(R"({"name":"Pembeli","phone":"+62 000","address":"Jalan Contoh 1"})");
    OrderLine line;
    line.remote_line = "1";
    line.remote_sku = Shelf::sku(number % Shelf::kListings);
    line.quantity = 2;
    line.price = Money{35'000, "IDR"};
    order.lines.push_back(line);
    store::IngestOrders script;
    script.shop = shelf_.shops().front();
    script.orders.push_back(std::move(order));
    const auto done = shelf_.apply(std::move(script));
    ensure(done.front().ok() && done.front()->created, "an order is refused");
  }

 private:
  Shelf shelf_;
  int orders_ = 0;
};

// What a lane reads before it decides: 100 rows that are due.
class TakeWork final : public Operation {
 public:
  TakeWork() {
    store::ApplyStock counts = shelf_.counts();
    for (int i = 0; i < Shelf::kListings; ++i)
      counts.items.push_back({.item = Shelf::sku(i), .on_hand = 400 + i});
    shelf_.apply(std::move(counts));
  }
  void run() override {
    store::TakeWork query;
    query.shop = shelf_.shops().back();
    query.now = shelf_.now();
    const auto taken = shelf_.read(std::move(query));
    ensure(taken.due.size() == Shelf::kListings, "not all that is due");
  }

 private:
  Shelf shelf_;
};

template <class T, class... Args>
std::function<std::unique_ptr<Operation>()> make(Args... args) {
  return [args...] { return std::make_unique<T>(args...); };
}

}  // namespace

const std::vector<Path>& paths() {
  static const std::vector<Path> all = {
      {"product_from_json", 50, 5, make<ProductFromJson>()},
      {"http_framing", 100, 5, make<HttpFraming>()},
      {"webhook_signature", 100, 5, make<Webhook>()},
      {"stock_update_single", 100, 20, make<StockUpdate>(1)},
      {"stock_update_bulk_of_100", 4, 2, make<StockUpdate>(100)},
      {"order_ingest", 50, 10, make<OrderIngest>()},
      {"take_work_of_100", 20, 3, make<TakeWork>()},
  };
  return all;
}

}  // namespace gerbang::bench
