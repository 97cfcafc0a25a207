#include <set>
#include <utility>

#include "core/store/move/side.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/migrations.hpp"

namespace gerbang::store::move {

namespace {

using postgres::Batch;
using postgres::Blob;
using postgres::Connection;
using postgres::DatabaseError;
using postgres::Params;
using postgres::Row;
using postgres::Rows;

// libpq repeats of an address that it cannot read whatever stands in it. What it says once it knows
// where to connect names host, user and database alone.
Error cannot_connect(const DatabaseError& error) {
  const std::string text = error.what();
  if (text.starts_with("connection to server"))
    return Error(ErrorKind::transient, "store_cannot_open", text);
  return Error(ErrorKind::invalid, "move_place_invalid",
               "the address cannot be read, or names a host that is not known");
}

postgres::ConnectionSettings settings(const std::string& address) {
  postgres::ConnectionSettings out;
  out.address = address;
  out.name = "gerbang-move";
  // Whole tables are read, and while one side is, the other waits.
  out.statement_timeout = Duration{0};
  out.idle_in_transaction = Duration{0};
  out.lock_timeout = std::chrono::seconds(2);
  out.answer_timeout = std::chrono::minutes(30);
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string_view array_type(Type type) {
  switch (type) {
    case Type::integer:
      return "::bigint[]";
    case Type::boolean:
      return "::boolean[]";
    case Type::bytes:
      return "::bytea[]";
    case Type::text:
      break;
  }
  return "::text[]";
}

class PostgresSide final : public Source, public Target {
 public:
  PostgresSide(const std::string& address, std::size_t batch)
      : batch_(batch), db_(settings(address)) {}
  Connection& db() { return db_; }

  void begin_reading() {
    db_.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    open_walls();
    db_.sync();
  }

  std::int64_t count(const Table& table) override {
    return db_.query(keep("SELECT count(*) FROM " + std::string(table.name)))[0].integer(0);
  }

  // A cursor: with row-level security in front of them, comparisons of the key are no way into the
  // index, so what has been copied already is passed over once, and not again for each batch.
  void scan(const Table& table, const std::vector<Value>& after) override {
    end_scan();
    table_ = &table;
    const auto names = table.postgres_key();
    std::vector<std::string> columns, key, marks;
    for (const Column& column : table.columns) columns.emplace_back(column.name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      key.emplace_back(names[i]);
      marks.push_back("$" + std::to_string(i + 1));
    }
    const std::string name(table.name);
    std::string sql = "DECLARE moving_" + name + " NO SCROLL CURSOR FOR SELECT " + joined(columns) +
                      " FROM " + name;
    if (!after.empty()) sql += " WHERE (" + joined(key) + ") > (" + joined(marks) + ")";
    Params params;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (table.columns[table.column(names[i])].type == Type::integer) {
        params.add(after[i].number);
      } else {
        params.add(after[i].bytes);
      }
    }
    db_.send(keep(sql + " ORDER BY " + joined(key)), std::move(params));
    db_.sync();
    scanning_ = true;
  }

  std::vector<Line> next() override {
    std::vector<Line> out;
    if (!scanning_) return out;
    const std::string name(table_->name);
    const Rows rows =
        db_.query(keep("FETCH FORWARD " + std::to_string(batch_) + " FROM moving_" + name));
    if (rows.empty()) end_scan();
    out.reserve(rows.size());
    for (const Row row : rows) {
      Line line(table_->columns.size());
      for (std::size_t i = 0; i < line.size(); ++i) {
        const int column = static_cast<int>(i);
        line[i].null = row.is_null(column);
        if (line[i].null) continue;
        switch (table_->columns[i].type) {
          case Type::integer:
            line[i].number = row.integer(column);
            break;
          case Type::boolean:
            line[i].number = row.boolean(column) ? 1 : 0;
            break;
          case Type::text:
          case Type::bytes:
            line[i].bytes = row.view(column);
            break;
        }
      }
      out.push_back(std::move(line));
    }
    return out;
  }

  std::vector<Value> key_of(const Table& table, const Line& line) const override {
    std::vector<Value> out;
    for (const std::string_view name : table.postgres_key())
      out.push_back(line[table.column(name)]);
    return out;
  }

  Counted counted() override {
    Counted out;
    const Rows last = db_.query("SELECT last_value, is_called FROM revisions");
    out.revision = last[0].integer(0) - (last[0].boolean(1) ? 0 : 1);
    // Which restore it was has no meaning; that there was one has.
    const Rows restored = db_.query("SELECT max(at) FROM restores");
    out.restored_at = restored[0].integer_or_null(0);
    return out;
  }

  std::string mark() override {
    const Rows rows =
        db_.query("SELECT count(*), coalesce(sum(event_sequence), 0)::bigint FROM organisations");
    return "postgresql " + std::to_string(postgres::schema_version(db_)) +
           " revision=" + std::to_string(counted().revision) +
           " organisations=" + std::to_string(rows[0].integer(0)) +
           " events=" + std::to_string(rows[0].integer(1));
  }

  Result<std::optional<Note>> begin(const Note& first) override {
    if (postgres::unfinished_move(db_)) {
      const Rows rows = db_.query("SELECT source, position, after, copied FROM gerbang_move");
      ensure(!rows.empty(), "the note of a move is gone");
      return std::optional<Note>(Note{rows[0].text(0), static_cast<std::size_t>(rows[0].integer(1)),
                                      rows[0].text(2), rows[0].integer(3)});
    }
    db_.send("BEGIN");
    open_walls();
    std::string full;
    const auto look = [&](const std::string& name) {
      db_.send(keep("SELECT EXISTS (SELECT FROM " + name + ")"), {}, [&full, name](const Rows& r) {
        if (r[0].boolean(0) && full.empty()) full = name;
      });
    };
    for (const Table& table : tables()) look(std::string(table.name));
    look("restores");
    db_.sync();
    if (!full.empty()) {
      db_.query("ROLLBACK");
      return Error(ErrorKind::conflict, "move_target_not_empty", "the target has rows in " + full);
    }
    db_.send(
        "CREATE TABLE gerbang_move (source text NOT NULL, position bigint NOT NULL,"
        " after text NOT NULL, copied bigint NOT NULL)");
    db_.send("INSERT INTO gerbang_move VALUES ($1, $2, $3, $4)",
             Params::of(first.source, first.table, first.after, first.rows));
    db_.send("COMMIT");
    db_.sync();
    return std::optional<Note>();
  }

  void append(const Table& table, const std::vector<Line>& lines, const Note& note) override {
    std::vector<std::string> names, arrays;
    Params params;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      names.emplace_back(column.name);
      arrays.push_back("$" + std::to_string(i + 1) + std::string(array_type(column.type)));
      params = array_of(column, i, lines).after(std::move(params));
    }
    db_.send("BEGIN");
    open_walls();
    db_.send(keep("INSERT INTO " + std::string(table.name) + " (" + joined(names) +
                  ") SELECT * FROM unnest(" + joined(arrays) + ")"),
             std::move(params));
    db_.send("UPDATE gerbang_move SET position = $1, after = $2, copied = $3",
             Params::of(note.table, note.after, note.rows));
    db_.send("COMMIT");
    db_.sync();
  }

  Result<void> finish(const Counted& counted, const std::function<Result<void>()>& check) override {
    db_.send("BEGIN ISOLATION LEVEL REPEATABLE READ");
    open_walls();
    // Not undone with a transaction; what is above the old values is right in any case.
    db_.send("SELECT setval('revisions', greatest($1, 1), $1 > 0)", Params::of(counted.revision));
    if (counted.restored_at)
      db_.send("INSERT INTO restores (at) VALUES ($1) ON CONFLICT DO NOTHING",
               Params::of(*counted.restored_at));
    db_.sync();
    auto same = check();
    if (!same) {
      db_.query("ROLLBACK");
      return same;
    }
    end_scan();
    db_.send("DROP TABLE gerbang_move");
    db_.send("COMMIT");
    db_.sync();
    // From the first query on the planner knows what there is.
    std::vector<std::string> names;
    for (const Table& table : tables()) names.emplace_back(table.name);
    db_.execute("ANALYZE " + joined(names));
    return {};
  }

  // What an unfinished move has written; its mark stays until everything else is gone.
  void throw_away() {
    db_.send("BEGIN");
    open_walls();
    for (auto table = tables().rbegin(); table != tables().rend(); ++table)
      db_.send(keep("DELETE FROM " + std::string(table->name)));
    db_.send("DELETE FROM restores");
    db_.send("DROP TABLE gerbang_move");
    db_.send("COMMIT");
    db_.sync();
  }

 private:
  static Batch array_of(const Column& column, std::size_t place, const std::vector<Line>& lines) {
    Batch out;
    for (const Line& line : lines) {
      const Value& value = line[place];
      switch (column.type) {
        case Type::integer:
          out.row(value.null ? std::optional<std::int64_t>() : std::optional(value.number));
          break;
        case Type::boolean:
          out.row(value.null ? std::optional<bool>() : std::optional(value.number != 0));
          break;
        case Type::bytes:
          out.row(value.null ? std::optional<Blob>() : std::optional(Blob{value.bytes}));
          break;
        case Type::text:
          out.row(value.null ? std::optional<std::string_view>()
                             : std::optional(std::string_view(value.bytes)));
          break;
      }
    }
    return out;
  }
  void open_walls() { db_.send("SELECT set_config('gerbang.organisation', '*', true)"); }
  void end_scan() {
    if (!std::exchange(scanning_, false)) return;
    db_.query(keep("CLOSE moving_" + std::string(table_->name)));
  }
  // Statements are known by texts that live as long as the connection.
  const std::string& keep(std::string sql) { return *texts_.insert(std::move(sql)).first; }

  const std::size_t batch_;
  std::set<std::string> texts_;
  Connection db_;
  const Table* table_ = nullptr;
  bool scanning_ = false;
};

Result<std::unique_ptr<PostgresSide>> connect(const std::string& address, std::size_t batch) {
  std::unique_ptr<PostgresSide> side;
  try {
    side = std::make_unique<PostgresSide>(address, batch);
  } catch (const DatabaseError& error) {
    return cannot_connect(error);
  }
  GERBANG_CHECK(postgres::check_server(side->db()));
  GERBANG_CHECK(postgres::take_database(side->db()));
  return side;
}

}  // namespace

Result<std::unique_ptr<Source>> open_postgres_source(const std::string& address,
                                                     std::size_t batch) {
  GERBANG_TRY(side, connect(address, batch));
  const std::int64_t version = postgres::schema_version(side->db());
  const auto newest = static_cast<std::int64_t>(postgres::migrations().size());
  if (version == 0)
    return Error(ErrorKind::invalid, "store_not_ours", "there is no database of gerbang");
  if (version > newest)
    return Error(ErrorKind::unsupported, "store_schema_newer",
                 "the source has schema " + std::to_string(version));
  if (version < newest)
    return Error(ErrorKind::unsupported, "move_schema_old",
                 "the source has schema " + std::to_string(version));
  if (postgres::unfinished_move(side->db()))
    return Error(ErrorKind::conflict, "store_moving", "a move into the source is not finished");
  side->begin_reading();
  return std::unique_ptr<Source>(std::move(side));
}

Result<std::unique_ptr<Target>> open_postgres_target(const std::string& address, std::size_t batch,
                                                     bool start_over) {
  GERBANG_TRY(side, connect(address, batch));
  Connection& db = side->db();
  const auto newest = static_cast<std::int64_t>(postgres::migrations().size());
  if (postgres::unfinished_move(db)) {
    if (start_over) {
      side->throw_away();
    } else if (postgres::schema_version(db) < newest) {
      return Error(ErrorKind::conflict, "move_source_changed", "an older version began this move");
    }
  }
  GERBANG_CHECK(postgres::migrate(db));
  return std::unique_ptr<Target>(std::move(side));
}

}  // namespace gerbang::store::move
