// Publishing, levels, reading back.
#include <set>

#include "connectors/conformance/checks.hpp"

namespace gerbang::conformance {

using std::chrono::minutes;

namespace {

void shows(Market& m, Findings& f, const Goods& goods, const std::string& when) {
  const auto seen = m.listings();
  for (const DraftVariant& v : goods.draft.variants) {
    const auto found = seen.find(v.sku);
    if (!f.expect(found != seen.end(), when + ": " + v.sku + " is not at the channel")) continue;
    const json::Value& l = found->second;
    f.expect(l["listed"].as_bool().value_or(false), when + ": " + v.sku + " is not on offer");
    f.expect(l["title"].text().find(goods.draft.title) != std::string_view::npos,
             when + ": " + v.sku + " is called " + std::string(l["title"].text()));
    f.expect(l["price"].to_integral() == v.price.amount,
             when + ": " + v.sku + " costs " + l["price"].to_text());
    f.expect(l["stock"].to_integral() == v.stock,
             when + ": " + v.sku + " has stock " + l["stock"].to_text());
    f.expect(!v.remote_variant.empty(), when + ": " + v.sku + " has no remote id");
  }
  f.expect(!goods.ref.remote_product.empty(), when + ": no remote product");
}

void publishes_one(Bench& b, Findings& f) {
  Goods goods = b.market.publish(b.market.draft(b.code()));
  shows(b.market, f, goods, "published");
  b.goods.push_back(std::move(goods));
}

bool holds_variants(const Bench& b) {
  return b.market.info().can.variants_in_listing;
}
void publishes_variants(Bench& b, Findings& f) {
  Goods goods = b.market.publish(b.market.draft(b.code(), 3));
  shows(b.market, f, goods, "published");
  std::set<std::string> ids;
  for (const DraftVariant& v : goods.draft.variants) ids.insert(v.remote_variant);
  f.expect(ids.size() == 3, "variants share a remote id");
  b.goods.push_back(std::move(goods));
}

void updates(Bench& b, Findings& f) {
  Market& m = b.market;
  for (Goods& goods : b.goods) {
    goods.draft.title += " Besar";
    m.update(goods);
    shows(m, f, goods, "updated");
    const std::string before = goods.ref.remote_product;
    m.update(goods);
    shows(m, f, goods, "updated twice");
    f.expect(goods.ref.remote_product == before, "the product got another id");
  }
  Goods gone = b.first();
  gone.draft.remote_product = unknown_id(gone.ref.remote_product);
  gone.draft.memo = {};
  for (DraftVariant& v : gone.draft.variants) v.remote_variant = unknown_id(v.remote_variant);
  const CallContext c = m.ctx_for(gone.draft);
  const auto refused =
      m.perform("update_listing", [&] { return m.connector->update_listing(c, gone.draft); });
  f.refused(refused, "updating what is not there", {ErrorKind::not_found});
}

bool finds(const Bench& b) {
  return b.market.info().can.find_listing;
}
ListingDraft unsent(const Goods& goods) {
  ListingDraft out = goods.draft;
  out.remote_product.clear();
  out.memo = {};
  for (DraftVariant& v : out.variants) v.remote_variant.clear();
  return out;
}
void finds_by_sku(Bench& b, Findings& f) {
  Market& m = b.market;
  for (const Goods& goods : b.goods) {
    const ListingDraft draft = unsent(goods);
    const CallContext c = m.ctx_for(draft);
    const ListingRef found =
        f.need(m.perform("find_listing", [&] { return m.connector->find_listing(c, draft); }),
               "find_listing");
    f.expect(found.remote_product == goods.ref.remote_product,
             "it finds " + found.remote_product + " for " + goods.ref.remote_product);
    Goods known{draft, {}};
    known.draft.remote_product = found.remote_product;
    known.draft.memo = found.memo;
    std::map<std::string, std::string> ids = found.variants;
    if (found.resume_after) {  // the rest comes with an update
      m.update(known);
      for (const auto& [sku, id] : known.ref.variants) ids.insert_or_assign(sku, id);
    }
    for (const DraftVariant& v : goods.draft.variants)
      f.expect(ids[v.sku] == v.remote_variant, "it does not find " + v.sku);
  }
  const ListingDraft nothing = m.draft("TIDAK-ADA");
  const CallContext c = m.ctx_for(nothing);
  f.refused(m.drive(m.connector->find_listing(c, nothing)), "what was never published",
            {ErrorKind::not_found});
}

// Every create of a publishing may lose its answer: after a look there is one product, not two.
void survives_a_lost_create(Bench& b, Findings& f) {
  Market& m = b.market;
  for (int nth = 1; nth <= 6; ++nth) {
    const ListingDraft draft = m.draft(b.code());
    const std::string sku = draft.variants.front().sku;
    int creates = 0;
    m.cut_answer = [&](const HttpRequest& r) {
      return r.effect == Effect::create && ++creates == nth;
    };
    const CallContext c = m.ctx_for(draft);
    auto lost = m.drive(m.connector->publish_listing(c, draft));
    m.cut_answer = nullptr;
    if (creates < nth) {  // that many creates it does not need
      f.expect(nth > 1, "nothing in publish_listing is declared a create");
      return;
    }
    f.refused(lost, "publishing without an answer", {ErrorKind::indeterminate});
    m.clock.advance(minutes(2));
    const CallContext looking = m.ctx_for(draft);
    auto found = m.drive(m.connector->find_listing(looking, draft));
    for (int more = 0; more < 20 && !found && found.error().kind == ErrorKind::blocked; ++more) {
      m.clock.advance(minutes(1));
      const CallContext later = m.ctx_for(draft);
      found = m.drive(m.connector->find_listing(later, draft));
    }
    Goods goods{draft, {}};
    if (found) {
      goods.ref = *found;
      goods.draft.remote_product = found->remote_product;
      goods.draft.memo = found->memo;
      for (DraftVariant& v : goods.draft.variants) {
        const auto id = found->variants.find(v.sku);
        if (id != found->variants.end()) v.remote_variant = id->second;
      }
      m.update(goods);
    } else {
      f.refused(found, "a look after a lost create", {ErrorKind::not_found});
      goods = m.publish(draft);
    }
    shows(m, f, goods, "after a lost create");
    int times = 0;
    const json::Value all = m.control(Method::get, "listings?shop_id=" + m.seller);
    for (const json::Value& l : all["listings"].items())
      times += l["sku"].text() == sku && l["listed"].as_bool().value_or(false) ? 1 : 0;
    f.expect(times == 1, sku + " is there " + std::to_string(times) + " times");
    b.goods.push_back(std::move(goods));
  }
}

// ---- levels

// Variants for a batch of the declared size: of one product where the channel demands it.
std::vector<std::pair<Goods*, std::size_t>> batch_of(Bench& b, std::size_t size,
                                                     bool same_product) {
  Market& m = b.market;
  const auto most = static_cast<std::size_t>(
      m.fixture("most_variants").to_integral().value_or(holds_variants(b) ? 50 : 1));
  const std::size_t each = same_product ? std::min(size, most)
                                        : (holds_variants(b) ? std::min<std::size_t>(10, most) : 1);
  std::vector<std::size_t> chosen;
  std::size_t have = 0;
  const std::size_t wanted = same_product ? each : size;
  for (std::size_t i = 0; i < b.goods.size() && have < wanted; ++i) {
    if (same_product && b.goods[i].draft.variants.size() < wanted) continue;
    chosen.push_back(i);
    have += b.goods[i].draft.variants.size();
  }
  while (have < wanted) {
    b.goods.push_back(m.publish(m.draft(b.code(), each > 1 ? each : 0)));
    chosen.push_back(b.goods.size() - 1);
    have += each;
  }
  std::vector<std::pair<Goods*, std::size_t>> out;
  for (const std::size_t i : chosen) {
    for (std::size_t v = 0; v < b.goods[i].draft.variants.size() && out.size() < wanted; ++v)
      out.emplace_back(&b.goods[i], v);
  }
  return out;
}

bool answers_each(Findings& f, const BatchAck& ack, const std::vector<std::string>& keys,
                  const std::string& what) {
  if (!f.expect(ack.items.size() == keys.size(), what + ": " + std::to_string(ack.items.size()) +
                                                     " answers for " + std::to_string(keys.size()) +
                                                     " items"))
    return false;
  bool done = true;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    done &= f.expect(ack.items[i].key == keys[i],
                     what + ": the answer for " + keys[i] + " is named " + ack.items[i].key);
    done &= f.expect(
        !ack.items[i].error,
        what + ", " + keys[i] + ": " + (ack.items[i].error ? ack.items[i].error->describe() : ""));
  }
  return done;
}

void stocks(Bench& b, Findings& f) {
  Market& m = b.market;
  const ChannelLimits& l = m.info().limits;
  const auto chosen = batch_of(b, l.stock_batch, l.stock_batch_same_product);
  StockBatch batch;
  std::vector<std::string> keys;
  Quantity quantity = 20;
  for (const auto& [goods, v] : chosen) {
    goods->draft.variants[v].stock = ++quantity;
    batch.items.push_back(m.stock_item(*goods, v, quantity));
    keys.push_back(batch.items.back().sku);
  }
  const auto set = [&](const StockBatch& values, const std::string& what) {
    const BatchAck ack = f.need(m.set_stock(values), what);
    answers_each(f, ack, keys, what);
    const auto seen = m.listings();
    for (const StockItem& item : values.items) {
      const auto at = seen.find(item.sku);
      const std::string has = at == seen.end() ? "nothing" : at->second["stock"].to_text();
      f.expect(has == std::to_string(item.quantity) || (item.quantity == 0 && has.empty()),
               what + ": " + item.sku + " has " + has + ", not " + std::to_string(item.quantity));
    }
  };
  set(batch, std::to_string(batch.items.size()) + " at once");
  set(batch, "the same again");
  // Sold out, and back on offer.
  StockBatch one;
  one.items = {m.stock_item(*chosen.front().first, chosen.front().second, 0)};
  keys.resize(1);
  set(one, "sold out");
  one.items[0].quantity = chosen.front().first->draft.variants[chosen.front().second].stock;
  set(one, "back in stock");
  const auto seen = m.listings();
  const auto back = seen.find(one.items[0].sku);
  f.expect(back != seen.end() && back->second["listed"].as_bool().value_or(false),
           "what came back in stock is not on offer");
}

void prices(Bench& b, Findings& f) {
  Market& m = b.market;
  const ChannelLimits& l = m.info().limits;
  const auto chosen = batch_of(b, l.price_batch, l.price_batch_same_product);
  PriceBatch batch;
  std::vector<std::string> keys;
  for (const auto& [goods, v] : chosen) {
    // One price for a product's variants: some channels want them close to each other.
    goods->draft.variants[v].price = Money{91'000};
    batch.items.push_back(m.price_item(*goods, v, 91'000));
    keys.push_back(batch.items.back().sku);
  }
  const std::string what = std::to_string(batch.items.size()) + " prices at once";
  answers_each(f, f.need(m.set_price(batch), what), keys, what);
  const auto seen = m.listings();
  for (const PriceItem& item : batch.items) {
    const auto at = seen.find(item.sku);
    f.expect(at != seen.end() && at->second["price"].to_integral() == item.price.amount,
             item.sku + " does not cost " + std::to_string(item.price.amount));
  }
}

void states(Bench& b, Findings& f) {
  Market& m = b.market;
  std::vector<Goods*> chosen;
  const std::size_t most = std::min<std::size_t>(m.info().limits.state_batch, 12);
  while (b.goods.size() < most + 1) b.goods.push_back(m.publish(m.draft(b.code())));
  for (std::size_t i = 1; i < b.goods.size() && chosen.size() < most; ++i)
    chosen.push_back(&b.goods[i]);
  std::vector<std::string> keys;
  for (const Goods* g : chosen) keys.push_back(g->draft.unit);
  const auto set = [&](bool listed, const std::string& what) {
    StateBatch batch;
    for (const Goods* g : chosen) batch.items.push_back(m.state_item(*g, listed));
    answers_each(f, f.need(m.set_state(batch), what), keys, what);
    const auto seen = m.listings();
    for (const Goods* g : chosen) {
      const auto at = seen.find(g->draft.variants.front().sku);
      const bool there = at != seen.end() && at->second["listed"].as_bool().value_or(false);
      f.expect(there == listed,
               what + ": " + g->draft.unit + (there ? " is on" : " is not on") + " offer");
    }
  };
  set(false, "taken off");
  set(false, "taken off twice");
  set(true, "put on");
  set(true, "put on twice");
  // For good.
  Goods last = b.goods.back();
  b.goods.pop_back();
  StateBatch removal;
  removal.items = {m.state_item(last, false, true)};
  keys = {last.draft.unit};
  answers_each(f, f.need(m.set_state(removal), "removed"), keys, "removed");
  const auto seen = m.listings();
  const auto at = seen.find(last.draft.variants.front().sku);
  f.expect(at == seen.end() || !at->second["listed"].as_bool().value_or(false),
           "what was removed is on offer");
}

bool has_batches(const Bench& b) {
  return b.market.info().limits.stock_batch > 1;
}
void some_fail(Bench& b, Findings& f) {
  Market& m = b.market;
  const ChannelLimits& l = m.info().limits;
  auto chosen = batch_of(b, std::min<std::size_t>(l.stock_batch, 3), l.stock_batch_same_product);
  StockBatch batch;
  for (const auto& [goods, v] : chosen) {
    goods->draft.variants[v].stock += 7;
    batch.items.push_back(m.stock_item(*goods, v, goods->draft.variants[v].stock));
  }
  const std::size_t bad = batch.items.size() / 2;
  StockItem& unknown = batch.items[bad];
  const std::string kept_sku = unknown.sku;
  unknown.sku = "TIDAK-ADA";
  unknown.remote_variant = unknown_id(unknown.remote_variant);
  if (!l.stock_batch_same_product || !holds_variants(b))
    unknown.remote_product = unknown_id(unknown.remote_product);
  chosen[bad].first->draft.variants[chosen[bad].second].stock -= 7;
  const CallContext c = m.ctx();
  const auto outcome = m.perform("set_stock", [&] { return m.connector->set_stock(c, batch); });
  const BatchAck ack = f.need(outcome, "a batch with one item that is not there");
  if (!f.expect(ack.items.size() == batch.items.size(), "not one answer per item")) return;
  const auto seen = m.listings();
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const StockItem& item = batch.items[i];
    f.expect(ack.items[i].key == item.sku,
             "the answer for " + item.sku + " is named " + ack.items[i].key);
    if (i == bad) {
      if (f.expect(ack.items[i].error.has_value(), "the item that is not there is done"))
        f.expect(ack.items[i].error->kind == ErrorKind::not_found ||
                     ack.items[i].error->kind == ErrorKind::rejected,
                 "the item that is not there: " + ack.items[i].error->describe());
      continue;
    }
    f.expect(!ack.items[i].error,
             "spoiled by its neighbour: " +
                 (ack.items[i].error ? ack.items[i].error->describe() : std::string()));
    const auto at = seen.find(item.sku);
    f.expect(at != seen.end() && at->second["stock"].to_integral() == item.quantity,
             item.sku + " was not set");
  }
}

void reads_all_pages(Bench& b, Findings& f) {
  Market& m = b.market;
  const auto read = [&](int& pages) {
    std::map<std::string, RemoteListing> out;
    std::set<std::string> cursors;
    std::string cursor;
    for (pages = 0; pages < 500;) {
      const CallContext c = m.ctx();
      const std::string at = cursor;
      const ListingPage page =
          f.need(m.perform("read_listings", [&] { return m.connector->read_listings(c, at); }),
                 "read_listings");
      ++pages;
      for (const RemoteListing& l : page.listings) {
        const bool fresh = out.emplace(l.remote_product + "/" + l.remote_variant, l).second;
        f.expect(fresh, "read twice: " + l.remote_sku);
      }
      if (page.next.empty()) return out;
      if (!f.expect(cursors.insert(page.next).second, "the pages go in a circle")) return out;
      cursor = page.next;
    }
    f.expect(false, "the pages have no end");
    return out;
  };
  int pages = 0;
  auto all = read(pages);
  for (int more = 0; pages < 2 && more < 110; ++more) {
    b.goods.push_back(m.publish(m.draft(b.code())));
    if (more % 10 == 9) all = read(pages);
  }
  all = read(pages);
  f.expect(pages >= 2, "the shop did not get a second page");
  const auto seen = m.listings();
  for (const Goods& goods : b.goods) {
    for (const DraftVariant& v : goods.draft.variants) {
      const auto at = all.find(goods.ref.remote_product + "/" + v.remote_variant);
      if (!f.expect(at != all.end(), v.sku + " is on no page")) continue;
      const RemoteListing& l = at->second;
      const auto there = seen.find(v.sku);
      f.expect(l.remote_sku == v.sku, v.sku + " is read as " + l.remote_sku);
      if (there == seen.end()) continue;
      f.expect(!l.stock || *l.stock == there->second["stock"].to_integral(),
               v.sku + ": another stock than a shopper sees");
      f.expect(!l.price || l.price->amount == there->second["price"].to_integral(),
               v.sku + ": another price than a shopper sees");
      f.expect(!l.listed || *l.listed == there->second["listed"].as_bool(),
               v.sku + ": on offer or not, unlike a shopper sees");
    }
  }
}

const Check kChecks[] = {
    {"Listings", "a product is published", always, publishes_one},
    {"Listings", "a product with variants is published", holds_variants, publishes_variants},
    {"Listings", "an update can be repeated; what is gone is `not_found`", always, updates},
    {"Listings", "a listing is found by its SKU", finds, finds_by_sku},
    {"Listings", "a create without an answer leads to one product", finds, survives_a_lost_create},
    {"Listings", "stock, in a batch of the declared size, down to 0 and back", always, stocks},
    {"Listings", "prices, in a batch of the declared size", always, prices},
    {"Listings", "taken off, put on, removed", always, states},
    {"Listings", "partial success: one item fails, the others are done", has_batches, some_fail},
    {"Listings", "listings are read back over several pages", always, reads_all_pages},
};

}  // namespace

std::span<const Check> listing_checks() {
  return kChecks;
}

}  // namespace gerbang::conformance
