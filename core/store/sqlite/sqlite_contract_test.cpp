#include <string>
#include <utility>

#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_contract.hpp"
#include "tests/contract/temporary_folder.hpp"

namespace gerbang::store {

namespace {

std::unique_ptr<Store> in_memory(const Clock& clock, Random& random) {
  return must(open_sqlite_store({":memory:", Vault::for_tests(), clock, random}));
}

// With its writer's thread, read-only readers and a real file.
std::unique_ptr<Store> in_file(const Clock& clock, Random& random) {
  static const TemporaryFolder folder;
  static int files = 0;
  const std::string path = folder.file(std::to_string(++files) + ".db");
  SqliteOptions options{path, Vault::for_tests(), clock, random};
  options.min_free_bytes = 0;
  return must(open_sqlite_store(std::move(options)));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(StoreFactory{"memory", in_memory},
                                         StoreFactory{"file", in_file}),
                         name_of_store);
INSTANTIATE_TEST_SUITE_P(Sqlite, ReviewContract,
                         testing::Values(StoreFactory{"memory", in_memory},
                                         StoreFactory{"file", in_file}),
                         name_of_store);
INSTANTIATE_TEST_SUITE_P(Sqlite, NodeContract,
                         testing::Values(StoreFactory{"memory", in_memory},
                                         StoreFactory{"file", in_file}),
                         name_of_store);

}  // namespace gerbang::store
