#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/crypto.hpp"
#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

namespace gerbang::store {

struct PostgresOptions {
  std::string address;  // "postgresql://user@host/database" or "host=… dbname=…"
  Vault vault;
  const Clock& clock;
  Random& random;              // used under a lock, on every writer's thread
  Metrics* metrics = nullptr;  // outlives the store
  Secret password;             // where the address holds none and the server wants one
  // Connections that write. An organisation always uses the same one, so its writes keep their
  // order; one more is for scripts that are about no single organisation.
  std::size_t writers = 4;
  std::size_t readers = 4;
  // A group takes no more ordinary and bulk writes once it holds so many, has changed so many rows,
  // or has run so long. Orders are always taken.
  std::size_t max_group = 200;
  std::size_t max_group_rows = 2000;
  Duration max_group_time{20};
  // Waiting writes, and waiting reads; beyond: transient store_busy.
  std::size_t max_queued = 20'000;
  // How long a lost COMMIT is asked after before it stays unknown.
  Duration settle_within{15'000};
  Duration statement_timeout{5'000};
  Duration lock_timeout{2'000};
};

// Connects, verifies what makes commits durable, migrates and starts the threads. Several processes
// may use one database: an organisation's row is locked while a group writes for it.
//
// Errors: transient store_cannot_open, store_not_primary; conflict store_moving (a move of this
// database runs, or one into it is not finished: core/store/move); invalid store_not_durable,
// store_role_unsafe, store_not_ours; unsupported store_schema_newer, store_server_old.
//
// Errors of a running store, besides those of the port: transient store_busy, bug store_constraint
// (the script broke a rule of the schema; it alone was rolled back). A connection that is lost
// during COMMIT is settled by a mark that every group writes inside its transaction; only when the
// server cannot be reached in time does the answer become indeterminate store_commit_unknown.
//
// on_commit() also tells what other processes committed (LISTEN and NOTIFY); while they cannot be
// heard, every two seconds that anything may have been.
//
// backup(): unsupported backup_by_server. It is the server's business (pg_basebackup, pg_dump).
Result<std::unique_ptr<Store>> open_postgres_store(PostgresOptions options);

}  // namespace gerbang::store
