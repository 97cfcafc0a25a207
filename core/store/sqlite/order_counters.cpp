// What an order moves at the channels: their counters, and whether ours has to be told again.
#include <set>
#include <utility>

#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

bool SqliteScripts::moves_our_counter(const Shop& shop, const OrderLine& line) {
  return line.remote_product.empty() ||
         sku_of_remote(shop.id, line.remote_product, line.remote_variant) == line.sku;
}

void SqliteScripts::spread_order(const Shop& shop, Ledger& ledger, const CounterMoves& moves,
                                 TimePoint sale_began, TimePoint changed_at) {
  std::set<ShopSku> ordered;
  for (const auto& [sku, units] : moves) ordered.emplace(shop.id, sku);
  spread(shop.organisation, ledger, Urgency::order, ordered);

  for (const auto& [sku, units] : moves) {
    db_.query(
           "UPDATE listings SET last_order_at = ?4"
           " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, sku)
        .bind(4, now())
        .run();
    // The channel's counter moved by itself. It shows what we would send as long as our offer moved
    // by exactly the same units: not when a shortage, another line of the same sack, a buffer or an
    // older shortage came between.
    const auto [offer_before, offer] = offers(shop, sku, ledger);
    // A listing that we told 0 may have gone off display, and a counter that the channel fills up
    // again does not bring it back: our value does.
    const bool off_display = units < 0 && offer_before == 0;
    const bool same = offer - offer_before == -units && !off_display;
    if (same && !our_value_may_have_arrived(shop, sku, units >= 0 ? sale_began : changed_at))
      continue;
    bool published = false;
    {
      auto row = db_.query(
                        "SELECT 1 FROM listings WHERE organisation = ?1 AND shop = ?2"
                        " AND sku = ?3 AND published = 1")
                     .bind(1, shop.organisation)
                     .bind(2, shop.id)
                     .bind(3, sku);
      published = row.step();
    }
    if (published && shop.state != ShopState::retired)
      mark(shop.organisation, shop.id, Aspect::stock, sku, Urgency::order);
  }
}

std::pair<Quantity, Quantity> SqliteScripts::offers(const Shop& shop, const std::string& sku,
                                                    Ledger& ledger) {
  std::vector<Component> takes;
  {
    auto row =
        db_.query("SELECT item, quantity FROM components WHERE organisation = ?1 AND sku = ?2")
            .bind(1, shop.organisation)
            .bind(2, sku);
    while (row.step()) takes.push_back({row.text(0), row.integer(1)});
  }
  const auto before = [&](const std::string& item) { return ledger.effect(item).available_before; };
  const auto after = [&](const std::string& item) { return ledger.effect(item).available; };
  return {share_of_shop(shop, sellable(takes, before)),
          share_of_shop(shop, sellable(takes, after))};
}

bool SqliteScripts::our_value_may_have_arrived(const Shop& shop, const std::string& sku,
                                               TimePoint since) {
  // Work that waits may be on its way at this moment.
  auto row = db_.query(
                    "SELECT coalesce(stock_attempt_ended >= ?4, 0) OR EXISTS (SELECT 1 FROM work"
                    " WHERE shop = ?2 AND aspect = 'stock' AND subject = ?3)"
                    " FROM listings WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, sku)
                 .bind(4, since);
  return row.step() && row.integer(0) != 0;
}

std::string SqliteScripts::sku_of_remote(const std::string& shop, const std::string& remote_product,
                                         const std::string& remote_variant) {
  if (remote_product.empty()) return {};
  struct Candidate {
    std::string sku;
    std::string remote_variant;
  };
  std::vector<Candidate> all, same;
  {
    auto row = db_.query(
                      "SELECT l.sku, l.remote_variant FROM units u CROSS JOIN listings l"
                      " ON l.organisation = u.organisation AND l.shop = u.shop AND l.unit = u.unit"
                      " WHERE u.shop = ?1 AND u.remote_product = ?2 AND u.remote_product <> ''"
                      " AND l.published = 1")
                   .bind(1, shop)
                   .bind(2, remote_product);
    while (row.step()) all.push_back({row.text(0), row.text(1)});
  }
  for (const Candidate& c : all) {
    if (c.remote_variant == remote_variant) same.push_back(c);
  }
  if (same.size() == 1) return same.front().sku;
  // A plain item has no variant id on one side or the other.
  if (all.size() == 1 && (remote_variant.empty() || all.front().remote_variant.empty()))
    return all.front().sku;
  return {};
}

}  // namespace gerbang::store
