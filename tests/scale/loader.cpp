#include "tests/scale/loader.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/time.hpp"

namespace gerbang::scale {

namespace {

using store::Settlement;

class Enterprise {
 public:
  Enterprise(store::Store& store, const LoadOptions& options, std::size_t number)
      : store_(store), options_(options), number_(number) {}

  Result<Loaded> write(const Country& country) {
    store::CreateOrganisation create;
    create.organisation = country.organisation(number_);
    GERBANG_TRY(organisation, store_.apply_now(std::move(create)));
    organisation_ = organisation.id;
    const Catalogue catalogue = country.catalogue(number_);
    GERBANG_CHECK(put(catalogue));
    Loaded out;
    out.organisations = 1;
    out.products = catalogue.products.size();
    out.skus = catalogue.skus();
    for (const std::string& channel : options_.channels) {
      // The catalogue is there already: the shop's listings come into being all at once.
      GERBANG_CHECK(open_shop(channel, catalogue));
      ++out.shops;
      out.listings += out.skus;
    }
    return out;
  }

 private:
  template <class Script, class Item>
  Result<void> in_batches(const std::vector<Item>& items) {
    for (std::size_t at = 0; at < items.size(); at += options_.batch) {
      Script script;
      script.organisation = organisation_;
      for (std::size_t i = at; i < std::min(at + options_.batch, items.size()); ++i)
        script.items.push_back(items[i]);
      GERBANG_TRY(answers, store_.apply_now(std::move(script)));
      for (const auto& answer : answers) {
        if (!answer) return answer.error();
      }
    }
    return {};
  }

  Result<void> put(const Catalogue& catalogue) {
    std::vector<store::PutProducts::Item> products;
    for (const Product& p : catalogue.products) products.push_back({p, {}});
    GERBANG_CHECK((in_batches<store::PutProducts>(products)));
    return in_batches<store::ApplyStock>(catalogue.stock);
  }

  Result<void> open_shop(const std::string& channel, const Catalogue& catalogue) {
    store::CreateShop create;
    create.shop.organisation = organisation_;
    create.shop.channel = channel;
    create.shop.name = "Toko di " + channel;
    GERBANG_TRY(shop, store_.apply_now(std::move(create)));
    if (!options_.published) return {};
    store::SaveTokens save;
    save.shop = shop.id;
    save.tokens.access = Secret("generated");
    save.tokens.refresh = Secret("generated");
    save.tokens.obtained_at = clock_.now();
    save.tokens.remote_shop_id = "G-" + shop.id;
    GERBANG_CHECK(store_.apply_now(std::move(save)));
    return publish(shop.id, catalogue);
  }

  // What the shop's lane writes when the channel takes everything at the first attempt.
  Result<void> publish(const std::string& shop, const Catalogue& catalogue) {
    std::map<std::string_view, const Product*> products;
    for (const Product& p : catalogue.products) products.emplace(p.code, &p);
    // Each product, each variant's stock and price at most once, in batches by aspect.
    const std::size_t most = 4 * catalogue.skus() / options_.batch + 8;
    for (std::size_t round = 0; round < most; ++round) {
      store::TakeWork take;
      take.shop = shop;
      take.now = clock_.now();
      take.limit = options_.batch;
      GERBANG_TRY(work, store_.read_now(std::move(take)));
      if (work.due.empty()) return {};
      std::vector<std::string> skus;
      for (const Work& w : work.due) {
        if (w.aspect == Aspect::stock) skus.push_back(w.subject);
      }
      std::map<std::string, Quantity> stock;
      if (!skus.empty()) {
        store::LoadStock ask;
        ask.shop = shop;
        ask.skus = std::move(skus);
        GERBANG_TRY(items, store_.read_now(std::move(ask)));
        for (const StockItem& i : items) stock.emplace(i.sku, i.quantity);
      }
      store::SettleWork settle;
      settle.shop = shop;
      for (const Work& w : work.due) settle.settlements.push_back(settled(w, products, stock));
      GERBANG_CHECK(store_.apply_now(std::move(settle)));
    }
    return Error(ErrorKind::bug, "work_remains", "the work of " + shop + " does not end");
  }

  Settlement settled(const Work& work, const std::map<std::string_view, const Product*>& products,
                     const std::map<std::string, Quantity>& stock) const {
    Settlement out;
    out.aspect = work.aspect;
    out.subject = work.subject;
    out.revision = work.revision;
    out.sent_at = out.attempt.at = clock_.now();
    out.attempt.outcome = "done";
    if (work.aspect == Aspect::content) {
      out.remote_product = "R-" + work.subject;
      if (const auto product = products.find(parts_of_unit(work.subject).code);
          product != products.end()) {
        for (const Variant& v : product->second->variants)
          out.remote_variants[v.sku] = "R-" + v.sku;
      }
    } else if (const auto value = stock.find(work.subject);
               work.aspect == Aspect::stock && value != stock.end()) {
      out.sent_stock = value->second;
    }
    return out;
  }

  store::Store& store_;
  const LoadOptions& options_;
  std::size_t number_;
  std::string organisation_;
  SystemClock clock_;
};

}  // namespace

Result<Loaded> load(store::Store& store, const Country& country, std::size_t first,
                    std::size_t count, const LoadOptions& options,
                    const std::function<void(const Loaded&)>& progress) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;  // guards total, error and progress
  Loaded total;
  std::optional<Error> error;
  const auto work = [&] {
    while (!failed) {
      const std::size_t i = next++;
      if (i >= count) return;
      auto written = Enterprise(store, options, first + i).write(country);
      const std::lock_guard lock(mutex);
      if (!written) {
        failed = true;
        if (!error) error = written.error();
        return;
      }
      total.organisations += written->organisations;
      total.products += written->products;
      total.skus += written->skus;
      total.shops += written->shops;
      total.listings += written->listings;
      progress(total);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, std::min(options.parallel, count)); ++i)
    threads.emplace_back(work);
  for (std::thread& t : threads) t.join();
  if (error) return *error;
  return total;
}

}  // namespace gerbang::scale
