#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/base/result.hpp"

// Moves everything that a gateway knows from one engine's database into another's.
namespace gerbang::store::move {

// One end of a move: "sqlite:/var/lib/gerbang/gerbang.db", "postgresql://user@host/database",
// "postgresql:host=… dbname=…".
struct End {
  enum class Engine { sqlite, postgresql };
  Engine engine = Engine::sqlite;
  std::string place;  // a path, or an address for libpq; may hold a password

  // Without anything secret: the path, or only the engine.
  std::string shown() const;
};
// Errors: invalid move_place_invalid (its detail repeats nothing of the text).
Result<End> read_end(std::string_view text);

struct Step {
  bool checking = false;  // else it copies
  std::string_view table;
  std::int64_t done = 0;  // rows, over all tables, also those of earlier runs
  std::int64_t total = 0;
};

struct Options {
  End from;
  End to;
  const Vault& vault;
  std::size_t batch_rows = 500;  // copied in one transaction, with the note how far it has come
  // Throws away what an unfinished move has left in the target. Never anything else.
  bool start_over = false;
  // After each batch; false: stops there (cancelled move_stopped), and the next run goes on.
  std::function<bool(const Step&)> progress = {};
};

struct Moved {
  struct Table {
    std::string name;
    std::int64_t rows = 0;
    std::string checksum;  // hex; of the canonical texts of its rows, whatever their order
  };
  std::vector<Table> tables;  // the same on both sides
  std::int64_t revision = 0;  // the next change gets a higher one
  bool resumed = false;       // an earlier run had begun it
};

// Copies table after table in the order of the primary key, a batch and the note how far it came in
// one transaction: a run that was killed goes on where it stopped. The target is marked until, in
// one transaction, every table was read again on both sides, counts and checksums were the same,
// and the counters were set: before that no gateway opens it (conflict store_moving). The source is
// only read. Both are held against gateways meanwhile: SQLite by its lock file, PostgreSQL by an
// advisory lock that every store holds shared.
//
// Errors: conflict store_in_use (a gateway runs on one of them), store_moving (the source is itself
// the target of an unfinished move), move_target_not_empty, move_source_changed (since the run that
// began; start over), invalid move_differs (what arrived is not what was sent), move_other_key (the
// vault does not open the shops' tokens), move_row_refused, store_not_ours, store_not_durable,
// store_role_unsafe, move_place_invalid; unsupported move_schema_old (open the source with this
// version once, or `gerbang migrate`), store_schema_newer, store_server_old; transient
// store_cannot_open, store_not_primary, store_unavailable (the connection was lost; run it again);
// cancelled move_stopped.
Result<Moved> move_store(const Options& options);

}  // namespace gerbang::store::move
