#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a database of gerbang holds, in words that both engines understand: which tables, in which
// order, with which columns, and where the two schemas differ.
namespace gerbang::store::move {

enum class Type { text, integer, boolean, bytes };

struct Column {
  std::string_view name;
  Type type = Type::text;
  // SQLite has no such column; there this expression (of the table's row, called t) gives it.
  std::string_view derived = {};
  // Bytes in PostgreSQL, text in SQLite.
  bool text_in_sqlite = false;
};

struct Table {
  std::string_view name;
  std::vector<Column> columns;
  // SQLite's primary key; PostgreSQL's is the same, or the same behind the organisation.
  std::vector<std::string_view> key;
  bool organisation_first = false;  // of PostgreSQL's key, where SQLite's does not have it

  std::size_t column(std::string_view wanted) const;  // its place; a bug if there is none
  std::vector<std::string_view> postgres_key() const;
};

// In the order in which rows may be written: what others refer to first.
const std::vector<Table>& tables();

// Tables that are an engine's own and stay where they are: how far it has come with its schema and
// its commits, who holds what at the moment.
const std::vector<std::string_view>& left_behind();

struct Value {
  bool null = true;
  std::int64_t number = 0;  // integers, booleans
  std::string bytes;        // texts, bytes
};
using Line = std::vector<Value>;  // in the order of the table's columns

// A row as text in which no two different rows look alike.
std::string canonical(const Table& table, const Line& line);

// Values of a key as one text, and back.
std::string write_key(const std::vector<Value>& key);
std::vector<Value> read_key(std::string_view text);

// How many rows, and a checksum that does not depend on their order: the digests (SHA-256) of their
// canonical texts added up, in four parts of 64 bits each.
struct Sum {
  std::int64_t rows = 0;
  std::uint64_t parts[4] = {0, 0, 0, 0};

  void add(std::string_view canonical_row);
  std::string hex() const;
  bool operator==(const Sum& other) const = default;
};

}  // namespace gerbang::store::move
