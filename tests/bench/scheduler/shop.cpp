#include "tests/bench/scheduler/shop.hpp"

#include <cstdio>
#include <map>
#include <string>

#include "core/base/url.hpp"
#include "tests/bench/scheduler/one_at_a_time.hpp"
#include "tests/kit/world.hpp"

namespace gerbang::bench {

namespace {

const std::string kChannel = "sample";

// Every value of a listing is another one, so a push says which changes it carries: each change
// that is not an order brings 1,000 pieces, each order takes one.
constexpr Quantity kFirst = 10'000'000;
constexpr Quantity kStep = 1'000;

template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) invariant_broken(std::string(doing) + ": " + result.error().describe());
  return std::move(*result);
}

std::string sku_of(int listing) {
  char text[16];
  std::snprintf(text, sizeof text, "BARANG-%03d", listing);
  return text;
}

kit::World::Options options_of(const Setup& setup) {
  kit::World::Options options;
  options.channels = {kChannel};
  options.settings = json::object(
      {{kChannel,
        json::object({{"calls_per_second", static_cast<std::int64_t>(setup.limit.calls)}})}});
  options.connectors = [limit = setup.limit](Registry& registry) {
    RateLimit rate;
    rate.calls = limit.calls;
    rate.per = limit.per;
    rate.burst = limit.burst;
    registry.add(std::make_unique<OneAtATime>(make_connector(kChannel), rate));
  };
  return options;
}

class Shops {
 public:
  explicit Shops(const Setup& setup) : setup_(setup), world_(options_of(setup)) {
    store::PutProducts put;
    put.organisation = world_.organisation();
    store::ApplyStock count;
    count.organisation = world_.organisation();
    for (int i = 0; i < setup.listings; ++i) {
      const json::Value product = json::object(
          {{"code", sku_of(i)},
           {"title", json::object({{"id", "Keranjang Rotan " + sku_of(i)}})},
           {"description", json::object({{"id", "Keranjang rotan anyaman tangan."}})},
           {"category", "rumah-tangga/anyaman"},
           {"condition", "new"},
           {"images", json::array({json::object({{"url", "https://desa.example/k.png"}})})},
           {"variants",
            json::array({json::object(
                {{"sku", sku_of(i)},
                 {"weight_grams", 700},
                 {"price", json::object({{"amount", 120'000}, {"currency", "IDR"}})}})})}});
      put.items.push_back({must(product_from_json(sku_of(i), product), "product"), std::nullopt});
      count.items.push_back({.item = sku_of(i), .on_hand = kFirst});
    }
    for (auto& saved : must(world_.store().apply_now(std::move(put)), "put"))
      must(std::move(saved), "put");
    for (auto& counted : must(world_.store().apply_now(std::move(count)), "count"))
      must(std::move(counted), "count");
    shop_ = world_.connect(kChannel, "BUM Desa Sukamaju");
    // The shop that sells: gerbang speaks to no such channel here, its orders come in all the same.
    store::CreateShop other;
    other.shop.organisation = world_.organisation();
    other.shop.channel = "bukalapak";
    other.shop.name = "Toko lain";
    other.shop.state = ShopState::active;
    other_ = must(world_.store().apply_now(std::move(other)), "shop").id;
    if (!quiet(std::chrono::hours(1))) invariant_broken("the catalogue was not published");

    const json::Value listings = world_.control(kChannel, Method::get, "listings");
    for (const json::Value& l : listings["listings"].items()) {
      for (int i = 0; i < setup.listings; ++i) {
        if (l["sku"].text() == sku_of(i)) listing_of_[l["variant"].to_text()] = i;
      }
    }
    ensure(listing_of_.size() == static_cast<std::size_t>(setup.listings), "listings are missing");
    waiting_.resize(static_cast<std::size_t>(setup.listings));
    world_.network().intercept = [this](const HttpRequest& request) {
      note(request);
      return std::nullopt;
    };
    ledger_ =
        world_.control(kChannel, Method::get, "ledger?after=0&limit=1")["last"].as_int64().value_or(
            0);
  }

  Run play(const std::vector<Change>& trace) {
    start_ = world_.clock.now();
    for (const Change& change : trace) {
      if (start_ + change.at > world_.clock.now())
        world_.run_for(start_ + change.at - world_.clock.now());
      make(change);
    }
    world_.run_for(start_ + setup_.length - world_.clock.now());
    over_ = true;
    run_.outcome.backlog = left();
    quiet(std::chrono::hours(1));
    run_.lost = static_cast<std::int64_t>(left().size());
    run_.drained = world_.clock.now() - start_ - setup_.length;
    count_refusals();
    return std::move(run_);
  }

 private:
  struct Waiting {
    std::vector<Change> orders, others;  // all of the listing, in their order
    std::size_t orders_told = 0, others_told = 0;
  };

  bool quiet(Duration limit) {
    store::GetShop query;
    query.shop = shop_.id;
    return world_.run_until(
        [&] { return must(world_.store().read_now(query), "shop").work.waiting == 0; }, limit);
  }

  void make(const Change& change) {
    Waiting& waiting = waiting_[static_cast<std::size_t>(change.listing)];
    (change.order ? waiting.orders : waiting.others).push_back(change);
    const std::string sku = sku_of(change.listing);
    if (!change.order) {
      store::ApplyStock script;
      script.organisation = world_.organisation();
      script.items.push_back({.item = sku, .change = kStep, .reason = MovementReason::received});
      auto applied = must(world_.store().apply_now(std::move(script)), "received");
      must(std::move(applied.front()), "received");
      return;
    }
    RemoteOrder order;
    order.external_id = "T-" + std::to_string(++orders_);
    order.status = OrderStatus::paid;
    order.remote_status = "paid";
    order.placed_at = order.updated_at = world_.clock.now();
    order.total = Money{120'000, "IDR"};
    OrderLine line;
    line.remote_line = "1";
    line.remote_sku = sku;
    line.quantity = 1;
    line.price = Money{120'000, "IDR"};
    order.lines.push_back(line);
    store::IngestOrders script;
    script.shop = other_;
    script.orders.push_back(std::move(order));
    auto ingested = must(world_.store().apply_now(std::move(script)), "order");
    must(std::move(ingested.front()), "order");
  }

  // A request leaves: what it carries is as old as it is now.
  void note(const HttpRequest& request) {
    const auto url = parse_url(request.url);
    if (request.method != Method::post || !url || url->path != "/v1/stock") return;
    if (!over_) ++run_.outcome.calls;
    const auto body = json::parse(request.body);
    ensure(body.ok() && (*body)["items"].items().size() == 1, "one item a call");
    const json::Value& item = (*body)["items"].items().front();
    Waiting& waiting = waiting_[static_cast<std::size_t>(listing_of_.at(item["id"].to_text()))];
    const Quantity gone = item["stock"].as_int64().value() - kFirst;
    const Quantity others = (gone + kStep - 1) / kStep;
    const Quantity orders = others * kStep - gone;
    tell(waiting.others, waiting.others_told, static_cast<std::size_t>(others));
    tell(waiting.orders, waiting.orders_told, static_cast<std::size_t>(orders));
  }

  void tell(const std::vector<Change>& changes, std::size_t& told, std::size_t carried) {
    ensure(carried >= told && carried <= changes.size(), "a push carries what never was");
    const Duration now = world_.clock.now() - start_;
    for (; told < carried; ++told) {
      if (!over_) run_.outcome.ages.push_back({now, now - changes[told].at, changes[told].order});
    }
  }

  std::vector<Age> left() const {
    std::vector<Age> out;
    const auto add = [&](const std::vector<Change>& changes, std::size_t told) {
      for (; told < changes.size(); ++told)
        out.push_back({setup_.length, setup_.length - changes[told].at, changes[told].order});
    };
    for (const Waiting& w : waiting_) {
      add(w.others, w.others_told);
      add(w.orders, w.orders_told);
    }
    return out;
  }

  void count_refusals() {
    for (std::int64_t after = ledger_;;) {
      const json::Value page =
          world_.control(kChannel, Method::get, "ledger?after=" + std::to_string(after));
      for (const json::Value& e : page["entries"].items())
        run_.refused += e["error"].text() == "slow_down" ? 1 : 0;
      after = page["last"].as_int64().value_or(after);
      if (!page["more"].as_bool().value_or(false)) return;
    }
  }

  const Setup& setup_;
  kit::World world_;
  Shop shop_;
  std::string other_;
  std::map<std::string, int> listing_of_;  // by the marketplace's id
  std::vector<Waiting> waiting_;           // by listing
  std::int64_t orders_ = 0;
  std::int64_t ledger_ = 0;
  TimePoint start_;
  bool over_ = false;
  Run run_;
};

}  // namespace

Run run_gerbang(const Setup& setup, const std::vector<Change>& trace) {
  return Shops(setup).play(trace);
}

}  // namespace gerbang::bench
