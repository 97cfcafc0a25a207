#include <fstream>
#include <iterator>
#include <stdexcept>
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

// Citus is no package of Debian: hash partitions by organisation stand in for distribution. The
// keys are the same, and so is what they demand of every statement.
std::unique_ptr<Store> partitioned(const Clock& clock, Random& random) {
  auto& cluster = postgres::TestCluster::shared();
  std::ifstream file(GERBANG_HASH_PARTITIONS);
  const std::string script((std::istreambuf_iterator<char>(file)), {});
  if (script.empty()) throw std::runtime_error("no " GERBANG_HASH_PARTITIONS);
  const std::string database = cluster.empty_store("partitioned", script);
  PostgresOptions options{cluster.address("gerbang", database), Vault::for_tests(), clock, random};
  options.writers = 2;
  options.readers = 2;
  return must(open_postgres_store(std::move(options)));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         testing::Values(StoreFactory{"plain", plain},
                                         StoreFactory{"hash_partitions", partitioned}),
                         name_of_store);
INSTANTIATE_TEST_SUITE_P(Postgres, ReviewContract,
                         testing::Values(StoreFactory{"plain", plain},
                                         StoreFactory{"hash_partitions", partitioned}),
                         name_of_store);
INSTANTIATE_TEST_SUITE_P(Postgres, NodeContract,
                         testing::Values(StoreFactory{"plain", plain},
                                         StoreFactory{"hash_partitions", partitioned}),
                         name_of_store);

}  // namespace gerbang::store
