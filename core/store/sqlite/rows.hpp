#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/store/queries.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/stored.hpp"

// Rows as values, shared by scripts and queries.
namespace gerbang::store {

Result<Organisation> find_organisation(Database& db, const std::string& id);
// From "id, name, kind, zone, village_code, suspended, created_at".
Organisation organisation_from(const Statement& row);
// All keys of an organisation, revoked ones too; by id.
std::vector<ApiKey> keys_of(Database& db, const std::string& organisation);

// not_found shop_unknown. `organisation` empty: the engine, any organisation.
Result<ShopRow> find_shop(Database& db, const std::string& organisation, const std::string& shop);
// Of one organisation, or of all when empty; by id.
std::vector<ShopRow> all_shops(Database& db, const std::string& organisation);

// All levels of an item; empty when it was never mentioned.
StockView read_stock(Database& db, const std::string& organisation, const std::string& item);

// A product with its stored prices merged in, withdrawn ones too. not_found product_unknown.
Result<ProductView> read_product(Database& db, const std::string& organisation,
                                 const std::string& code);

// The same from the columns of a products row.
Result<ProductView> product_view(Database& db, const std::string& organisation,
                                 const std::string& code, const std::string& document,
                                 std::int64_t revision, TimePoint created_at, TimePoint updated_at,
                                 bool withdrawn);

// State none where the shop never had one.
Review find_review(Database& db, const std::string& shop);
RecoveryStep find_recovery(Database& db, const std::string& organisation, const std::string& shop);
// Of one shop: not_found proposal_unknown.
Result<LinkProposal> find_proposal(Database& db, const std::string& shop, const std::string& id);
// The columns that proposal_from() reads, in its order.
#define GERBANG_PROPOSAL_COLUMNS                                                             \
  "id, remote_product, remote_variant, title, remote_sku, barcode, price, currency, stock, " \
  "listed, remote_state, candidate, confidence, reason, decision, sku, decided_at"
LinkProposal proposal_from(const Statement& row);

// not_found order_unknown. `organisation` empty: the engine, any organisation. Buyers' data stays
// sealed in its column.
Result<Order> read_order(Database& db, const std::string& organisation, const std::string& order);

// Nothing: no variant has that SKU now.
std::optional<StoredPrices> read_prices(Database& db, const std::string& organisation,
                                        const std::string& sku);

}  // namespace gerbang::store
