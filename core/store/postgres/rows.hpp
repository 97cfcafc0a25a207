#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/store/postgres/connection.hpp"
#include "core/store/queries.hpp"
#include "core/store/stored.hpp"

// Rows as values, shared by scripts and queries: the columns to select, in the order in which the
// function beside them reads them.
namespace gerbang::store::postgres {

#define GERBANG_PG_ORGANISATION "id, name, kind, zone, village_code, suspended, created_at"
Organisation organisation_from(const Row& row);

#define GERBANG_PG_KEY "id, organisation, label, scopes, hash, created_at, expires_at, revoked_at"
ApiKey key_from(const Row& row);

#define GERBANG_PG_SHOP                                                                    \
  "organisation, id, channel, name, remote_id, variants_in_listing, state, since, reason," \
  " buffer, share_percent, schedule, token_expires_at, token_version, last_success_at,"    \
  " orders_polled_to, created_at"
ShopRow shop_from(const Row& row);

#define GERBANG_PG_REVIEW "shop, state, round, cursor, pages, started_at, ended_at, problem"
Review review_from(const Row& row);

#define GERBANG_PG_PROPOSAL                                                                  \
  "id, remote_product, remote_variant, title, remote_sku, barcode, price, currency, stock, " \
  "listed, remote_state, candidate, confidence, reason, decision, sku, decided_at"
LinkProposal proposal_from(const Row& row);

#define GERBANG_PG_LEVEL "item, location, on_hand, reserved, buffer, counted_at, revision"
StockLevel level_from(const Row& row);

#define GERBANG_PG_PRICES "sku, price, currency, channel_prices, price_revision"
std::pair<std::string, StoredPrices> prices_from(const Row& row);

#define GERBANG_PG_ORDER                                                               \
  "o.organisation, o.id, o.shop, o.channel, o.external_id, o.status, o.remote_status," \
  " o.placed_at, o.updated_at, o.total, o.currency, o.city, o.province, o.shipments,"  \
  " o.revision, o.has_shortage"
constexpr int kOrderColumns = 16;
Order order_from(const Row& row);  // without its lines

#define GERBANG_PG_LINE                                                                 \
  "l.order_id, l.remote_line, l.remote_product, l.remote_variant, l.remote_sku, l.sku," \
  " l.title, l.quantity, l.price, l.currency, l.shortage"
constexpr int kLineColumns = 11;
OrderLine line_from(const Row& row);

// The same two columns everywhere: an amount and its currency, or nothing.
std::optional<Money> money_from(const Row& row, int column);
inline std::optional<std::int64_t> amount_of(const std::optional<Money>& money) {
  return money ? std::optional(money->amount) : std::nullopt;
}
inline std::optional<std::string> currency_of(const std::optional<Money>& money) {
  return money ? std::optional(money->currency) : std::nullopt;
}

// ---- sets -----------------------------------------------------------------------------------

// Queued: what the variants' prices are, by SKU.
using PricesBySku = std::map<std::string, StoredPrices>;
void want_prices(Connection& db, const std::string& organisation,
                 const std::vector<std::string>& skus, PricesBySku& out);

// Queued: units of each variant that the organisation's stock allows; a SKU without components has
// no entry.
void want_sellable(Connection& db, const std::string& organisation,
                   const std::vector<std::string>& skus, std::map<std::string, Quantity>& out);

// Orders by id with their lines, in the order of `ids`; two statements, one round trip.
std::vector<Order> read_orders(Connection& db, const std::string& organisation,
                               const std::vector<std::string>& ids);

}  // namespace gerbang::store::postgres
