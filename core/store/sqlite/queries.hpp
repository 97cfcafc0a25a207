#pragma once

#include "core/base/crypto.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/store.hpp"

namespace gerbang::store {

// The queries in SQL, on a reader's connection; the caller holds the snapshot (a read transaction).
//   api_queries.cpp     (FindPrincipal … ListEvents, LoadTokens, LoadFacts, LoadJobRuns,
//   StoreStats) engine_queries.cpp  (TakeWork … LoadOrderAction)
//   review_queries.cpp  (GetReview, ListProposals, LoadReviewCandidates)
class SqliteQueries final : public Queries {
 public:
  SqliteQueries(Database& db, const Vault& vault, const Clock& clock)
      : db_(db), vault_(vault), clock_(clock) {}

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
  int take_due(const TakeWork& query, Aspect aspect, int urgency, bool held,
               std::vector<Work>& due);

  Database& db_;
  const Vault& vault_;
  const Clock& clock_;
};

}  // namespace gerbang::store
