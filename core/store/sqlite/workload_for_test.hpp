#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "tests/contract/store_fixture.hpp"

// For tests: a village's day on a store, one small change after the other: every kind of script
// that the engine and the API use, a backup, and enough text that checkpoints come. Each step can
// be looked for in the database afterwards, whatever came after it.
namespace gerbang::store {

class Workload {
 public:
  struct Step {
    std::string name;
    // Repeatable: asked again after a failure it does what is left to do, once.
    std::function<Result<void>(Store&)> run;
    // SQL that counts its effect; empty: it leaves none of its own.
    std::string seen;
    // A repeat after an unknown outcome may do it again: it carries no idempotency key.
    bool may_repeat = false;
  };

  // `folder`: for backups, with a slash at the end.
  Workload(const Clock& clock, std::string folder) : clock_(clock), folder_(std::move(folder)) {
    organisation_steps();
    catalogue_steps();
    shop_steps();
    order_steps();
    review_steps();
    padding("AKHIR", 5);
    closing_steps();
  }
  const std::vector<Step>& steps() const { return steps_; }
  const std::string& organisation() const { return org_; }
  const std::string& shop() const { return shop_; }

 private:
  template <class Script>
  static Result<void> discard(Result<Script> answer) {
    if (!answer) return std::move(answer).error();
    return {};
  }
  template <class Script>
  static Result<void> apply(Store& store, Script script) {
    return discard(store.apply_now(std::move(script)));
  }
  template <class Script>
  Result<void> once(Store& store, Script script, const std::string& key) {
    Once<Script> wrapped;
    wrapped.script = std::move(script);
    wrapped.organisation = org_;
    wrapped.key = key;
    wrapped.fingerprint = key;
    wrapped.render = [](const auto&) { return Result<StoredReply>(StoredReply{}); };
    return discard(store.apply_now(std::move(wrapped)));
  }
  template <class Item>
  static Result<void> first_of(Result<std::vector<Result<Item>>> answer) {
    if (!answer) return std::move(answer).error();
    return discard(std::move(answer->front()));
  }
  void step(std::string name, std::string seen, std::function<Result<void>(Store&)> run,
            bool may_repeat = false) {
    steps_.push_back({std::move(name), std::move(run), std::move(seen), may_repeat});
  }

  void organisation_steps() {
    step(
        "organisation", "SELECT count(*) FROM organisations WHERE name = 'BUM Desa Uji'",
        [this](Store& store) -> Result<void> {
          CreateOrganisation script;
          script.organisation.name = "BUM Desa Uji";
          script.organisation.kind = "bumdes";
          auto made = store.apply_now(std::move(script));
          if (!made) return std::move(made).error();
          org_ = made->id;
          return {};
        },
        true);
    step("api key", "SELECT count(*) FROM api_keys WHERE label = 'kasir'",
         [this](Store& store) -> Result<void> {
           CreateKey script;
           script.key.organisation = org_;
           script.key.label = "kasir";
           script.key.scopes = {"read", "write"};
           script.key.hash = std::string(64, 'a');
           // The hash is unique: a repeat after an unknown outcome finds it.
           auto keys = store.read_now(ListKeys{org_});
           if (!keys) return std::move(keys).error();
           if (!keys->empty()) {
             key_ = keys->front().id;
             return {};
           }
           auto made = store.apply_now(std::move(script));
           if (!made) return std::move(made).error();
           key_ = made->id;
           return {};
         });
  }

  void catalogue_steps() {
    step("product", "SELECT count(*) FROM products WHERE code = 'KOPI'", [this](Store& store) {
      PutProducts script;
      script.organisation = org_;
      script.items.push_back({product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}), {}});
      return once(store, std::move(script), "k-produk");
    });
    step("count", "SELECT count(*) FROM stock_movements WHERE reference = 'hitung-1'",
         [this](Store& store) { return count(store, "KOPI-250", 100, "hitung-1"); });
    step("price", "SELECT count(*) FROM variants WHERE sku = 'KOPI-500' AND price = 41000",
         [this](Store& store) {
           SetPrices script;
           script.organisation = org_;
           script.items.push_back({"KOPI-500", rupiah(41'000), {}});
           return first_of(store.apply_now(std::move(script)));
         });
    step("movement", "SELECT count(*) FROM stock_movements WHERE reference = 'nota-1'",
         [this](Store& store) {
           ApplyStock script;
           script.organisation = org_;
           script.items.push_back(movement("KOPI-250", 20, "nota-1"));
           return once(store, std::move(script), "k-nota-1");
         });
    padding("AWAL", 5);
  }

  void shop_steps() {
    step(
        "shop", "SELECT count(*) FROM shops WHERE name = 'Toko uji'",
        [this](Store& store) -> Result<void> {
          CreateShop script;
          script.shop.organisation = org_;
          script.shop.channel = "shopee";
          script.shop.name = "Toko uji";
          script.shop.state = ShopState::needs_authorisation;
          auto made = store.apply_now(std::move(script));
          if (!made) return std::move(made).error();
          shop_ = made->id;
          return {};
        },
        true);
    step("tokens", "SELECT count(*) FROM shops WHERE token_version = 1",
         [this](Store& store) -> Result<void> {
           SaveTokens script;
           script.shop = shop_;
           script.tokens.access = Secret("akses");
           script.tokens.refresh = Secret("segarkan");
           script.tokens.obtained_at = clock_.now();
           script.tokens.access_expires_at = clock_.now() + std::chrono::hours(4);
           script.tokens.remote_shop_id = "880012345";
           auto saved = store.apply_now(std::move(script));
           // After an unknown outcome the version tells that it is there.
           if (!saved && saved.error().code != "token_version_moved")
             return std::move(saved).error();
           return {};
         });
    step("publication", "SELECT count(*) FROM units WHERE remote_product = 'item-KOPI'",
         [this](Store& store) {
           return settle(store, Aspect::content, "KOPI", [](Settlement& s) {
             s.remote_product = "item-KOPI";
             for (const char* sku : {"KOPI-250", "KOPI-500"})
               s.remote_variants[sku] = "model-" + std::string(sku);
           });
         });
    step("count after publication",
         "SELECT count(*) FROM stock_movements WHERE reference = 'hitung-2'",
         [this](Store& store) { return count(store, "KOPI-250", 130, "hitung-2"); });
    step("stock sent", "SELECT count(*) FROM listings WHERE sku = 'KOPI-250' AND sent_stock = 130",
         [this](Store& store) {
           return settle(store, Aspect::stock, "KOPI-250",
                         [](Settlement& s) { s.sent_stock = 130; });
         });
    step("create begun",
         "SELECT count(*) FROM units WHERE unit = 'TEH' AND publishing_since IS NOT NULL",
         [this](Store& store) -> Result<void> {
           PutProducts script;
           script.organisation = org_;
           script.items.push_back({product("TEH", {variant("TEH-50")}), {}});
           GERBANG_CHECK(first_of(store.apply_now(std::move(script))));
           return apply(store, BeginPublish{shop_, "TEH"});
         });
    step("read back",
         "SELECT count(*) FROM listings WHERE sku = 'KOPI-500' AND observed_stock = 77",
         [this](Store& store) {
           ObserveListings script;
           script.shop = shop_;
           script.read_began = clock_.now() + std::chrono::seconds(1);
           ObserveListings::Item item;
           item.remote_product = "item-KOPI";
           item.remote_variant = "model-KOPI-500";
           item.stock = 77;
           script.items.push_back(std::move(item));
           return apply(store, std::move(script));
         });
    step("state", "SELECT count(*) FROM events WHERE data LIKE '%libur%'", [this](Store& store) {
      return apply(store, to_state(shop_, ShopState::paused, "libur", org_));
    });
    step("state again", "", [this](Store& store) {
      return apply(store, to_state(shop_, ShopState::active, "", org_));
    });
    step("buffer", "SELECT count(*) FROM shops WHERE buffer = 3",
         [this](Store& store) { return apply(store, with_buffer(org_, shop_, 3)); });
    step("synchronisation", "", [this](Store& store) {
      RequestSync script;
      script.shop = shop_;
      script.price = true;
      return apply(store, std::move(script));
    });
    step("job run", "SELECT count(*) FROM job_runs WHERE job = 'order_sweep'",
         [this](Store& store) {
           RecordJobRun script;
           script.shop = shop_;
           script.job = "order_sweep";
           script.due = clock_.now();
           return apply(store, std::move(script));
         });
    step("facts", "SELECT count(*) FROM shop_facts WHERE key = 'shop'", [this](Store& store) {
      SaveFacts script;
      script.shop = shop_;
      script.key = "shop";
      script.facts = json::object({{"limit", 5}});
      return apply(store, std::move(script));
    });
    step("backup", "", [this](Store& store) -> Result<void> {
      const std::string path = folder_ + "copy.db";
      auto done = store.backup(path);
      // Asked again after an unclear answer it may stand there already.
      if (!done && done.error().code != "backup_exists") return std::move(done).error();
      return check_backup(path);
    });
  }

  void order_steps() {
    step("webhook", "SELECT count(*) FROM inbox WHERE key = 'hook-1'", [this](Store& store) {
      ReceiveWebhook script;
      script.channel = "shopee";
      script.body = R"({"code":3})";
      script.hints.push_back({"hook-1", "order_changed", "880012345", "P1", "", "3"});
      return apply(store, std::move(script));
    });
    step("order", "SELECT count(*) FROM orders WHERE external_id = 'P1'",
         [this](Store& store) { return ingest(store, "P1", OrderStatus::paid, 0); });
    step("its goods",
         "SELECT count(*) FROM stock_movements m JOIN orders o ON o.id = m.reference"
         " WHERE o.external_id = 'P1' AND m.reason = 'reserved'",
         [](Store&) { return Result<void>(); });
    step("order again", "",
         [this](Store& store) { return ingest(store, "P1", OrderStatus::paid, 0); });
    step("second order", "SELECT count(*) FROM orders WHERE external_id = 'P2'",
         [this](Store& store) { return ingest(store, "P2", OrderStatus::paid, 0); });
    step("acceptance", "SELECT count(*) FROM work WHERE aspect = 'order_accept'",
         [this](Store& store) -> Result<void> {
           GERBANG_TRY(id, order_id(store, "P2"));
           RequestOrderAction script;
           script.organisation = org_;
           script.order = id;
           script.action = Aspect::order_accept;
           return apply(store, std::move(script));
         });
    step("cancellation",
         "SELECT count(*) FROM stock_movements m JOIN orders o ON o.id = m.reference"
         " WHERE o.external_id = 'P1' AND o.status = 'cancelled' AND m.reason = 'released'",
         [this](Store& store) { return ingest(store, "P1", OrderStatus::cancelled, 1); });
    step("shipped order",
         "SELECT count(*) FROM stock_movements m JOIN orders o ON o.id = m.reference"
         " WHERE o.external_id = 'P3' AND m.reason = 'shipped'",
         [this](Store& store) -> Result<void> {
           GERBANG_CHECK(ingest(store, "P3", OrderStatus::paid, 0));
           return ingest(store, "P3", OrderStatus::shipped, 1);
         });
    step("return", "SELECT count(*) FROM orders WHERE external_id = 'P3' AND status = 'returned'",
         [this](Store& store) { return ingest(store, "P3", OrderStatus::returned, 2); });
    step("restock", "SELECT count(*) FROM stock_movements WHERE reason = 'restocked'",
         [this](Store& store) -> Result<void> {
           GERBANG_TRY(id, order_id(store, "P3"));
           RestockOrder script;
           script.organisation = org_;
           script.order = id;
           script.lines.push_back({"1", 2});
           auto done = store.apply_now(std::move(script));
           if (!done && done.error().code != "already_restocked") return std::move(done).error();
           return {};
         });
    step("wanted orders",
         "SELECT count(*) FROM work WHERE aspect = 'order_fetch' AND subject = 'P9'",
         [this](Store& store) {
           return apply(store, WantOrders{shop_, {"P9"}});
         });
    step("watermark", "SELECT count(*) FROM shops WHERE orders_polled_to IS NOT NULL",
         [this](Store& store) {
           return apply(store, AdvancePoll{shop_, clock_.now()});
         });
  }

  // A review from its start to its end: one listing is linked, one refused.
  void review_steps() {
    step("review",
         "SELECT count(*) FROM events WHERE type = 'shop.review_changed' AND data LIKE '%reading%'",
         [this](Store& store) -> Result<void> {
           PutProducts script;
           script.organisation = org_;
           script.items.push_back({product("GULA", {variant("GULA-1")}), {}});
           GERBANG_CHECK(first_of(store.apply_now(std::move(script))));
           GERBANG_TRY(view, store.read_now(GetReview{org_, shop_}));
           // Asked again after it has gone on: there is one of it.
           if (view.review.state != ReviewState::none) return {};
           return apply(store, StartReview{org_, shop_});
         });
    step("review page", "SELECT count(*) FROM proposals WHERE remote_product = 'tangan-1'",
         [this](Store& store) {
           KeepReviewPage script;
           script.shop = shop_;
           script.round = 1;
           for (const char* id : {"tangan-1", "tangan-2"}) {
             FoundListing found;
             found.remote_product = id;
             found.title = "Gula Aren";
             found.price = rupiah(20'000);
             script.listings.push_back(std::move(found));
           }
           return apply(store, std::move(script));
         });
    step("matches", "SELECT count(*) FROM proposals WHERE candidate = 'GULA-1'",
         [this](Store& store) -> Result<void> {
           GERBANG_TRY(page, store.read_now(ListProposals{.organisation = org_, .shop = shop_}));
           KeepMatches script;
           script.shop = shop_;
           script.round = 1;
           for (const LinkProposal& p : page.data) {
             if (p.found.remote_product == "tangan-1")
               script.matches.push_back({p.id, "GULA-1", 85, "title_similar"});
           }
           return apply(store, std::move(script));
         });
    step("link", "SELECT count(*) FROM units WHERE remote_product = 'tangan-1'",
         [this](Store& store) -> Result<void> {
           GERBANG_TRY(page, store.read_now(ListProposals{.organisation = org_, .shop = shop_}));
           for (const LinkProposal& p : page.data) {
             if (p.found.remote_product != "tangan-1") continue;
             ConfirmLink script;
             script.organisation = org_;
             script.shop = shop_;
             script.proposal = p.id;
             return once(store, std::move(script), "k-tautan");
           }
           return Error(ErrorKind::bug, "workload_proposal_missing", "tangan-1");
         });
    step("review ended", "SELECT count(*) FROM reviews WHERE state = 'ended'",
         [this](Store& store) -> Result<void> {
           EndReview script;
           script.organisation = org_;
           script.shop = shop_;
           script.refuse_undecided = true;
           auto ended = store.apply_now(std::move(script));
           if (!ended && ended.error().code != "review_ended") return std::move(ended).error();
           return {};
         });
  }

  void closing_steps() {
    step("withdrawal", "SELECT count(*) FROM products WHERE code = 'AWAL-0' AND withdrawn = 1",
         [this](Store& store) {
           WithdrawProduct script;
           script.organisation = org_;
           script.code = "AWAL-0";
           return apply(store, std::move(script));
         });
    step("parked", "SELECT count(*) FROM events WHERE data LIKE '%category_missing%'",
         [this](Store& store) {
           return settle(store, Aspect::content, "TEH", [](Settlement& s) {
             s.next = Settlement::Next::park;
             s.attempt.outcome = "rejected";
             s.attempt.code = "category_missing";
           });
         });
    step("try now", "", [this](Store& store) { return apply(store, Unpark{org_, shop_, ""}); });
    step("retention", "", [](Store& store) { return apply(store, TrimHistory{}); });
    step("key revoked", "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL",
         [this](Store& store) {
           return apply(store, RevokeKey{org_, key_});
         });
    step("suspension",
         "SELECT count(*) FROM organisations WHERE name = 'BUM Desa Uji' AND suspended = 1",
         [this](Store& store) {
           return apply(store, SuspendOrganisation{org_, true});
         });
    step("last count", "SELECT count(*) FROM stock_movements WHERE reference = 'hitung-9'",
         [this](Store& store) { return count(store, "KOPI-500", 9, "hitung-9"); });
  }

  // Products with long texts: pages for the log.
  void padding(const std::string& name, int products) {
    for (int i = 0; i < products; ++i) {
      const std::string code = name + "-" + std::to_string(i);
      step("padding " + code, "SELECT count(*) FROM products WHERE code = '" + code + "'",
           [this, code](Store& store) {
             Product p = product(code, {variant(code)});
             p.description["id"] = p.description["en"] = std::string(5'000, 'x');
             PutProducts script;
             script.organisation = org_;
             script.items.push_back({std::move(p), {}});
             return first_of(store.apply_now(std::move(script)));
           });
    }
  }

  static ApplyStock::Item movement(const std::string& item, Quantity change,
                                   const std::string& reference) {
    ApplyStock::Item entry;
    entry.item = item;
    entry.change = change;
    entry.reason = MovementReason::received;
    entry.reference = reference;
    return entry;
  }
  Result<void> count(Store& store, const std::string& item, Quantity on_hand,
                     const std::string& reference) {
    ApplyStock::Item entry;
    entry.item = item;
    entry.on_hand = on_hand;
    entry.reference = reference;
    ApplyStock script;
    script.organisation = org_;
    script.items.push_back(std::move(entry));
    return first_of(store.apply_now(std::move(script)));
  }
  Result<void> ingest(Store& store, const std::string& id, OrderStatus status, int later) {
    RemoteOrder order = remote_order(id, "KOPI-250", clock_.now());
    order.status = status;
    order.updated_at += std::chrono::seconds(later);
    IngestOrders script;
    script.shop = shop_;
    script.orders.push_back(std::move(order));
    return first_of(store.apply_now(std::move(script)));
  }
  Result<std::string> order_id(Store& store, const std::string& external_id) {
    ListOrders query;
    query.organisation = org_;
    GERBANG_TRY(page, store.read_now(std::move(query)));
    for (const Order& order : page.data) {
      if (order.external_id == external_id) return order.id;
    }
    return Error(ErrorKind::bug, "workload_order_missing", external_id);
  }
  // Settles the row if it is there (after an unknown outcome it may be gone).
  template <class Fill>
  Result<void> settle(Store& store, Aspect aspect, const std::string& subject, Fill fill) {
    TakeWork query;
    query.shop = shop_;
    query.now = clock_.now();
    query.limit = 1000;
    GERBANG_TRY(taken, store.read_now(std::move(query)));
    for (const Work& work : taken.due) {
      if (work.aspect != aspect || work.subject != subject) continue;
      Settlement s;
      s.aspect = work.aspect;
      s.subject = work.subject;
      s.revision = work.revision;
      s.sent_at = clock_.now();
      s.attempt.at = clock_.now();
      s.attempt.outcome = "done";
      s.attempt.revision = work.revision;
      fill(s);
      SettleWork script;
      script.shop = shop_;
      script.settlements.push_back(std::move(s));
      return apply(store, std::move(script));
    }
    return {};
  }

  const Clock& clock_;
  const std::string folder_;
  std::vector<Step> steps_;
  std::string org_, shop_, key_;
};

}  // namespace gerbang::store
