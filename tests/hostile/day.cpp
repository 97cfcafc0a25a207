#include "tests/hostile/day.hpp"

#include <algorithm>

namespace gerbang::hostile {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Quantity kCoffeeGrams = 100'000;
constexpr std::int64_t kPrice = 120'000;

json::Value product(const std::string& code, bool variants, const std::string& title,
                    std::int64_t price) {
  json::Value out = *json::parse(R"({
    "description": {"id": "Keranjang rotan anyaman tangan, kuat dan ringan, untuk belanja harian."},
    "category": "rumah-tangga/anyaman", "condition": "new",
    "attributes": {"Negara Asal": "Indonesia"},
    "images": [{"url": "https://desa.example/keranjang.png"}]})");
  json::Object& o = *out.as_object();
  o.set("code", code);
  o.set("title", json::object({{"id", title}}));
  json::Array list;
  const auto variant = [&](const std::string& sku, const char* option) {
    json::Value v = json::object(
        {{"sku", sku},
         {"weight_grams", 700},
         {"package_mm", json::array({300, 300, 200})},
         {"price", json::object({{"amount", price}, {"currency", "IDR"}})},
         {"components",
          json::array({json::object({{"item", code}, {"quantity", option ? 2 : 1}})})}});
    if (option) v.as_object()->set("options", json::array({option}));
    list.push_back(std::move(v));
  };
  if (variants) {
    o.set("options", json::array({json::object(
                         {{"name", "Ukuran"}, {"values", json::array({"Kecil", "Besar"})}})}));
    variant(code + "-K", "Kecil");
    variant(code + "-B", "Besar");
  } else {
    variant(code + "-M", nullptr);
  }
  o.set("variants", std::move(list));
  return out;
}

}  // namespace

std::string_view to_string(Chapter chapter) {
  switch (chapter) {
    case Chapter::begin:
      return "begin";
    case Chapter::authorise:
      return "authorise";
    case Chapter::publish:
      return "publish";
    case Chapter::change:
      return "change";
    case Chapter::withdraw:
      return "withdraw";
    case Chapter::orders:
      return "orders";
    case Chapter::read_back:
      return "read_back";
    case Chapter::lost:
      return "lost";
    case Chapter::tokens:
      return "tokens";
    case Chapter::idle:
      return "idle";
  }
  return "";
}

std::vector<Chapter> all_chapters() {
  return {Chapter::publish,   Chapter::change, Chapter::withdraw,  Chapter::orders, Chapter::lost,
          Chapter::read_back, Chapter::tokens, Chapter::authorise, Chapter::idle};
}

kit::World::Options Day::options_for(const std::string& channel) {
  kit::World::Options options;
  options.channels = {channel};
  options.engine.read_back_interval = hours(3);
  options.engine.rescan_interval = minutes(10);
  // At every channel an access token lives four hours, so that a day sees a new one. Shopee repeats
  // a webhook for three and a half hours before it counts as lost.
  json::Value settings = json::object({{"token_seconds", 4 * 3600}});
  if (channel == "shopee") settings.as_object()->set("push_retry_scale", json::Decimal{"0.01"});
  options.settings = json::object({{channel, std::move(settings)}});
  return options;
}

Day::Day(std::string of_channel, bool begun)
    : world(options_for(of_channel)), channel(std::move(of_channel)) {
  world.network().intercept = [this](const HttpRequest& r) -> std::optional<Error> {
    if (r.trust == Trust::channel)
      sent.push_back({world.clock.now(), r.operation, r.effect, r.body});
    return std::nullopt;
  };
  if (begun) stock_up();
  shop = world.connect(channel, "BUM Desa Sukamaju");
  ensure(quiet(hours(1)), "a day without faults does not begin: " + channel);
}

void Day::stock_up() {
  put("KRJ", false, "Keranjang Rotan Anyaman Tangan", kPrice);
  put("KOPI", true, "Kopi Robusta Sangrai Sukamaju", 35'000);
  world.count("KRJ", 900);
  world.count("KOPI", kCoffeeGrams);
  stock_history["KRJ-M"].push_back(900);
  price_history["KRJ-M"].push_back(kPrice);
}

// ---- what people do ----------------------------------------------------------------------------

void Day::put(const std::string& code, bool variants, const std::string& title,
              std::int64_t price) {
  world.put(product(code, variants, title, price));
  std::vector<std::string> skus = variants ? std::vector<std::string>{code + "-K", code + "-B"}
                                           : std::vector<std::string>{code + "-M"};
  for (const std::string& sku : skus) wanted_[sku] = {title, price, true};
  skus_of_[code] = std::move(skus);
}

void Day::set_stock(const std::string& item, Quantity quantity) {
  world.count(item, quantity);
  stock_history[item + "-M"].push_back(quantity);
}

void Day::set_price(const std::string& sku, std::int64_t price) {
  store::SetPrices script;
  script.organisation = world.organisation();
  script.items.push_back({sku, Money{price}, {}});
  must(std::move(must(world.store().apply_now(std::move(script)), "price").front()), "price item");
  wanted_[sku].price = price;
  price_history[sku].push_back(price);
}

void Day::withdraw(const std::string& code) {
  store::WithdrawProduct script;
  script.organisation = world.organisation();
  script.code = code;
  must(world.store().apply_now(std::move(script)), "withdraw");
  for (const std::string& sku : skus_of_[code]) wanted_[sku].listed = false;
}

void Day::pass(Duration patience) {
  quiet(patience);
}

void Day::prepare(Chapter chapter) {
  ++serial_;
  began_ = world.clock.now();
  const std::string n = std::to_string(serial_);
  single_ = "S" + n;
  axes_ = "V" + n;
  fresh_skus = {single_ + "-M", axes_ + "-K", axes_ + "-B"};
  bought_.reset();
  authorise_failure.clear();
  switch (chapter) {
    case Chapter::begin:
      fresh_skus = {"KRJ-M", "KOPI-K", "KOPI-B"};
      break;
    case Chapter::withdraw:
      put(single_, false, "Tikar Pandan Anyaman Tangan Nomor " + n, 80'000);
      put(axes_, true, "Tas Pandan Anyaman Tangan Nomor " + n, 90'000);
      world.count(single_, 50);
      world.count(axes_, 60);
      break;
    case Chapter::read_back:
      world.set_by_another_tool(channel, shop, "KRJ-M", 7);
      return;
    case Chapter::lost: {
      const Capabilities& can = world.connector(channel).info().can;
      if (!can.lost_events) return;
      world.refuse_pushes = true;
      bought_.emplace();
      bought_->accepted = world.place_order(channel, shop, "KOPI-K", 1);
      world.run_for(minutes(8));  // the channel gives up repeating
      world.refuse_pushes = false;
      return;
    }
    case Chapter::tokens:
      // So that the age of the token is known.
      must(authorise_again(), "authorise");
      --reauthorised;
      break;
    default:
      break;
  }
  ensure(quiet(hours(1)), "not settled before the fault");
}

void Day::act(Chapter chapter, Duration patience) {
  const std::string n = std::to_string(serial_);
  switch (chapter) {
    case Chapter::begin:
      stock_up();
      pass(patience);
      return;
    case Chapter::authorise: {
      const Result<Shop> done = world.authorise(shop, shop.remote_id);
      if (!done) authorise_failure = done.error().code;
      pass(patience);
      return;
    }
    case Chapter::publish:
      put(single_, false, "Tikar Pandan Anyaman Tangan Nomor " + n, 80'000);
      put(axes_, true, "Tas Pandan Anyaman Tangan Nomor " + n, 90'000);
      world.count(single_, 50);
      world.count(axes_, 60);
      pass(patience);
      return;
    case Chapter::change: {
      const Quantity before = stock_history["KRJ-M"].back();
      set_stock("KRJ", before - 1);
      set_price("KRJ-M", price_history["KRJ-M"].back() + 100);
      world.run_for(seconds(1));
      set_stock("KRJ", before - 2);
      set_price("KRJ-M", price_history["KRJ-M"].back() + 100);
      pass(patience);
      put("KRJ", false, "Keranjang Rotan Anyaman Nomor " + n, wanted_["KRJ-M"].price);
      pass(patience);
      set_stock("KRJ", before - 3);
      pass(patience);
      return;
    }
    case Chapter::withdraw:
      withdraw(single_);
      withdraw(axes_);
      pass(patience);
      return;
    case Chapter::orders:
      // A poll's time lies between, for channels without webhooks.
      buy();
      for (int round = 0; round < 2; ++round) {
        world.run_for(minutes(6));
        decide();
        pass(patience);
      }
      return;
    case Chapter::read_back:
      world.run_for(hours(3) + minutes(10));
      pass(patience);
      return;
    case Chapter::lost:
      world.run_for(minutes(12));
      pass(patience);
      return;
    case Chapter::tokens:
      world.run_for(patience >= minutes(30) ? hours(3) + minutes(10) : hours(4) + minutes(20));
      pass(patience);
      return;
    case Chapter::idle:
      world.run_for(hours(1));
      return;
  }
}

void Day::finish(Chapter chapter) {
  switch (chapter) {
    case Chapter::publish:
      withdraw(single_);
      withdraw(axes_);
      break;
    case Chapter::orders:
      for (int round = 0; round < 3 && !decided(); ++round) {
        decide();
        quiet(hours(2));
        world.run_for(minutes(6));
      }
      conclude();
      // Some channels tell of cancellations every half hour only.
      for (int round = 0; round < 7; ++round) {
        world.run_for(minutes(6));
        if (quiet(hours(1)) && differences().empty()) return;
      }
      // A sale that was never told of and never paid moved the channel's counter: the nightly
      // synchronisation sets it right.
      world.run_for(hours(26));
      break;
    case Chapter::lost:
      if (bought_) world.run_for(minutes(6));
      break;
    case Chapter::read_back:
      world.run_for(minutes(20));  // a job that failed is tried again within a quarter of an hour
      // A single product that could not be read is passed over until the next time.
      if (!differences().empty()) world.run_for(hours(3) + minutes(10));
      break;
    default:
      break;
  }
}

// ---- faults and observation --------------------------------------------------------------------

void Day::fault(const std::string& operation, std::string_view kind, Duration delay, int times) {
  json::Value one = json::object({{"operation", operation},
                                  {"kind", kind},
                                  {"delay_ms", static_cast<std::int64_t>(delay.count())},
                                  {"times", times}});
  if (kind == "refuse") {
    one.as_object()->set("code", "error_of_the_day");
    one.as_object()->set("message", "not today");
  }
  world.control(channel, Method::post, "faults",
                json::object({{"faults", json::array({std::move(one)})}}));
}

void Day::pushes(const json::Value& faults) {
  world.control(channel, Method::post, "faults", json::object({{"pushes", faults}}));
}

void Day::clear_faults() {
  world.control(channel, Method::del, "faults");
}

bool Day::quiet(Duration limit) {
  // Asking costs more than a step of the world: every two seconds is often enough.
  std::optional<TimePoint> asked;
  const auto settled = [&] {
    const TimePoint now = world.clock.now();
    if (asked && now < *asked + seconds(2)) return false;
    asked = now;
    return world.waiting_work() == 0;
  };
  return world.run_until(settled, limit) || world.waiting_work() == 0;
}

store::ShopView Day::shop_view() {
  store::GetShop query;
  query.shop = shop.id;
  return must(world.store().read_now(query), "shop");
}

std::vector<store::ParkedWork> Day::parked() {
  store::ListParked query;
  query.organisation = world.organisation();
  query.shop = shop.id;
  return must(world.store().read_now(query), "parked");
}

std::int64_t Day::try_parked_again() {
  store::Unpark script;
  script.organisation = world.organisation();
  script.shop = shop.id;
  return must(world.store().apply_now(script), "unpark");
}

Result<Shop> Day::authorise_again() {
  ++reauthorised;
  return world.authorise(shop, shop.remote_id);
}

std::int64_t Day::ledger_end() {
  for (;;) {
    const json::Value page =
        world.control(channel, Method::get, "ledger?after=" + std::to_string(ledger_read_));
    ledger_read_ = page["last"].as_int64().value_or(ledger_read_);
    if (!page["more"].as_bool().value_or(false)) return ledger_read_;
  }
}

std::vector<Entry> Day::ledger(std::int64_t after) {
  std::vector<Entry> out;
  for (;;) {
    const json::Value page =
        world.control(channel, Method::get, "ledger?after=" + std::to_string(after));
    for (const json::Value& e : page["entries"].items()) {
      Entry entry;
      entry.at = from_rfc3339(e["at"].text()).value_or(TimePoint());
      entry.operation = e["operation"].text();
      entry.shop = e["shop"].text();
      entry.status = static_cast<int>(e["status"].as_int64().value_or(0));
      entry.error = e["error"].text();
      entry.effect = e["effect"];
      out.push_back(std::move(entry));
    }
    after = page["last"].as_int64().value_or(after);
    if (!page["more"].as_bool().value_or(false)) return out;
  }
}

std::vector<std::string> Day::duplicates() {
  std::map<std::string, int> live;
  const json::Value all = world.control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
  for (const json::Value& l : all["listings"].items()) {
    if (l["listed"].as_bool().value_or(false)) ++live[std::string(l["sku"].text())];
  }
  std::vector<std::string> out;
  for (const auto& [sku, count] : live) {
    if (count > 1) out.push_back(sku + " is there " + std::to_string(count) + " times");
  }
  return out;
}

std::vector<std::string> Day::differences() {
  std::vector<std::string> out = duplicates();
  const auto view = shop_view();
  if (view.work.waiting != 0) {
    std::string waits = std::to_string(view.work.waiting) + " work waits:";
    const store::TakeWork query{shop.id, world.clock.now() + std::chrono::hours(24 * 365)};
    const auto taken = world.store().read_now(query);
    for (const Work& w : taken->due)
      waits += " " + std::string(gerbang::to_string(w.aspect)) + " " + w.subject;
    out.push_back(std::move(waits));
  }
  for (const store::ParkedWork& p : parked())
    out.push_back(std::string(gerbang::to_string(p.aspect)) + " of " + p.subject + " is parked: " +
                  p.problem.code + " " + p.problem.field + " " + p.problem.remote_message);
  if (view.shop.state != ShopState::active)
    out.push_back("the shop is " + std::string(gerbang::to_string(view.shop.state)) + " " +
                  view.shop.reason);

  std::map<std::string, json::Value> there;
  const json::Value all = world.control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
  for (const json::Value& l : all["listings"].items()) {
    if (l["listed"].as_bool().value_or(false)) there[std::string(l["sku"].text())] = l;
  }
  store::LoadStock stock;
  stock.shop = shop.id;
  for (const auto& [sku, w] : wanted_) stock.skus.push_back(sku);
  std::map<std::string, Quantity> ours;
  for (const StockItem& i : must(world.store().read_now(stock), "stock")) ours[i.sku] = i.quantity;
  for (const auto& [sku, w] : wanted_) {
    const auto found = there.find(sku);
    if (!w.listed) {
      if (found != there.end()) out.push_back(sku + " is still on offer");
      continue;
    }
    if (found == there.end()) {
      out.push_back(sku + " is not on offer");
      continue;
    }
    const json::Value& l = found->second;
    const auto differ = [&](const char* what, const std::string& has, const std::string& should) {
      if (has != should) out.push_back(sku + " has " + what + " " + has + ", not " + should);
    };
    differ("stock", l["stock"].to_text(), std::to_string(ours[sku]));
    differ("price", std::to_string(l["price"].to_integral().value_or(-1)), std::to_string(w.price));
    if (l["title"].text().find(w.title) == std::string_view::npos)
      differ("title", std::string(l["title"].text()), w.title);
  }
  for (const std::string& o : order_differences()) out.push_back(o);

  // Stock is a number that can be explained.
  store::ListStock levels;
  levels.organisation = world.organisation();
  levels.limit = 1000;
  for (const auto& item : must(world.store().read_now(levels), "levels").data) {
    for (const StockLevel& l : item.levels) {
      if (l.on_hand < 0 || l.reserved < 0) out.push_back(item.item + " has a negative level");
    }
  }
  return out;
}

}  // namespace gerbang::hostile
