#include "core/store/move/move.hpp"

#include <utility>

#include "core/base/log.hpp"
#include "core/store/move/side.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/sealed_tokens.hpp"
#include "core/store/sqlite/database.hpp"

namespace gerbang::store::move {

namespace {

// What comes after it in a database's message may show a row.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Error stopped() {
  return Error(ErrorKind::cancelled, "move_stopped", "run it again and it goes on");
}

Result<std::unique_ptr<Source>> open_source(const Options& options) {
  if (options.from.engine == End::Engine::sqlite)
    return open_sqlite_source(options.from.place, options.batch_rows);
  return open_postgres_source(options.from.place, options.batch_rows);
}

Result<std::unique_ptr<Target>> open_target(const Options& options) {
  if (options.to.engine == End::Engine::sqlite)
    return open_sqlite_target(options.to.place, options.batch_rows, options.start_over);
  return open_postgres_target(options.to.place, options.batch_rows, options.start_over);
}

// Every shop: after a rotation not all have to be under the same key.
Result<void> check_keys(Source& source, const Vault& vault) {
  for (const Table& table : tables()) {
    if (table.name != "shops") continue;
    const std::size_t id = table.column("id"), state = table.column("state"),
                      tokens = table.column("tokens");
    source.scan(table, {});
    for (auto lines = source.next(); !lines.empty(); lines = source.next()) {
      for (const Line& line : lines) {
        if (line[tokens].null || line[state].bytes == "retired") continue;
        if (!open_tokens(vault, line[id].bytes, line[tokens].bytes))
          return Error(ErrorKind::invalid, "move_other_key",
                       "the shops' tokens were sealed with another master key");
      }
    }
  }
  return {};
}

class Mover {
 public:
  Mover(const Options& options, Source& source, Target& target)
      : options_(options), source_(source), target_(target) {}

  Result<Moved> run() {
    for (const Table& table : tables()) step_.total += source_.count(table);
    const Note first{source_.mark(), 0, {}, 0};
    GERBANG_TRY(before, target_.begin(first));
    note_ = before.value_or(first);
    if (note_.source != first.source)
      return Error(ErrorKind::conflict, "move_source_changed",
                   "a gateway has used the source since the move began");
    step_.done = note_.rows;
    GERBANG_CHECK(copy());
    GERBANG_TRY(sent, sums(source_));
    const Counted counted = source_.counted();
    GERBANG_CHECK(target_.finish(counted, [&] { return compare(sent, counted); }));
    Moved out;
    out.resumed = before.has_value();
    out.revision = counted.revision;
    for (std::size_t i = 0; i < sent.size(); ++i)
      out.tables.push_back({std::string(tables()[i].name), sent[i].rows, sent[i].hex()});
    return out;
  }

 private:
  bool go_on(const Table& table, std::size_t rows) {
    step_.table = table.name;
    step_.done += static_cast<std::int64_t>(rows);
    return !options_.progress || options_.progress(step_);
  }

  Result<void> copy() {
    for (; note_.table < tables().size(); ++note_.table, note_.after.clear()) {
      const Table& table = tables()[note_.table];
      source_.scan(table, read_key(note_.after));
      for (auto lines = source_.next(); !lines.empty(); lines = source_.next()) {
        note_.after = write_key(source_.key_of(table, lines.back()));
        note_.rows += static_cast<std::int64_t>(lines.size());
        target_.append(table, lines, note_);
        if (!go_on(table, lines.size())) return stopped();
      }
    }
    return {};
  }

  Result<std::vector<Sum>> sums(Side& side) {
    step_.checking = true;
    step_.done = 0;
    std::vector<Sum> out;
    for (const Table& table : tables()) {
      Sum sum;
      side.scan(table, {});
      for (auto lines = side.next(); !lines.empty(); lines = side.next()) {
        for (const Line& line : lines) sum.add(canonical(table, line));
        if (!go_on(table, lines.size())) return stopped();
      }
      out.push_back(sum);
    }
    return out;
  }

  Result<void> compare(const std::vector<Sum>& sent, const Counted& counted) {
    GERBANG_TRY(arrived, sums(target_));
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (arrived[i] == sent[i]) continue;
      return Error(ErrorKind::invalid, "move_differs",
                   std::string(tables()[i].name) + ": " + std::to_string(sent[i].rows) +
                       " rows with checksum " + sent[i].hex() + " in the source, " +
                       std::to_string(arrived[i].rows) + " with " + arrived[i].hex() +
                       " in the target");
    }
    if (target_.counted() == counted) return {};
    return Error(ErrorKind::invalid, "move_differs", "what is counted differs");
  }

  const Options& options_;
  Source& source_;
  Target& target_;
  Note note_;
  Step step_;
};

}  // namespace

std::string End::shown() const {
  return engine == Engine::sqlite ? "sqlite:" + place : "postgresql";
}

Result<End> read_end(std::string_view text) {
  constexpr std::string_view kSqlite = "sqlite:", kPostgres = "postgresql:";
  if (text.starts_with(kSqlite) && text.size() > kSqlite.size() &&
      text.substr(kSqlite.size()) != ":memory:")
    return End{End::Engine::sqlite, std::string(text.substr(kSqlite.size()))};
  if (text.starts_with("postgresql://")) return End{End::Engine::postgresql, std::string(text)};
  if (text.starts_with(kPostgres) && text.size() > kPostgres.size())
    return End{End::Engine::postgresql, std::string(text.substr(kPostgres.size()))};
  return Error(ErrorKind::invalid, "move_place_invalid",
               "neither sqlite:PATH nor postgresql:ADDRESS");
}

Result<Moved> move_store(const Options& options) {
  try {
    GERBANG_TRY(source, open_source(options));
    GERBANG_CHECK(check_keys(*source, options.vault));
    GERBANG_TRY(target, open_target(options));
    return Mover(options, *source, *target).run();
  } catch (const DatabaseError& error) {
    if (error.of_statement())
      return Error(ErrorKind::invalid, "move_row_refused", first_line(error.what()));
    return Error(ErrorKind::transient, "store_unavailable", first_line(error.what()));
  } catch (const postgres::DatabaseError& error) {
    if (error.of_statement())
      return Error(ErrorKind::invalid, "move_row_refused", first_line(error.what()));
    return Error(ErrorKind::transient, "store_unavailable", first_line(error.what()));
  }
}

}  // namespace gerbang::store::move
