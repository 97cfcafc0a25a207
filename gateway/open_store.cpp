#include "gateway/open_store.hpp"

#include "core/base/crypto.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "core/store/sqlite/sqlite_store.hpp"

namespace gerbang {

Result<std::unique_ptr<store::Store>> open_store(const config::Config& config, const Clock& clock,
                                                 Random& random, Metrics* metrics) {
  GERBANG_TRY(vault, Vault::create(config.store.master_keys, random));
  const auto queued = static_cast<std::size_t>(config.limits.queued_writes);
  const auto rows = static_cast<std::size_t>(config.store.group_rows);
  if (store_is_shared(config)) {
    store::PostgresOptions options{config.store.server.reveal(), std::move(vault), clock, random};
    options.password = config.store.password;
    options.metrics = metrics;
    options.max_queued = queued;
    options.max_group_rows = rows;
    return store::open_postgres_store(std::move(options));
  }
  store::SqliteOptions options{config.store.path, std::move(vault), clock, random};
  options.metrics = metrics;
  options.min_free_bytes = config.store.min_free;
  options.max_queued = queued;
  options.max_group_rows = rows;
  return store::open_sqlite_store(std::move(options));
}

}  // namespace gerbang
