#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

namespace gerbang::store {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

// Opens an empty store.
struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<Store>(const Clock&, Random&)> open;
};

inline void PrintTo(const StoreFactory& factory, std::ostream* out) {
  *out << factory.name;
}

inline std::string name_of_store(const testing::TestParamInfo<StoreFactory>& info) {
  return info.param.name;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().describe());
  return std::move(*result);
}

// The kind and code of a failure; "ok" for a value.
template <class T>
std::string failure(const Result<T>& result) {
  if (result) return "ok";
  return std::string(to_string(result.error().kind)) + " " + result.error().code;
}

inline Money rupiah(std::int64_t amount) {
  return Money{amount, "IDR"};
}

inline Variant variant(std::string sku, std::optional<std::int64_t> price = 35'000) {
  Variant v;
  v.sku = std::move(sku);
  if (price) v.price = rupiah(*price);
  return v;
}

// A valid product with one option axis, one value per variant.
inline Product product(std::string code, std::vector<Variant> variants) {
  Product p;
  p.code = std::move(code);
  p.title["id"] = "Kopi Robusta Sangrai";
  p.description["id"] = "Dipanggang di desa.";
  p.category = "makanan-minuman/kopi";
  p.images = {"https://toko.example/1.jpg"};
  if (variants.size() > 1) {
    Option axis;
    axis.name = "Kemasan";
    for (Variant& v : variants) {
      axis.values.push_back(v.sku);
      v.options = {v.sku};
    }
    p.options.push_back(std::move(axis));
  }
  p.variants = std::move(variants);
  return p;
}

inline SetShopState to_state(std::string shop, ShopState state, std::string reason = {},
                             std::string organisation = {}, std::vector<ShopState> only_from = {}) {
  return {std::move(shop), std::move(organisation), state, std::move(reason), std::move(only_from)};
}
inline UpdateShop with_buffer(std::string organisation, std::string shop, std::int64_t buffer) {
  UpdateShop script;
  script.organisation = std::move(organisation);
  script.shop = std::move(shop);
  script.buffer = buffer;
  return script;
}
inline UpdateShop with_share(std::string organisation, std::string shop, int percent) {
  UpdateShop script;
  script.organisation = std::move(organisation);
  script.shop = std::move(shop);
  script.share_percent = percent;
  return script;
}
inline ListProducts products_of(std::string organisation, std::string cursor = {}) {
  ListProducts query;
  query.organisation = std::move(organisation);
  query.cursor = std::move(cursor);
  return query;
}

// A paid order of two pieces, as the channel tells it. The ids are those that publish() gives.
inline RemoteOrder remote_order(const std::string& id, const std::string& sku, TimePoint at) {
  RemoteOrder order;
  order.external_id = id;
  order.status = OrderStatus::paid;
  order.remote_status = "READY_TO_SHIP";
  order.placed_at = at;
  order.updated_at = at;
  OrderLine line;
  line.remote_line = "1";
  line.remote_product = "item-KOPI";
  line.remote_variant = "model-" + sku;
  line.remote_sku = sku;
  line.title = "Kopi";
  line.quantity = 2;
  line.price = rupiah(35'000);
  order.lines.push_back(std::move(line));
  order.total = rupiah(70'000);
  order.city = "Temanggung";
  order.province = "Jawa Tengah";
  order.shipments.push_back({"pkg-" + id, "jne", "resi-1"});
  return order;
}

// A store with a clock that stands still, and the steps that tests have in common.
class StoreFixture {
 public:
  explicit StoreFixture(const StoreFactory& factory) : store_(factory.open(clock_, random_)) {}

  Store& store() { return *store_; }
  ManualClock& clock() { return clock_; }

  template <class Script>
  typename Script::Answer apply(Script script) {
    return must(store_->apply_now(std::move(script)));
  }
  template <class Query>
  typename Query::Answer read(Query query) {
    return must(store_->read_now(std::move(query)));
  }

  std::string organisation(const std::string& name = "BUM Desa Sukamaju") {
    CreateOrganisation script;
    script.organisation.name = name;
    script.organisation.kind = "bumdes";
    return apply(std::move(script)).id;
  }

  Shop shop(const std::string& organisation, const std::string& channel = "shopee",
            ShopState state = ShopState::active, bool variants_in_listing = true) {
    CreateShop script;
    script.shop.organisation = organisation;
    script.shop.channel = channel;
    script.shop.name = "Toko " + channel;
    script.shop.state = state;
    script.variants_in_listing = variants_in_listing;
    return apply(std::move(script));
  }

  Result<ProductSaved> try_put(const std::string& organisation, Product p,
                               std::optional<std::int64_t> if_match = {}) {
    PutProducts script;
    script.organisation = organisation;
    script.items.push_back({std::move(p), if_match});
    return apply(std::move(script)).at(0);
  }
  ProductSaved put(const std::string& organisation, Product p) {
    return must(try_put(organisation, std::move(p)));
  }

  Result<ProductSaved> set_price(const std::string& organisation, const std::string& sku,
                                 std::optional<std::int64_t> price,
                                 std::map<std::string, std::optional<Money>> channels = {}) {
    SetPrices::Item item;
    item.sku = sku;
    if (price) item.price = rupiah(*price);
    item.channels = std::move(channels);
    SetPrices script;
    script.organisation = organisation;
    script.items.push_back(std::move(item));
    return apply(std::move(script)).at(0);
  }

  StockView count(const std::string& organisation, const std::string& item, Quantity on_hand) {
    ApplyStock::Item entry;
    entry.item = item;
    entry.on_hand = on_hand;
    ApplyStock script;
    script.organisation = organisation;
    script.items.push_back(std::move(entry));
    return must(apply(std::move(script)).at(0));
  }

  std::vector<Work> due(const std::string& shop) {
    return read(TakeWork{.shop = shop, .now = clock_.now(), .limit = 1000}).due;
  }
  // What is due, as "aspect subject".
  std::set<std::string> work(const std::string& shop) {
    std::set<std::string> out;
    for (const Work& w : due(shop)) out.insert(std::string(to_string(w.aspect)) + " " + w.subject);
    return out;
  }
  Settlement done(const Work& work) const {
    Settlement s;
    s.aspect = work.aspect;
    s.subject = work.subject;
    s.revision = work.revision;
    s.sent_at = clock_.now();
    s.attempt.at = clock_.now();
    s.attempt.outcome = "done";
    s.attempt.revision = work.revision;
    return s;
  }
  // As if the engine had done everything that is due.
  void clear_work(const std::string& shop) {
    SettleWork script;
    script.shop = shop;
    for (const Work& w : due(shop)) {
      script.settlements.push_back(done(w));
    }
    if (!script.settlements.empty()) apply(std::move(script));
  }
  // As if the channel had taken the unit; leaves no work behind.
  void publish(const std::string& shop, const std::string& unit,
               const std::vector<std::string>& skus) {
    SettleWork script;
    script.shop = shop;
    for (const Work& w : due(shop)) {
      if (w.aspect != Aspect::content || w.subject != unit) continue;
      Settlement s = done(w);
      s.remote_product = "item-" + unit;
      for (const std::string& sku : skus) s.remote_variants[sku] = "model-" + sku;
      script.settlements.push_back(std::move(s));
    }
    if (script.settlements.empty()) throw std::runtime_error("no content work of " + unit);
    apply(std::move(script));
    clear_work(shop);
  }

  std::map<std::string, Listing> listings(const std::string& organisation,
                                          const std::string& shop) {
    std::map<std::string, Listing> out;
    ListListings query;
    query.organisation = organisation;
    query.shop = shop;
    query.limit = 1000;
    for (Listing& l : read(std::move(query)).data) out.emplace(l.sku, std::move(l));
    return out;
  }

  std::vector<std::string> event_types(const std::string& organisation, std::int64_t after = 0) {
    std::vector<std::string> out;
    ListEvents query;
    query.organisation = organisation;
    query.after = after;
    query.limit = 1000;
    for (const Event& e : read(std::move(query))) out.push_back(e.type);
    return out;
  }

 private:
  ManualClock clock_{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random_{7};
  std::unique_ptr<Store> store_;
};

class StoreContract : public testing::TestWithParam<StoreFactory>, public StoreFixture {
 public:
  StoreContract() : StoreFixture(GetParam()) {}
};

}  // namespace gerbang::store
