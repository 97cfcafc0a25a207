#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "core/store/move/side.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/migrations.hpp"

namespace gerbang::store::move {

namespace {

namespace fs = std::filesystem;

Error cannot_open(const std::string& path, const std::string& why) {
  return Error(ErrorKind::transient, "store_cannot_open", path + ": " + why);
}

// The lock that a store has on its file while it is open.
class Lock {
 public:
  static Result<std::unique_ptr<Lock>> take(const std::string& path) {
    const std::string name = path + ".lock";
    const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return cannot_open(name, std::strerror(errno));
    auto out = std::make_unique<Lock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
      return Error(ErrorKind::conflict, "store_in_use", "another process has " + path + " open");
    return out;
  }
  explicit Lock(int fd) : fd_(fd) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { ::close(fd_); }

 private:
  int fd_;
};

std::int64_t number(Database& db, std::string_view sql) {
  auto row = db.query(sql);
  return row.step() ? row.integer(0) : 0;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

class SqliteSide final : public Source, public Target {
 public:
  SqliteSide(std::unique_ptr<Lock> lock, std::string path, Database::Mode mode, std::size_t batch)
      : lock_(std::move(lock)), path_(std::move(path)), batch_(batch), db_(path_, mode) {}
  Database& db() { return db_; }

  std::int64_t count(const Table& table) override {
    return number(db_, keep("SELECT count(*) FROM " + std::string(table.name)));
  }

  void scan(const Table& table, const std::vector<Value>& after) override {
    rows_.reset();
    table_ = &table;
    std::string columns, key, marks;
    for (const Column& column : table.columns) {
      if (!columns.empty()) columns += ", ";
      columns +=
          column.derived.empty() ? "t." + std::string(column.name) : std::string(column.derived);
    }
    for (std::size_t i = 0; i < table.key.size(); ++i) {
      key += (i == 0 ? "t." : ", t.") + std::string(table.key[i]);
      marks += (i == 0 ? "?" : ", ?") + std::to_string(i + 1);
    }
    std::string sql = "SELECT " + columns + " FROM " + std::string(table.name) + " AS t";
    if (!after.empty()) sql += " WHERE (" + key + ") > (" + marks + ")";
    rows_.emplace(db_.query(keep(sql + " ORDER BY " + key)));
    for (std::size_t i = 0; i < after.size(); ++i)
      bind(*rows_, static_cast<int>(i) + 1, table.columns[table.column(table.key[i])], after[i]);
  }

  std::vector<Line> next() override {
    std::vector<Line> out;
    while (rows_ && out.size() < batch_) {
      if (!rows_->step()) {
        rows_.reset();
        break;
      }
      Line line(table_->columns.size());
      for (std::size_t i = 0; i < line.size(); ++i) {
        const int column = static_cast<int>(i);
        line[i].null = rows_->is_null(column);
        if (line[i].null) continue;
        switch (table_->columns[i].type) {
          case Type::integer:
            line[i].number = rows_->integer(column);
            break;
          case Type::boolean:
            line[i].number = rows_->integer(column) != 0 ? 1 : 0;
            break;
          case Type::text:
            line[i].bytes = rows_->text(column);
            break;
          case Type::bytes:
            line[i].bytes = rows_->blob(column);
            break;
        }
      }
      out.push_back(std::move(line));
    }
    return out;
  }

  std::vector<Value> key_of(const Table& table, const Line& line) const override {
    std::vector<Value> out;
    for (const std::string_view name : table.key) out.push_back(line[table.column(name)]);
    return out;
  }

  Counted counted() override {
    Counted out;
    out.revision = number(db_, "SELECT value FROM counters WHERE name = 'revision'");
    auto row = db_.query("SELECT value FROM counters WHERE name = 'restored_at'");
    if (row.step()) out.restored_at = row.integer(0);
    return out;
  }

  std::string mark() override {
    std::string out = "sqlite " + std::to_string(schema_version(db_));
    // Opening a store raises the one, every commit the other.
    auto row = db_.query("SELECT name, value FROM counters ORDER BY name");
    while (row.step()) out += " " + row.text(0) + "=" + std::to_string(row.integer(1));
    return out;
  }

  Result<std::optional<Note>> begin(const Note& first) override {
    if (unfinished_move(db_)) {
      auto row = db_.query("SELECT source, position, after, copied FROM gerbang_move");
      ensure(row.step(), "the note of a move is gone");
      return std::optional<Note>(
          Note{row.text(0), static_cast<std::size_t>(row.integer(1)), row.text(2), row.integer(3)});
    }
    for (const Table& table : tables()) {
      if (number(db_, keep("SELECT EXISTS (SELECT 1 FROM " + std::string(table.name) + ")")) != 0)
        return Error(ErrorKind::conflict, "move_target_not_empty",
                     "the target has rows in " + std::string(table.name));
    }
    db_.execute(
        "BEGIN IMMEDIATE; CREATE TABLE gerbang_move (source TEXT NOT NULL,"
        " position INTEGER NOT NULL, after TEXT NOT NULL, copied INTEGER NOT NULL);");
    db_.query("INSERT INTO gerbang_move VALUES (?1, ?2, ?3, ?4)")
        .bind(1, first.source)
        .bind(2, static_cast<std::int64_t>(first.table))
        .bind(3, first.after)
        .bind(4, first.rows)
        .run();
    db_.execute("COMMIT");
    return std::optional<Note>();
  }

  void append(const Table& table, const std::vector<Line>& lines, const Note& note) override {
    std::vector<std::string> names, marks;
    for (const Column& column : table.columns) {
      if (!column.derived.empty()) continue;
      names.emplace_back(column.name);
      marks.push_back("?" + std::to_string(names.size()));
    }
    const std::string& sql = keep("INSERT INTO " + std::string(table.name) + " (" + joined(names) +
                                  ") VALUES (" + joined(marks) + ")");
    db_.execute("BEGIN IMMEDIATE");
    for (const Line& line : lines) {
      auto statement = db_.query(sql);
      int index = 0;
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (table.columns[i].derived.empty()) bind(statement, ++index, table.columns[i], line[i]);
      }
      std::move(statement).run();
    }
    db_.query("UPDATE gerbang_move SET position = ?1, after = ?2, copied = ?3")
        .bind(1, static_cast<std::int64_t>(note.table))
        .bind(2, note.after)
        .bind(3, note.rows)
        .run();
    db_.execute("COMMIT");
    if (++batches_ % kCheckpointBatches == 0) checkpoint();
  }

  Result<void> finish(const Counted& counted, const std::function<Result<void>()>& check) override {
    db_.execute("BEGIN IMMEDIATE");
    db_.query("UPDATE counters SET value = ?1 WHERE name = 'revision'")
        .bind(1, counted.revision)
        .run();
    if (counted.restored_at)
      db_.query(
             "INSERT INTO counters VALUES ('restored_at', ?1)"
             " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
          .bind(1, *counted.restored_at)
          .run();
    auto same = check();
    rows_.reset();
    if (!same) {
      db_.execute("ROLLBACK");
      return same;
    }
    db_.execute("DROP TABLE gerbang_move; COMMIT");
    checkpoint();
    // The file's name lasts as well as its content.
    const std::string folder = fs::absolute(path_).parent_path().string();
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) ::close(fd);
    if (!synced) return cannot_open(folder, std::strerror(why));
    return {};
  }

 private:
  static constexpr int kCheckpointBatches = 50;

  static void bind(Statement& statement, int index, const Column& column, const Value& value) {
    if (value.null) {
      std::move(statement).bind_null(index);
    } else if (column.type == Type::integer || column.type == Type::boolean) {
      std::move(statement).bind(index, value.number);
    } else if (column.type == Type::bytes && !column.text_in_sqlite) {
      std::move(statement).bind_blob(index, value.bytes);
    } else {
      std::move(statement).bind(index, value.bytes);
    }
  }
  // Statements are known by texts that live as long as the connection.
  const std::string& keep(std::string sql) { return *texts_.insert(std::move(sql)).first; }
  void checkpoint() {
    auto row = db_.query("PRAGMA wal_checkpoint(TRUNCATE)");
    row.step();
  }

  std::unique_ptr<Lock> lock_;
  const std::string path_;
  const std::size_t batch_;
  std::set<std::string> texts_;
  Database db_;
  const Table* table_ = nullptr;
  std::optional<Statement> rows_;
  int batches_ = 0;
};

bool holds_something(const std::string& path) {
  struct ::stat info {};
  return ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

// Whether it is the target of an unfinished move. Errors: of a file that is not ours.
Result<bool> look(const std::string& path) {
  Database db(path, Database::Mode::reader);
  if (unfinished_move(db)) {
    // Copied for another schema: neither to be gone on with nor to be changed.
    const auto newest = static_cast<std::int64_t>(migrations().size());
    if (schema_version(db) > newest)
      return Error(ErrorKind::unsupported, "store_schema_newer", "a later version began this move");
    return true;
  }
  GERBANG_TRY(empty, recognise_schema(db));
  (void)empty;
  return false;
}

}  // namespace

Result<std::unique_ptr<Source>> open_sqlite_source(const std::string& path, std::size_t batch) {
  if (!holds_something(path)) return cannot_open(path, "there is no database");
  GERBANG_TRY(lock, Lock::take(path));
  std::unique_ptr<SqliteSide> side;
  try {
    side = std::make_unique<SqliteSide>(std::move(lock), path, Database::Mode::reader, batch);
    GERBANG_TRY(empty, recognise_schema(side->db()));
    const std::int64_t version = schema_version(side->db());
    if (empty || version < static_cast<std::int64_t>(migrations().size()))
      return Error(ErrorKind::unsupported, "move_schema_old",
                   path + " has schema " + std::to_string(version));
    side->db().execute("BEGIN");
  } catch (const DatabaseError& error) {
    if (error.not_a_database()) return Error(ErrorKind::invalid, "store_not_ours", error.what());
    return cannot_open(path, error.what());
  }
  return std::unique_ptr<Source>(std::move(side));
}

Result<std::unique_ptr<Target>> open_sqlite_target(const std::string& path, std::size_t batch,
                                                   bool start_over) {
  GERBANG_TRY(lock, Lock::take(path));
  try {
    bool unfinished = false;
    if (holds_something(path)) {
      GERBANG_TRY(found, look(path));
      unfinished = found;
    }
    if (unfinished && start_over) {
      std::error_code failed;
      for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path + suffix, failed);
      unfinished = false;
    }
    // For the owner's eyes; the log takes the file's mode over.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return cannot_open(path, std::strerror(errno));
    ::close(fd);
    auto side = std::make_unique<SqliteSide>(std::move(lock), path, Database::Mode::writer, batch);
    if (!unfinished) GERBANG_CHECK(migrate(side->db()));
    if (schema_version(side->db()) < static_cast<std::int64_t>(migrations().size()))
      return Error(ErrorKind::conflict, "move_source_changed", "an older version began this move");
    return std::unique_ptr<Target>(std::move(side));
  } catch (const DatabaseError& error) {
    if (error.not_a_database()) return Error(ErrorKind::invalid, "store_not_ours", error.what());
    return cannot_open(path, error.what());
  }
}

}  // namespace gerbang::store::move
