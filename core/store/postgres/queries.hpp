#pragma once

#include "core/base/crypto.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/routes.hpp"
#include "core/store/postgres/rows.hpp"
#include "core/store/store.hpp"

namespace gerbang::store::postgres {

// The queries, on a reader's connection; the caller has begun a read-only transaction with one
// snapshot. Each is set-based: how many rows it gives changes nothing in the number of round trips.
//   api_queries.cpp     (FindPrincipal … ListEvents, LoadTokens, LoadFacts, LoadJobRuns,
//                        StoreStats)
//   engine_queries.cpp  (TakeWork … LoadOrderAction)
//   review_queries.cpp  (GetReview, ListProposals, LoadReviewCandidates)
class PostgresQueries final : public Queries {
 public:
  PostgresQueries(Connection& db, const Vault& vault, const Clock& clock, Routes& routes)
      : db_(db), vault_(vault), clock_(clock), routes_(routes) {}

  Result<FindPrincipal::Answer> run(const FindPrincipal&) override;
  Result<GetOrganisation::Answer> run(const GetOrganisation&) override;
  Result<ListOrganisations::Answer> run(const ListOrganisations&) override;
  Result<ListKeys::Answer> run(const ListKeys&) override;
  Result<GetProduct::Answer> run(const GetProduct&) override;
  Result<ListProducts::Answer> run(const ListProducts&) override;
  Result<GetStock::Answer> run(const GetStock&) override;
  Result<ListStock::Answer> run(const ListStock&) override;
  Result<ListMovements::Answer> run(const ListMovements&) override;
  Result<GetPrice::Answer> run(const GetPrice&) override;
  Result<GetShop::Answer> run(const GetShop&) override;
  Result<ListShops::Answer> run(const ListShops&) override;
  Result<ListListings::Answer> run(const ListListings&) override;
  Result<ListParked::Answer> run(const ListParked&) override;
  Result<GetReview::Answer> run(const GetReview&) override;
  Result<ListProposals::Answer> run(const ListProposals&) override;
  Result<LoadReviewCandidates::Answer> run(const LoadReviewCandidates&) override;
  Result<GetOrder::Answer> run(const GetOrder&) override;
  Result<ListOrders::Answer> run(const ListOrders&) override;
  Result<ListEvents::Answer> run(const ListEvents&) override;
  Result<LoadTokens::Answer> run(const LoadTokens&) override;
  Result<LoadFacts::Answer> run(const LoadFacts&) override;
  Result<TakeWork::Answer> run(const TakeWork&) override;
  Result<LoadStock::Answer> run(const LoadStock&) override;
  Result<LoadPrices::Answer> run(const LoadPrices&) override;
  Result<LoadState::Answer> run(const LoadState&) override;
  Result<LoadDraft::Answer> run(const LoadDraft&) override;
  Result<LoadOrderAction::Answer> run(const LoadOrderAction&) override;
  Result<LoadJobRuns::Answer> run(const LoadJobRuns&) override;
  Result<StoreStats::Answer> run(const StoreStats&) override;
  Result<ListNodes::Answer> run(const ListNodes&) override;

 private:
  // Queued: row-level security opens on this organisation; '*': on all.
  void open(const std::string& organisation);
  // The organisation that a query of the engine is about, opened. not_found shop_unknown.
  Result<std::string> home_of(const std::string& organisation, const std::string& shop);
  // Queued.
  void want_shop(const std::string& home, const std::string& shop, std::optional<ShopRow>& out);
  static Result<ShopRow> known(std::optional<ShopRow> row, const std::string& shop);
  Result<std::vector<ShopView>> shop_views(const std::string& home, const std::string& shop);
  std::vector<ProductView> product_views(const std::string& organisation, const Rows& rows,
                                         Result<void>& good);

  Connection& db_;
  const Vault& vault_;
  const Clock& clock_;
  Routes& routes_;
};

}  // namespace gerbang::store::postgres
