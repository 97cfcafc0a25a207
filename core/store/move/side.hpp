#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/move/move.hpp"
#include "core/store/move/tables.hpp"

// What a move asks of an engine. Both sides are held against gateways as long as they live.
// Functions throw the engine's DatabaseError.
namespace gerbang::store::move {

// What is counted beside the rows.
struct Counted {
  std::int64_t revision = 0;                // the last that was given out
  std::optional<std::int64_t> restored_at;  // when the database was put back from a backup
  bool operator==(const Counted& other) const = default;
};

// How far a move has come; stands in the target.
struct Note {
  std::string source;     // Source::mark() of the run that began
  std::size_t table = 0;  // the one that is being copied
  std::string after;      // the last key that was written (write_key); empty: none
  std::int64_t rows = 0;  // that were written
};

class Side {
 public:
  virtual ~Side() = default;
  // Begins to read a table behind a key of this engine, in its order; ends what was begun before.
  virtual void scan(const Table& table, const std::vector<Value>& after) = 0;
  // The next rows, no more than a batch; none: that was all.
  virtual std::vector<Line> next() = 0;
  // Of this engine's primary key.
  virtual std::vector<Value> key_of(const Table& table, const Line& line) const = 0;
  virtual Counted counted() = 0;
};

// Read as of one moment.
class Source : public Side {
 public:
  virtual std::int64_t count(const Table& table) = 0;
  // Changes when a gateway has run on the database since.
  virtual std::string mark() = 0;
};

class Target : public Side {
 public:
  // What an unfinished move has noted; nothing: it is marked now, for the first time, and was
  // empty. Errors: conflict move_target_not_empty.
  virtual Result<std::optional<Note>> begin(const Note& first) = 0;
  // One transaction.
  virtual void append(const Table& table, const std::vector<Line>& lines, const Note& note) = 0;
  // One transaction: what is counted is set, `check` reads, the mark is taken away.
  virtual Result<void> finish(const Counted& counted,
                              const std::function<Result<void>()>& check) = 0;
};

// The errors of move_store().
Result<std::unique_ptr<Source>> open_sqlite_source(const std::string& path, std::size_t batch);
Result<std::unique_ptr<Target>> open_sqlite_target(const std::string& path, std::size_t batch,
                                                   bool start_over);
Result<std::unique_ptr<Source>> open_postgres_source(const std::string& address, std::size_t batch);
Result<std::unique_ptr<Target>> open_postgres_target(const std::string& address, std::size_t batch,
                                                     bool start_over);

}  // namespace gerbang::store::move
