#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/crypto.hpp"
#include "tests/kit/world.hpp"

namespace gerbang::bench {

// A village with 100 listings, published at two shops, in SQLite in memory: the scripts on the real
// writer, a commit each. Time stands still.
class Shelf {
 public:
  static constexpr int kListings = 100;
  static std::string sku(int listing) {
    const std::string number = std::to_string(listing);
    return "BARANG-" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number;
  }

  Shelf() : store_(options()) {
    ensure(store_.open().ok(), "the store does not open");
    store::CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    organisation_ = apply(std::move(create)).id;
    store::PutProducts put;
    put.organisation = organisation_;
    for (int i = 0; i < kListings; ++i) {
      Product p;
      p.code = sku(i);
      p.title = {{"id", "Barang " + sku(i)}};
      Variant v;
      v.sku = sku(i);
      v.price = Money{35'000, "IDR"};
      p.variants.push_back(v);
      put.items.push_back({p, std::nullopt});
    }
    for (const auto& saved : apply(std::move(put))) ensure(saved.ok(), "a product is refused");
    store::ApplyStock first = counts();
    for (int i = 0; i < kListings; ++i) first.items.push_back({.item = sku(i), .on_hand = 1'000});
    apply(std::move(first));
    for (const char* channel : {"shopee", "lazada"}) publish(channel);
  }

  store::ApplyStock counts() const {
    store::ApplyStock out;
    out.organisation = organisation_;
    return out;
  }
  template <class Script>
  typename Script::Answer apply(Script script) {
    auto done = store_.apply_now(std::move(script));
    if (!done) invariant_broken(done.error().describe());
    return std::move(*done);
  }
  template <class Query>
  typename Query::Answer read(Query query) {
    auto found = store_.read_now(std::move(query));
    if (!found) invariant_broken(found.error().describe());
    return std::move(*found);
  }
  const std::vector<std::string>& shops() const { return shops_; }
  TimePoint now() const { return clock_.now(); }

 private:
  store::SqliteOptions options() {
    store::SqliteOptions out{":memory:", Vault::for_tests(), clock_, random_};
    // No group ends because a slow machine, or valgrind, took its time.
    out.max_group_time = std::chrono::hours(1);
    return out;
  }

  // On offer, nothing left to tell.
  void publish(const char* channel) {
    store::CreateShop create;
    create.shop.organisation = organisation_;
    create.shop.channel = channel;
    create.shop.name = channel;
    create.shop.remote_id = std::string("R-") + channel;
    create.shop.state = ShopState::active;
    shops_.push_back(apply(std::move(create)).id);
    for (bool more = true; more;) {
      store::TakeWork query;
      query.shop = shops_.back();
      query.now = now();
      store::SettleWork settle;
      settle.shop = shops_.back();
      for (const Work& work : read(std::move(query)).due) {
        store::Settlement s;
        s.aspect = work.aspect;
        s.subject = work.subject;
        s.revision = work.revision;
        s.attempt.outcome = "done";
        s.attempt.at = now();
        if (work.aspect == Aspect::content) {
          s.remote_product = "P-" + work.subject;
          s.remote_variants[work.subject] = "V-" + work.subject;
        } else if (work.aspect == Aspect::stock) {
          s.sent_stock = 1'000;
        }
        settle.settlements.push_back(std::move(s));
      }
      more = !settle.settlements.empty();
      if (more) apply(std::move(settle));
    }
  }

  ManualClock clock_{from_unix_seconds(1'795'485'600)};
  SeededRandom random_{7};
  kit::InlineStore store_;
  std::string organisation_;
  std::vector<std::string> shops_;
};

}  // namespace gerbang::bench
