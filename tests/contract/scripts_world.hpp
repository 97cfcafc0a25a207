#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/base/random.hpp"
#include "core/store/store.hpp"

namespace gerbang::store {

// For tests: an organisation with shops and published listings, under a clock that stands still,
// and the steps that tests of scripts have in common. Scripts run as a writer runs them: whole or
// not at all. An engine makes a ScriptsWorld of it, with a database that is empty, and calls
// begin() when it is ready; then it includes the suites of tests/contract/scripts.
class ScriptsSteps {
 public:
  virtual ~ScriptsSteps() = default;
  // Commits when it answers true.
  virtual void transaction(const std::function<bool(Scripts&)>& work) = 0;
  virtual void look(const std::function<void(Queries&)>& work) = 0;
  // Plain SQL that every engine understands. Numbers in digits, bytes as they are.
  virtual std::vector<std::vector<std::string>> rows(const std::string& sql) = 0;

  void begin() {
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    org = must(create).id;
  }

  template <class Script>
  Result<typename Script::Answer> apply(const Script& script) {
    std::optional<Result<typename Script::Answer>> out;
    transaction([&](Scripts& scripts) {
      out.emplace(scripts.run(script));
      return out->ok();
    });
    return *std::move(out);
  }
  template <class Script>
  typename Script::Answer must(const Script& script) {
    auto applied = apply(script);
    if (!applied) invariant_broken(applied.error().describe());
    return *std::move(applied);
  }
  template <class Query>
  Result<typename Query::Answer> answer(const Query& query) {
    std::optional<Result<typename Query::Answer>> out;
    look([&](Queries& queries) { out.emplace(queries.run(query)); });
    return *std::move(out);
  }
  template <class Query>
  typename Query::Answer ask(const Query& query) {
    auto found = answer(query);
    if (!found) invariant_broken(found.error().describe());
    return *std::move(found);
  }

  // ---- catalogue and shops
  std::string shop(const std::string& channel, bool variants_in_listing = true) {
    CreateShop create;
    create.shop.organisation = org;
    create.shop.channel = channel;
    create.shop.name = channel;
    create.shop.remote_id = "R-" + channel;
    create.shop.state = ShopState::active;
    create.variants_in_listing = variants_in_listing;
    return must(create).id;
  }
  static Variant variant(const std::string& sku, std::vector<Component> takes = {}) {
    Variant v;
    v.sku = sku;
    v.price = Money{35000, "IDR"};
    v.components = std::move(takes);
    return v;
  }
  void product(const std::string& code, std::vector<Variant> variants) {
    Product p;
    p.code = code;
    p.title = {{"id", "Barang " + code}};
    if (variants.size() > 1) {
      Option axis{"Ukuran", {}};
      for (Variant& v : variants) {
        axis.values.push_back(v.sku);
        v.options = {v.sku};
      }
      p.options = {axis};
    }
    p.variants = std::move(variants);
    put(p);
  }
  void put(const Product& p) {
    PutProducts put;
    put.organisation = org;
    put.items.push_back({p, std::nullopt});
    const auto saved = must(put);
    if (!saved.front()) invariant_broken(saved.front().error().describe());
  }
  // Settles all content work: product P-<unit>, variants V-<sku>.
  void publish(const std::string& shop_id) {
    SettleWork settle;
    settle.shop = shop_id;
    for (const Work& work : due(shop_id, Aspect::content)) {
      Settlement s = settlement(work);
      s.remote_product = "P-" + work.subject;
      for (const DraftVariant& v : ask(LoadDraft{shop_id, work.subject}).draft.variants)
        s.remote_variants[v.sku] = "V-" + v.sku;
      settle.settlements.push_back(s);
    }
    must(settle);
  }
  // Publishes and sends everything, as a lane without trouble does.
  void settle_all(const std::string& shop_id) {
    publish(shop_id);
    while (true) {
      SettleWork settle;
      settle.shop = shop_id;
      for (const Work& work : ask(TakeWork{shop_id, clock.now()}).due) {
        Settlement s = settlement(work);
        if (work.aspect == Aspect::stock) {
          const auto items = ask(LoadStock{shop_id, {work.subject}});
          if (!items.empty()) s.sent_stock = items.front().quantity;
        }
        settle.settlements.push_back(s);
      }
      if (settle.settlements.empty()) return;
      must(settle);
    }
  }
  Settlement settlement(const Work& work) const {
    Settlement s;
    s.aspect = work.aspect;
    s.subject = work.subject;
    s.revision = work.revision;
    s.attempt.outcome = "done";
    s.attempt.at = clock.now();
    return s;
  }

  // ---- stock
  Result<StockView> count(const std::string& item, Quantity on_hand,
                          std::optional<std::string> location = {}) {
    ApplyStock::Item entry;
    entry.item = item;
    entry.location = std::move(location);
    entry.on_hand = on_hand;
    return stock(entry);
  }
  Result<StockView> movement(const std::string& item, Quantity change,
                             MovementReason reason = MovementReason::received,
                             std::optional<std::string> location = {}) {
    ApplyStock::Item entry;
    entry.item = item;
    entry.location = std::move(location);
    entry.change = change;
    entry.reason = reason;
    return stock(entry);
  }
  Result<StockView> stock(const ApplyStock::Item& entry) {
    ApplyStock script;
    script.organisation = org;
    script.items.push_back(entry);
    return must(script).front();
  }
  Quantity on_hand(const std::string& item) { return sums(item).on_hand; }
  Quantity reserved(const std::string& item) { return sums(item).reserved; }
  Quantity available(const std::string& item) {
    const auto view = answer(GetStock{org, item});
    return view ? view->available() : 0;
  }

  // ---- orders
  static OrderLine line(const std::string& sku, Quantity quantity, const std::string& name = {}) {
    OrderLine l;
    l.remote_line = name.empty() ? "line-" + sku : name;
    l.remote_sku = sku;
    l.quantity = quantity;
    l.price = {35000, "IDR"};
    return l;
  }
  RemoteOrder order(const std::string& external_id, OrderStatus status,
                    std::vector<OrderLine> lines, std::optional<TimePoint> updated_at = {}) const {
    RemoteOrder o;
    o.external_id = external_id;
    o.status = status;
    o.remote_status = std::string(to_string(status));
    o.placed_at = clock.now();
    o.updated_at = updated_at.value_or(clock.now());
    o.lines = std::move(lines);
    o.total = {35000, "IDR"};
    return o;
  }
  OrderIngested ingest(const std::string& shop_id, const RemoteOrder& order,
                       std::optional<std::int64_t> taken = {}) {
    IngestOrders script;
    script.shop = shop_id;
    script.orders.push_back(order);
    if (taken) script.taken[order.external_id] = *taken;
    const auto answer = must(script);
    if (!answer.front()) invariant_broken(answer.front().error().describe());
    return *answer.front();
  }
  Order stored(const std::string& id) { return ask(GetOrder{org, id}); }

  // ---- work and events
  std::vector<Work> due(const std::string& shop_id, Aspect aspect) {
    std::vector<Work> out;
    for (const Work& work : ask(TakeWork{shop_id, clock.now()}).due) {
      if (work.aspect == aspect) out.push_back(work);
    }
    return out;
  }
  std::set<std::string> due_subjects(const std::string& shop_id, Aspect aspect) {
    std::set<std::string> out;
    for (const Work& work : due(shop_id, aspect)) out.insert(work.subject);
    return out;
  }
  std::vector<json::Value> events(const std::string& type) {
    std::vector<json::Value> out;
    ListEvents query;
    query.organisation = org;
    query.types = {type};
    query.limit = 10'000;
    for (const Event& event : ask(query)) out.push_back(event.data);
    return out;
  }
  std::int64_t single(const std::string& sql) {
    const auto found = rows(sql);
    return found.empty() ? -1 : std::stoll(found[0][0]);
  }

  // RELIABILITY section 1, invariant 4, and what makes the levels credible: their sums are the
  // ledger, and what is reserved is what order lines hold.
  void check_books() {
    const auto off = rows(
        "SELECT s.item FROM stock_levels s WHERE s.on_hand < 0 OR s.reserved < 0"
        " OR s.on_hand <> (SELECT coalesce(sum(m.on_hand_change), 0) FROM stock_movements m"
        " WHERE m.organisation = s.organisation AND m.item = s.item AND m.location = s.location)"
        " OR s.reserved <> (SELECT coalesce(sum(m.reserved_change), 0) FROM stock_movements m"
        " WHERE m.organisation = s.organisation AND m.item = s.item AND m.location = s.location)"
        " OR s.reserved <> (SELECT coalesce(sum(r.quantity), 0) FROM reservations r"
        " WHERE r.item = s.item AND r.location = s.location AND r.state = 'held')");
    if (!off.empty()) ADD_FAILURE() << "the books of " << off[0][0] << " do not agree";
  }

  ManualClock clock{TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24))};
  SeededRandom random{7};
  Vault vault = Vault::for_tests();
  std::string org;

 private:
  // Over all locations; nothing of an item that was never mentioned.
  StockLevel sums(const std::string& item) {
    StockLevel total;
    const auto view = answer(GetStock{org, item});
    if (!view) return total;
    for (const StockLevel& level : view->levels) {
      total.on_hand += level.on_hand;
      total.reserved += level.reserved;
    }
    return total;
  }
};

}  // namespace gerbang::store
