#include "tests/sim/village.hpp"

#include <algorithm>

#include "core/base/url.hpp"

namespace gerbang::sim {

namespace {

struct GoodsVariant {
  const char* sku;
  const char* option;
  std::int64_t price;
  const char* components;  // JSON, or ""
};
struct Goods {
  const char* code;
  const char* title;
  const char* category;
  std::vector<GoodsVariant> variants;
};

// One sack in two packets, a basket, and a hamper of both: everything touches everything.
const std::vector<Goods>& goods() {
  static const std::vector<Goods> kGoods = {
      {"KOPI",
       "Kopi Robusta Sangrai Sukamaju",
       "makanan-minuman/kopi",
       {{"KOPI-250", "250 g", 35'000, R"([{"item":"KOPI-SANGRAI","quantity":250}])"},
        {"KOPI-500", "500 g", 65'000, R"([{"item":"KOPI-SANGRAI","quantity":500}])"}}},
      {"KERANJANG",
       "Keranjang Rotan Anyaman Tangan",
       "rumah-tangga/anyaman",
       {{"KERANJANG-M", "", 120'000, ""}}},
      {"HAMPERS",
       "Hampers Kopi dan Keranjang Rotan",
       "rumah-tangga/anyaman",
       {{"HAMPERS-1", "", 190'000,
         R"([{"item":"KOPI-SANGRAI","quantity":500},{"item":"KERANJANG-M","quantity":1}])"}}}};
  return kGoods;
}

const std::vector<std::string> kItems = {"KOPI-SANGRAI", "KERANJANG-M"};

bool is_good(int status) {
  return status >= 200 && status < 300;
}
bool is_final(int status) {
  return status < 500 && status != 408 && status != 429;
}

}  // namespace

Village::Village(Simulation& simulation, std::uint64_t seed) : sim_(simulation), random_(seed) {
  act_every_ms_ = 15'000 + roll(150'000);
  buy_every_ms_ = 20'000 + roll(300'000);
}

Duration Village::pause(std::int64_t mean_ms) {
  return Duration(1 + roll(2 * mean_ms));
}

std::string Village::product_body(const std::string& code, const std::string& title) const {
  const auto it =
      std::find_if(goods().begin(), goods().end(), [&](const Goods& g) { return code == g.code; });
  json::Value body = json::object(
      {{"title", json::object({{"id", title}})},
       {"description",
        json::object({{"id", "Buatan warga desa, diperiksa satu per satu, dikirim dari balai."}})},
       {"category", it->category},
       {"condition", "new"},
       {"attributes",
        json::object({{"Negara Asal", "Indonesia"}, {"Masa Penyimpanan", "12 Bulan"}})}});
  json::Array images;
  images.push_back(json::object({{"url", "https://desa.example/" + code + ".png"}}));
  body.as_object()->set("images", std::move(images));
  json::Array options, variants;
  for (const GoodsVariant& v : it->variants) {
    json::Value variant = json::object({{"sku", v.sku}, {"weight_grams", 540}});
    variant.as_object()->set("package_mm", json::array({100, 60, 240}));
    variant.as_object()->set(
        "price", json::object({{"amount", sim_.checks_.price(v.sku)}, {"currency", "IDR"}}));
    if (*v.option) {
      options.emplace_back(v.option);
      variant.as_object()->set("options", json::array({v.option}));
    }
    if (*v.components) variant.as_object()->set("components", *json::parse(v.components));
    variants.push_back(std::move(variant));
  }
  if (!options.empty()) {
    json::Array named;
    named.push_back(json::object({{"name", "Kemasan"}, {"values", std::move(options)}}));
    body.as_object()->set("options", std::move(named));
  }
  body.as_object()->set("variants", std::move(variants));
  return json::dump(body);
}

void Village::set_up(const std::vector<std::string>& channels) {
  const auto must = [&](Method method, const std::string& target, const std::string& body) {
    const HttpResponse answer = sim_.request_now(method, target, body);
    ensure(is_good(answer.status), "setting up " + target + ": " + answer.body);
    return answer;
  };
  for (const Goods& g : goods()) {
    std::map<std::string, std::int64_t> prices;
    for (const GoodsVariant& v : g.variants) {
      prices[v.sku] = v.price;
      Recipe& recipe = sim_.checks_.recipes[v.sku];
      if (!*v.components) recipe[v.sku] = 1;
      const json::Value parts = *v.components ? *json::parse(v.components) : json::Value();
      for (const json::Value& part : parts.items())
        recipe[std::string(part["item"].text())] = *part["quantity"].as_int64();
    }
    sim_.checks_.starts_as(g.code, g.title, prices);
    must(Method::put, std::string("/v1/products/") + g.code, product_body(g.code, g.title));
  }
  must(Method::put, "/v1/stock/KOPI-SANGRAI", R"({"on_hand":15000})");
  must(Method::put, "/v1/stock/KERANJANG-M", R"({"on_hand":12,"buffer":1})");
  for (const std::string& channel : channels) {
    const json::Value remote = sim_.outside_.control(
        channel, Method::post, "shops", json::object({{"name", "BUM Desa di " + channel}}));
    const HttpResponse made =
        must(Method::post, "/v1/shops",
             json::dump(json::object({{"channel", channel}, {"name", "Toko " + channel}})));
    ShopKnown shop;
    shop.id = std::string((*json::parse(made.body))["id"].text());
    shop.channel = channel;
    shop.remote_id = remote["shop_id"].to_text();
    if (roll(3) == 0) {
      shop.buffer = roll(3);
      shop.share_percent = 50 + static_cast<int>(roll(51));
      must(Method::patch, "/v1/shops/" + shop.id,
           json::dump(
               json::object({{"buffer", shop.buffer}, {"share_percent", shop.share_percent}})));
    }
    sim_.checks_.shops[shop.id] = shop;
    log_in(shop);
    sim_.run_until(sim_.now() + std::chrono::seconds(2 + roll(10)));
  }
}

void Village::wake_up() {
  awake_ = true;
  sim_.clockwork_.after(pause(act_every_ms_), [this] { act(); });
  sim_.clockwork_.after(pause(buy_every_ms_), [this] { shop_around(); });
  sim_.clockwork_.after(std::chrono::minutes(5), [this] { operate(); });
}

void Village::come_to_rest() {
  awake_ = false;
}

std::string Village::open_text() const {
  return open_.empty() ? "" : open_.begin()->second->intent.what + " is not answered yet";
}

// ---- the village's software

void Village::act() {
  if (!awake_) return;
  const std::int64_t what = roll(100);
  // Bursts: several things on one morning, then nothing for a while.
  for (std::int64_t i = roll(4) == 0 ? 1 + roll(6) : 1; i > 0; --i) {
    if (what < 45) {
      count_or_move();
    } else if (what < 58) {
      change_price();
    } else if (what < 66) {
      change_product();
    } else if (what < 92) {
      decide_order();
    } else {
      handle_shop();
    }
  }
  if (!settled_.empty() && roll(12) == 0) {
    // The same request once more, long after it was answered, or the same key for another one.
    const Intent& old = any(settled_);
    const bool other = roll(3) == 0;
    const std::string body = other ? R"({"on_hand":1})" : old.body;
    sim_.request(old.method, old.target, body, old.key,
                 [this, old, other](const std::optional<HttpResponse>& response) {
                   if (!response || !is_final(response->status)) return;
                   Intent again = old;
                   again.status = response->status;
                   again.answer = response->body;
                   if (!other) return sim_.checks_.promised(again);
                   if (old.body != R"({"on_hand":1})" && is_good(response->status))
                     throw Violation("one effect per intent", old.subject,
                                     "a key that was used was taken for another request");
                 });
  }
  sim_.clockwork_.after(pause(act_every_ms_), [this] { act(); });
}

bool Village::count_or_move() {
  const std::string& item = any(kItems);
  if (open_.contains(item)) return false;
  const bool sack = item == "KOPI-SANGRAI";
  Intent intent;
  intent.subject = item;
  if (roll(2) == 0) {
    const std::int64_t n = roll(5) == 0 ? roll(3) : roll(sack ? 20'000 : 25);
    intent.method = Method::put;
    intent.target = "/v1/stock/" + item;
    intent.body = json::dump(json::object({{"on_hand", n}}));
    intent.what = "count of " + item + " = " + std::to_string(n);
  } else {
    std::int64_t n = sack ? roll(6000) - 2000 : roll(12) - 4;
    if (n == 0) n = 1;
    intent.method = Method::post;
    intent.target = "/v1/stock/" + item + "/movements";
    intent.body = "";  // carries its key: made in begin()
    intent.movement = true;
    intent.what = "movement of " + item + " by " + std::to_string(n);
    intent.answer = std::to_string(n);
  }
  begin(std::move(intent), item);
  return true;
}

bool Village::change_price() {
  const Goods& g = any(goods());
  if (open_.contains(g.code)) return false;
  const GoodsVariant& v = any(g.variants);
  Intent intent;
  intent.subject = v.sku;
  intent.price = v.price + 100 * (1 + roll(200));
  if (*intent.price == sim_.checks_.price(v.sku)) return false;
  intent.method = Method::put;
  intent.target = std::string("/v1/prices/") + v.sku;
  intent.body = json::dump(json::object({{"amount", *intent.price}, {"currency", "IDR"}}));
  intent.what = std::string("price of ") + v.sku + " = " + std::to_string(*intent.price);
  begin(std::move(intent), g.code);
  return true;
}

bool Village::change_product() {
  const Goods& g = any(goods());
  if (open_.contains(g.code)) return false;
  Intent intent;
  intent.subject = g.code;
  intent.target = std::string("/v1/products/") + g.code;
  const bool gone = sim_.checks_.withdrawn(g.code);
  if (gone || roll(4) != 0) {
    const std::string title = std::string(g.title) + " Seri " + std::to_string(numbers_ % 1000 + 1);
    intent.method = Method::put;
    intent.title = title;
    if (gone) intent.withdrawn = false;
    intent.body = product_body(g.code, title);
    intent.what = std::string(g.code) + " is called " + title;
  } else {
    intent.method = Method::del;
    intent.withdrawn = true;
    intent.what = std::string(g.code) + " is withdrawn";
  }
  begin(std::move(intent), g.code);
  return true;
}

bool Village::decide_order() {
  std::vector<std::pair<std::string, OrderStatus>> known;
  for (const auto& [id, o] : sim_.checks_.orders()) {
    if (o.status != OrderStatus::completed && !open_.contains(id)) known.emplace_back(id, o.status);
  }
  if (known.empty()) return false;
  const auto& [id, status] = any(known);
  Intent intent;
  intent.subject = id;
  std::string verb;
  json::Value body = json::object({});
  switch (status) {
    case OrderStatus::paid:
    case OrderStatus::accepted:
      verb = roll(5) == 0 ? "cancel"
                          : (roll(3) == 0 && status == OrderStatus::paid ? "accept" : "ship");
      break;
    case OrderStatus::cancel_requested:
      verb = roll(2) == 0 ? "accept" : "cancel";
      break;
    case OrderStatus::pending:
      if (roll(6) != 0) return false;
      verb = "cancel";
      break;
    default:
      return false;
  }
  if (verb == "cancel") body = json::object({{"reason", "out_of_stock"}});
  if (verb == "ship")
    body = json::object({{"courier", "JNE"}, {"tracking_number", "JN" + id.substr(id.size() - 8)}});
  intent.method = Method::post;
  intent.target = "/v1/orders/" + id + "/" + verb;
  intent.body = json::dump(body);
  intent.what = verb + " order " + sim_.checks_.orders().at(id).external_id;
  begin(std::move(intent), id);
  return true;
}

bool Village::handle_shop() {
  std::vector<std::string> ids;
  for (const auto& [id, shop] : sim_.checks_.shops) ids.push_back(id);
  const std::string& id = any(ids);
  if (open_.contains(id)) return false;
  static const std::vector<std::string> kVerbs = {"pause", "resume", "resume", "sync"};
  Intent intent;
  intent.subject = id;
  const std::string& verb = any(kVerbs);
  intent.target = "/v1/shops/" + id + "/" + verb;
  intent.body = verb == "sync" ? "{}" : "";
  intent.what = verb + " shop " + sim_.checks_.shops.at(id).channel;
  begin(std::move(intent), id);
  return true;
}

void Village::begin(Intent intent, std::string busy) {
  intent.key = "niat-" + std::to_string(sim_.options_.seed) + "-" + std::to_string(++numbers_);
  if (intent.movement) {
    const std::int64_t n = std::atoll(intent.answer.c_str());
    intent.answer.clear();
    intent.body = json::dump(json::object({{"quantity", n},
                                           {"reason", n > 0 ? "received" : "sold_offline"},
                                           {"reference", intent.key}}));
  }
  sim_.checks_.may_become(intent);
  auto ticket = std::make_shared<Open>();
  ticket->intent = std::move(intent);
  ticket->busy = busy;
  open_.emplace(std::move(busy), ticket);
  send(ticket);
}

void Village::send(const Ticket& ticket) {
  ++ticket->tries;
  const bool faulty = sim_.faults_;
  const bool lost_there = faulty && roll(25) == 0;
  const bool lost_back = faulty && roll(12) == 0;
  const bool twice = faulty && roll(20) == 0;
  const Duration travel(1 + roll(faulty && roll(10) == 0 ? 8000 : 60));
  if (lost_there) {
    sim_.clockwork_.after(Duration(10'000),
                          [this, ticket] { answered(ticket, std::nullopt, true); });
    return;
  }
  const auto go = [this, ticket, lost_back](bool first) {
    const Intent& intent = ticket->intent;
    sim_.trace_.note(
        sim_.now(), "client", intent.subject,
        intent.what + " (" + intent.key + ") is sent" + (ticket->tries > 1 ? " again" : ""));
    sim_.request(intent.method, intent.target, intent.body, intent.key,
                 [this, ticket, lost_back, first](const std::optional<HttpResponse>& response) {
                   // Here the gateway has answered, whatever becomes of its answer.
                   if (response && is_good(response->status)) {
                     Intent kept = ticket->intent;
                     kept.status = response->status;
                     kept.answer = response->body;
                     sim_.checks_.promised(kept);
                   }
                   if (first) answered(ticket, response, lost_back);
                 });
  };
  sim_.clockwork_.after(travel, [go] { go(true); });
  if (twice) sim_.clockwork_.after(travel + Duration(roll(40)), [go] { go(false); });
}

void Village::answered(const Ticket& ticket, const std::optional<HttpResponse>& response,
                       bool lost) {
  Intent& intent = ticket->intent;
  const bool known = response && !lost && is_final(response->status);
  sim_.trace_.note(sim_.now(), "client", intent.subject,
                   intent.what + " (" + intent.key + "): " +
                       (response ? std::to_string(response->status) : std::string("no answer")) +
                       (response && lost ? ", lost on the way" : ""));
  if (!known) {
    sim_.clockwork_.after(Duration(500 + roll(20'000)), [this, ticket] { send(ticket); });
    return;
  }
  intent.status = response->status;
  intent.answer = response->body;
  settle(ticket);
}

void Village::settle(const Ticket& ticket) {
  if (is_good(ticket->intent.status)) {
    settled_.push_back(ticket->intent);
    if (settled_.size() > 40) settled_.erase(settled_.begin());
  } else {
    sim_.checks_.refused(ticket->intent);
  }
  open_.erase(ticket->busy);
}

// ---- shoppers and couriers

void Village::shop_around() {
  if (!awake_) return;
  if (orders_.empty() || roll(5) < 3) {
    buy();
  } else {
    change_some_order();
  }
  sim_.clockwork_.after(pause(buy_every_ms_), [this] { shop_around(); });
}

void Village::buy() {
  std::vector<std::string> ids;
  for (const auto& [id, shop] : sim_.checks_.shops) ids.push_back(id);
  const ShopKnown& shop = sim_.checks_.shops.at(any(ids));
  const json::Value all =
      sim_.outside_.control(shop.channel, Method::get, "listings?shop_id=" + shop.remote_id);
  json::Array lines;
  std::string bought;
  for (const json::Value& l : all["listings"].items()) {
    const std::int64_t stock = l["stock"].to_integral().value_or(0);
    if (!l["listed"].as_bool().value_or(false) || stock <= 0 || roll(3) != 0) continue;
    const std::int64_t n = roll(8) == 0 ? stock : 1 + roll(std::min<std::int64_t>(stock, 3));
    if (n > 200) continue;
    lines.push_back(json::object({{"sku", l["sku"]}, {"quantity", n}}));
    bought += " " + std::to_string(n) + " " + std::string(l["sku"].text());
  }
  if (lines.empty()) return;
  const json::Value order = sim_.outside_.control(
      shop.channel, Method::post, "orders",
      json::object(
          {{"shop_id", shop.remote_id}, {"lines", std::move(lines)}, {"pay", roll(3) != 0}}));
  const std::string id = order["order_id"].to_text();
  if (id.empty()) return;
  sim_.trace_.note(sim_.now(), "shopper", id, "bought at " + shop.channel + ":" + bought);
  orders_.push_back({shop.channel, shop.id, id});
}

void Village::change_some_order() {
  static const std::vector<std::string> kVerbs = {
      "pay", "pay", "cancel", "request_cancel", "pick_up", "deliver", "complete", "return"};
  // Mostly the young ones.
  const std::size_t young = std::min<std::size_t>(orders_.size(), 12);
  const PlacedOrder& order =
      roll(5) == 0 ? any(orders_)
                   : orders_[orders_.size() - 1 -
                             static_cast<std::size_t>(roll(static_cast<std::int64_t>(young)))];
  const std::string& verb = any(kVerbs);
  const json::Value done = sim_.outside_.control(
      order.channel, Method::post, "orders/" + order.id + "/" + verb, json::object({}));
  if (!done.is_null()) sim_.trace_.note(sim_.now(), "shopper", order.id, verb);
}

// ---- the operator

void Village::operate() {
  if (!awake_) return;
  look_after_shops();
  sim_.clockwork_.after(Duration(60'000 + roll(1'200'000)), [this] { operate(); });
}

void Village::look_after_shops() {
  store::Database* db = sim_.database();
  if (!db || sim_.disk_.frozen()) return;
  std::vector<std::string> logged_out, paused;
  {
    auto row = db->query("SELECT id, state FROM shops ORDER BY id");
    while (row.step()) {
      if (row.text(1) == to_string(ShopState::needs_authorisation))
        logged_out.push_back(row.text(0));
      if (row.text(1) == to_string(ShopState::paused)) paused.push_back(row.text(0));
    }
  }
  for (const std::string& id : logged_out) log_in(sim_.checks_.shops.at(id));
  if (awake_) return;
  for (const std::string& id : paused) {
    if (open_.contains(id)) continue;
    Intent intent;
    intent.subject = id;
    intent.target = "/v1/shops/" + id + "/resume";
    intent.what = "resume shop " + sim_.checks_.shops.at(id).channel;
    begin(std::move(intent), id);
  }
}

void Village::log_in(const ShopKnown& shop) {
  sim_.request(
      Method::post, "/v1/shops/" + shop.id + "/authorise", "", "",
      [this, shop](const std::optional<HttpResponse>& response) {
        if (!response || !is_good(response->status)) return;
        const auto link = parse_url((*json::parse(response->body))["authorise_url"].text());
        if (!link) return;
        // Shopee carries the state in its own way; what we gave comes back.
        std::string state = query_value(*parse_query(link->query), "state").value_or("");
        const json::Value consent = sim_.outside_.control(
            shop.channel, Method::post, "consent",
            json::object(
                {{"shop_id", shop.remote_id},
                 {"state", state},
                 {"redirect_uri", "https://gerbang.test/oauth/" + shop.channel + "/callback"}}));
        QueryItems query;
        for (const auto& [k, v] : consent["query"].members()) query.emplace_back(k, v.to_text());
        if (query.empty()) return;
        if (!query_value(query, "state")) query.emplace_back("state", state);
        sim_.trace_.note(sim_.now(), "operator", shop.channel, "logs the shop in");
        sim_.request(Method::get, "/oauth/" + shop.channel + "/callback?" + build_query(query), "",
                     "", [](const std::optional<HttpResponse>&) {});
      });
}

}  // namespace gerbang::sim
