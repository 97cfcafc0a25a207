#include <string>
#include <utility>

#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "tests/contract/store_contract.hpp"

namespace gerbang::store {

namespace {

std::unique_ptr<Store> plain(const Clock& clock, Random& random) {
  auto& cluster = postgres::TestCluster::shared();
  const std::string database = cluster.empty_store();
  PostgresOptions options{cluster.address("gerbang", database), Vault::for_tests(), clock, random};
  options.writers = 2;
  options.readers = 2;
  return must(open_postgres_store(std::move(options)));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, testing::Values(StoreFactory{"plain", plain}),
                         name_of_store);
INSTANTIATE_TEST_SUITE_P(Postgres, ReviewContract, testing::Values(StoreFactory{"plain", plain}),
                         name_of_store);

}  // namespace gerbang::store
