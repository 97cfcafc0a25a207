#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_contract.hpp"

namespace gerbang::store {

namespace {

std::unique_ptr<Store> in_memory(const Clock& clock, Random& random) {
  return must(open_sqlite_store({":memory:", Vault::for_tests(), clock, random}));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(SqliteMemory, StoreContract,
                         testing::Values(StoreFactory{"memory", in_memory}), name_of_store);

}  // namespace gerbang::store
